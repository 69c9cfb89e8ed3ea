"""Events as evlib decodes them, in a process of its own: it may abort the one it runs in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_SCRIPT = """
import logging, sys
logging.getLogger("evlib").setLevel(logging.CRITICAL)
import evlib, numpy
frame = evlib.load_events(sys.argv[1], sort=False).collect()
t = frame["t"].dt.total_microseconds().to_numpy()
x, y, p = (frame[name].to_numpy() for name in ("x", "y", "polarity"))
numpy.save(sys.argv[2], numpy.stack([t, x, y, p > 0]).astype("int64"))
"""


def rows_by_evlib(recording: Path, folder: Path) -> NDArray[np.int64]:
    """Rows of t (µs on the sensor's clock), x, y and p (0 or 1), shape (N, 4), sorted."""
    into = folder / "events.npy"
    subprocess.run([sys.executable, "-c", _SCRIPT, recording, into], check=True)
    return in_order(np.load(into))


def in_order(columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows of a table, given as columns of shape (4, N), in one order for all decoders."""
    return columns[:, np.lexsort(columns[::-1])].T
