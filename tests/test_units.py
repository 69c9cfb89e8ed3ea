import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.units import (
    format_bytes,
    format_count,
    format_duration,
    format_position,
    format_rate,
    parse_jump,
    parse_size,
    parse_time,
    printable,
)

HOUR_US = 3_600_000_000


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("1.5", 1_500_000),
        ("1.5s", 1_500_000),
        ("1.", 1_000_000),
        (".5", 500_000),
        ("250ms", 250_000),
        ("0.5 ms", 500),
        ("80us", 80),
        ("80 µs", 80),
        ("80\u03bcs", 80),
        ("0", 0),
        (" 2s ", 2_000_000),
        ("1:02", 62_000_000),
        ("00:01:02.5", 62_500_000),
        ("100:00:00.000001", 100 * HOUR_US + 1),
        ("0.000001", 1),
        ("0:59.9999999", 60_000_000),
    ],
)
def test_a_time_is_read_in_every_form_a_user_may_write(text, us):
    assert parse_time(text) == us


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", ".", "-1", "+1", "1e3", "nan", "inf", "1,5", "1.5.2", "1 m", "1h", "ms", "0x10"),
        *("1:60", "60:00", "1:60:00", "1:2:3:4", ":30", "1:", "1:-2", "½", "9" * 400, "9" * 5000),
    ],
)
def test_what_is_not_a_time_is_refused_with_examples(text):
    with pytest.raises(ValueError, match="is not a time; write "):
        parse_time(text)


@given(st.text())
def test_any_text_is_a_time_or_a_value_error(text):
    try:
        us = parse_time(text)
    except ValueError:
        return
    assert 0 <= us < 2**63


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("1.5", 1_500_000),
        ("250ms", 250_000),
        ("00:00:02.5", 2_500_000),
        ("0", 0),
        ("10s", 10_000_000),
        ("50%", 5_000_000),
        ("12.5 %", 1_250_000),
        ("100%", 10_000_000),
        ("+250ms", 4_250_000),
        ("-1s", 3_000_000),
        ("−1", 3_000_000),
        (" + 80us ", 4_000_080),
        ("+0:01", 5_000_000),
        ("+10%", 5_000_000),
        ("-10%", 3_000_000),
        ("-1:00:00", 0),
        ("+1:00:00", 10_000_000),
    ],
)
def test_a_jump_is_a_time_a_share_or_a_distance_from_here(text, us):
    assert parse_jump(text, 4_000_000, 10_000_000) == us


@pytest.mark.parametrize("text", ["", "+", "-", "%", "+-1", "--1s", "50%%", "1 + 1", "end", "1h"])
def test_what_is_no_place_to_go_to_is_refused_with_examples(text):
    with pytest.raises(ValueError, match="is no place to go to; write "):
        parse_jump(text, 0, 10_000_000)


@pytest.mark.parametrize("text", ["10.000001", "0:11", "100.1%"])
def test_a_place_after_the_end_is_refused_with_the_duration(text):
    with pytest.raises(ValueError, match=r"is after the end: the recording lasts 10\.0 s"):
        parse_jump(text, 0, 10_000_000)


@given(
    st.text(st.sampled_from("0123456789.:+-% smu")),
    st.integers(0, 10**12),
    st.integers(0, 10**12),
)
def test_any_text_leads_into_the_recording_or_is_a_value_error(text, position, duration):
    try:
        us = parse_jump(text, min(position, duration), duration)
    except ValueError:
        return
    assert 0 <= us <= duration


@given(st.integers(0, 10_000 * HOUR_US))
def test_a_position_is_read_back_to_the_microsecond(us):
    assert parse_time(format_position(us)) == us


@pytest.mark.parametrize(
    ("us", "text"),
    [
        (0, "00:00:00.000000"),
        (999_999, "00:00:00.999999"),
        (62_500_000, "00:01:02.500000"),
        (100 * HOUR_US, "100:00:00.000000"),
        (-1, "-00:00:00.000001"),
    ],
)
def test_a_position_has_all_its_digits(us, text):
    assert format_position(us) == text


@pytest.mark.parametrize(
    ("us", "text"),
    [
        (0, "0 µs"),
        (80, "80 µs"),
        (999.4, "999 µs"),
        (999.6, "1.00 ms"),
        (1_250, "1.25 ms"),
        (9_994, "9.99 ms"),
        (9_996, "10.0 ms"),
        (99_960, "100 ms"),
        (999_499, "999 ms"),
        (999_500, "1.00 s"),
        (9_990_000, "9.99 s"),
        (99_940_000, "99.9 s"),
        (99_960_000, "1:40 min"),
        (245_000_000, "4:05 min"),
        (HOUR_US - 600_000, "59:59 min"),
        (HOUR_US - 400_000, "1:00:00 h"),
        (HOUR_US + 123_000_000, "1:02:03 h"),
        (-1_500, "-1.50 ms"),
    ],
)
def test_a_duration_has_three_digits_and_never_rounds_into_the_next_unit(us, text):
    assert format_duration(us) == text


@given(st.floats(10, 99_000_000))
def test_a_short_duration_is_read_back_within_its_digits(us):
    assert parse_time(format_duration(us)) == pytest.approx(us, rel=0.006, abs=0.5)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (4_407, "4,407"),
        (9_999, "9,999"),
        (10_000, "10.0 k"),
        (219_596, "220 k"),
        (999_499, "999 k"),
        (999_500, "1.00 M"),
        (26_000_000, "26.0 M"),
        (2_000_000_000, "2.00 G"),
        (3e12, "3.00 T"),
        (1e15, "1.00e+15"),
    ],
)
def test_a_count_is_exact_while_small_and_has_three_digits_after(count, text):
    assert format_count(count) == text


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (0, "0 ev/s"),
        (850, "850 ev/s"),
        (999.6, "1.00 kev/s"),
        (12_500, "12.5 kev/s"),
        (2.6e6, "2.60 Mev/s"),
        (999.6e6, "1.00 Gev/s"),
    ],
)
def test_an_event_rate_has_three_digits(rate, text):
    assert format_rate(rate) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (512, "512 B"),
        (999.6, "1.00 kB"),
        (1_480, "1.48 kB"),
        (337e6, "337 MB"),
        (6.5e9, "6.50 GB"),
        (2e12, "2.00 TB"),
    ],
)
def test_a_size_has_three_digits(size, text):
    assert format_bytes(size) == text


@given(st.floats(0, 9.9e11))
def test_no_figure_ever_shows_a_thousand_of_its_unit(value):
    for text in (format_duration(value), format_rate(value), format_bytes(value)):
        assert not text.startswith("1000"), text


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("1000", 1_000),
        ("512B", 512),
        ("500MB", 500_000_000),
        ("2 GiB", 2 * 2**30),
        ("8g", 8_000_000_000),
        ("1.5k", 1_500),
        ("4gib", 4 * 2**30),
        (".5 TiB", 2**39),
    ],
)
def test_a_size_is_read_in_every_form_a_user_may_write(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "-1", "1ib", "kb", "1 XB", "1e9", "2 G i B", "9" * 400])
def test_what_is_not_a_size_is_refused_with_examples(text):
    with pytest.raises(ValueError, match="is not a size; write "):
        parse_size(text)


@given(st.integers(0, 999 * 10**12))
def test_a_size_is_read_back_within_its_digits(size):
    assert parse_size(format_bytes(size)) == pytest.approx(size, rel=0.006)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("corridor 3", "corridor 3"),
        ("naïve – 走廊 🚗", "naïve – 走廊 🚗"),
        ("\x1b]0;title\x07\x1b[31mred", "�]0;title��[31mred"),
        ("two\nlines\tand\rmore", "two�lines�and�more"),
        ("\x9b2J", "�2J"),
        ("evil\u202egnp.exe", "evil�gnp.exe"),
        ("cut\udce9", "cut�"),
        ("\x00", "�"),
    ],
)
def test_control_characters_never_reach_the_terminal(text, shown):
    assert printable(text) == shown


@given(st.text(st.characters(exclude_categories=())))
def test_printable_text_is_left_alone_and_the_rest_keeps_its_length(text):
    shown = printable(text)
    assert shown.isprintable()
    assert shown.encode().decode() == shown
    assert len(shown) == len(text)
    assert all(a == b for a, b in zip(text, shown, strict=True) if a.isprintable())
