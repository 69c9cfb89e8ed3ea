"""Time for playback: monotonic, and replaceable in tests."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], float]
"""Seconds that never go back; only differences mean anything."""

monotonic: Clock = time.monotonic
