import numpy as np
import pytest

from evtui.demo.motion import Pose
from evtui.demo.outline import Bar, Disc, OutlineEdges
from evtui.demo.pixels import Pixels, Sparks

WIDTH, HEIGHT = 300, 200


def events_of(part: Bar | Disc, begin: Pose, end: Pose, contrast: float = 1.0) -> Sparks:
    rng = np.random.default_rng(1)
    pixels = Pixels(WIDTH, HEIGHT, rng)
    return OutlineEdges([part], contrast, pixels).between(0, 10_000, begin, end, rng)


def places(sparks: Sparks) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.divmod(sparks.pixel, WIDTH)
    return x, y


def test_a_dark_disc_darkens_what_is_before_it() -> None:
    sparks = events_of(Disc(0, 0, 30), Pose(100, 100, 0), Pose(102, 100, 0))
    x, y = places(sparks)
    assert np.abs(np.hypot(x - 101, y - 100) - 30).max() < 4
    assert (x[sparks.p == 0] > 100).all()
    assert (x[sparks.p == 1] < 102).all()
    assert 20 < np.count_nonzero(sparks.p == 0) < 200


def test_a_bar_gives_its_two_sides() -> None:
    sparks = events_of(Bar(0, -40, 0, 40, 10), Pose(100, 100, 0), Pose(102, 100, 0))
    x, _y = places(sparks)
    assert np.abs(x[sparks.p == 0] - 106).max() < 4
    assert np.abs(x[sparks.p == 1] - 96).max() < 4


def test_along_itself_a_bar_gives_nothing() -> None:
    assert len(events_of(Bar(0, -40, 0, 40, 10), Pose(100, 100, 0), Pose(100, 102, 0)).t) == 0


def test_the_roll_turns_the_outline() -> None:
    bar = Bar(-40, 0, 40, 0, 10)
    quarter = np.pi / 2
    sparks = events_of(bar, Pose(100, 100, quarter), Pose(102, 100, quarter))
    x, y = places(sparks)
    assert np.abs(x[sparks.p == 0] - 106).max() < 4
    assert np.ptp(y) > 70


def test_events_grow_with_the_way_and_the_contrast() -> None:
    disc, begin = Disc(0, 0, 40), Pose(100, 100, 0)
    counts = [
        len(events_of(disc, begin, Pose(100 + way, 100, 0), contrast).t)
        for way, contrast in ((0, 1), (0.25, 1), (0.5, 1), (0.5, 2))
    ]
    assert counts[0] == 0
    assert counts[2] == pytest.approx(2 * counts[1], rel=0.4)
    assert counts[3] == pytest.approx(2 * counts[2], rel=0.4)


def test_nothing_outside_the_sensor() -> None:
    sparks = events_of(Disc(0, 0, 30), Pose(0, 0, 0), Pose(2, 2, 0))
    x, y = places(sparks)
    assert len(x) and x.max() < 40 and y.max() < 40
    assert (sparks.pixel >= 0).all()
