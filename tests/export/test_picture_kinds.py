from pathlib import Path

import numpy as np
import pytest

from evtui.errors import ExportError
from evtui.export.kinds import KINDS
from evtui.export.picture_kinds import PICTURE_KINDS, ClipHeading, open_frames, picture_kind
from evtui.rendering.palettes import PALETTES

HEADING = ClipHeading(20, 10, 25.0, PALETTES["safe"])
FRAME = np.ones((10, 20), np.uint8)


def test_the_ending_tells() -> None:
    assert [picture_kind(Path(name)) for name in ("a.GIF", "a.mp4", "b/c.png")] == [*PICTURE_KINDS]
    assert picture_kind(Path("a.h5")) is picture_kind(Path("gif")) is None


def test_no_ending_and_no_name_is_also_one_of_events() -> None:
    for what in ("ending", "name"):
        taken = {getattr(kind, what) for kind in KINDS}
        assert taken.isdisjoint(getattr(kind, what) for kind in PICTURE_KINDS)


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
