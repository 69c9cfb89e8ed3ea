"""Clips as MP4: H.264 video, as every browser and player shows it, through PyAV."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from evtui.errors import ExportError
from evtui.export.picture_kinds import ClipHeading, FrameWriter
from evtui.files import written_beside
from evtui.rendering.views import Shades

_CODEC = "libx264"
_QUALITY = {"crf": "18", "preset": "veryfast"}
"""Nearly without visible loss.  Slower presets save little on pictures that are mostly noise."""

_BT709, _LIMITED_RANGE = 1, 1
"""Numbers of ITU-T H.273: which RGB the video's colours mean, so that no player has to guess."""


@contextmanager
def open_mp4(path: Path, heading: ClipHeading) -> Iterator[FrameWriter]:
    """A clip as video; see ``picture_kinds.OpenFrames``."""
    av = _import_av(path)
    with (
        written_beside(path) as beside,
        _told_of(path, av.FFmpegError),
        beside.open("wb") as file,
        av.open(file, "w", format="mp4") as container,
    ):
        writer = _Mp4Writer(container, heading)
        yield writer
        writer.end()


def _import_av(path: Path) -> Any:
    try:
        import av
    except ImportError as error:
        raise ExportError(
            f"{path}: video needs PyAV, which is not installed (pip install 'evtui[video]')"
        ) from error
    if _CODEC not in av.codecs_available:
        raise ExportError(f"{path}: the PyAV installed here has no H.264 encoder, {_CODEC}")
    return av


@contextmanager
def _told_of(path: Path, fault: type[Exception]) -> Iterator[None]:
    try:
        yield
    except OSError:
        raise  # the operating system's words are known
    except fault as error:
        if isinstance(error.__context__, OSError):  # met while PyAV wrote into our file
            raise error.__context__ from error
        raise ExportError(f"{path}: cannot be encoded: {error}") from error


class _Mp4Writer:
    """Encodes frames as they come; H.264 needs an even width and height, so a line is added."""

    def __init__(self, container: Any, heading: ClipHeading) -> None:
        self._container = container
        opaque = np.array([(*colour, 255) for colour in heading.colours], np.uint8)
        # One number a pixel is several times as quick to look up as three.
        self._colours = opaque.view(np.uint32)[:, 0]
        self._pad = (heading.height % 2, heading.width % 2)
        # A clock of 1/90000 s, as video has it, shows 29.97 frames a second as well as 30.
        rate = Fraction(heading.fps).limit_denominator(90_000)
        self._stream = container.add_stream(_CODEC, rate=rate, options=_QUALITY)
        self._stream.width = heading.width + self._pad[1]
        self._stream.height = heading.height + self._pad[0]
        self._stream.pix_fmt = "yuv420p"
        context = self._stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = _LIMITED_RANGE

    def append(self, shades: Shades) -> None:
        from av import VideoFrame

        padded = np.pad(shades, ((0, self._pad[0]), (0, self._pad[1])))
        pixels = self._colours[padded].view(np.uint8).reshape(*padded.shape, 4)
        frame = VideoFrame.from_ndarray(pixels, format="rgba")
        video = frame.reformat(
            format="yuv420p", dst_colorspace=_BT709, dst_color_range=_LIMITED_RANGE
        )
        self._container.mux(self._stream.encode(video))

    def end(self) -> None:
        """Write the frames that the encoder still looks at."""
        self._container.mux(self._stream.encode(None))
