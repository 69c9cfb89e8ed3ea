import errno
import os
import pickle
from pathlib import Path

import pytest

from evtui import errors
from evtui.errors import (
    CannotRead,
    DamagedRecording,
    EvtuiError,
    NeedsLoading,
    RecordingError,
    UnknownFormat,
    UnsupportedRecording,
)

PATH = Path("folder") / "corridor.h5"

OF_ONE_FILE = [
    RecordingError,
    CannotRead,
    UnknownFormat,
    UnsupportedRecording,
    DamagedRecording,
    NeedsLoading,
]


def refusal(code: int) -> OSError:
    """What Python raises for an error number: the subclass too."""
    return OSError(code, os.strerror(code))


def test_an_error_names_the_file_the_fault_and_the_remedy():
    error = DamagedRecording(PATH, "ends inside a chunk", "copy it again")
    assert str(error) == f"{PATH}: ends inside a chunk (copy it again)"
    assert error.reason == "ends inside a chunk (copy it again)"


def test_an_error_without_a_remedy_has_no_empty_brackets():
    error = UnknownFormat(PATH, "the file is empty")
    assert str(error) == f"{PATH}: the file is empty"
    assert error.reason == "the file is empty"


@pytest.mark.parametrize("kind", OF_ONE_FILE)
def test_an_error_survives_the_way_from_another_process(kind):
    error = kind(PATH, "a fault", "a remedy")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert (again.path, again.fault, again.remedy) == (PATH, "a fault", "a remedy")
    assert str(again) == str(error)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (errno.ENOENT, "no such file"),
        (errno.EACCES, "permission denied (check the file's owner and mode)"),
        (errno.EISDIR, "is a folder, not a recording"),
        (errno.EIO, f"cannot be read: {os.strerror(errno.EIO)}"),
        (errno.ESTALE, f"cannot be read: {os.strerror(errno.ESTALE)}"),
    ],
)
def test_what_the_operating_system_said_becomes_one_sentence(code, reason):
    error = CannotRead.because(PATH, refusal(code))
    assert isinstance(error, CannotRead)
    assert error.reason == reason


def test_an_os_error_without_a_number_keeps_its_own_words():
    error = CannotRead.because(PATH, OSError("cannot synchronously read data"))
    assert error.reason == "cannot be read: cannot synchronously read data"


def test_every_error_has_one_root():
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    ours = [kind for kind in kinds if issubclass(kind, Exception)]
    assert len(ours) > len(OF_ONE_FILE)
    assert all(issubclass(kind, EvtuiError) for kind in ours)
