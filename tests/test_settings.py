import resource
import tomllib
from contextlib import contextmanager
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.errors import SettingsError
from evtui.settings import GB, KEYS, Settings, choices_of, label_of, load, parse, save, show


@pytest.fixture
def file(tmp_path):
    """Where a config file would be; neither it nor its folder is there."""
    return tmp_path / "evtui" / "config.toml"


def written(file, text: str):
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    return file


@contextmanager
def files_no_larger_than(size: int):
    """As on a full disk: every write beyond so many bytes of a file fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_without_any_source_the_defaults_hold(file):
    assert load(file, {}, {}) == Settings()
    assert not file.parent.exists()


def test_command_line_goes_over_environment_goes_over_file(file):
    written(file, 'glyphs = "braille"\nfps = 10\ncache = true\nview = "count"\n')
    environment = {
        **{"EVTUI_GLYPHS": "quadrant", "EVTUI_FPS": "15", "EVTUI_COLOURS": "256"},
        "UNRELATED": "x",
    }
    settings = load(file, environment, {"glyphs": "half"})
    assert settings.glyphs == "half"
    assert settings.fps == 15
    assert settings.cache is True
    assert settings.view == "count"
    assert settings.colours == "256"
    assert settings.palette == Settings().palette


def test_a_number_of_colours_may_be_written_as_a_number(file):
    written(file, "colours = 16\n")
    assert load(file, {}, {}).colours == "16"
    written(file, "colours = 17\n")
    with pytest.raises(SettingsError, match="colours is one of auto, 16, 256, truecolor, not 17"):
        load(file, {}, {})


def test_an_empty_variable_counts_as_unset(file):
    assert load(file, {"EVTUI_FPS": ""}, {}) == Settings()


@pytest.mark.parametrize(
    ("text", "environment", "command_line", "source"),
    [
        ("fps = 1000", {}, {}, "config.toml: fps"),
        ("", {"EVTUI_FPS": "fast"}, {}, "EVTUI_FPS: fps"),
        ("", {}, {"cache_budget": "lots"}, "--cache-budget: cache_budget"),
        ("cache = [true]", {}, {}, "config.toml: cache is on or off"),
        ("[cache]\nbudget = 1", {}, {}, "config.toml: cache is on or off"),
        ('glyphs = "sixel"', {}, {}, "config.toml: glyphs is one of half, quadrant, sextant"),
        ("cache_budget = -1", {}, {}, "config.toml: cache_budget: '-1' is not a size"),
        ("fps = true", {}, {}, "config.toml: fps is a number from 5 to 60"),
        ("fps = 30.5", {}, {}, "config.toml: fps is a number from 5 to 60"),
    ],
)
def test_an_error_names_the_source_and_the_setting(file, text, environment, command_line, source):
    written(file, text)
    with pytest.raises(SettingsError) as caught:
        load(file, environment, command_line)
    assert source in str(caught.value)


def test_an_unknown_option_is_an_error_that_lists_the_known(file):
    with pytest.raises(SettingsError, match="--glyph: there is no setting 'glyph'") as caught:
        load(file, {}, {"glyph": "half"})
    assert all(key in str(caught.value) for key in KEYS)


def test_a_key_of_a_newer_version_is_warned_of_and_passed_over(file):
    written(file, 'hologram = true\nfps = 24\n\n[keys]\nquit = "x"\n')
    warnings: list[str] = []
    assert load(file, {}, {}, warnings.append) == Settings(fps=24)
    assert len(warnings) == 2
    assert f"{file}: there is no setting 'hologram'" in warnings[0]
    assert "'keys'" in warnings[1]


def test_a_key_of_a_newer_version_is_an_error_where_nobody_listens(file):
    written(file, "hologram = true\n")
    with pytest.raises(SettingsError, match="there is no setting 'hologram'"):
        load(file, {}, {})


@pytest.mark.parametrize("junk", [b"fps = ", b"= 3", b"fps 30", b"\xff\xfe", b"fps = 1\nfps = 2"])
def test_a_file_that_is_not_toml_is_an_error_and_stays_as_it_is(file, junk):
    written(file, "").write_bytes(junk)
    for use in (lambda: load(file, {}, {}), lambda: save(file, {"fps": 24})):
        with pytest.raises(SettingsError, match="is not TOML") as caught:
            use()
        assert str(file) in str(caught.value)
    assert file.read_bytes() == junk
    assert list(file.parent.iterdir()) == [file]


def test_a_folder_in_the_files_place_is_an_error(file):
    file.mkdir(parents=True)
    with pytest.raises(SettingsError, match="cannot be read"):
        load(file, {}, {})


@pytest.mark.parametrize("value", ["on", "ON", " true ", "1", "yes", True, 1])
def test_ways_to_say_on(value):
    assert parse("cache", value, "here") is True


@pytest.mark.parametrize("value", ["off", "False", "0", "no", False, 0])
def test_ways_to_say_off(value):
    assert parse("cache", value, "here") is False


@pytest.mark.parametrize(
    ("value", "size"), [("2GiB", 2 << 30), ("500MB", 500_000_000), (8 * GB, 8 * GB), ("0", 0)]
)
def test_a_size_need_not_be_one_of_those_offered(value, size):
    assert parse("cache_budget", value, "here") == size


@pytest.mark.parametrize("fps", [5, 6, "7", "29", 60])
def test_a_frame_rate_between_those_offered_is_taken(fps):
    assert parse("fps", fps, "here") == int(fps)


@pytest.mark.parametrize("fps", [0, 4, 61, -30, "", "3e1", "٣٠٠", "²"])
def test_a_frame_rate_outside_is_refused(fps):
    with pytest.raises(SettingsError, match="here: fps is a number from 5 to 60, not"):
        parse("fps", fps, "here")


def test_a_choice_is_taken_in_any_case():
    assert parse("glyphs", " Braille ", "here") == "braille"


@given(st.sampled_from(KEYS), st.text() | st.integers() | st.floats() | st.none() | st.binary())
def test_any_value_is_taken_or_a_settings_error(key, value):
    try:
        taken = parse(key, value, "here")
    except SettingsError as error:
        assert str(error).startswith(f"here: {key}")
    else:
        assert type(taken) is type(getattr(Settings(), key))


@pytest.mark.parametrize("key", KEYS)
def test_every_setting_has_a_label_and_offers_its_default_among_choices_it_takes(key):
    assert label_of(key)
    assert getattr(Settings(), key) in choices_of(key)
    for choice in choices_of(key):
        assert parse(key, choice, "here") == choice
        assert show(key, choice)


def test_keys_are_the_fields():
    assert tuple(setting.name for setting in fields(Settings)) == KEYS


def test_values_are_shown_as_a_user_reads_them():
    assert show("cache", True) == "on"
    assert show("cache", False) == "off"
    assert show("cache_budget", 8 * GB) == "8.00 GB"
    assert show("fps", 30) == "30"
    assert show("glyphs", "half") == "half"


def test_saving_writes_what_changed_and_nothing_more(file):
    save(file, {"fps": 24})
    assert tomllib.loads(file.read_text()) == {"fps": 24}
    assert load(file, {}, {}) == Settings(fps=24)


def test_saving_keeps_the_other_keys_even_unknown_ones(file):
    written(file, 'glyphs = "braille"\nfps = 10\n\n[hologram]\ndepth = 3\n')
    save(file, {"fps": 24, "cache": True})
    kept = {"glyphs": "braille", "fps": 24, "cache": True, "hologram": {"depth": 3}}
    assert tomllib.loads(file.read_text()) == kept


@pytest.mark.parametrize("key", KEYS)
def test_every_choice_of_every_setting_is_read_back(file, key):
    for choice in choices_of(key):
        save(file, {key: choice})
        assert getattr(load(file, {}, {}), key) == choice


def test_a_full_disk_leaves_the_old_file_and_nothing_beside_it(file):
    before = 'glyphs = "braille"\n'
    written(file, before)
    with (
        files_no_larger_than(10),
        pytest.raises(SettingsError, match="cannot be written") as caught,
    ):
        save(file, {"fps": 24})
    assert str(file) in str(caught.value)
    assert file.read_text() == before
    assert list(file.parent.iterdir()) == [file]


def test_a_value_toml_cannot_hold_leaves_the_old_file_and_nothing_beside_it(file):
    written(file, "fps = 10\n")
    with pytest.raises(TypeError):
        save(file, {"fps": None})
    assert file.read_text() == "fps = 10\n"
    assert list(file.parent.iterdir()) == [file]


def test_a_folder_that_cannot_be_made_is_an_error(file, tmp_path):
    (tmp_path / "evtui").write_text("a file where the folder should be")
    with pytest.raises(SettingsError):
        save(file, {"fps": 24})


def test_a_config_file_that_is_a_link_stays_one(file, tmp_path):
    real = tmp_path / "dotfiles.toml"
    real.write_text("fps = 10\n")
    file.parent.mkdir()
    file.symlink_to(real)
    save(file, {"glyphs": "braille"})
    assert file.is_symlink()
    assert tomllib.loads(real.read_text()) == {"fps": 10, "glyphs": "braille"}
