"""One drawing, two formats: an SVG whose colours are the page's variables, and a PNG on a ground of its own."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping
from functools import cache
from html import escape
from typing import Any, Final, Literal, TypeAlias

Role: TypeAlias = Literal["ink", "ground", "soft", "agree", "middle", "against", "first", "second", "third"]
Paint: TypeAlias = Mapping[Role, str]
"""What each role is drawn in, as `#rrggbb`."""

WIDTH: Final = 3.7
"""Inches: a phone's width, so that letters keep their size there."""
FONT_SIZE: Final = 9
_PNG_DOTS: Final = 220
"""Per inch: 800 pixels wide, twice what a phone shows."""

ROLES_OF_PAGE: Final[Paint] = {
    "ink": "#a10001",
    "ground": "#a10000",
    "soft": "#a10002",
    "agree": "#a10003",
    "middle": "#a10004",
    "against": "#a10005",
    "first": "#a10006",
    "second": "#a10007",
    "third": "#a10008",
}
"""Colours that stand for a role while drawing; the SVG names a variable of the page instead of each."""
ON_DARK: Final[Paint] = {
    "ink": "#f2f3f5",
    "ground": "#1e1f22",
    "soft": "#6d7178",
    "agree": "#5bb7f0",
    "middle": "#b5bac1",
    "against": "#f0a45b",
    "first": "#5bb7f0",
    "second": "#f0a45b",
    "third": "#8fd18f",
}
"""For PNGs, which have a ground of their own, so that they read the same in Discord's light and dark theme."""
_FAMILIES: Final = ("DejaVu Sans", "Noto Sans CJK JP", "Noto Serif CJK JP", "Noto Sans CJK SC")
"""Whichever are installed; DejaVu comes with matplotlib, which has neither Japanese nor Chinese."""


@cache
def _matplotlib() -> Any:
    import matplotlib as mpl
    from matplotlib import font_manager

    installed = {font.name for font in font_manager.fontManager.ttflist}
    mpl.rcParams.update(
        {
            "svg.fonttype": "none",  # letters stay letters, for search and for the reader's own font
            "svg.hashsalt": "accord",  # the same drawing is the same file
            "font.family": [name for name in _FAMILIES if name in installed] or ["sans-serif"],
            "font.size": FONT_SIZE,
            "hatch.linewidth": 1.0,
        }
    )
    return mpl


def can_write(text: str) -> bool:
    """Whether the installed fonts have every letter of a text, so that a PNG shows no empty boxes."""
    families: list[str] = list(_matplotlib().rcParams["font.family"])
    fonts = [_font(family) for family in families]
    return all(any(font.get_char_index(ord(letter)) for font in fonts) for letter in text if not letter.isspace())


def _font(family: str) -> Any:
    from matplotlib import font_manager

    manager: Any = font_manager
    return manager.get_font(manager.findfont(family))


def figure(paint: Paint, height: float, rows: int = 1, columns: int = 1) -> tuple[Any, list[Any]]:
    """A figure of the phone's width with some axes below each other, without frames; height in inches.

    Axes of one column share their horizontal scale; with several, each has its own, and they come row by row.
    """
    _matplotlib()
    # An SVG is shown in the reader's fonts, whatever is installed here; for PNGs `can_write` asks first.
    warnings.filterwarnings("ignore", message="Glyph .* missing from font")
    from matplotlib.figure import Figure

    made: Any = Figure(figsize=(WIDTH, height), layout="constrained")
    made.get_layout_engine().set(w_pad=0.07, h_pad=0.07)
    made.patch.set_alpha(0)
    axes: list[Any] = list(made.subplots(rows, columns, squeeze=False, sharex=columns == 1).flat)
    for one in axes:
        one.patch.set_alpha(0)
        for side in ("top", "right", "left", "bottom"):
            one.spines[side].set_visible(side == "bottom")
            one.spines[side].set_color(paint["soft"])
        one.tick_params(length=0, colors=paint["ink"])
    return made, axes


def as_svg(drawn: Any, name: str, title: str) -> str:
    """A drawing in `ROLES_OF_PAGE` as inline `<svg>`: named for screen readers, its ids unique in the page."""
    file = io.StringIO()
    drawn.savefig(file, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = file.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    # Its style sheet speaks of every element, and would do so in the whole page.
    svg = re.sub(r"<!--.*?-->|<style.*?</style>", "", svg, flags=re.DOTALL)
    for role, placeholder in ROLES_OF_PAGE.items():
        svg = svg.replace(placeholder, f"var(--{role})")
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r"url\(#", f"url(#{name}-", svg)
    svg = re.sub(r'href="#', f'href="#{name}-', svg)
    # A family that the page does not have would be drawn in a serif.
    svg = re.sub(r"font: [^;\"]*?([\d.]+)px [^;\"]*", r"font-size: \1px", svg)
    view = re.search(r'viewBox="([^"]+)"', svg)
    assert view is not None
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{view[1]}" '
        f'role="img" aria-labelledby="{name}-title"><title id="{name}-title">{escape(title)}</title>'
    )
    return head + re.sub(r"^<svg[^>]*>", "", svg).strip()


def as_png(drawn: Any) -> bytes:
    """A drawing in the colours `ON_DARK` as a PNG, 800 pixels wide."""
    file = io.BytesIO()
    drawn.patch.set_alpha(1)  # pale letters on a page that may be white
    drawn.savefig(file, format="png", dpi=_PNG_DOTS, facecolor=ON_DARK["ground"], metadata={"Software": None})
    return file.getvalue()
