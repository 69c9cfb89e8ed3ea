"""Facts about a dataset as lines: beside the preview in short, on the details screen in full."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text

from evtui.library.summary import Summary
from evtui.recordings.findings import Severity
from evtui.store.messages import Forecast
from evtui.timing import STAGES
from evtui.tui.columns import Row
from evtui.units import (
    format_bytes,
    format_count,
    format_duration,
    format_position,
    format_rate,
    printable,
)

_LABEL = 12
_SHORT_LABEL = 9
_COLOURS = {Severity.NOTE: "blue", Severity.WARNING: "yellow", Severity.ERROR: "red"}


def facts(row: Row, *, full: bool = False) -> list[tuple[str, str]]:
    """What is known, as name and value; estimates are marked with ``~``.

    In short it leaves out what the table says too.
    """
    known = row.summary or Summary()
    listed: list[tuple[str, str | None]] = [
        ("format", " ".join(filter(None, (known.format, known.layout and f"({known.layout})")))),
        ("sensor", f"{known.width}×{known.height}" if known.width else None),
        ("events", _about(known.events, known.events_exact, format_count)),
        ("duration", _about(known.duration_us, known.duration_exact, format_duration)),
        ("rate", None if known.rate is None else format_rate(known.rate)),
        ("ON", None if known.on_fraction is None else f"{known.on_fraction:.1%}"),
    ]
    if full:
        first = _about(known.t_first_us, True, lambda t: format_position(int(t)))
        listed += [
            ("first event", first),
            ("size", format_bytes(row.dataset.bytes)),
            ("path", str(row.dataset.path)),
        ]
    return [(name, printable(value)) for name, value in listed if value]


def facts_text(row: Row, *, full: bool = False, load: Forecast | None = None) -> Text:
    """The facts and the findings as text; what matters most comes first, where room is short.

    Args:
        row: what the table knows.
        full: everything, or what the table does not say too.
        load: what loading it would take, where that is of interest.
    """
    width = _LABEL if full else _SHORT_LABEL
    lines = [Text(printable(row.dataset.name), "bold", overflow="fold")]
    known = row.summary
    if row.problem:
        lines.append(Text(printable(row.problem), "red"))
    lines += [pair(name, value, width) for name, value in facts(row, full=full)]
    if load is not None:
        lines.append(pair("load", _forecast(load), width))
    if known is not None:
        lines += [
            Text.assemble(
                (f"{found.severity.value} ", _COLOURS[found.severity]),
                (f"{found.code} ", "dim") if full else "",
                printable(found.message),
            )
            for found in known.findings
        ]
    return Text("\n").join(lines)


def timing_text(stages: dict[str, float]) -> Text:
    """How long the stages of the last opening took; the name of each says what it covers."""
    lines = [
        Text.assemble((f"{name:<13}", "dim"), f"{stages[name] * 1000:8.1f} ms")
        for name in STAGES
        if name in stages
    ]
    return Text("\n").join(lines)


def _about(value: float | None, exact: bool, write: Callable[[float], str]) -> str | None:
    if value is None:
        return None
    text = write(value)
    return text if exact else f"~{text}"


def pair(name: str, value: str, width: int = _LABEL) -> Text:
    """A fact's name and its value, the values one below the other."""
    return Text.assemble((f"{name:<{width}}", "dim"), value)


def _forecast(load: Forecast) -> str:
    if load.refusal:
        return f"no: {load.refusal}"
    drops = ", ".join(path.name for path in load.drops)
    return printable(format_bytes(load.bytes) + (f", drops {drops}" if drops else ""))
