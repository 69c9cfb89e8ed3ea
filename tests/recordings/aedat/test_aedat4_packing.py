"""Whether a packed table is there to its end."""

from hypothesis import given
from hypothesis import strategies as st

from evtui.recordings.aedat.aedat4_packing import ends_early
from support.aedat4_files import compressor, data_table


@given(st.binary(min_size=1, max_size=3_000), st.sampled_from([1, 2, 3, 4]), st.data())
def test_a_frame_ends_where_it_says(content, compression, data):
    packed = compressor(compression)(b"\x08\0\0\0FTAB" + content * data.draw(st.integers(1, 100)))
    cut = data.draw(st.integers(0, len(packed) - 1))
    assert not ends_early(packed)
    assert not ends_early(packed + b"more")
    assert ends_early(packed[:cut])


def test_a_table_that_is_not_packed_states_its_length():
    table = data_table()
    assert not ends_early(table)
    assert ends_early(table[:-1])
    assert ends_early(b"")


def test_of_other_bytes_nothing_is_told():
    assert not ends_early(b"a table of the packets")


@given(st.binary(max_size=100), st.sampled_from([b"", b"\x04\x22\x4d\x18", b"\x28\xb5\x2f\xfd"]))
def test_any_bytes_are_told_or_not(data, magic):
    assert ends_early(magic + data) in (True, False)
