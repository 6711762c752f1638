# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Knobs: the table, the file that is read again, and the annotations that win."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cluster.nodes.knobs import KNOBS, BadKnobs, Knobs, parse
from tests.unit.cluster.nodes.builders import a_vmi


def knobs(directory: Path, text: str) -> Knobs:
    file = directory / "knobs.json"
    file.write_text(text, encoding="utf-8")
    return Knobs(file)


def test_defaults_hold_without_a_file(tmp_path: Path) -> None:
    found = Knobs(tmp_path / "absent.json")

    assert found.seconds("boot-delay") == 1.0
    assert found.text("boot") == ""
    assert found.flag("agent")
    assert found.text("max-volume") == "10Ti"


def test_an_annotation_wins_over_the_file(tmp_path: Path) -> None:
    found = knobs(tmp_path, '{"boot_delay": 4, "agent": false}')
    vmi = a_vmi(metadata={"annotations": {"sim/boot-delay": "60", "sim/agent": "true"}})

    assert found.seconds("boot-delay") == 4.0
    assert found.seconds("boot-delay", vmi) == 60.0
    assert not found.flag("agent")
    assert found.flag("agent", vmi)


def test_the_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    found = knobs(tmp_path, '{"boot_delay": 4}')
    assert found.seconds("boot-delay") == 4.0

    file = tmp_path / "knobs.json"
    file.write_text('{"boot_delay": 5}', encoding="utf-8")
    os.utime(file, ns=(1, 1))
    assert found.seconds("boot-delay") == 5.0

    file.unlink()
    assert found.seconds("boot-delay") == 1.0


def test_a_broken_file_leaves_things_as_they_are(tmp_path: Path) -> None:
    found = knobs(tmp_path, '{"boot_delay": 4}')
    assert found.seconds("boot-delay") == 4.0

    (tmp_path / "knobs.json").write_text('{"boot_delay"', encoding="utf-8")
    assert found.seconds("boot-delay") == 4.0


def test_a_duration_that_is_no_number_counts_as_not_set(tmp_path: Path) -> None:
    vmi = a_vmi(metadata={"annotations": {"sim/boot-delay": "soon"}})

    assert Knobs(tmp_path / "absent.json").seconds("boot-delay", vmi) == 1.0


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("http://files.example/404.img", True),
        ("docker://registry.example/does-not-exist", True),
        ("http://x/ok", False),
    ],
)
def test_regular_expressions_are_searched(tmp_path: Path, text: str, matches: bool) -> None:
    assert Knobs(tmp_path / "absent.json").matches("import-fail-regex", text) is matches


def test_an_empty_expression_matches_nothing(tmp_path: Path) -> None:
    assert not Knobs(tmp_path / "absent.json").matches("provision-fail-regex", "anything")


@pytest.mark.parametrize("text", ["[]", '{"boot_dealy": 1}', '{"boot": "stuck"}', '{"boot_delay": [1]}'])
def test_what_the_table_does_not_know_is_refused(text: str) -> None:
    with pytest.raises(BadKnobs):
        parse(text)


@pytest.mark.parametrize("name", sorted(KNOBS))
def test_every_knob_can_be_turned_somewhere_and_says_what_it_does(name: str) -> None:
    knob = KNOBS[name]

    assert knob.meaning
    assert knob.on or knob.in_file
