"""What the user can set: one table of settings, read from file, environment and command line."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from evtui.errors import ExportError, SettingsError
from evtui.files import written_beside
from evtui.units import format_bytes, parse_size

GB = 10**9


def _setting(
    default: Any, label: str, choices: tuple[Any, ...], env: str = "", *, size: bool = False
) -> Any:
    """A field with what the settings screen and the checks need to know of it."""
    metadata = {"label": label, "choices": choices, "env": env, "size": size}
    return field(default=default, metadata=metadata)


_SIZES = tuple(size * GB for size in (1, 2, 4, 8, 16, 32, 64))


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default.  The field's name is the key in the config file."""

    cache: bool = _setting(False, "Cache loaded recordings", (False, True), "EVTUI_CACHE")
    cache_budget: int = _setting(8 * GB, "Cache budget", _SIZES, "EVTUI_CACHE_BUDGET", size=True)
    cache_share: int = _setting(
        0,
        "Cache budget in % of available (0: as above)",
        (0, 10, 25, 50, 75, 90),
        "EVTUI_CACHE_SHARE",
    )
    cache_floor: int = _setting(
        8 * GB,
        "Memory that must be available to load",
        (0, GB // 2, *_SIZES),
        "EVTUI_CACHE_FLOOR",
        size=True,
    )
    cache_largest: int = _setting(
        GB,
        "Largest recording kept",
        (GB // 4, GB // 2, *_SIZES),
        "EVTUI_CACHE_LARGEST",
        size=True,
    )
    disk_budget: int = _setting(
        4 * GB,
        "Decoded events kept on disk (0: none)",
        (0, *_SIZES),
        "EVTUI_DISK_BUDGET",
        size=True,
    )
    loads_at_once: int = _setting(1, "Loads at a time", (1, 2, 3, 4), "EVTUI_LOADS_AT_ONCE")
    preload: bool = _setting(False, "Preload the highlighted recording when idle", (False, True))
    loader: str = _setting("auto", "Loader", ("auto", "evlib"), "EVTUI_LOADER")
    glyphs: str = _setting(
        "half",
        "Glyphs",
        ("half", "quadrant", "sextant", "octant", "braille", "ascii", "pixels"),
        "EVTUI_GLYPHS",
    )
    view: str = _setting("polarity", "View", ("polarity", "on", "off", "count", "surface"))
    palette: str = _setting(
        "classic", "Palette", ("classic", "safe", "frost", "green", "paper", "mono")
    )
    colours: str = _setting("16", "Colours", ("auto", "16", "256", "truecolor"), "EVTUI_COLOURS")
    step: str = _setting("window", "One step in the player", ("window", "frame"))
    theme: str = _setting(
        "textual-dark",
        "Theme",
        ("textual-dark", "textual-light", "nord", "gruvbox", "tokyo-night", "solarized-light"),
    )
    keymap: str = _setting("mpv", "Keys", ("mpv", "launcher"))
    max_rate: int = _setting(
        0,
        "Most bytes a second sent (0: no limit)",
        (0, 30_000, 60_000, 100_000, 250_000, 500_000, 1_000_000, 4_000_000),
        "EVTUI_MAX_RATE",
        size=True,
    )
    fps: int = _setting(30, "Frames per second", (5, 10, 15, 24, 30, 60), "EVTUI_FPS")


KEYS: tuple[str, ...] = tuple(setting.name for setting in fields(Settings))


def label_of(key: str) -> str:
    """How the settings screen names a setting."""
    return str(_metadata(key)["label"])


def choices_of(key: str) -> tuple[Any, ...]:
    """The values the settings screen offers; of a size, others may be given elsewhere."""
    choices: tuple[Any, ...] = _metadata(key)["choices"]
    return choices


def environment_names() -> list[tuple[str, str]]:
    """The variables that set something, each with the label of what it sets."""
    variables = [(_metadata(key)["env"], label_of(key)) for key in KEYS]
    return [(variable, label) for variable, label in variables if variable]


def show(key: str, value: Any) -> str:
    """A value as the settings screen and messages write it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return format_bytes(value) if _metadata(key)["size"] else str(value)


def parse(key: str, value: object, where: str) -> Any:
    """A value from outside as the setting's own type.

    Args:
        key: the setting's name.
        value: text, or what TOML made of it.
        where: names the source in the error: the file, the variable, the option.

    Raises:
        SettingsError: no such setting, or not one of its values.
    """
    if key not in KEYS:
        raise SettingsError(f"{where}: there is no setting {key!r}; known are {', '.join(KEYS)}")
    choices = choices_of(key)
    text = str(value).strip().lower()
    if isinstance(choices[0], bool):
        words = {"on": True, "true": True, "1": True, "yes": True}
        words |= {"off": False, "false": False, "0": False, "no": False}
        if text in words:
            return words[text]
        raise SettingsError(f"{where}: {key} is on or off, not {value!r}")
    if _metadata(key)["size"]:
        try:
            return parse_size(text)
        except ValueError as error:
            raise SettingsError(f"{where}: {key}: {error}") from error
    if isinstance(choices[0], int):
        if text.isdecimal() and choices[0] <= int(text) <= choices[-1]:
            return int(text)
        raise SettingsError(
            f"{where}: {key} is a number from {choices[0]} to {choices[-1]}, not {value!r}"
        )
    if text in choices:
        return text
    raise SettingsError(f"{where}: {key} is one of {', '.join(choices)}, not {value!r}")


def load(
    file: Path,
    environment: Mapping[str, str],
    command_line: Mapping[str, object],
    warn: Callable[[str], None] | None = None,
) -> Settings:
    """Command line over environment over file over defaults.

    Args:
        file: the config file; it need not exist.
        environment: usually ``os.environ``.
        command_line: only the options the user gave, by setting name.
        warn: told of each key in the file that this version does not know, which is then passed
            over: a newer version may have written it.  Without ``warn`` such a key is an error.

    Raises:
        SettingsError: a source holds a value that cannot be taken; the message names the source.
    """
    values: dict[str, Any] = {}
    for key, value in _read(file).items():
        if key not in KEYS and warn is not None:
            warn(f"{file}: there is no setting {key!r} in this version; it is passed over")
            continue
        values[key] = parse(key, value, str(file))
    for key in KEYS:
        name = _metadata(key)["env"]
        if name and environment.get(name):
            values[key] = parse(key, environment[name], name)
    for key, value in command_line.items():
        values[key] = parse(key, value, "--" + key.replace("_", "-"))
    return Settings(**values)


def save(file: Path, changed: Mapping[str, Any]) -> None:
    """Write changed settings into the config file and keep the others it holds.

    Only what the user changed is written, so that a later default reaches everyone else, and an
    option of one run never becomes permanent.

    Raises:
        SettingsError: the file holds something else than settings, or cannot be written.
    """
    import tomli_w

    kept = _read(file)
    kept.update(changed)
    # A config file that is a link, as those who keep theirs in git have it, stays one.
    target = file.resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with written_beside(target) as beside:
            beside.write_text(tomli_w.dumps(kept), encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{file}: cannot be written: {error.strerror}") from error
    except ExportError as error:
        raise SettingsError(str(error)) from error


def _read(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as source:
            return tomllib.load(source)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise SettingsError(f"{file}: is not TOML: {error}") from error


def _metadata(key: str) -> Mapping[str, Any]:
    for setting in fields(Settings):
        if setting.name == key:
            return setting.metadata
    raise KeyError(key)
