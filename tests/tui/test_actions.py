from __future__ import annotations

from collections import Counter
from itertools import chain
from pathlib import Path

import pytest

from evtui.tui.actions import ACTIONS, KEYMAPS, Place, as_markdown, at, bindings, rows, sign
from evtui.tui.app import EvtuiApp
from evtui.tui.screens.browser.screen import BrowserScreen
from evtui.tui.screens.player.screen import PlayerScreen


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("full_stop", "."),
        ("question_mark", "?"),
        ("ctrl+q", "Ctrl+Q"),
        ("shift+left", "Shift+←"),
        ("L", "L"),
        ("l", "l"),
    ],
)
def test_keys_are_shown_as_users_know_them(key: str, shown: str) -> None:
    assert sign(key) == shown


def test_ids_are_unique() -> None:
    assert max(Counter(action.id for action in ACTIONS).values()) == 1


@pytest.mark.parametrize("place", [Place.BROWSER, Place.PLAYER])
def test_no_key_does_two_things_in_one_place(place: Place) -> None:
    keys = chain.from_iterable(action.keys for action in at(place, Place.EVERYWHERE))
    assert [key for key, count in Counter(keys).items() if count > 1] == []


@pytest.mark.parametrize("keymap", KEYMAPS)
@pytest.mark.parametrize("place", [Place.BROWSER, Place.PLAYER])
def test_no_keymap_makes_a_key_do_two_things(place: Place, keymap: str) -> None:
    changed = KEYMAPS[keymap]
    keys = chain.from_iterable(
        changed[action.id].split(",") if action.id in changed else action.keys
        for action in at(place, Place.EVERYWHERE)
    )
    assert [key for key, count in Counter(keys).items() if count > 1 and key != "none"] == []


def test_keymaps_name_actions_that_exist() -> None:
    ids = {action.id for action in ACTIONS}
    assert all(set(keymap) <= ids for keymap in KEYMAPS.values())


@pytest.mark.parametrize(
    ("place", "owner"),
    [
        (Place.BROWSER, BrowserScreen),
        (Place.PLAYER, PlayerScreen),
        (Place.EVERYWHERE, EvtuiApp),
    ],
)
def test_every_action_has_its_method(place: Place, owner: type) -> None:
    for action in at(place):
        call = action.call.partition("(")[0]
        target = EvtuiApp if call.startswith("app.") else owner
        assert hasattr(target, "action_" + call.removeprefix("app.")), action.id


def test_bindings_carry_the_ids_that_keymaps_name() -> None:
    assert {binding.id for binding in bindings(Place.PLAYER)} == {
        action.id for action in at(Place.PLAYER)
    }


def test_the_help_lists_the_digits_once() -> None:
    assert [keys for keys, _ in rows(Place.PLAYER)].count("0 – 9") == 1


def test_the_launcher_keymap_shows_in_the_help() -> None:
    assert ("↑  [", "Faster") not in rows(Place.PLAYER)
    assert any(keys.startswith("↑") for keys, _ in rows(Place.PLAYER, "launcher"))


def test_the_readme_shows_these_keys() -> None:
    readme = Path(__file__).parents[2] / "README.md"
    assert as_markdown() in readme.read_text(encoding="utf-8")
