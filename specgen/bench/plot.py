"""A bar chart of times as SVG, without any library.

One panel a config size or command, one bar a program, on a logarithmic scale: what
counts is how many times faster one is than another.
"""

import math
from xml.sax.saxutils import escape

WIDTH = 860
LEFT = 210
RIGHT = 150
BAR = 20
GAP = 6
PANEL_HEAD = 34
# Text, lines and bars are light or dark as the reader's system is.
STYLE = """
svg{--text:#1f2937;--weak:#6b7280;--grid:#e5e7eb;--back:#fff;
--ours:#2563eb;--floor:#94a3b8;--theirs:#d97706}
@media (prefers-color-scheme: dark){svg{--text:#e6edf3;--weak:#9da7b3;
--grid:#30363d;--back:#0d1117;--ours:#58a6ff;--floor:#6e7681;--theirs:#e3a04f}}
text{font:13px sans-serif;fill:var(--text)}.head{font-weight:bold}
.title{font-size:16px}.name{text-anchor:end}
.tick{text-anchor:middle;font-size:10px;fill:var(--weak)}
.grid{stroke:var(--grid)}.back{fill:var(--back)}.ours{fill:var(--ours)}
.floor{fill:var(--floor)}.theirs{fill:var(--theirs)}
"""


def human(ns):
    if ns < 1000:
        return f"{ns:.0f} ns"
    if ns < 1e9:
        return f"{ns / 1000:.1f} µs" if ns < 1e6 else f"{ns / 1e6:.1f} ms"
    return f"{ns / 1e9:.2f} s"


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
            label = human(ns)
            if kind == "theirs" and ours:
                label += f"  ({ns / ours:.1f} ×)"
            middle = y + BAR / 2 + 4
            parts.append(
                f'<text x="{LEFT - 8}" y="{middle}" class="name">{escape(name)}'
                f'</text><rect x="{LEFT}" y="{y}" height="{BAR}" '
                f'width="{max(1, x(ns) - LEFT):.1f}" class="{kind}"/>'
                f'<text x="{x(ns) + 6:.1f}" y="{middle}" class="value">{label}'
                "</text>")
            y += BAR + GAP
        y += 24
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" '
        f'viewBox="0 0 {WIDTH} {y}" role="img">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>"
        f'<rect width="{WIDTH}" height="{y}" class="back"/>'
        f'<text x="16" y="26" class="title">{escape(title)}</text>'
        + "".join(parts) + "</svg>\n")
