"""AEDAT 4 files, as iniVation's DV writes them, decoded by the library ``aedat``.

The library panics over some damage, which here is an error of the file like any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from evtui.errors import DamagedRecording, UnsupportedRecording
from evtui.recordings.aedat.aedat4_container import read_container
from evtui.recordings.conventions import LARGEST_SIDE
from evtui.recordings.findings import finding
from evtui.recordings.whole import Facts, Run, are_possible, gathered, length_of, opened
from evtui.units import format_count, printable

_PANIC = "PanicException"
"""The name of a ``BaseException`` that cannot be imported."""

_LONGEST_FAULT = 200


def decode_aedat4(path: Path, facts: Facts) -> Iterator[Run]:
    """Decode the events of a whole file; a ``Decoder``.

    Raises:
        CannotRead: the operating system refuses.
        DamagedRecording: the header is not intact.
        UnsupportedRecording: the file has no stream of events.
    """
    yield from gathered(_runs(path, facts))


def _runs(path: Path, facts: Facts) -> Iterator[Run]:
    with opened(path) as file:
        length = length_of(file)
        container = read_container(path, file, length)
        facts.header = container.fields
        packets = _Packets(path)
        stream = _choose_stream(path, packets.streams, facts)
        facts.layout = f"stream {stream}, compression {container.fields['compression']}"
        start = container.start
        for end in container.packet_ends(file):
            if end > container.stop:
                said = f"the packet at byte {start:,} does not end in the file"
                facts.findings.append(finding("truncated", said))
                break
            start = end
            packet = packets.read()
            events = packet.get("events", ())
            if packet.get("stream_id") == stream and len(events):
                yield _run(events, end / length)
        else:
            if container.ends_early:
                said = "the file ends before its table of packets does; every packet before is read"
                facts.findings.append(finding("truncated", said))
        if packets.damaged:
            facts.findings.append(finding("damaged_parts", packets.describe_damage()))


class _Packets:
    """The packets of a file, one after the other."""

    def __init__(self, path: Path) -> None:
        """Open a file whose header has been checked.

        Raises:
            DamagedRecording: the library cannot read its description.
        """
        import aedat

        self.damaged = 0
        self._fault = ""
        try:
            with _library_faults():
                self._decoder: Any = aedat.Decoder(path)
                self.streams: dict[int, dict[str, Any]] = self._decoder.id_to_stream()
        except _Fault as fault:
            raise DamagedRecording(path, f"its description cannot be read: {fault}") from fault

    def read(self) -> dict[str, Any]:
        """The next packet; an empty one where it cannot be decoded."""
        try:
            with _library_faults():
                packet: dict[str, Any] = next(self._decoder, {})
            events = packet.get("events", ())
            if len(events) and not are_possible(events["t"].view(np.int64)):
                raise _Fault("impossible times")
        except _Fault as fault:
            self._fault = self._fault or str(fault)
            self.damaged += 1
            return {}
        return packet

    def describe_damage(self) -> str:
        count = format_count(self.damaged)
        return f"{count} packets cannot be decoded and are left out; the first: {self._fault}"


class _Fault(Exception):
    """What the library says of damaged bytes, fit for showing."""


@contextmanager
def _library_faults() -> Iterator[None]:
    try:
        yield
    except (RuntimeError, ValueError) as error:
        raise _Fault(printable(str(error))[:_LONGEST_FAULT]) from error
    except BaseException as error:
        if type(error).__name__ != _PANIC:
            raise
        raise _Fault(printable(str(error))[:_LONGEST_FAULT]) from error


def _choose_stream(path: Path, streams: dict[int, dict[str, Any]], facts: Facts) -> int:
    """The first stream of events; its sensor goes into the facts."""
    found = sorted(number for number, about in streams.items() if about["type"] == "events")
    if not found:
        kinds = ", ".join(sorted({str(about["type"]) for about in streams.values()}))
        raise UnsupportedRecording(path, f"has no stream of events, but of {kinds or 'nothing'}")
    width, height = streams[found[0]]["width"], streams[found[0]]["height"]
    if 0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE:
        facts.size = width, height
    if len(found) > 1:
        others = ", ".join(str(number) for number in found[1:])
        said = f"shown is stream {found[0]}; the file also holds events in stream {others}"
        facts.findings.append(finding("several_recordings", said))
    return found[0]


def _run(events: Any, share: float) -> Run:
    return Run(
        events["t"].astype(np.int64),
        events["x"].astype(np.uint16),
        events["y"].astype(np.uint16),
        events["p"].astype(np.uint8),
        share,
    )
