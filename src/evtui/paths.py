"""Where things are: config, cache, data and log, each overridable by the usual XDG variables."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import platformdirs

_NAME = "evtui"


def config_file() -> Path:
    """The settings the user keeps."""
    return platformdirs.user_config_path(_NAME) / "config.toml"


def cache_folder() -> Path:
    """What can be made again: remembered metadata, decoded events, demo recordings."""
    return platformdirs.user_cache_path(_NAME)


def catalogue_file() -> Path:
    """Remembered metadata of recordings, one SQLite file."""
    return cache_folder() / "catalogue.sqlite"


def kept_folder() -> Path:
    """Decoded events of recordings that nobody can seek in."""
    return cache_folder() / "events"


def demo_folder() -> Path:
    """The synthetic recordings of ``evtui demo``."""
    return cache_folder() / "demo"


def data_folder() -> Path:
    """What the user made and nothing can make again: bookmarks."""
    return platformdirs.user_data_path(_NAME)


def bookmarks_folder() -> Path:
    """Bookmarks, one file for each recording that has some."""
    return data_folder() / "bookmarks"


def folder_for_results(recording: Path) -> Path:
    """Where a file made from a recording goes: its folder, else the current one, else the data's.

    A folder in which nothing may be written is passed over, as is one whose name cannot be shown.
    The last one is made if need be.
    """
    for folder in (recording.parent, Path()):
        if str(folder).isprintable() and os.access(folder, os.W_OK | os.X_OK):
            return folder
    with contextlib.suppress(OSError):  # whoever writes there says why it cannot be
        data_folder().mkdir(parents=True, exist_ok=True)
    return data_folder()


def log_file() -> Path:
    """The place suggested for ``--log``; nothing is logged unless asked for."""
    return platformdirs.user_log_path(_NAME) / "evtui.jsonl"
