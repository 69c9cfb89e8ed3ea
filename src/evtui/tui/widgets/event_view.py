"""The event view: draws the events of a frame at whatever size it has."""

from __future__ import annotations

import dataclasses
import os
from typing import TYPE_CHECKING, Any

from textual.events import MouseDown, MouseEvent, MouseMove, MouseScrollDown, MouseScrollUp
from textual.message import Message

from evtui.tui.widgets.pixel_view import PixelView, Scene

if TYPE_CHECKING:
    from evtui.events import Events
    from evtui.recordings.base import RecordingInfo
    from evtui.region import Region
    from evtui.rendering.cells import Cells
    from evtui.rendering.colours import Pens
    from evtui.rendering.frame import Look, Window
    from evtui.rendering.grid import Grid
    from evtui.settings import Settings
    from evtui.tui.services import MeasureGraphics

PIXELS = "pixels"
"""What the setting and the status line call dots as small as the terminal's own."""

GLYPHS_BESIDE_PIXELS = "half"
"""What draws where pixels are asked for and cannot be shown."""

ZOOMS = (1, 2, 4, 8, 16, 32)
PAN_SHARE = 0.1


class EventView(PixelView):
    """Shows events; changing the look or the size draws the same events again.

    The wheel zooms about what it points at; dragging marks a region of interest, and with another
    button or Ctrl it moves a zoomed view.
    """

    class Marked(Message):
        """A region was marked with the mouse."""

    class Looked(Message):
        """How events are drawn was changed here, by the mouse."""

    def __init__(self, *, id: str | None = None, measure: MeasureGraphics = lambda: None) -> None:
        super().__init__(id=id, measure=measure)
        self._events: Events | None = None
        self._window: Window | None = None
        self._look: Look | None = None
        self._wants_pixels = False
        self._whole: Region | None = None
        self._palette = "classic"
        self._colours = "16"
        self.zoom = 1
        """How many times closer than the whole sensor."""
        self.roi: Region | None = None
        """The region of interest, which is outlined."""
        self._dragged_from: tuple[int, int] | None = None
        self._drag_pans = False

    @property
    def look(self) -> Look | None:
        """How events are drawn now; None before ``begin``."""
        return self._look

    @property
    def events(self) -> Events | None:
        """The events shown."""
        return self._events

    @property
    def window(self) -> Window | None:
        """The time shown in µs, t0 ≤ t < t1."""
        return self._window

    @property
    def whole(self) -> Region | None:
        """The whole sensor."""
        return self._whole

    @property
    def looked_at(self) -> Region | None:
        """The part of the sensor that is shown; of all of it, the middle."""
        if self._look is None or self._whole is None:
            return None
        if self.zoom > 1:
            return self._look.region
        width, height = self._whole.width // 3, self._whole.height // 3
        return self._whole.resized(width, height, self._whole)

    @property
    def palette(self) -> str:
        return self._palette

    def begin(self, info: RecordingInfo, settings: Settings) -> None:
        """Show a recording from now on, its whole sensor, as the settings say."""
        from evtui.region import Region
        from evtui.rendering.frame import Look
        from evtui.rendering.glyphs import choose_glyphs

        self._whole = Region(0, 0, info.width, info.height)
        self.zoom, self.roi = 1, None
        self._wants_pixels = settings.glyphs == PIXELS
        glyphs = GLYPHS_BESIDE_PIXELS if self._wants_pixels else settings.glyphs
        self._look = Look(settings.view, choose_glyphs(glyphs, os.environ), self._whole)
        self.apply_settings(settings)

    def apply_settings(self, settings: Settings) -> None:
        """A setting changed: draw with what has no key of its own."""
        self._palette, self._colours = settings.palette, settings.colours
        self._draw()

    def modes(self) -> list[str]:
        """How events are drawn, in words: what differs from the usual first."""
        if self._look is None:
            return []
        exposure = self._look.exposure
        held = [f"held at {exposure.level:.1f}"] if exposure.level is not None else []
        nudged = [f"{exposure.stops:+g} EV"] if exposure.stops else []
        zoom = [f"zoom {self.zoom}×"] if self.zoom > 1 else []
        return [
            *zoom,
            *held,
            *nudged,
            self._look.view,
            PIXELS if self.draws_pixels else self._look.glyphs,
        ]

    @property
    def draws_pixels(self) -> bool:
        """Whether events are drawn as pixels; cells still show while something lies over them."""
        return self._wants_pixels and self.graphics is not None

    # What is shown, and how

    def show(self, events: Events, window: Window | None = None) -> None:
        """Replace the events shown.

        Args:
            events: of the frame.
            window: its time, t0 ≤ t < t1; that of the events where it is not given.
        """
        self._events, self._window = events, window
        self._draw()

    def clear(self) -> None:
        """Show nothing."""
        self._events = self._window = self._look = self._whole = self.roi = None
        self.zoom = 1
        self.show_nothing()

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

    def next_palette(self) -> str:
        """Go on to the next palette, and say which that is."""
        from evtui.rendering.palettes import PALETTES

        names = list(PALETTES)
        self._palette = names[(names.index(self._palette) + 1) % len(names)]
        self._draw()
        return self._palette

    def brighten(self, steps: int) -> None:
        """Nudge the brightness by half a stop each."""
        if self._look is not None:
            self._change(exposure=self._look.exposure.brighter(steps / 2))

    def hold_brightness(self) -> None:
        """Hold the brightness at what it is now, or let it follow the rate again."""
        from evtui.rendering.exposure import AUTO
        from evtui.rendering.frame import auto_level

        if self._look is None or self._events is None:
            return
        exposure = self._look.exposure
        if exposure.level is not None:
            self._change(exposure=AUTO)
        else:
            level = auto_level(self._events, self._look, *self.size)
            self._change(exposure=exposure.held(level))

    def zoom_in(self) -> None:
        """Zoom in about the centre; after the closest, show the whole sensor again."""
        closer = ZOOMS.index(self.zoom) + 1
        self._zoom_to(ZOOMS[closer] if closer < len(ZOOMS) else 1)

    def zoom_by(self, steps: int, about: tuple[int, int] | None = None) -> None:
        """Zoom by steps, with a cell of the view kept where it is."""
        at = ZOOMS.index(self.zoom) + steps
        pixel = None if about is None else self.pixel_at(*about)
        self._zoom_to(ZOOMS[min(max(at, 0), len(ZOOMS) - 1)], pixel)

    def pan(self, across: int, down: int) -> None:
        """Move a zoomed view by a share of itself."""
        if self._look is not None:
            region = self._look.region
            dx = round(across * max(1, region.width * PAN_SHARE))
            dy = round(down * max(1, region.height * PAN_SHARE))
            self._move(dx, dy)

    def look_at(self, region: Region) -> None:
        """Show a part of the sensor, as close as it fits."""
        if self._whole is None:
            return
        fits = min(self._whole.width / region.width, self._whole.height / region.height)
        self.zoom = max(zoom for zoom in ZOOMS if zoom <= max(1.0, fits))
        width, height = self._whole.width // self.zoom, self._whole.height // self.zoom
        self._change(region=region.resized(width, height, self._whole))

    def mark_region(self, region: Region | None) -> None:
        """Outline a region of interest, or none."""
        self.roi = region
        self._draw()

    def pixel_at(self, column: int, row: int) -> tuple[int, int] | None:
        """The sensor's pixel in the middle of a cell of the view; None outside the picture."""
        grid = self._cell_grid()
        if grid is None:
            return None
        across = column - (self.size.width - grid.columns) // 2
        down = row - (self.size.height - grid.rows) // 2
        if not (0 <= across < grid.columns and 0 <= down < grid.rows):
            return None
        region = grid.region
        x = region.x + (2 * across + 1) * region.width // (2 * grid.columns)
        y = region.y + (2 * down + 1) * region.height // (2 * grid.rows)
        return x, y

    def on_resize(self) -> None:
        super().on_resize()
        self._draw()

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self._zoom_at(event, 1)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self._zoom_at(event, -1)

    def on_mouse_down(self, event: MouseDown) -> None:
        self._dragged_from = self.pixel_at(event.x, event.y)
        self._drag_pans = event.button != 1 or event.ctrl
        self.capture_mouse()

    def on_mouse_move(self, event: MouseMove) -> None:
        start, end = self._dragged_from, self.pixel_at(event.x, event.y)
        if start is None or end is None or start == end:
            return
        if self._drag_pans:
            # The pixel that was taken hold of stays under the pointer.
            self._move(start[0] - end[0], start[1] - end[1])
        else:
            self._mark_between(start, end)

    def on_mouse_up(self) -> None:
        self.release_mouse()
        if self._dragged_from is not None:
            self.post_message(self.Looked() if self._drag_pans else self.Marked())
        self._dragged_from = None

    def _mark_between(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        from evtui.region import Region

        x, y = min(start[0], end[0]), min(start[1], end[1])
        width, height = abs(start[0] - end[0]) + 1, abs(start[1] - end[1]) + 1
        self.mark_region(Region(x, y, width, height))

    def _zoom_at(self, event: MouseEvent, steps: int) -> None:
        event.stop()
        self.zoom_by(steps, (event.x, event.y))
        self.post_message(self.Looked())

    # Inside

    def _zoom_to(self, zoom: int, about: tuple[int, int] | None = None) -> None:
        if self._look is None or self._whole is None:
            return
        before = self._look.region
        width, height = max(1, self._whole.width // zoom), max(1, self._whole.height // zoom)
        self.zoom = zoom
        if about is None:
            self._change(region=before.resized(width, height, self._whole))
            return
        # The pixel pointed at stays at its share of the picture.
        x = about[0] - round((about[0] - before.x) * width / before.width)
        y = about[1] - round((about[1] - before.y) * height / before.height)
        region = dataclasses.replace(before, x=x, y=y, width=width, height=height)
        self._change(region=region.moved(0, 0, self._whole))

    def _move(self, dx: int, dy: int) -> None:
        if self._look is not None and self._whole is not None:
            self._change(region=self._look.region.moved(dx, dy, self._whole))

    def _next(self, key: str, names: list[str]) -> None:
        if self._look is not None:
            at = names.index(getattr(self._look, key))
            self._change(**{key: names[(at + 1) % len(names)]})

    def _change(self, **changes: Any) -> None:
        if self._look is not None:
            self._look = dataclasses.replace(self._look, **changes)
            self._draw()

    def _cell_grid(self) -> Grid | None:
        """The region laid over the view's cells."""
        from evtui.rendering.grid import fit

        if self._look is None or not self.size.area:
            return None
        return fit(self._look.region, *self.size, (1, 1), self._look.cell_aspect)

    def _draw(self) -> None:
        if self._events is None or self._look is None or not self.size.area:
            return
        pens, look = self._choose_pens(self._look)
        # A terminal that has no colours, or is told to have none, gets none by pixels either.
        if self.draws_pixels and not look.one_colour:
            self.show_picture(self._as_scene(look), pens)
        else:
            self.show_cells(self._as_cells(look), pens)

    def _as_cells(self, look: Look) -> Cells:
        from evtui.rendering.frame import draw_cells
        from evtui.rendering.outline import outlined

        assert self._events is not None
        cells = draw_cells(self._events, look, *self.size, self._window)
        return cells if self.roi is None else outlined(cells, look.region, self.roi)

    def _as_scene(self, look: Look) -> Scene:
        from evtui.rendering.frame import draw_pixels
        from evtui.rendering.outline import framed
        from evtui.rendering.palettes import PALETTES

        assert self._events is not None and self.graphics is not None
        picture = draw_pixels(self._events, look, *self.size, self.graphics.cell, self._window)
        if self.roi is not None:
            shades = framed(picture.shades, look.region, self.roi)
            picture = dataclasses.replace(picture, shades=shades)
        return Scene(picture, PALETTES[self._palette], lambda: self._as_cells(look))

    def _choose_pens(self, look: Look) -> tuple[Pens, Look]:
        """The pens that this terminal has, and the look as it has to be for them."""
        from evtui.rendering.colours import Depth, choose_depth, pens

        depth = choose_depth(self._colours, os.environ)
        one_colour = depth is Depth.NONE
        if one_colour != look.one_colour:
            look = dataclasses.replace(look, one_colour=one_colour)
        return pens(self._palette, depth), look
