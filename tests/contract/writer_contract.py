"""What every streaming writer promises; a test module of a writer takes it in by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from evtui.errors import ExportError
from evtui.events import Events
from evtui.export.kinds import Heading, kind_of_name, open_writer
from support.exporting import errors_on_full_disks, interrupt_while_writing


class WriterContract:
    """Nothing half-written is left."""

    kind: str
    limits: tuple[int, ...]
    """Sizes in bytes at which a file of 900,000 events cannot grow any more."""

    @pytest.mark.parametrize("error", [ValueError("wrong"), KeyboardInterrupt()])
    @pytest.mark.parametrize("blocks", [0, 1, 9])
    def test_after_an_exception_all_is_as_before(self, tmp_path, make_events, error, blocks):
        target = tmp_path / "out"
        target.write_bytes(b"old")
        opened = open_writer(target, kind_of_name(self.kind), Heading(640, 480))
        with pytest.raises(type(error)), opened as writer:
            for block in range(blocks):
                events = make_events(200_000)
                later = events.t + block * 600_000
                writer.append(Events(later, events.x, events.y, events.p))
            raise error
        assert target.read_bytes() == b"old"
        assert list(tmp_path.iterdir()) == [target]

    def test_a_missing_folder_is_told_at_once(self, tmp_path):
        target = tmp_path / "missing" / "out"
        opened = open_writer(target, kind_of_name(self.kind), Heading(640, 480))
        with pytest.raises(ExportError, match="folder does not exist"), opened:
            pytest.fail("the body ran")

    def test_a_full_disk_is_an_export_error_and_leaves_nothing(self, tmp_path: Path):
        errors = errors_on_full_disks(tmp_path / "out.x", self.kind, self.limits)
        assert len(errors) == len(self.limits)
        for error in errors:
            assert "out.x: cannot be written: the file grew over the largest size" in error
        assert list(tmp_path.iterdir()) == []

    def test_ctrl_c_leaves_nothing(self, tmp_path: Path):
        assert interrupt_while_writing(tmp_path / "out.x", self.kind) == "interrupted"
        assert list(tmp_path.iterdir()) == []
