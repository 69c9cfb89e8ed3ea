"""What is remembered of a dataset: the facts its row and its details show."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from evtui.errors import CannotRead, NeedsLoading, RecordingError
from evtui.recordings.base import Recording, RecordingInfo
from evtui.recordings.findings import Finding, Severity, worst
from evtui.recordings.formats import identify, open_in_place


@dataclass(frozen=True, slots=True)
class Summary:
    """Facts about one dataset.  Figures are None until something has told them."""

    format: str = ""
    layout: str = ""
    width: int | None = None
    height: int | None = None
    events: int | None = None
    events_exact: bool = False
    t_first_us: int | None = None
    duration_us: int | None = None
    duration_exact: bool = False
    on_fraction: float | None = None
    is_counted: bool = False
    """Whether a full pass has seen every event, so that no figure and no finding is missing."""
    findings: tuple[Finding, ...] = ()
    problem: str = ""
    """Why the dataset cannot be opened; empty where it can."""
    needs_loading: bool = False
    """Whether it plays only after a loader has decoded it whole."""
    is_recording: bool = True
    """Whether its content is of a known format.  Text that is not is remembered too, so that it
    is looked at once."""

    @property
    def rate(self) -> float | None:
        """Mean event rate, events/s."""
        if not self.events or not self.duration_us:
            return None
        return self.events * 1e6 / self.duration_us

    @property
    def health(self) -> Severity | None:
        """The worst finding's severity; an unreadable dataset is an error."""
        return Severity.ERROR if self.problem else worst(self.findings)

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> Summary:
        """The summary that ``to_json`` wrote.

        Raises:
            ValueError: the text is something else.
        """
        values: dict[str, Any] = json.loads(text)
        known = {field.name for field in fields(Summary)}
        if not isinstance(values, dict) or set(values) != known:
            raise ValueError("not a summary of this version")
        values["findings"] = tuple(
            Finding(found["code"], Severity(found["severity"]), found["message"])
            for found in values["findings"]
        )
        return Summary(**values)


def of_recording(recording: Recording) -> Summary:
    """The summary of an open recording."""
    counted = recording.counts is not None  # asked first: it can only become so meanwhile
    return _of(recording.info, tuple(recording.findings()), counted)


def of_file(path: Path) -> Summary:
    """The summary of a file, from its header and endpoints; a fault becomes its ``problem``.

    Raises:
        CannotRead: the operating system refuses, which may be otherwise in a moment.
    """
    try:
        recording = open_in_place(path)
    except CannotRead:
        raise
    except NeedsLoading as need:
        return Summary(format=_name_or_blank(path), layout=need.fault, needs_loading=True)
    except RecordingError as error:
        return _unreadable(path, error)
    try:
        return of_recording(recording)
    except CannotRead:
        raise
    except RecordingError as error:
        return _unreadable(path, error)
    finally:
        recording.close()


def _unreadable(path: Path, error: RecordingError) -> Summary:
    name = _name_or_blank(path)
    return Summary(format=name, problem=error.reason, is_recording=bool(name))


def _of(info: RecordingInfo, findings: tuple[Finding, ...], counted: bool) -> Summary:
    return Summary(
        format=info.format,
        layout=info.layout,
        width=info.width,
        height=info.height,
        events=info.events,
        events_exact=info.events_exact,
        t_first_us=info.t_first_us,
        duration_us=info.duration_us,
        duration_exact=info.duration_exact,
        on_fraction=info.on_fraction,
        is_counted=counted,
        findings=findings,
    )


def _name_or_blank(path: Path) -> str:
    try:
        return identify(path).name
    except RecordingError:
        return ""
