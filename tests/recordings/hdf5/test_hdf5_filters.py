"""Every filter that hdf5plugin and h5py bring: in place where it is sturdy, else decoded whole."""

from contextlib import closing

import h5py
import hdf5plugin
import numpy as np
import pytest

from contract.truths import made_events
from evtui.errors import DamagedRecording, NeedsEvlib, NeedsLoading, UnsupportedRecording
from evtui.recordings.hdf5.reader import open_hdf5
from evtui.recordings.hdf5.whole import decode_hdf5
from support.hdf5_files import write_columns
from support.loads import write_ecf
from support.whole_files import decode

STURDY = {
    "gzip": {"compression": "gzip"},
    "gzip, shuffle, fletcher32": {"compression": "gzip", "shuffle": True, "fletcher32": True},
    "lzf": {"compression": "lzf"},
    "Blosc zstd": hdf5plugin.Blosc(cname="zstd", shuffle=2),
    "Blosc lz4hc": hdf5plugin.Blosc(cname="lz4hc"),
    "Blosc zlib": hdf5plugin.Blosc(cname="zlib", shuffle=0),
    "Blosc2": hdf5plugin.Blosc2(),
    "lz4": hdf5plugin.LZ4(),
    "zstd": hdf5plugin.Zstd(),
    "bitshuffle": hdf5plugin.Bitshuffle(cname="none"),
    "bitshuffle zstd": hdf5plugin.Bitshuffle(cname="zstd"),
}
OTHERS = {
    "bzip2": hdf5plugin.BZip2(),
    "szip": {"compression": "szip"},
    "scaleoffset": {"scaleoffset": 0},
    "FciDecomp": {"x": hdf5plugin.FciDecomp()},
    "Zfp": {"t": hdf5plugin.Zfp(reversible=True)},
}


@pytest.fixture(scope="module")
def truth():
    return made_events(3_000)


def written(path, truth, options):
    options = dict(options)
    if set(options) <= set("txyp"):
        storage = {name: {"chunks": (700,), **options.get(name, {})} for name in "txyp"}
    else:
        storage = {"chunks": (700,), **options}
    return write_columns(path, truth, storage=storage)


@pytest.mark.parametrize("name", STURDY)
def test_sturdy_filters_are_read_in_place(tmp_path, truth, name):
    with closing(open_hdf5(written(tmp_path / "a.h5", truth, STURDY[name]))) as recording:
        assert recording.window(-(10**12), 10**12).equals(truth)
        assert [found.code for found in recording.findings()] == ["unit_guessed"]


@pytest.mark.parametrize("name", OTHERS)
def test_the_others_are_decoded_whole(tmp_path, truth, name):
    path = written(tmp_path / "a.h5", truth, OTHERS[name])
    with pytest.raises(NeedsLoading, match="decoded whole") as caught:
        open_hdf5(path)
    assert not isinstance(caught.value, NeedsEvlib)
    decoded = decode(decode_hdf5, path)
    assert decoded.events.equals(truth)
    assert (decoded.facts.size, decoded.codes) == ((640, 480), ["unit_guessed"])
    assert "events/{t,x,y,p}" in decoded.facts.layout


def test_large_chunks_are_decoded_whole(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for name, dtype in {"t": "i8", "x": "u2", "y": "u2", "p": "u1"}.items():
            rows = np.zeros(2_200_000, dtype)
            file.create_dataset(f"events/{name}", data=rows, chunks=rows.shape, compression="gzip")
    with pytest.raises(NeedsLoading, match=r"has chunks of 17\.6 MB"):
        open_hdf5(tmp_path / "a.h5")
    assert len(decode(decode_hdf5, tmp_path / "a.h5").events) == 2_200_000


def test_ecf_is_for_evlib_alone(tmp_path):
    path = write_ecf(tmp_path / "a.h5")
    for opener in (open_hdf5, lambda path: decode(decode_hdf5, path)):
        with pytest.raises(NeedsEvlib, match="ECF"):
            opener(path)


def test_chunks_that_no_process_has_memory_for_are_refused(tmp_path):
    path = written(tmp_path / "a.h5", made_events(1_000), {})
    with h5py.File(path, "a") as file:
        del file["events/t"]
        file.create_dataset("events/t", (10**8,), "i8", chunks=(10**8,), compression="gzip")
    with pytest.raises(UnsupportedRecording, match="chunks of 800 MB"):
        decode(decode_hdf5, path)


def test_blosc_without_its_options_is_damage(tmp_path, truth):
    path = written(tmp_path / "a.h5", truth, hdf5plugin.Blosc())
    plain = path.read_bytes()
    with h5py.File(path) as file:
        _, _, options, name = file["events/t"].id.get_create_plist().get_filter(0)
    # The filter in its message: code, length of the name, flags, count of options.
    head = (32001).to_bytes(2, "little") + (len(name) + 8 & ~7).to_bytes(2, "little")
    place = plain.index(head) + 6
    assert plain[place] == len(options)
    path.write_bytes(plain[:place] + b"\0\0" + plain[place + 2 :])
    with pytest.raises(DamagedRecording):
        open_hdf5(path)
