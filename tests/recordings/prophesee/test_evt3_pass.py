from hypothesis import given
from hypothesis import strategies as st

from evtui.recordings.prophesee.evt3_pass import Carries
from evtui.recordings.prophesee.evt3_words import Carry

_NUMBER = st.none() | st.integers(0, 1 << 50)
carries = st.builds(
    Carry,
    high=_NUMBER,
    shown=_NUMBER,
    low=_NUMBER,
    y=_NUMBER,
    base=_NUMBER,
    base_on=st.integers(0, 1),
    stamp=_NUMBER,
    t=_NUMBER,
)


@given(st.lists(carries, min_size=1, max_size=5))
def test_what_was_kept_for_each_block_comes_back(kept):
    table = Carries(len(kept))
    for block, carry in enumerate(kept):
        table[block] = carry
    assert [table[block] for block in range(len(kept))] == kept
