"""The event view: draws the events of a frame at whatever size it has."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from evtui.tui.widgets.pixel_view import PixelView, Scene

if TYPE_CHECKING:
    from evtui.events import Events
    from evtui.recordings.base import RecordingInfo
    from evtui.rendering.cells import Cells
    from evtui.rendering.frame import Look
    from evtui.rendering.grid import Region
    from evtui.settings import Settings
    from evtui.tui.services import MeasureGraphics

PIXELS = "pixels"
"""What the setting and the status line call dots as small as the terminal's own."""

GLYPHS_BESIDE_PIXELS = "half"
"""What draws where pixels are asked for and cannot be shown."""

ZOOMS = (1, 2, 4, 8)
PAN_SHARE = 0.1


class EventView(PixelView):
    """Shows events; changing the look or the size draws the same events again."""

    def __init__(self, *, id: str | None = None, measure: MeasureGraphics = lambda: None) -> None:
        super().__init__(id=id, measure=measure)
        self._events: Events | None = None
        self._look: Look | None = None
        self._palette = "classic"
        self._wants_pixels = False
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

    def begin(self, info: RecordingInfo, settings: Settings) -> None:
        """Show a recording from now on, its whole sensor, as the settings say."""
        from evtui.rendering.frame import Look
        from evtui.rendering.grid import Region

        self._whole = Region(0, 0, info.width, info.height)
        self.zoom = 1
        self._palette = settings.palette
        self._wants_pixels = settings.glyphs == PIXELS
        glyphs = GLYPHS_BESIDE_PIXELS if self._wants_pixels else settings.glyphs
        self.set_look(Look(settings.view, glyphs, self._whole))

    def apply_settings(self, settings: Settings) -> None:
        """A setting changed: draw with what has no key of its own."""
        self._palette = settings.palette
        self._draw()

    def set_look(self, look: Look) -> None:
        """Say how to draw from now on."""
        self._look = look
        self._draw()

    def modes(self) -> list[str]:
        """How events are drawn, in words: what differs from the usual first."""
        if self._look is None:
            return []
        zoom = [f"zoom {self.zoom}×"] if self.zoom > 1 else []
        return [*zoom, self._look.view, PIXELS if self.draws_pixels else self._look.glyphs]

    @property
    def draws_pixels(self) -> bool:
        """Whether events are drawn as pixels; cells still show while something lies over them."""
        return self._wants_pixels and self.graphics is not None

    def next_view(self) -> None:
        """Go on to the next view."""
        from evtui.rendering.views import VIEWS

        self._next("view", list(VIEWS))

    def next_glyphs(self) -> None:
        """Go on to the next set of glyphs, and to pixels after the last where there are some."""
        from evtui.rendering.glyphs import GLYPHS

        names = list(GLYPHS)
        if self._look is None:
            return
        if self.draws_pixels:
            self._wants_pixels = False
            self._change(glyphs=names[0])
        elif self._look.glyphs == names[-1] and self.graphics is not None:
            self._wants_pixels = True
            self._change(glyphs=GLYPHS_BESIDE_PIXELS)
        else:
            self._wants_pixels = False
            self._next("glyphs", names)

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
        self.show_nothing()

    def on_resize(self) -> None:
        super().on_resize()
        self._draw()

    def _next(self, key: str, names: list[str]) -> None:
        if self._look is not None:
            at = names.index(getattr(self._look, key))
            self._change(**{key: names[(at + 1) % len(names)]})

    def _change(self, **changes: Any) -> None:
        if self._look is not None:
            self.set_look(dataclasses.replace(self._look, **changes))

    def _draw(self) -> None:
        if self._events is None or self._look is None or not self.size.area:
            return
        from evtui.rendering.colours import pens

        if self.draws_pixels:
            self.show_picture(self._as_scene(), pens(self._palette, "16"))
        else:
            self.show_cells(self._as_cells(), pens(self._palette, "16"))

    def _as_cells(self) -> Cells:
        from evtui.rendering.frame import draw_cells

        assert self._events is not None and self._look is not None
        return draw_cells(self._events, self._look, *self.size)

    def _as_scene(self) -> Scene:
        from evtui.rendering.frame import draw_pixels
        from evtui.rendering.palettes import PALETTES

        assert self._events is not None and self._look is not None and self.graphics is not None
        picture = draw_pixels(self._events, self._look, *self.size, self.graphics.cell)
        return Scene(picture, PALETTES[self._palette], self._as_cells)
