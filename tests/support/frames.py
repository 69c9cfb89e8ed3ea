"""What is in the frames of a clip or a picture, by libraries that had no part in writing it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageSequence

Pixels = NDArray[np.uint8]


def gif_frames(path: Path) -> tuple[list[Pixels], list[int]]:
    """Each frame as it is seen, uint8 (height, width, 3), and its duration in ms."""
    frames, durations = [], []
    with Image.open(path) as clip:
        assert clip.format == "GIF"
        for frame in ImageSequence.Iterator(clip):
            frames.append(np.asarray(frame.convert("RGB")))
            durations.append(int(frame.info["duration"]))
    return frames, durations


def png_pixels(path: Path) -> Pixels:
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        return np.asarray(picture.convert("RGB"))


def mp4_frames(path: Path) -> list[Pixels]:
    import av

    with av.open(path) as clip:
        return [frame.to_ndarray(format="rgb24") for frame in clip.decode(video=0)]
