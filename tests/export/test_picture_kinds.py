from pathlib import Path

import numpy as np
import pytest

from evtui.errors import ExportError
from evtui.export.kinds import KINDS
from evtui.export.picture_kinds import (
    PICTURE_KINDS,
    ClipHeading,
    any_kind_of_name,
    choose_any_kind,
    open_frames,
    picture_kind,
)
from evtui.rendering.palettes import PALETTES

GIF = PICTURE_KINDS[0]
HEADING = ClipHeading(20, 10, 25.0, PALETTES["safe"])
FRAME = np.ones((10, 20), np.uint8)


def test_the_ending_tells() -> None:
    assert [picture_kind(Path(name)) for name in ("a.GIF", "a.mp4", "b/c.png")] == [*PICTURE_KINDS]
    assert picture_kind(Path("a.h5")) is picture_kind(Path("gif")) is None


def test_no_ending_and_no_name_is_also_one_of_events() -> None:
    for what in ("ending", "name"):
        taken = {getattr(kind, what) for kind in KINDS}
        assert taken.isdisjoint(getattr(kind, what) for kind in PICTURE_KINDS)


def test_events_and_pictures_are_told_apart() -> None:
    assert choose_any_kind(Path("a.gif")) == choose_any_kind(Path("a.gif"), "gif") == GIF
    assert choose_any_kind(Path("a.H5"), "blosc").name == any_kind_of_name("blosc").name == "blosc"
    assert any_kind_of_name("mp4") == picture_kind(Path("a.mp4"))


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        (
            "a.jpg",
            None,
            r"a\.jpg: nothing is written as \.jpg \(known: \.h5 .* \.png\)",
        ),
        ("a", None, "nothing is written as a file without an ending"),
        ("a.gif", "csv", r"csv is not written as \.gif \(that has: gif\)"),
        ("a.csv", "gif", r"gif is not written as \.csv"),
    ],
)
def test_what_does_not_go_together_is_refused(name: str, kind: str | None, said: str) -> None:
    with pytest.raises(ExportError, match=said):
        choose_any_kind(Path(name), kind)


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ExportError, match=r"webm: no such format \(known: hdf5, .*, png\)"):
        any_kind_of_name("webm")


@pytest.mark.parametrize("kind", PICTURE_KINDS, ids=lambda kind: kind.name)
class TestEveryKind:
    def test_writes_a_file(self, tmp_path: Path, kind) -> None:
        target = tmp_path / f"out{kind.ending}"
        with open_frames(target, kind, HEADING) as frames:
            frames.append(FRAME)
        assert [path.name for path in tmp_path.iterdir()] == [target.name]
        assert target.stat().st_size > 0

    @pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
    def test_leaves_nothing_when_it_ends_early(self, tmp_path: Path, kind, error) -> None:
        target = tmp_path / f"out{kind.ending}"
        target.write_bytes(b"before")
        with pytest.raises(error), open_frames(target, kind, HEADING) as frames:
            if kind.moves:  # a single picture is whole at once
                frames.append(FRAME)
            raise error
        assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"before"]

    def test_says_that_a_folder_is_missing(self, tmp_path: Path, kind) -> None:
        target = tmp_path / "missing" / f"out{kind.ending}"
        with (
            pytest.raises(ExportError, match="the folder does not exist"),
            open_frames(target, kind, HEADING) as frames,
        ):
            frames.append(FRAME)
