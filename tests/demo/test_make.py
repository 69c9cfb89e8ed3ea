import dataclasses
from pathlib import Path

import h5py
import pytest

from evtui.demo.make import MANIFEST, make_demo, path_of
from evtui.demo.motion import Flight, Spin
from evtui.demo.noise import Noise
from evtui.demo.rotor import Blades, Rotor
from evtui.demo.scenes import SCENES, Scene, truth_of
from evtui.demo.simulate import Simulation
from evtui.errors import ExportError
from evtui.events import Events

BLADES = Blades(count=3, hub=0.2, chord=0.4, widest=0.6)


def tiny(name: str, seed: int) -> Scene:
    return Scene(
        name=name,
        description=f"A tiny fan, {name}.",
        width=64,
        height=48,
        duration_us=90_000,
        seed=seed,
        flight=Flight(32, 24),
        noise=Noise(rate_hz=1, hot_pixels=2),
        rotors=(Rotor(0, 0, 20, BLADES, Spin(30)),),
    )


TINY = (tiny("one", 1), tiny("two", 2), tiny("three", 3))


class Told:
    """Keeps what progress was told; may raise at the first slice of a recording."""

    def __init__(self, stop_at: str = "") -> None:
        self.calls: list[tuple[str, float]] = []
        self._stop_at = stop_at

    def __call__(self, name: str, share: float) -> None:
        self.calls.append((name, share))
        if name == self._stop_at:
            raise KeyboardInterrupt


def stamps(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}


def test_recordings_are_made_in_the_order_of_the_scenes(tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "demo"
    told = Told()
    made = make_demo(folder, told, TINY)
    assert made == [folder / "one.h5", folder / "two.h5", folder / "three.h5"]
    assert sorted(stamps(folder)) == sorted(["one.h5", "two.h5", "three.h5", MANIFEST])
    shares = [share for _name, share in told.calls]
    assert list(dict.fromkeys(name for name, _share in told.calls)) == ["one", "two", "three"]
    assert shares == sorted(shares) and shares[0] > 0 and shares[-1] == 1


def test_a_file_holds_its_scenes_events_and_truth(tmp_path: Path) -> None:
    (path,) = make_demo(tmp_path, Told(), TINY[:1])
    simulation = Simulation(TINY[0])
    truth = truth_of(TINY[0], simulation.hot_pixels)
    with h5py.File(path) as file:
        events = Events(*(file["events"][name][:] for name in "txyp"))
        assert (file.attrs["width"], file.attrs["height"]) == (64, 48)
        assert file.attrs["description"] == b"A tiny fan, one."
        for name, value in truth.items():
            held = file.attrs[name]
            held = held.decode() if isinstance(held, bytes) else held
            assert (held.tolist() if isinstance(value, list) else held) == value
    assert len(events) > 1_000
    assert events.equals(Events.concatenate(run for _end, run in simulation.slices()))


def test_a_second_call_does_nothing(tmp_path: Path) -> None:
    made = make_demo(tmp_path, Told(), TINY)
    before = stamps(tmp_path)
    told = Told()
    assert make_demo(tmp_path, told, TINY) == made
    assert told.calls == []
    assert stamps(tmp_path) == before


def test_only_a_changed_scene_is_made_anew(tmp_path: Path) -> None:
    make_demo(tmp_path, Told(), TINY)
    before = stamps(tmp_path)
    faster = dataclasses.replace(
        TINY[1], rotors=(dataclasses.replace(TINY[1].rotors[0], spin=Spin(31)),)
    )
    told = Told()
    make_demo(tmp_path, told, (TINY[0], faster, TINY[2]))
    changed = {name for name, stamp in stamps(tmp_path).items() if stamp != before[name]}
    assert changed == {"two.h5", MANIFEST}
    assert {name for name, _share in told.calls} == {"two"}
    assert told.calls[-1][1] == 1


def test_a_missing_file_is_made_again(tmp_path: Path) -> None:
    make_demo(tmp_path, Told(), TINY)
    path_of(TINY[2], tmp_path).unlink()
    told = Told()
    make_demo(tmp_path, told, TINY)
    assert {name for name, _share in told.calls} == {"three"}
    assert path_of(TINY[2], tmp_path).is_file()


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff", b'{"one": 3}'])
def test_a_manifest_without_sense_counts_for_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / MANIFEST).write_bytes(content)
    told = Told()
    make_demo(tmp_path, told, TINY[:1])
    assert {name for name, _share in told.calls} == {"one"}
    assert make_demo(tmp_path, Told(stop_at="one"), TINY[:1]) == [tmp_path / "one.h5"]


def test_an_interruption_leaves_whole_recordings_only(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        make_demo(tmp_path, Told(stop_at="two"), TINY)
    assert sorted(stamps(tmp_path)) == sorted(["one.h5", MANIFEST])
    told = Told()
    make_demo(tmp_path, told, TINY)
    assert {name for name, _share in told.calls} == {"two", "three"}


def test_an_interruption_keeps_the_older_version(tmp_path: Path) -> None:
    (path,) = make_demo(tmp_path, Told(), TINY[:1])
    before = path.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        make_demo(tmp_path, Told(stop_at="one"), [dataclasses.replace(TINY[0], seed=9)])
    assert path.read_bytes() == before
    assert sorted(stamps(tmp_path)) == sorted(["one.h5", MANIFEST])


def test_a_folder_that_cannot_be_made_is_an_export_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match="file"):
        make_demo(tmp_path / "file" / "demo", Told(), TINY)


def test_the_demos_own_scenes_are_made_under_their_names(tmp_path: Path) -> None:
    short = [dataclasses.replace(scene, duration_us=5_000) for scene in SCENES]
    made = make_demo(tmp_path, Told(), short)
    assert [path.name for path in made] == [
        "fan.h5",
        "fan-changing-speed.h5",
        "drone-idle.h5",
        "drone-flying.h5",
        "hot-pixels.h5",
    ]
    assert all(path.stat().st_size > 10_000 for path in made)
