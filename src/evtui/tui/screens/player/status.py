"""What the player says in words: the status line and the overlay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from evtui.tui.facts import pair, timing_text
from evtui.units import format_count, format_duration, format_position

if TYPE_CHECKING:
    from evtui.playback.reader import Frame
    from evtui.playback.session import Session
    from evtui.tui.widgets.event_view import EventView

Part = tuple[str, str]
"""A text and its style."""


def status_parts(
    session: Session, view: EventView, frame: Frame | None, in_memory: bool
) -> list[Part]:
    """The status line, the most telling parts first."""
    transport = session.transport
    events = view.events
    sign = "‖" if not transport.playing else "◀" if transport.backwards else "▶"
    return [
        (sign, "bold"),
        (format_position(transport.position_us), "bold"),
        (f"{'−' if transport.backwards else ''}{transport.speed:g}×", ""),
        (f"window {format_duration(transport.window_us)}", ""),
        (f"{format_count(len(events) if events is not None else 0)} events", ""),
        *(
            [(f"newest of the {format_duration(transport.window_us)}", "yellow")]
            if frame is not None and not frame.complete
            else []
        ),
        ("memory" if in_memory else "file", "dim"),
        *([(f"{session.frame_rate:.0f} fps", "dim")] if transport.playing else []),
        *([("loop", "dim")] if transport.looping else []),
        *((mode, "dim") for mode in view.modes()),
    ]


def hud_text(
    session: Session, view: EventView, frame: Frame | None, stages: dict[str, float]
) -> Text:
    """The overlay: how the frame is drawn, how playback keeps up, what opening took."""
    lines = []
    if view.look is not None:
        region = view.look.region
        lines.append(pair("view", f"{view.look.view}, {view.look.glyphs}"))
        lines.append(pair("region", f"{region.width}×{region.height} at {region.x},{region.y}"))
    lines.append(pair("frames", f"{session.frame_rate:.0f} per s"))
    lines.append(pair("", f"{session.dropped} dropped, {session.late} late"))
    if frame is not None:
        lines.append(pair("window read", f"{frame.read_seconds * 1000:.1f} ms"))
    return Text("\n").join([*lines, timing_text(stages)])
