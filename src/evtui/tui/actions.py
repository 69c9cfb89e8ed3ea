"""The one registry of actions: bindings, footer, help screen and README come from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding, BindingType


class Place(StrEnum):
    """Where an action's keys work."""

    EVERYWHERE = "Everywhere"
    BROWSER = "Browser"
    PLAYER = "Player"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the user can do."""

    id: str
    """Stable; what a keymap names."""
    place: Place
    keys: tuple[str, ...]
    """By Textual's names for keys."""
    call: str
    """The method behind it, with arguments, as Textual writes actions."""
    label: str
    """One or two words for the footer."""
    help: str
    footer: bool = False
    priority: bool = False
    """Whether it acts before the focused widget sees the key, and so before any key typed after."""


_E, _B, _P = Place.EVERYWHERE, Place.BROWSER, Place.PLAYER
_MINUS, _EQUALS = "minus", "equals_sign"
_LEFT_BRACE, _RIGHT_BRACE = "left_curly_bracket", "right_curly_bracket"

ACTIONS: tuple[Action, ...] = (
    Action("browser.open", _B, ("enter",), "open", "Open", "Open and play", footer=True),
    Action("browser.down", _B, ("j",), "cursor_down", "Down", "Next dataset (also ↓)"),
    Action("browser.up", _B, ("k",), "cursor_up", "Up", "Previous dataset (also ↑)"),
    Action("browser.first", _B, ("g", "home"), "scroll_top", "First", "First dataset"),
    Action("browser.last", _B, ("G", "end"), "scroll_bottom", "Last", "Last dataset"),
    Action(
        "browser.filter",
        _B,
        ("slash",),
        "filter",
        "Filter",
        "Filter by text",
        footer=True,
        priority=True,
    ),
    Action("browser.sort", _B, ("s",), "sort", "Sort", "Sort by the next column"),
    Action("browser.reverse", _B, ("S",), "reverse", "Reverse", "Turn the order of the sort round"),
    Action("browser.load", _B, ("l",), "load", "Load", "Load into the cache", footer=True),
    Action("browser.unload", _B, ("u",), "unload", "Unload", "Free from the cache"),
    Action("browser.pin", _B, ("p",), "pin", "Pin", "Keep in the cache, or no longer"),
    Action("browser.load_next", _B, ("n",), "load_next", "Next", "Load before others that wait"),
    Action("browser.cancel", _B, ("x",), "cancel_load", "Cancel", "Cancel loads, else exports"),
    Action("browser.clear", _B, ("X",), "clear_queue", "Clear", "Cancel the loads that wait"),
    Action(
        "browser.export", _B, ("e",), "export", "Export", "Export to another format", footer=True
    ),
    Action("browser.rescan", _B, ("r",), "rescan", "Rescan", "Look at the folders again"),
    Action("browser.cache", _B, ("c",), "toggle_cache", "Cache", "Cache on or off"),
    Action(
        "browser.memory",
        _B,
        ("m",),
        "memory",
        "Mem",
        "Memory and cache, their history",
        footer=True,
    ),
    Action("browser.details", _B, ("i",), "details", "Info", "All that is known", footer=True),
    Action("browser.settings", _B, ("comma",), "app.settings", "Settings", "Settings", footer=True),
    Action("browser.leave", _B, ("escape",), "leave", "Clear", "Clear the filter"),
    Action("player.toggle", _P, ("space",), "play", "Play", "Play or pause", footer=True),
    Action("player.reverse", _P, ("r",), "reverse", "Reverse", "Play backwards, or on again"),
    Action("player.back", _P, ("left",), "seek(-1)", "Back", "Seek back"),
    Action("player.forward", _P, ("right",), "seek(1)", "Forward", "Seek forward"),
    Action("player.step_back", _P, ("comma",), "step(-1)", "Step back", "One step back"),
    Action("player.step", _P, ("full_stop",), "step(1)", "Step", "One step on"),
    Action("player.slower", _P, ("left_square_bracket",), "speed(-1)", "Slower", "Slower"),
    Action("player.faster", _P, ("right_square_bracket",), "speed(1)", "Faster", "Faster"),
    Action("player.normal", _P, ("backspace",), "normal_speed", "1×", "Speed 1×"),
    Action("player.shorter", _P, (_MINUS,), "window(-1)", "Shorter", "Shorter window"),
    Action("player.longer", _P, (_EQUALS, "plus"), "window(1)", "Longer", "Longer window"),
    *(
        Action(f"player.jump{digit}", _P, (str(digit),), f"jump({digit})", "", f"To {digit}0 %")
        for digit in range(10)
    ),
    Action("player.start", _P, ("home",), "jump(0)", "Start", "To the start"),
    Action("player.end", _P, ("end",), "jump(10)", "End", "To the end"),
    Action("player.mark", _P, ("l",), "mark", "A-B", "Set A, set B, clear both"),
    Action("player.mark_a", _P, ("left_parenthesis",), "mark_a", "A", "Set A here"),
    Action("player.mark_b", _P, ("right_parenthesis",), "mark_b", "B", "Set B here"),
    Action("player.loop", _P, ("L",), "loop", "Loop", "Loop the whole recording"),
    Action("player.go_to", _P, ("colon",), "go_to", "Go to", "Go to a time that you type"),
    Action("player.bookmark", _P, ("b",), "bookmark", "Bookmark", "Bookmark this place"),
    Action("player.bookmarks", _P, ("B",), "bookmarks", "Bookmarks", "List of bookmarks"),
    Action("player.next_bookmark", _P, ("n",), "next_bookmark(1)", "", "Next bookmark"),
    Action("player.last_bookmark", _P, ("N",), "next_bookmark(-1)", "", "Previous bookmark"),
    Action("player.next_burst", _P, (_RIGHT_BRACE,), "next_burst(1)", "", "Next burst of activity"),
    Action("player.last_burst", _P, (_LEFT_BRACE,), "next_burst(-1)", "", "Previous burst"),
    Action("player.view", _P, ("v",), "view", "View", "Next view", footer=True),
    Action("player.glyphs", _P, ("m",), "glyphs", "Glyphs", "Next glyphs", footer=True),
    Action("player.palette", _P, ("c",), "palette", "Palette", "Next palette"),
    Action("player.darker", _P, ("less_than_sign",), "brightness(-1)", "Darker", "Darker"),
    Action("player.brighter", _P, ("greater_than_sign",), "brightness(1)", "Brighter", "Brighter"),
    Action(
        "player.hold",
        _P,
        ("asterisk",),
        "hold_brightness",
        "Hold",
        "Hold the brightness, or let it follow the rate",
    ),
    Action("player.zoom", _P, ("z",), "zoom", "Zoom", "Zoom 1× to 32× (also wheel)", footer=True),
    Action("player.region", _P, ("R",), "region", "Region", "Region on what is looked at, or off"),
    Action("player.frequency", _P, ("f",), "frequency", "Frequency", "Frequency of the region"),
    Action("player.blades", _P, ("F",), "blades", "", "Number of blades, for turns a minute"),
    Action("player.polarity", _P, ("p",), "polarity", "", "Filter: both, ON alone, OFF alone"),
    Action("player.hot_pixels", _P, ("h",), "hot_pixels", "", "Filter: mask hot pixels"),
    Action(
        "player.isolated",
        _P,
        ("d",),
        "isolated",
        "",
        "Filter: isolated pixels, whose neighbours had no event for 1–10 ms",
    ),
    Action(
        "player.refractory",
        _P,
        ("D",),
        "refractory",
        "",
        "Filter: events of a pixel that had one 0.2–10 ms before",
    ),
    Action("player.pan_left", _P, ("H", "shift+left"), "pan(-1, 0)", "", "Pan left"),
    Action("player.pan_down", _P, ("J", "shift+down"), "pan(0, 1)", "", "Pan down"),
    Action("player.pan_up", _P, ("K", "shift+up"), "pan(0, -1)", "", "Pan up"),
    Action("player.pan_right", _P, ("shift+right",), "pan(1, 0)", "", "Pan right"),
    Action("player.timeline", _P, ("t",), "timeline", "Timeline", "Timeline on or off"),
    Action("player.closer", _P, ("T",), "zoom_timeline(1)", "", "Timeline closer (also wheel)"),
    Action("player.wider", _P, ("W",), "zoom_timeline(-1)", "", "Timeline wider (also wheel)"),
    Action("player.hud", _P, ("o",), "hud", "HUD", "Overlay on or off", footer=True),
    Action(
        "player.export",
        _P,
        ("e",),
        "export",
        "Export",
        "Export, A-B and region filled in",
        footer=True,
    ),
    Action("player.picture", _P, ("s",), "picture", "Picture", "Save the frame as PNG"),
    Action("player.details", _P, ("i",), "details", "Details", "All that is known, and timing"),
    Action("player.leave", _P, ("escape",), "leave", "Back", "Back to the browser", footer=True),
    Action("help", _E, ("question_mark", "f1"), "app.help", "Help", "This help", footer=True),
    Action("palette", _E, ("ctrl+p",), "app.command_palette", "Palette", "Command palette"),
    Action("leave", _E, ("q",), "app.quit", "Quit", "Quit", footer=True),
    Action(
        "quit", _E, ("ctrl+q", "ctrl+c"), "app.quit", "Quit", "Quit, from any screen", priority=True
    ),
)
"""Every action, in the order of the help screen."""

KEYMAPS: dict[str, dict[str, str]] = {
    "mpv": {},
    "launcher": {
        "player.faster": "up,right_square_bracket",
        "player.slower": "down,left_square_bracket",
        "player.longer": "right,equals_sign,plus",
        "player.shorter": "left,minus",
        "player.back": "shift+left",
        "player.forward": "shift+right",
        "player.pan_left": "H",
        "player.pan_right": "none",
    },
}
"""Keymaps by name: what differs from the keys above, by action id."""

_KEY_SIGNS = {
    "enter": "⏎",
    "escape": "Esc",
    "space": "Space",
    "backspace": "Backspace",
    "home": "Home",
    "end": "End",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "slash": "/",
    "comma": ",",
    "full_stop": ".",
    "question_mark": "?",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "minus": "-",
    "equals_sign": "=",
    "plus": "+",
    "f1": "F1",
    "colon": ":",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "asterisk": "*",
    "left_parenthesis": "(",
    "right_parenthesis": ")",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
}


def sign(key: str) -> str:
    """A key as a user knows it: ``Ctrl+Q``, ``←``, ``[``."""
    *modifiers, name = key.split("+") if key != "+" else [key]
    shown = _KEY_SIGNS.get(name, name.upper() if modifiers else name)
    return "+".join([*(modifier.capitalize() for modifier in modifiers), shown])


def bindings(*places: Place) -> list[BindingType]:
    """Textual's bindings for the actions of some places."""
    return [
        Binding(
            ",".join(action.keys),
            action.call,
            action.label,
            show=action.footer,
            key_display=sign(action.keys[0]),
            id=action.id,
            priority=action.priority,
        )
        for action in at(*places)
    ]


def at(*places: Place) -> list[Action]:
    """The actions of some places, in the registry's order."""
    return [action for action in ACTIONS if action.place in places]


def rows(place: Place, keymap: str = "mpv") -> Iterable[tuple[str, str]]:
    """Keys and help of a place's actions, the ten digit keys as one row."""
    changed = KEYMAPS[keymap]
    for action in at(place):
        if action.id.startswith("player.jump"):
            if action.id.endswith("0"):
                yield "0 – 9", "Jump to 0 % – 90 % of the recording"
            continue
        keys = changed[action.id].split(",") if action.id in changed else list(action.keys)
        yield "  ".join(sign(key) for key in keys if key != "none") or "–", action.help


def as_markdown() -> str:
    """The README's table of keys."""
    lines: list[str] = []
    for place in (Place.BROWSER, Place.PLAYER, Place.EVERYWHERE):
        lines += ["", f"| {place.value} | |", "|---|---|"]
        lines += [f"| {_as_code(keys)} | {text} |" for keys, text in rows(place)]
    return "\n".join(lines[1:])


def _as_code(keys: str) -> str:
    return " ".join(f"`{key}`" for key in keys.split("  "))
