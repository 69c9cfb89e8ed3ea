"""Where the style sheets are: inside the package once installed, at the top of a checkout."""

from __future__ import annotations

from pathlib import Path, PurePath

_PACKAGE = Path(__file__).parents[1]


def style_sheets() -> list[str | PurePath]:
    """Every ``.tcss`` file, one per screen and one for what all share."""
    installed = _PACKAGE / "styles"
    folder = installed if installed.is_dir() else _PACKAGE.parents[1] / "styles"
    return [*sorted(folder.glob("*.tcss"))]
