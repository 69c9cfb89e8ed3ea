"""Times, counts and sizes: read from what a user types, written as a user reads them."""

from __future__ import annotations

import re

US_PER_S = 1_000_000

_UNIT_US = {"us": 1, "µs": 1, "ms": 1_000, "s": US_PER_S, "": US_PER_S}
# So many digits and no more: what they stand for fits in 64 bits, and no recording is longer.
_NUMBER_WITH_UNIT = re.compile(r"(\d{1,12}(?:\.\d*)?|\.\d+)\s*(us|µs|ms|s|)")
_PERCENT = re.compile(r"(\d{1,12}(?:\.\d*)?|\.\d+)\s*%")
_MICRO_SIGNS = str.maketrans("\u03bc", "\u00b5")  # a Greek keyboard's letter mu, and the sign
_CLOCK = re.compile(r"(?:(\d{1,8}):)?(\d{1,2}):(\d{1,2}(?:\.\d*)?)")
_BYTE_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_BYTE_UNITS |= {"ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}
_SIZE = re.compile(r"(\d{1,15}(?:\.\d*)?|\.\d+)\s*([kmgt]?i?)b?", re.IGNORECASE)


def parse_time(text: str) -> int:
    """µs of a time as users write it: ``1.5``, ``1.5s``, ``250ms``, ``80us``, ``00:01:02.5``.

    Raises:
        ValueError: the text is none of these.
    """
    stripped = text.strip().translate(_MICRO_SIGNS)
    if match := _NUMBER_WITH_UNIT.fullmatch(stripped):
        return round(float(match[1]) * _UNIT_US[match[2]])
    if match := _CLOCK.fullmatch(stripped):
        minutes, seconds = int(match[2]), float(match[3])
        if minutes < 60 and seconds < 60:
            whole = int(match[1] or 0) * 3600 + minutes * 60
            return whole * US_PER_S + round(seconds * US_PER_S)
    raise ValueError(f"{text!r} is not a time; write 1.5, 1.5s, 250ms, 80us or 00:01:02.5")


def parse_jump(text: str, position_us: int, duration_us: int) -> int:
    """µs of a place as users write it: a time, ``50%``, or from here ``+250ms``, ``-1s``, ``+5%``.

    A jump from here ends at the recording's ends; a place named outright must lie in it.

    Args:
        text: what was typed.
        position_us: here.
        duration_us: of the recording.

    Raises:
        ValueError: the text is none of these, or names a place after the end.
    """
    stripped = text.strip()
    sign = {"+": 1, "-": -1, "−": -1}.get(stripped[:1], 0)
    distance = _parse_distance(text, stripped[1:] if sign else stripped, duration_us)
    if sign:
        return min(max(0, position_us + sign * distance), duration_us)
    if distance > duration_us:
        raise ValueError(
            f"{text!r} is after the end: the recording lasts {format_duration(duration_us)}"
        )
    return distance


def _parse_distance(text: str, unsigned: str, duration_us: int) -> int:
    if match := _PERCENT.fullmatch(unsigned.strip()):
        return round(float(match[1]) * duration_us / 100)
    try:
        return parse_time(unsigned)
    except ValueError:
        raise ValueError(
            f"{text!r} is no place to go to; write 1.5s, 250ms, 80us, 00:01:02.5, 50%, +1s or -1s"
        ) from None


def parse_size(text: str) -> int:
    """Bytes of a size as users write it: ``500MB``, ``2 GiB``, ``8g``, ``1000``.

    Raises:
        ValueError: the text is none of these.
    """
    match = _SIZE.fullmatch(text.strip())
    unit = match[2].lower() if match else "?"
    if match is None or unit not in _BYTE_UNITS:
        raise ValueError(f"{text!r} is not a size; write 500MB, 2GiB or a number of bytes")
    return round(float(match[1]) * _BYTE_UNITS[unit])


def format_position(us: int) -> str:
    """``hh:mm:ss.µµµµµµ``, the form of the player's status line."""
    sign = "-" if us < 0 else ""
    seconds, micros = divmod(abs(us), US_PER_S)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours:02d}:{minutes:02d}:{seconds:02d}.{micros:06d}"


def format_duration(us: float) -> str:
    """A span with three digits: ``80 µs``, ``1.25 ms``, ``9.99 s``, ``4:05 min``, ``1:02:03 h``."""
    if us < 0:
        return "-" + format_duration(-us)
    if us < 999.5:
        return f"{us:.0f} µs"
    if us < 999_500:
        return f"{_three_digits(us / 1_000)} ms"
    if us < 99.95 * US_PER_S:
        return f"{_three_digits(us / US_PER_S)} s"
    minutes, seconds = divmod(round(us / US_PER_S), 60)
    if minutes < 60:
        return f"{minutes}:{seconds:02d} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d} h"


def format_count(count: float) -> str:
    """A number with three digits and a unit: ``4,407``, ``219 k``, ``26.0 M``, ``2.00 G``."""
    if count < 10_000:
        return f"{count:,.0f}"
    for factor, unit in ((1e3, "k"), (1e6, "M"), (1e9, "G"), (1e12, "T")):
        if count < 999.5 * factor:
            return f"{_three_digits(count / factor)} {unit}"
    return f"{count:.2e}"


def format_rate(events_per_s: float) -> str:
    """An event rate: ``850 ev/s``, ``12.5 kev/s``, ``2.60 Mev/s``."""
    for factor, unit in ((1.0, "ev/s"), (1e3, "kev/s"), (1e6, "Mev/s")):
        if events_per_s < 999.5 * factor:
            value = events_per_s / factor
            return f"{value:.0f} {unit}" if factor == 1.0 else f"{_three_digits(value)} {unit}"
    return f"{_three_digits(events_per_s / 1e9)} Gev/s"


def format_bytes(size: float) -> str:
    """A size in units of 1000, three digits: ``512 B``, ``1.48 kB``, ``337 MB``, ``6.50 GB``."""
    if size < 999.5:
        return f"{size:.0f} B"
    for factor, unit in ((1e3, "kB"), (1e6, "MB"), (1e9, "GB")):
        if size < 999.5 * factor:
            return f"{_three_digits(size / factor)} {unit}"
    return f"{_three_digits(size / 1e12)} TB"


def printable(text: str) -> str:
    """Text from outside with control characters shown as �, so that no terminal obeys it."""
    return "".join(char if char.isprintable() else "�" for char in text)


def _three_digits(value: float) -> str:
    if value < 9.995:
        return f"{value:.2f}"
    if value < 99.95:
        return f"{value:.1f}"
    return f"{value:.0f}"
