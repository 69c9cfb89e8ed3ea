from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from support.small import write_h5
from support.store_rig import ON, Rig


@pytest_asyncio.fixture
async def rig() -> AsyncIterator[Rig]:
    made = Rig()
    yield made
    await made.store.close()


@pytest_asyncio.fixture
async def quick() -> AsyncIterator[Rig]:
    """A rig whose loads end by themselves."""
    made = Rig(held=False)
    made.store.set_policy(ON)
    yield made
    await made.store.close()


@pytest.fixture
def paths(tmp_path) -> list[Path]:
    """Recordings of 100 events each."""
    return [write_h5(tmp_path / f"{number}.h5", count=100) for number in range(4)]
