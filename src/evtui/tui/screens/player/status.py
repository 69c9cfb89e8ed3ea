"""What the player says in words: the status line and the overlay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from evtui.tui.facts import pair, timing_text
from evtui.units import format_bytes, format_count, format_duration, format_position, format_rate

if TYPE_CHECKING:
    from evtui.tui.screens.player.measuring import Measuring

Part = tuple[str, str]
"""A text and its style."""

_LINES = 16


def status_parts(player: Measuring) -> list[Part]:
    """The status line, the most telling parts first."""
    session, view, frame = player.session, player.view, player.frame
    if session is None:
        return []
    transport, events = session.transport, view.events
    sign = "‖" if not transport.playing else "◀" if transport.backwards else "▶"
    capped = frame is not None and not frame.complete
    return [
        (sign, "bold"),
        (format_position(transport.position_us), "bold"),
        (f"{'−' if transport.backwards else ''}{transport.speed:g}×", ""),
        (f"window {format_duration(transport.window_us)}", ""),
        (f"{format_count(len(events) if events is not None else 0)} events", ""),
        *([("newest only", "yellow")] if capped else []),
        *((part, "bold") for part in _measured(player)),
        *([(player.filters.describe(), "yellow")] if player.filters else []),
        ("memory" if player.in_memory else "file", "dim"),
        *([(f"{session.frame_rate:.0f} fps", "dim")] if transport.playing else []),
        *([("loop", "dim")] if transport.looping else []),
        *((mode, "dim") for mode in view.modes()),
    ]


def _measured(player: Measuring) -> Iterator[str]:
    """The region's rate, and its frequency if that is measured."""
    if player.view.roi is not None and player.statistics is not None:
        yield format_rate(player.statistics.rate)
    if player.measures_frequency:
        yield frequency_text(player)


def frequency_text(player: Measuring) -> str:
    """Hz and turns a minute; a dash while nothing can be told for sure."""
    from evtui.measuring.frequency import TRUSTED, rpm

    found, session = player.frequency, player.session
    if found is None or session is None or found.confidence < TRUSTED:
        return "– Hz"
    now = found.at(session.transport.position_us)
    turns = f"{rpm(now, player.blades):,.0f} rpm"
    blades = f" of {player.blades} blades" if player.blades > 1 else ""
    return f"{now:.4g} Hz ({found.confidence:.0%}) {turns}{blades}"


def hud_text(player: Measuring) -> Text:
    """The overlay: how the frame is drawn, how playback and link keep up, what is measured."""
    lines = [
        *_drawn(player),
        *_kept_up(player),
        timing_text(player.services.stages.get(player.path, {}) if player.path else {}),
    ]
    text = Text("\n").join(lines)
    # As many lines whatever there is to say, so that the box stays as it is.
    return text + Text("\n" * max(0, _LINES - text.plain.count("\n") - 1))


def _drawn(player: Measuring) -> Iterator[Text]:
    view, counted = player.view, player.statistics
    if view.look is not None:
        shown = view.look.region
        yield pair("view", f"{view.look.view}, {view.look.glyphs}")
        yield pair("shown", f"{shown.width}×{shown.height} at {shown.x},{shown.y}")
    if region := player.measured_region():
        yield pair("region", f"{region.width}×{region.height} at {region.x},{region.y}")
    if counted is not None:
        on = "–" if counted.on_share is None else f"{counted.on_share:.0%}"
        yield pair("", f"{format_count(counted.events)} events, {format_rate(counted.rate)}")
        yield pair("", f"{on} ON, {counted.active_pixels / counted.pixels:.1%} of pixels")
    if player.measures_frequency:
        yield pair("frequency", frequency_text(player))
    if player.filters:
        yield pair("filters", player.filters.describe())


def _kept_up(player: Measuring) -> Iterator[Text]:
    session, frame = player.session, player.frame
    if session is not None:
        yield pair("frames", f"{session.frame_rate:.0f} per s, {session.dropped} dropped")
        yield pair("", f"{session.late} late")
    if frame is not None:
        yield pair("window read", f"{frame.read_seconds * 1000:.1f} ms")
        if not frame.complete:
            from_end = format_duration(frame.window.t1 - frame.shown_from_us)
            yield pair("", f"the newest {format_count(frame.events_read)}, {from_end}")
        elif not frame.history_complete:
            yield pair("", "filters did not see all of the time before")
    link = player.link.state
    if link.mode != "off":
        yield pair("link", f"{link.mode}, {format_bytes(round(link.bytes_per_second))}/s")
        if link.round_trip is not None:
            yield pair("", f"round trip {link.round_trip * 1000:.0f} ms")
