"""The event view: draws the events of a frame at whatever size it has."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from evtui.tui.widgets.cells_view import CellsView

if TYPE_CHECKING:
    from evtui.events import Events
    from evtui.region import Region
    from evtui.rendering.frame import Look

ZOOMS = (1, 2, 4, 8)
PAN_SHARE = 0.1


class EventView(CellsView):
    """Shows events; changing the look or the size draws the same events again."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._events: Events | None = None
        self._look: Look | None = None
        self._palette = "classic"
        self._whole: Region | None = None
        self.zoom = 1
        """How many times closer than the whole sensor."""

    @property
    def look(self) -> Look | None:
        """How events are drawn now; None before the first ``set_look``."""
        return self._look

    @property
    def events(self) -> Events | None:
        """The events shown."""
        return self._events

    def set_look(self, look: Look, palette: str) -> None:
        """Say how to draw from now on; the first look after ``clear`` shows the whole sensor."""
        if self._whole is None:
            self._whole = look.region
        self._look, self._palette = look, palette
        self._draw()

    def next_view(self) -> None:
        """Go on to the next view."""
        from evtui.rendering.views import VIEWS

        self._next("view", list(VIEWS))

    def next_glyphs(self) -> None:
        """Go on to the next set of glyphs."""
        from evtui.rendering.glyphs import GLYPHS

        self._next("glyphs", list(GLYPHS))

    def zoom_in(self) -> None:
        """Zoom in about the centre; after the closest, show the whole sensor again."""
        if self._look is None or self._whole is None:
            return
        at = (ZOOMS.index(self.zoom) + 1) % len(ZOOMS)
        self.zoom = ZOOMS[at]
        about = self._look.region if at else self._whole
        width, height = self._whole.width // self.zoom, self._whole.height // self.zoom
        self._change(region=about.resized(width, height, self._whole))

    def pan(self, across: int, down: int) -> None:
        """Move a zoomed view by a share of itself."""
        if self._look is None or self._whole is None:
            return
        region = self._look.region
        dx = round(across * max(1, region.width * PAN_SHARE))
        dy = round(down * max(1, region.height * PAN_SHARE))
        self._change(region=region.moved(dx, dy, self._whole))

    def show(self, events: Events) -> None:
        """Replace the events shown."""
        self._events = events
        self._draw()

    def clear(self) -> None:
        """Show nothing."""
        self._events = self._look = self._whole = None
        self.zoom = 1
        self.show_cells(None, ())

    def on_resize(self) -> None:
        self._draw()

    def _next(self, key: str, names: list[str]) -> None:
        if self._look is not None:
            at = names.index(getattr(self._look, key))
            self._change(**{key: names[(at + 1) % len(names)]})

    def _change(self, **changes: Any) -> None:
        if self._look is not None:
            self.set_look(dataclasses.replace(self._look, **changes), self._palette)

    def _draw(self) -> None:
        if self._events is None or self._look is None or not self.size.area:
            return
        from evtui.rendering.frame import draw_cells
        from evtui.rendering.palettes import PALETTES

        cells = draw_cells(self._events, self._look, self.size.width, self.size.height)
        self.show_cells(cells, PALETTES[self._palette])
