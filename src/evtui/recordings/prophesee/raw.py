"""RAW files: what their words are by the header, and whether the words bear it out.

Headers are edited by hand, copied to other files, and old ones state nothing but the camera.  So a
few looks at the words are taken.  Where they contradict the header, and clearly are of another
encoding, they are read as what they are; where they cannot be told, the header is believed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from evtui.errors import UnsupportedRecording
from evtui.recordings.base import Recording
from evtui.recordings.findings import Finding, finding
from evtui.recordings.prophesee.evt2 import open_evt2
from evtui.recordings.prophesee.evt3 import open_evt3
from evtui.recordings.prophesee.evt21 import open_evt21
from evtui.recordings.prophesee.likeness import (
    BIG,
    LEGACY,
    LITTLE,
    Fit,
    Reading,
    fit,
    likeliest,
    pixels,
)
from evtui.recordings.prophesee.raw_header import RawHeader
from evtui.recordings.prophesee.told import Told, tell_size_stated
from evtui.recordings.prophesee.words_file import RawFile, raw_file

LOOK_BYTES = 1 << 15
_MORE_LOOKS = 8
_LONGEST_WORD = 8
_JUNK_FROM = 0.25

_OPENERS: dict[str, Callable[[Path, Told], Recording]] = {
    "2": open_evt2,
    "2.1": open_evt21,
    "3": open_evt3,
}


def open_raw(path: Path) -> Recording:
    """Open a RAW file for reading window by window, as what its words are.

    Raises:
        CannotRead: the operating system refuses.
        DamagedRecording: its header does not end, or it becomes shorter meanwhile.
        UnsupportedRecording: neither its header nor its words tell an encoding that is known.
    """
    with raw_file(path) as file:
        reading, told = tell(file)
        file.close()
    return _OPENERS[reading.version](path, told)


def tell(file: RawFile) -> tuple[Reading, Told]:
    """How the words of a file are to be read, with findings if the header does not say so.

    Raises:
        CannotRead: the operating system refuses.
        DamagedRecording: the file has become shorter.
        UnsupportedRecording: neither the header nor the words tell a known encoding.
    """
    header = file.header
    if not header.version and not header.may_be_raw:
        raise UnsupportedRecording(file.path, "its header states no encoding that is known")
    looks = _looks(file, 1)
    expected = _expected(header)
    if not _convinces(expected, looks):
        looks = _looks(file, _MORE_LOOKS)
    reading, findings = _decide(file.path, header, expected, looks)
    makes_sense = not fit(reading, looks).is_contradicted
    size, doubt = tell_size_stated(header, *pixels(reading, looks if makes_sense else [b""]))
    findings += [doubt] if doubt else []
    return reading, Told(reading.order, size, tuple(findings))


def _looks(file: RawFile, number: int) -> list[bytes]:
    """Bytes from places all over the data, the first of them its beginning."""
    begin = file.header.data_offset
    length = max(0, file.bytes - begin)
    step = length // number // _LONGEST_WORD * _LONGEST_WORD
    size = min(LOOK_BYTES, step if number > 1 else length)
    return [file.read(begin + step * look, size) for look in range(number)]


def _expected(header: RawHeader) -> list[Reading]:
    """The readings that the header leaves open; none where it tells no encoding."""
    if header.version is None:
        return []
    if header.byte_order == BIG:
        return [Reading(header.version, BIG)]
    if header.version != "2.1":
        return [Reading(header.version)]
    orders = {LITTLE: [LITTLE], LEGACY: [LEGACY]}.get(header.byte_order or "", [LITTLE, LEGACY])
    return [Reading("2.1", order) for order in orders]


def _convinces(readings: list[Reading], looks: list[bytes]) -> bool:
    return any(fit(reading, looks).is_convincing for reading in readings)


def _decide(
    path: Path, header: RawHeader, expected: list[Reading], looks: list[bytes]
) -> tuple[Reading, list[Finding]]:
    """The reading to take, and what is to be said of it."""
    fits = {reading: fit(reading, looks) for reading in expected}
    best = max(expected, key=lambda reading: fits[reading].rank, default=None)
    if best and not fits[best].is_contradicted:
        return best, _said_of_expected(header, best)
    other = likeliest(looks)
    if other:
        return other, [_said_of_other(header, best, other)]
    if best is None:
        raise UnsupportedRecording(
            path, "states no encoding, and none can be told from its words", "known are EVT 2 and 3"
        )
    return best, [*_said_of_expected(header, best), *_said_of_junk(best, fits[best])]


def _said_of_expected(header: RawHeader, reading: Reading) -> list[Finding]:
    """What is to be said where the header is believed."""
    findings = []
    stated = header.stated_versions
    if not stated and header.camera:
        said = f"the header states no encoding; {reading.name} is taken, which a camera of"
        findings.append(finding("encoding_guessed", f"{said} {header.camera.told_by} wrote"))
    if len(stated) > 1:
        both = " and ".join(f"EVT{version}" for version in stated)
        findings.append(finding("header_differs", f"the header states {both}; the first is taken"))
    if reading.version == "2.1" and header.byte_order not in (LITTLE, LEGACY, BIG):
        first = "last" if reading.order == LITTLE else "first"
        said = "the order of the halves of a word is not stated; from the words it is told that"
        findings.append(
            finding("word_order_guessed", f"{said} the one with the type comes {first}")
        )
    return findings


def _said_of_other(header: RawHeader, expected: Reading | None, reading: Reading) -> Finding:
    """What is to be said where the words are believed."""
    if expected is None:
        said = f"the header states no encoding; from the words it is told to be {reading.name}"
        return finding("encoding_guessed", said)
    if not header.stated_versions and header.camera:
        stated = f"a camera of {header.camera.told_by} wrote {expected.name}"
    else:
        stated = f"the header states {expected.name}"
    said = f"{stated}, but the words are {reading.name} and are read as that"
    return finding("header_differs", said)


def _said_of_junk(reading: Reading, found: Fit) -> list[Finding]:
    if found.misfits < _JUNK_FROM:
        return []
    said = f"the header states {reading.name}, but {found.misfits:.0%} of the words looked at make"
    said += " no sense as that, nor are they of another encoding that is known"
    return [finding("header_differs", said)]
