"""Events of an HDF5 stream, decoded block by block, with the latest blocks kept in memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evtui.events import BYTES_PER_EVENT, Events, Times
from evtui.recordings.hdf5.columns import Source
from evtui.recordings.search import SortedSearch
from evtui.recordings.time_units import Raw

_KEPT_BYTES = 32 << 20
"""Memory for decoded blocks; more where two blocks of each column need more."""

Column = NDArray[Any]
Decoders = Mapping[str, Callable[[Raw], Column]]
"""How each raw column becomes one of ``Events``."""


class Blocks:
    """Rows of a stream as ``Events``, and the rows of a time.

    A block is the run of rows that one read of a column decodes: a chunk, or several small ones.
    The caller sees to it that only one thread is inside.
    """

    def __init__(self, source: Source, decoders: Decoders) -> None:
        self._source = source
        self._decoders = decoders
        self._kept: OrderedDict[tuple[str, int], Column] = OrderedDict()
        self.kept_bytes = 0
        """Memory of the blocks that are kept."""
        self._limit = max(_KEPT_BYTES, 2 * _largest_block(source) * BYTES_PER_EVENT)
        self.t_rows = source.storage("t").block_rows
        """Rows of a block of t."""
        self.rows = source.rows
        self.count = -(-self.rows // self.t_rows)
        """Blocks of t."""
        self._step_back = 0
        self._ends = SortedSearch(2 * self.count, self._time_of_end)
        """First and last time of every block of t: the first at 2k, the last at 2k + 1."""

    @property
    def step_back(self) -> int:
        """The largest step back in time met so far, µs."""
        return max(self._step_back, self._ends.step_back)

    def row_at(self, t: int) -> int:
        """The first row whose time is t or later; ``rows`` where there is none."""
        block, inside = divmod(self._ends.first_at_least(t), 2)
        start = min(block * self.t_rows, self.rows)
        return start + int(np.searchsorted(self._column("t", block), t)) if inside else start

    def events(self, start: int, stop: int) -> Events:
        """Rows start to stop, by way of the blocks kept in memory where they fit in there."""
        if (stop - start) * BYTES_PER_EVENT > self._limit // 2:
            return self.events_once(start, stop)
        t, x, y, p = (self._rows(name, start, stop) for name in "txyp")
        return Events(t, x, y, p)

    def events_once(self, start: int, stop: int) -> Events:
        """Rows start to stop, for a pass over everything: nothing is kept of them."""
        raw: dict[str, Raw] = {}
        for name in "txyp":
            if name not in raw:
                raw.update(self._source.read(name, start, stop))
        t, x, y, p = (self._decoders[name](raw[name]) for name in "txyp")
        self._note_steps(t)
        return Events(t, x, y, p)

    def times_once(self, start: int, stop: int) -> Times:
        """t of rows start to stop, of which nothing is kept."""
        return self._decoders["t"](self._source.read("t", start, stop)["t"])

    def learn_times(self, block: int) -> None:
        """Look up the first time of a block, and the last where it comes at no cost."""
        self._ends.value(2 * block)

    def places(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows whose time is known, ascending, and those times."""
        known = np.array(self._ends.known, np.int64).reshape(-1, 2)
        blocks, last = np.divmod(known[:, 0], 2)
        rows = np.where(last, (blocks + 1) * self.t_rows - 1, blocks * self.t_rows)
        return np.minimum(rows, self.rows - 1), known[:, 1]

    def keep_all(self, sample: Mapping[str, Mapping[int, Raw]]) -> None:
        """Decode and keep raw blocks that were read already, given by column and block."""
        for name, blocks in sample.items():
            for block, raw in blocks.items():
                self._keep(name, block, raw)

    def _keep(self, name: str, block: int, raw: Raw) -> None:
        column = self._decoders[name](raw)
        if name == "t":
            self._ends.learn(2 * block, int(column[0]))
            self._ends.learn(2 * block + 1, int(column[-1]))
            self._note_steps(column)
        column.setflags(write=False)  # windows are views of it
        self._kept[name, block] = column
        self.kept_bytes += column.nbytes
        while self.kept_bytes > self._limit and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self.kept_bytes -= dropped.nbytes

    def _note_steps(self, t: Column) -> None:
        if np.any(t[1:] < t[:-1]):
            self._step_back = max(self._step_back, -int(np.diff(t).min()))

    def _rows(self, name: str, start: int, stop: int) -> Column:
        size = self._source.storage(name).block_rows
        parts = []
        for block in range(start // size, -(-stop // size)):
            first = block * size
            column = self._column(name, block)
            parts.append(column[max(start - first, 0) : stop - first])
        return parts[0] if len(parts) == 1 else np.concatenate(parts or [self._nothing(name)])

    def _nothing(self, name: str) -> Column:
        nothing: Column = getattr(Events.empty(), name)
        return nothing

    def _column(self, name: str, block: int) -> Column:
        if (name, block) not in self._kept:
            size = self._source.storage(name).block_rows
            start = block * size
            raw = self._source.read(name, start, min(start + size, self.rows))
            for also, values in raw.items():
                self._keep(also, block, values)
        self._kept.move_to_end((name, block))
        return self._kept[name, block]

    def _time_of_end(self, end: int) -> int:
        block, last = divmod(end, 2)
        if self._source.storage("t").is_packed:
            return int(self._column("t", block)[-1 if last else 0])
        row = min((block + 1) * self.t_rows, self.rows) - 1 if last else block * self.t_rows
        raw = self._source.read("t", row, row + 1)["t"]
        return int(self._decoders["t"](raw)[0])


def _largest_block(source: Source) -> int:
    return min(source.rows, max(source.storage(name).block_rows for name in "txyp"))
