"""What is wrong with a recording, or was guessed of it: codes, severities, meanings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters, least first."""

    NOTE = "note"
    """Guessed or unusual; what is shown is as good as the file allows."""
    WARNING = "warning"
    """Something a user should look at before trusting figures."""
    ERROR = "error"
    """Part of the recording is missing or cannot be right."""


_N, _W, _E = Severity.NOTE, Severity.WARNING, Severity.ERROR

CODES: dict[str, tuple[Severity, str]] = {
    "unit_guessed": (_N, "the unit of time is not stated and was told from the values"),
    "polarity_guessed": (_N, "the polarity convention was told from the values"),
    "size_guessed": (_N, "the sensor size is not stated and was told from the events"),
    "columns_guessed": (_N, "which column is which was told from the values"),
    "several_recordings": (_N, "the file holds more than one stream of events; one was chosen"),
    "decoded_by_evlib": (_N, "decoded by evlib, which does not report truncation or damage"),
    "encoding_guessed": (
        _N,
        "the encoding is not stated; the camera or the words told it",
    ),
    "layout_guessed": (_N, "the layout of the records is not stated and was told from them"),
    "word_order_guessed": (_N, "which half of a word comes first was told from the words"),
    "clock_wrap": (_N, "the camera's clock starts again from zero; times are counted on"),
    "triggers": (_N, "the file also has edges of the camera's trigger input; they are no events"),
    "hot_pixels": (_N, "pixels fire far more than those around them"),
    "no_events": (_W, "the recording holds no events"),
    "one_polarity": (_W, "every event seen has the same polarity"),
    "time_goes_back": (_W, "an event is earlier than the one before it"),
    "gap": (_W, "no event came for a while, though many came just before and after"),
    "out_of_sensor": (_W, "events lie outside the sensor size the file states"),
    "untimed_events": (_W, "events come before the first time and are left out"),
    "damaged_words": (_W, "words that the format does not know"),
    "header_differs": (_W, "the header does not agree with the data, or with itself"),
    "implausible_span": (_W, "the duration or the event rate is beyond any real recording"),
    "loader_differs": (_E, "the loader's events differ from what the file's own columns say"),
    "truncated": (_E, "the file ends in the middle of an event"),
    "damaged_parts": (_E, "parts of the file cannot be decoded and are left out"),
    "unequal_columns": (_E, "the columns have different lengths; only the shortest is used"),
}
"""Every code a finding may have: its severity and what it means in general."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or guessed, with the particulars of this file in ``message``."""

    code: str
    severity: Severity
    message: str


def finding(code: str, message: str = "") -> Finding:
    """A finding of a known code; without a message it carries the code's general meaning."""
    severity, meaning = CODES[code]
    return Finding(code, severity, message or meaning)


def worst(findings: tuple[Finding, ...] | list[Finding]) -> Severity | None:
    """The highest severity among findings; None where there are none."""
    order = list(Severity)
    return max((found.severity for found in findings), key=order.index, default=None)
