"""How bright a frame is drawn: what count of events per dot is the usual one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from evtui.rendering.raster import Counts

_FARTHEST_STOPS = 8.0


@dataclass(frozen=True, slots=True)
class Exposure:
    """The brightness of a view: automatic or held, and nudged by stops from there.

    ``level`` is the usual count of events in a dot, above which a dot is bright; None takes it
    from each frame.  It counts per dot, so that another set of glyphs or another zoom has another
    level.  Each of ``stops`` halves the level that is used, as a photographer's does the light.
    """

    level: float | None = None
    stops: float = 0.0

    def usual(self, counts: Counts) -> float:
        """The count above which a dot of these is bright."""
        level = usual_count(counts) if self.level is None else self.level
        return level / self.gain

    @property
    def gain(self) -> float:
        """How many times brighter than without stops."""
        gain: float = 2.0**self.stops
        return gain

    def brighter(self, stops: float = 0.5) -> Exposure:
        """Nudged by stops, darker by negative ones; at most 8 either way."""
        nudged = self.stops + stops
        return replace(self, stops=min(max(nudged, -_FARTHEST_STOPS), _FARTHEST_STOPS))

    def held(self, level: float) -> Exposure:
        """Held at a level, as ``frame.auto_level`` tells it, and the stops kept."""
        return replace(self, level=level)


AUTO = Exposure()


def usual_count(counts: Counts) -> float:
    """What dots with events usually have; at least 1, so that single events stay dim.

    The mean of square roots, squared: a hot pixel of ten thousand events counts for a hundred, and
    does not darken a frame as it does by the plain mean.
    """
    dots = np.count_nonzero(counts)
    if not dots:
        return 1.0
    roots = float(np.sqrt(counts, dtype=np.float32).sum(dtype=np.float64)) / dots
    return max(1.0, roots * roots)
