// Filters the page. Without it the page shows everything.
(function () {
  "use strict";
  document.documentElement.classList.add("js");
  const search = document.getElementById("search");
  const changes = document.getElementById("only-changes");
  const levels = Array.from(document.querySelectorAll("input[data-level]"));
  const items = Array.from(document.querySelectorAll("[data-filter]"));
  const count = document.getElementById("count");

  function apply() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const off = new Set(levels.filter((box) => !box.checked).map((box) => box.dataset.level));
    let shown = 0;
    for (const item of items) {
      const text = item.textContent.toLowerCase();
      const hide = words.some((word) => !text.includes(word)) ||
          (item.dataset.level !== undefined && off.has(item.dataset.level)) ||
          (changes.checked && item.dataset.changed === "no");
      item.hidden = hide;
      if (!hide) ++shown;
    }
    count.textContent = shown === items.length ? "" : shown + " of " + items.length + " entries";
  }

  search.addEventListener("input", apply);
  changes.addEventListener("change", apply);
  for (const box of levels) box.addEventListener("change", apply);
  // What a link leads to shall not be behind the bar, where that stays.
  const bar = document.querySelector(".tools");
  function measure() {
    const stays = getComputedStyle(bar).position === "sticky";
    document.documentElement.style.setProperty("--bar", (stays ? bar.offsetHeight : 0) + "px");
  }
  window.addEventListener("resize", measure);
  measure();
  // A link to a form of a section opens it.
  function open() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const details = target && target.closest("details");
    if (details) details.open = true;
    if (target) target.scrollIntoView();
  }
  window.addEventListener("hashchange", open);
  // For browsers that do not take that from the style.
  window.addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
  open();
})();
