"""The pictures of a terminal with the Kitty graphics protocol, as far as we use it."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

SEQUENCE = re.compile(r"\x1b_G([^;\x1b]*)(?:;([^\x1b]*))?\x1b\\")
LONGEST = 4096


@dataclass(frozen=True)
class Placed:
    """A picture on the screen."""

    pixels: np.ndarray
    """uint8 of shape (height, width, 4)."""
    column: int
    row: int
    columns: int
    rows: int
    z: int
    lost: set[tuple[int, int]] = field(default_factory=set)
    """Its cells, by column and row within it, that text was written in since."""


@dataclass
class KittyPictures:
    """What such a terminal keeps: pictures by number, all of them placed."""

    placed: dict[int, Placed] = field(default_factory=dict)
    answers: int = 0
    """How many answers a terminal would have given."""
    _keys: dict[str, str] = field(default_factory=dict)
    _data: str = ""

    def feed(self, keys: str, data: str, column: int = 0, row: int = 0) -> None:
        """One sequence with its keys and data, the cursor at a column and row."""
        assert len(data) <= LONGEST
        said = dict(pair.split("=") for pair in keys.split(","))
        if self._keys:
            # A further chunk: it may say no more than that.
            assert set(said) <= {"m", "q"}
            self._data += data
            said = {**self._keys, **said}
        else:
            self._data = data
        self._keys = said if said.get("m") == "1" else {}
        if self._keys:
            assert len(data) % 4 == 0
            return
        self.answers += said.get("q") != "2"
        self._obey(said, column, row)

    def text(self, text: str, column: int = 0, row: int = 0) -> None:
        """Text that is nothing but such sequences."""
        assert SEQUENCE.sub("", text) == ""
        for keys, data in SEQUENCE.findall(text):
            self.feed(keys, data, column, row)

    def _obey(self, said: dict[str, str], column: int, row: int) -> None:
        number = int(said["i"])
        if said["a"] == "d":
            assert said["d"] == "I"
            self.placed.pop(number, None)
            return
        assert said["a"] == "T" and said["f"] == "100" and said["C"] == "1"
        picture = Image.open(io.BytesIO(base64.b64decode(self._data, validate=True)))
        assert picture.format == "PNG"
        pixels = np.array(picture.convert("RGBA"))
        self.placed[number] = Placed(
            pixels, column, row, int(said["c"]), int(said["r"]), int(said.get("z", 0))
        )
