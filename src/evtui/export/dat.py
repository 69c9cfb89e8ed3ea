"""Events into Prophesee DAT files, version 2: records of 8 bytes."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evtui.events import Events, Times
from evtui.export.kinds import Heading
from evtui.export.words import WordsWriter, words_writer
from evtui.recordings.conventions import LARGEST_SIDE

_CD, _RECORD_BYTES = 0x0C, 8


def open_dat(path: Path, heading: Heading) -> AbstractContextManager[WordsWriter]:
    """DAT; see ``kinds.OpenWriter``.  Times over 71.6 min have no place in it.

    Nothing dates the file: equal events make equal files.
    """
    header = (
        "% Data file containing CD events.\n% Version 2\n"
        f"% Height {heading.height}\n% Width {heading.width}\n"
    ).encode() + bytes([_CD, _RECORD_BYTES])
    return words_writer(path, lambda _taken: header, _Dat(), heading.t_first_us)


class _Dat:
    """The time, then x in bits 0 to 13, y in 14 to 27, the polarity in bit 28."""

    largest = LARGEST_SIDE - 1
    """There are bits for 16,384, but such columns are the mark of records of version 1."""
    turn_us = None

    def words(self, t: Times, events: Events) -> NDArray[Any]:
        if int(t[-1]) >= 1 << 32:
            raise ValueError(
                "DAT has no place for times over 71.6 min (--relative counts from the first event)"
            )
        words = np.empty((len(events), 2), "<u4")
        words[:, 0] = t
        places = events.p.astype(np.uint32) << np.uint32(28)
        places |= events.y.astype(np.uint32) << np.uint32(14)
        words[:, 1] = places | events.x
        return words
