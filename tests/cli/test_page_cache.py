import os
from pathlib import Path

import pytest

from evtui.cli.page_cache import PageCache, drop_from_page_cache
from evtui.errors import CannotRead

ONE_PAGE = 4_096


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.raw"
    path.write_bytes(bytes(100 * ONE_PAGE))
    return path


def reads(monkeypatch: pytest.MonkeyPatch, held: set[int], fault: type[OSError] | None) -> None:
    """Make reads succeed on pages that are held, and fail with ``fault`` elsewhere."""

    def preadv(file: int, buffers: list[bytearray], offset: int, flags: int) -> int:
        assert flags == 8
        if offset // ONE_PAGE in held:
            return 1
        raise (fault or BlockingIOError)()

    monkeypatch.setattr(os, "RWF_NOWAIT", 8, raising=False)
    monkeypatch.setattr(os, "preadv", preadv)


@pytest.mark.parametrize(
    ("held", "fault", "state"),
    [
        (set(), None, PageCache.COLD),
        ({99}, None, PageCache.WARM),
        (set(range(100)), None, PageCache.WARM),
        (set(), OSError, PageCache.UNKNOWN),
    ],
)
def test_it_is_told_from_what_can_be_read_at_once(monkeypatch, path, held, fault, state) -> None:
    reads(monkeypatch, held, fault)
    assert drop_from_page_cache(path) is state


@pytest.mark.parametrize("missing", ["posix_fadvise", "RWF_NOWAIT"])
def test_a_system_without_the_means_is_no_fault(monkeypatch, path, missing) -> None:
    monkeypatch.delattr(os, missing, raising=False)
    state = drop_from_page_cache(path)
    assert state is not PageCache.COLD
    assert path.stat().st_size == 100 * ONE_PAGE


def test_a_missing_file_is_told(tmp_path) -> None:
    with pytest.raises(CannotRead, match="no such file"):
        drop_from_page_cache(tmp_path / "none")
