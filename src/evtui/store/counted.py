"""What the loading process counts of the events it decoded, so that nobody else has to.

A pass over 26 M events takes half a second, most of it with the interpreter's lock held.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any

from evtui.library.packing import pack, unpack
from evtui.recordings.base import Counts
from evtui.recordings.findings import Finding, finding
from evtui.recordings.memory import Columns, count_columns


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """A full pass over a recording."""

    counts: Counts
    findings: tuple[Finding, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As the loading process reports it."""
        return {
            "counts": b64encode(pack(self.counts)).decode(),
            "findings": [[found.code, found.message] for found in self.findings],
        }

    @staticmethod
    def from_json(told: dict[str, Any]) -> Counted:
        """What ``to_json`` told.

        Raises:
            ValueError: it is something else.
        """
        findings = tuple(finding(code, message) for code, message in told["findings"])
        return Counted(unpack(b64decode(told["counts"])), findings)


def count(columns: Columns, size: tuple[int, int]) -> Counted:
    """Count every event.

    Args:
        columns: sorted by t.
        size: columns and rows of the sensor.
    """
    tally = count_columns(columns, *size)
    assert tally is not None and tally.counts is not None, "nobody cancels it"
    return Counted(tally.counts, tuple(tally.findings()))
