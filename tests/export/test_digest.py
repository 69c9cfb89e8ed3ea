import h5py
import pytest

from evtui.errors import ExportError
from evtui.events import Events
from evtui.export.digest import Digest, digest_of_file
from evtui.export.hdf5 import CHUNK_EVENTS, Hdf5Writer


def digest_of(*pieces: Events) -> Digest:
    digest = Digest()
    for piece in pieces:
        digest.add(piece)
    return digest


def test_it_does_not_depend_on_how_the_events_are_cut(make_events) -> None:
    events = make_events(1_000)
    assert digest_of(events).equals(digest_of(events[:1], events[1:1], events[1:700], events[700:]))


@pytest.mark.parametrize("column", "txyp")
def test_one_other_value_makes_another(make_events, column) -> None:
    events, other = make_events(1_000), make_events(1_000)
    getattr(other, column)[500] ^= 1
    assert not digest_of(events).equals(digest_of(other))


def test_one_event_less_makes_another(make_events) -> None:
    events = make_events(1_000)
    assert not digest_of(events).equals(digest_of(events[:-1]))


def test_two_events_in_another_order_make_another(make_events) -> None:
    events = make_events(1_000)
    assert not digest_of(events).equals(digest_of(events[1:], events[:1]))


@pytest.mark.parametrize("fast", [False, True])
def test_a_file_has_that_of_the_events_in_it(tmp_path, make_events, fast) -> None:
    events = make_events(9 * CHUNK_EVENTS + 5)
    with Hdf5Writer(tmp_path / "a.h5", 640, 480, fast=fast) as writer:
        writer.append(events)
    shares: list[float] = []
    assert digest_of_file(tmp_path / "a.h5", shares.append).equals(digest_of(events))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_file_with_one_changed_event_has_another(tmp_path, make_events) -> None:
    events = make_events(1_000)
    with Hdf5Writer(tmp_path / "a.h5", 640, 480) as writer:
        writer.append(events)
    with h5py.File(tmp_path / "a.h5", "r+") as file:
        file["events/y"][999] += 1
    assert not digest_of_file(tmp_path / "a.h5").equals(digest_of(events))


def test_a_damaged_file_is_told(tmp_path, make_events) -> None:
    with Hdf5Writer(tmp_path / "a.h5", 640, 480) as writer:
        writer.append(make_events(1_000))
    with h5py.File(tmp_path / "a.h5", "r+") as file:
        file["events/t"].id.write_direct_chunk((0,), b"no zlib at all")
    with pytest.raises(ExportError, match=r"a\.h5: cannot be read back"):
        digest_of_file(tmp_path / "a.h5")


def test_it_ends_when_it_is_no_longer_wanted(tmp_path, make_events) -> None:
    with Hdf5Writer(tmp_path / "a.h5", 640, 480) as writer:
        writer.append(make_events(20 * CHUNK_EVENTS))
    assert digest_of_file(tmp_path / "a.h5", cancelled=lambda: True).events < 20 * CHUNK_EVENTS
