"""The app on small recordings, with memory readings, cache and files of the test's own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from evtui.library.catalogue import Catalogue
from evtui.settings import Settings
from evtui.store.kept import KeptEvents
from evtui.store.policy import MemoryReading
from evtui.store.store import Store
from evtui.tui.app import EvtuiApp
from evtui.tui.services import Services, policy_of
from support.loads import HeldLoader
from support.small import write_h5

Until = Callable[[Pilot[Any], Callable[[], bool]], Awaitable[None]]


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same terminal whatever the tests are run in: 256 colours and UTF-8."""
    for name in ("NO_COLOR", "COLORTERM", "LC_ALL", "LC_CTYPE", "TMUX", "STY", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("LANG", "C.UTF-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three recordings, one of them broken, one deeper; given as a relative path."""
    recordings = tmp_path / "recordings"
    (recordings / "deeper").mkdir(parents=True)
    write_h5(recordings / "fan.h5", count=3_000, span_us=400_000)
    write_h5(recordings / "deeper" / "drone.h5", count=900, span_us=12_000_000, seed=2)
    (recordings / "broken.h5").write_bytes(b"\x89HDF\r\n\x1a\n and no more")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return Path("recordings")


class FakeMemory:
    """Readings that change only when the test says so."""

    available = 16_000_000_000

    def __call__(self) -> MemoryReading:
        return MemoryReading(self.available, process=100_000_000)


@pytest.fixture
def memory() -> FakeMemory:
    return FakeMemory()


@pytest.fixture
def loader() -> HeldLoader:
    """Stands in for the loading process; loads end when the test lets them."""
    return HeldLoader()


@pytest.fixture
def services(tmp_path: Path, memory: FakeMemory, loader: HeldLoader) -> Services:
    """Services that remember nothing beyond the test."""
    settings = Settings()
    kept = KeptEvents(tmp_path / "events", settings.disk_budget)
    return Services(
        settings,
        Catalogue(None),
        Store(policy_of(settings), settings.loader, memory, kept=kept, decode=loader),
        memory,
        kept,
        config_file=tmp_path / "config.toml",
    )


@pytest.fixture
def app(folder: Path, services: Services) -> EvtuiApp:
    return EvtuiApp([folder], services)


@pytest.fixture
def until() -> Until:
    """Let the program run until something is true."""

    async def wait(pilot: Pilot[Any], ready: Callable[[], bool]) -> None:
        for _ in range(1_000):
            if ready():
                return
            await pilot.pause(0.01)
        raise AssertionError("it never came to that")

    return wait
