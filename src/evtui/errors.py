"""What can go wrong, as one tree.

::

    EvtuiError
    ├─ RecordingError          about one file: names it, says what is wrong and what to do
    │  ├─ CannotRead           missing, no permission, a folder, an I/O error
    │  ├─ UnknownFormat        no reader knows these bytes
    │  ├─ UnsupportedRecording the format is known, this variant cannot be decoded exactly
    │  ├─ DamagedRecording     the file contradicts itself or ends too early
    │  └─ NeedsLoading         only the loader can read it: decode it whole first
    │     └─ NeedsEvlib        and only evlib can decode it
    ├─ LoadError               a load into memory did not finish
    │  ├─ LoadCancelled
    │  ├─ LoadFailed           the loader refused the file, or its process died
    │  └─ NotEnoughMemory      the load would break the budget or the floor of available memory
    ├─ SettingsError           a setting from file, environment or command line is wrong
    └─ ExportError             a file could not be written
"""

from __future__ import annotations

from pathlib import Path


class EvtuiError(Exception):
    """The root of every error that evtui raises on purpose."""


class RecordingError(EvtuiError):
    """Something is wrong with one file.

    ``str()`` gives one sentence that names the file, the fault and, where there is one, the remedy.
    """

    def __init__(self, path: Path, fault: str, remedy: str = "") -> None:
        # The arguments as they are: an error from the loader's process is made anew from them.
        super().__init__(path, fault, remedy)
        self.path = path
        self.fault = fault
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"

    @property
    def reason(self) -> str:
        """The message without the path, for a place that shows the path already."""
        return f"{self.fault} ({self.remedy})" if self.remedy else self.fault


class CannotRead(RecordingError):
    """The file cannot be read at all."""

    @classmethod
    def because(cls, path: Path, error: OSError) -> CannotRead:
        """The same for every reader, from what the operating system said."""
        if isinstance(error, FileNotFoundError):
            return cls(path, "no such file")
        if isinstance(error, PermissionError):
            return cls(path, "permission denied", "check the file's owner and mode")
        if isinstance(error, IsADirectoryError):
            return cls(path, "is a folder, not a recording")
        return cls(path, f"cannot be read: {error.strerror or error}")


class UnknownFormat(RecordingError):
    """The file's first bytes are of no known format."""


class UnsupportedRecording(RecordingError):
    """The format is known, but this variant of it cannot be decoded exactly."""


class DamagedRecording(RecordingError):
    """The file contradicts itself, or is cut short where that cannot be worked around."""


class NeedsLoading(RecordingError):
    """No reader can seek in this format: the store's loader has to decode the file whole."""


class NeedsEvlib(NeedsLoading):
    """The format is one of ours, but this variant of it only evlib decodes."""


class LoadError(EvtuiError):
    """A load into memory did not finish.

    ``reason`` is the message without the path, for a place that shows the path already.
    """

    def __init__(self, reason: str, path: Path | None = None) -> None:
        super().__init__(reason, path)
        self.reason = reason
        self.path = path

    def __str__(self) -> str:
        return self.reason if self.path is None else f"{self.path}: {self.reason}"


class LoadCancelled(LoadError):
    """Someone asked for the load to stop."""


class LoadFailed(LoadError):
    """The loader refused the file, or the process it ran in died."""


class NotEnoughMemory(LoadError):
    """The load would go over the cache's budget or under the floor of available memory."""


class SettingsError(EvtuiError):
    """A setting is unknown or out of range; the message says where it came from."""


class ExportError(EvtuiError):
    """A file could not be written; nothing half-written is left behind."""
