"""What the screens share: settings, catalogue, shelf, store, log.  Made once, handed to the app."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from evtui import paths, settings
from evtui.errors import NotEnoughMemory, SettingsError
from evtui.library.catalogue import Catalogue
from evtui.library.remembered import remembering
from evtui.library.shelf import Shelf
from evtui.recordings.formats import open_in_place
from evtui.settings import Settings
from evtui.store.beside import beside
from evtui.store.kept import KeptEvents, opening_kept
from evtui.store.memory import read_memory
from evtui.store.policy import CachePolicy, MemoryProbe
from evtui.store.store import Store
from evtui.store.watch import MemoryHistory
from evtui.timing import Log
from evtui.tui.exports import Exports

if TYPE_CHECKING:
    from evtui.rendering.pixels import Graphics

MeasureGraphics: TypeAlias = "Callable[[], Graphics | None]"

_PATIENCE_S = 3.0
"""How long the program's end waits for a disk that hangs."""


@dataclass(slots=True)
class Services:
    """The parts below the screens."""

    settings: Settings
    catalogue: Catalogue
    store: Store
    memory: MemoryProbe
    kept: KeptEvents = field(default_factory=KeptEvents)
    """Decoded events on disk; by default nothing is kept."""
    shelf: Shelf = field(init=False)
    exports: Exports = field(init=False)
    history: MemoryHistory = field(default_factory=MemoryHistory)
    """What memory and cache were like, fed by the browser."""
    log: Log = field(default_factory=Log)
    problems: list[str] = field(default_factory=list)
    """What did not go as asked while these were made; the app says so when it starts."""
    stages: dict[Path, dict[str, float]] = field(default_factory=dict)
    """Seconds by stage of each recording's last opening in this run."""
    config_file: Path = field(default_factory=paths.config_file)
    tell: Callable[[str], object] = lambda text: None
    """Told what went wrong beside the screen, in the event loop's thread."""
    _unsaved: dict[str, Any] = field(default_factory=dict)
    _saving: asyncio.Task[None] | None = None
    measure_graphics: MeasureGraphics = lambda: None
    """Tells what graphics the terminal has, with the size its cells have now."""

    def __post_init__(self) -> None:
        self.shelf = Shelf(
            opener=remembering(self.catalogue, opening_kept(self.kept, open_in_place))
        )
        self.exports = Exports(self.store, self.catalogue, self.kept)

    @classmethod
    def make(cls, chosen: Settings, log: Log) -> Services:
        """The services of a run, with the user's own files."""
        catalogue = Catalogue(paths.catalogue_file())
        problems = [catalogue.problem] if catalogue.problem else []
        try:
            if chosen.cache:
                policy_of(chosen).check_turning_on(read_memory())
        except NotEnoughMemory as error:
            chosen = dataclasses.replace(chosen, cache=False)
            problems.append(str(error))
        kept = KeptEvents(paths.kept_folder(), chosen.disk_budget)
        store = Store(
            policy_of(chosen), chosen.loader, read_memory, throughputs=catalogue, kept=kept
        )
        store.set_loads_at_once(chosen.loads_at_once)
        return cls(chosen, catalogue, store, read_memory, kept, log=log, problems=problems)

    def change(self, key: str, value: Any) -> None:
        """Change one setting: it acts at once, and is soon written to the config file.

        Where that cannot be written, ``tell`` hears of it and the setting acts for this run.

        Raises:
            NotEnoughMemory: the cache cannot be turned on now; nothing was changed.
        """
        changed = dataclasses.replace(self.settings, **{key: value})
        self.store.set_policy(policy_of(changed))
        self.store.loader = changed.loader
        self.store.set_loads_at_once(changed.loads_at_once)
        if changed.disk_budget != self.kept.budget:
            self.kept.budget = changed.disk_budget
            threading.Thread(target=self.kept.shrink, name="shrink", daemon=True).start()
        self.settings = changed
        self._unsaved[key] = value
        if self._saving is None or self._saving.done():
            self._saving = asyncio.create_task(self._save())

    async def _save(self) -> None:
        """Write what was changed, beside the screen: a disk may take its time."""
        while self._unsaved:
            changed, self._unsaved = self._unsaved, {}
            try:
                await beside(settings.save, self.config_file, changed)
            except SettingsError as error:
                self.tell(str(error))

    async def close(self) -> None:
        """Write changed settings, end loads and exports, close files."""
        if self._saving is not None:
            await asyncio.wait([self._saving], timeout=_PATIENCE_S)
        await self.exports.close()
        await self.store.close()
        self.shelf.close()
        await beside(self.catalogue.close)
        self.log.close()


def policy_of(chosen: Settings) -> CachePolicy:
    """The store's policy as the settings say it."""
    return CachePolicy(
        on=chosen.cache,
        budget=chosen.cache_budget,
        share=chosen.cache_share / 100 if chosen.cache_share else None,
        floor=chosen.cache_floor,
        largest=chosen.cache_largest,
    )
