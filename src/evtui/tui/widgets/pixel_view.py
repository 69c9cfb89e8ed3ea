"""A view of cells that can show a picture instead, where the terminal has graphics.

The picture travels behind the text of the view's last row, after all other rows, so that it comes
after what it is to cover, in the same write.  The cells under it are blank.  Terminals differ in
how text and pictures cover each other; so the picture is shown only while nothing else lies over
the view, and cells are shown the rest of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from textual.errors import NoWidget
from textual.geometry import Offset
from textual.map_geometry import MapGeometry
from textual.widget import Widget

from evtui.rendering.ansi import Packed
from evtui.tui.widgets.raster_view import RasterView

if TYPE_CHECKING:
    from evtui.rendering.cells import Cells
    from evtui.rendering.colours import Pens
    from evtui.rendering.palettes import RGB
    from evtui.rendering.pixels import Canvas, Graphics, Picture
    from evtui.tui.services import MeasureGraphics


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A frame as a picture, and as cells where the picture cannot be shown."""

    picture: Picture
    palette: Sequence[RGB]
    make_cells: Callable[[], Cells]


class PixelView(RasterView):
    """Shows cells or, where the terminal has graphics, pictures."""

    def __init__(self, *, id: str | None = None, measure: MeasureGraphics = lambda: None) -> None:
        super().__init__(id=id)
        self.measure = measure
        """Tells what the terminal has; cells change their size with its font."""
        self.graphics: Graphics | None = None
        """What it told last."""
        self.shows_pixels = False
        """Whether the picture is shown now, and not the cells."""
        self._scene: Scene | None = None
        self._canvas: Canvas | None = None

    def show_picture(self, scene: Scene, pens: Pens) -> None:
        """Replace what is shown by a picture; ``graphics`` must say how."""
        self._scene = scene
        if pens != self.pens:
            self.pens = pens
            self.known[:] = False
        self._want()
        self._heal_one_row()
        rows = self._unshown_rows()
        if self.shows_pixels:
            rows = np.union1d(rows, [self.size.height - 1])
        self._refresh_rows(rows)

    def show_cells(self, cells: Cells, pens: Pens) -> None:
        self._scene = None
        super().show_cells(cells, pens)

    def show_nothing(self) -> None:
        self._scene = None
        super().show_nothing()

    def forget(self) -> None:
        if self._canvas is not None:
            self._canvas.forget()
        super().forget()

    def on_mount(self) -> None:
        # Textual runs the handler of each class itself.
        self.graphics = self.measure()
        self.app.screen_change_signal.subscribe(self, lambda _: self._screen_changed())

    def on_unmount(self) -> None:
        self._show_pixels(False)

    def on_resize(self) -> None:
        graphics = self.measure()
        if graphics != self.graphics:
            self._show_pixels(False)
            self.graphics, self._canvas = graphics, None

    def note(self, row: int, shown: Packed, text: str) -> str:
        if self.shows_pixels and self._canvas is not None and self._scene is not None:
            top = self.region.y
            if text:
                self._canvas.drawn_over(top + row)
            if row == self.size.height - 1:
                picture = self._scene.picture
                text += self._canvas.draw(picture, self._scene.palette, self._corner(picture))
        return super().note(row, shown, text)

    def _want(self) -> None:
        if self._scene is not None:
            self._show_pixels(self._can_show_pixels(self._scene.picture))
            self.cells = None if self.shows_pixels else self._scene.make_cells()
        else:
            self._show_pixels(False)
        super()._want()

    def _corner(self, picture: Picture) -> Offset:
        """The terminal's cell where a picture begins that is centred as cells are."""
        left = (self.size.width - picture.columns) // 2
        top = (self.size.height - picture.rows) // 2
        return self.region.offset + Offset(left, top)

    def _can_show_pixels(self, picture: Picture) -> bool:
        """Whether the picture fits, and nothing lies over the view.

        Where sixels reach the terminal's last row, some terminals scroll.
        """
        fits = picture.columns <= self.size.width and picture.rows <= self.size.height
        if self.graphics is None or not fits or self.app.screen is not self.screen:
            return False
        try:
            mine = self.screen.find_widget(self)
        except NoWidget:
            return False
        if mine.visible_region != mine.region or mine.region.bottom >= self.app.size.height:
            return False
        return not any(
            other.order > mine.order and other.visible_region.overlaps(mine.region)
            for other in self._geometries()
        )

    def _geometries(self) -> Iterator[MapGeometry]:
        """Where each widget of the screen is."""
        for widget in self.screen.walk_children(Widget):
            with suppress(NoWidget):
                yield self.screen.find_widget(widget)

    def _show_pixels(self, wanted: bool) -> None:
        """Turn to the picture or away from it."""
        if wanted == self.shows_pixels:
            return
        from evtui.rendering.pixels import canvas_for

        if wanted and self.graphics is not None:
            self._canvas = self._canvas or canvas_for(self.graphics)
        elif self._canvas is not None:
            # Rows that hold nothing new are not sent, so this cannot travel with one.
            driver = self.app._driver
            if (text := self._canvas.take_away()) and driver is not None:
                driver.write(text)
            # What the picture covered is not what the cells were.
            self.known[:] = False
        self.shows_pixels = wanted

    def _screen_changed(self) -> None:
        if self._scene is not None:
            self.forget()
