from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evtui.rendering.timescale import TimeScale

scales = st.builds(TimeScale, duration_us=st.integers(10_000, 10**12), columns=st.integers(2, 400))
shares = st.floats(0, 1)


@given(scale=scales, share=shares)
def test_a_column_and_its_time_agree(scale: TimeScale, share: float) -> None:
    column = scale.column(share * scale.duration_us)
    assert column is not None
    assert scale.column(scale.time(column)) == column


@given(scale=scales, share=shares, steps=st.integers(1, 6))
def test_zooming_in_keeps_the_place_and_zooming_out_shows_all_again(
    scale: TimeScale, share: float, steps: int
) -> None:
    about = share * scale.duration_us
    closer = scale.zoomed(steps, about)
    assert closer.start_us - 1 <= about <= closer.end_us + 1
    assert closer.start_us >= 0 and closer.end_us <= scale.duration_us * (1 + 1e-9)
    assert closer.zoomed(-steps - 1, about) == scale


@given(scale=scales, share=shares, other=shares, steps=st.integers(1, 4))
def test_what_is_played_is_shown(scale: TimeScale, share: float, other: float, steps: int) -> None:
    closer = scale.zoomed(steps, share * scale.duration_us)
    time = other * scale.duration_us
    assert closer.showing(time).column(time) is not None


def test_a_place_outside_has_no_column() -> None:
    closer = TimeScale(1_000_000, 100).zoomed(1, 0)
    assert closer.column(900_000) is None
    assert closer.time(1_000) == closer.end_us
    assert closer.time(-5) == 0


def test_it_does_not_zoom_closer_than_a_millisecond() -> None:
    scale = TimeScale(4_000, 80)
    assert scale.zoomed(1, 0).zoom == 4
    assert scale.zoomed(2, 0) == scale


def test_turning_the_page() -> None:
    closer = TimeScale(1_000_000, 100).zoomed(1, 0)
    assert (closer.showing(600_000).start_us, closer.showing(100_000)) == (500_000, closer)
