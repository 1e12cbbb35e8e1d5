"""A bar chart of times as SVG, without any library.

One panel a config size, one bar a program, on a logarithmic scale: what counts
is how many times faster one is than another.
"""

import math
from xml.sax.saxutils import escape

WIDTH = 860
LEFT = 210
RIGHT = 150
BAR = 20
GAP = 6
PANEL_HEAD = 34
OURS = "#2563eb"
FLOOR = "#94a3b8"
THEIRS = "#d97706"


def human(ns):
    if ns < 1000:
        return f"{ns:.0f} ns"
    return f"{ns / 1000:.1f} µs" if ns < 1e6 else f"{ns / 1e6:.1f} ms"


def svg(panels, title):
    """`panels`: list of (heading, [(name, nanoseconds, kind)]), with kind "ours",
    "floor" or "theirs"."""
    times = [t for _, bars in panels for _, t, _ in bars]
    low = 10 ** math.floor(math.log10(min(times)))
    high = 10 ** math.ceil(math.log10(max(times)))
    span = math.log10(high / low)

    def x(ns):
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log10(ns / low) / span

    parts = []
    y = 44
    for heading, bars in panels:
        parts.append(f'<text x="16" y="{y + 20}" class="head">{escape(heading)}'
                     "</text>")
        y += PANEL_HEAD
        bottom = y + len(bars) * (BAR + GAP)
        tick = low
        while tick <= high:
            parts.append(f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{y}" '
                         f'y2="{bottom}" class="grid"/>'
                         f'<text x="{x(tick):.1f}" y="{bottom + 12}" '
                         f'class="tick">{human(tick)}</text>')
            tick *= 10
        ours = next((t for _, t, kind in bars if kind == "ours"), None)
        for name, ns, kind in bars:
            color = {"ours": OURS, "floor": FLOOR}.get(kind, THEIRS)
            label = human(ns)
            if kind == "theirs" and ours:
                label += f"  ({ns / ours:.1f} ×)"
            middle = y + BAR / 2 + 4
            parts.append(
                f'<text x="{LEFT - 8}" y="{middle}" class="name">{escape(name)}'
                f'</text><rect x="{LEFT}" y="{y}" height="{BAR}" '
                f'width="{max(1, x(ns) - LEFT):.1f}" fill="{color}"/>'
                f'<text x="{x(ns) + 6:.1f}" y="{middle}" class="value">{label}'
                "</text>")
            y += BAR + GAP
        y += 24
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" '
        f'viewBox="0 0 {WIDTH} {y}" role="img">'
        f"<title>{escape(title)}</title><style>"
        "text{font:13px sans-serif;fill:#1f2937}.head{font-weight:bold}"
        ".name{text-anchor:end}.tick{text-anchor:middle;font-size:10px;"
        "fill:#6b7280}.grid{stroke:#e5e7eb}</style>"
        f'<rect width="{WIDTH}" height="{y}" fill="#fff"/>'
        f'<text x="16" y="26" font-size="16">{escape(title)}</text>'
        + "".join(parts) + "</svg>\n")
