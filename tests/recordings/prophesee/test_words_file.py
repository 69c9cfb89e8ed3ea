"""Reading words: short reads, errors of the operating system, and files that end inside a word."""

import errno
import os

import numpy as np
import pytest

from evtui.errors import CannotRead, DamagedRecording
from evtui.recordings.prophesee.words_file import WordFile, raw_file

HEADER = b"% evt 2.0\n% end\n"
WORDS = np.arange(1000, dtype="<u4")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.raw"
    path.write_bytes(HEADER + WORDS.tobytes() + b"abc")
    return path


def words_of(file):
    return WordFile(file, file.header.data_offset, WORDS.dtype)


def test_words_begin_after_the_header_and_the_rest_of_a_word_is_left_over(path):
    with raw_file(path) as file:
        words = words_of(file)
        assert (words.count, words.left_over) == (1000, 3)
        assert np.array_equal(words.read(0, 1000), WORDS)
        assert words.read(998, 1000).tolist() == [998, 999]
        assert len(words.read(5, 5)) == 0


def test_blocks_cover_the_words_once(path):
    with raw_file(path) as file:
        blocks = list(words_of(file).blocks(10, 905, 300))
    assert [start for start, _ in blocks] == [10, 310, 610]
    assert np.array_equal(np.concatenate([block for _, block in blocks]), WORDS[10:905])


def test_a_read_that_gives_less_is_gone_on_with(path, monkeypatch):
    pread = os.pread
    with raw_file(path) as file:
        monkeypatch.setattr(os, "pread", lambda fd, size, at: pread(fd, min(size, 7), at))
        assert np.array_equal(words_of(file).read(0, 100), WORDS[:100])


def test_a_read_beyond_the_end_says_that_the_file_was_cut(path):
    with raw_file(path) as file:
        os.truncate(path, 100)
        with pytest.raises(DamagedRecording, match="cut short"):
            words_of(file).read(0, 1000)
        with pytest.raises(DamagedRecording, match="cut short"):
            file.require_whole()


def test_an_error_of_the_disk_names_the_file(path, monkeypatch):
    def fail(*_arguments):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with raw_file(path) as file:
        monkeypatch.setattr(os, "pread", fail)
        with pytest.raises(CannotRead, match="Input/output error") as caught:
            file.read(0, 10)
        assert caught.value.path == path


def test_an_error_while_it_is_looked_at_closes_the_file(path):
    with pytest.raises(KeyError), raw_file(path) as file:
        raise KeyError
    with pytest.raises(CannotRead, match="was closed"):
        file.read(0, 1)
    file.close()
