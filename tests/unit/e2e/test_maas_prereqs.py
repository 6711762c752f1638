# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role ``maas_prereqs`` and its playbooks: from new machines to ready ones, foreseen, interrupted, repeated."""

from __future__ import annotations

import json
import re
import time
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sim.maas import Simulator, Timings
from tests.sim.maas.model import Failure
from tests.tools.sizes import CHECKOUT
from tests.unit.e2e.playbook import Outcome, Started, start, write

Tree = dict[str, t.Any]
ROLE = {"ansible.builtin.import_role": {"name": "vmo.core.maas_prereqs"}}
# The machines of the demo, whose variables come with its inventory.
MACHINES = 8


class Prereqs:
    """The role at work on a region, for the machines of the demo."""

    def __init__(self, region: Simulator, directory: Path) -> None:
        self.region = region
        self.directory = directory
        self._playbook = write(
            directory / "prepare.yml",
            [
                {"name": "Prepare", **ROLE},
                {
                    "name": "Keep what was done",
                    "check_mode": False,
                    "changed_when": False,
                    "ansible.builtin.copy": {
                        "content": "{{ maas_prereqs_prepared | to_json }}",
                        "dest": str(directory / "prepared.json"),
                        "mode": "0600",
                    },
                },
            ],
        )

    def begin(self, *options: str) -> Started:
        self.region.clear_log()
        environment = {"MAAS_URL": self.region.url, "MAAS_API_KEY": self.region.key()}
        return start(self._playbook, *options, environment=environment)

    def run(self, *options: str) -> Outcome:
        """Run the role, which must succeed and cause no warning."""
        outcome = self.begin(*options).finish()
        assert outcome.status == 0, outcome.output
        assert outcome.complaints == [], outcome.output
        return outcome

    @property
    def prepared(self) -> Tree:
        """What the last run did to each machine, or would have done."""
        found: Tree = json.loads((self.directory / "prepared.json").read_text(encoding="utf-8"))
        return {
            "changed": found["changed"],
            "diff": found["diff"],
            "actions": {machine["name"]: machine["actions"] for machine in found["machines"]},
        }


def changes(outcome: Outcome) -> list[str]:
    """Return the tasks and items that changed something, or would have."""
    task, found = "", []
    for line in outcome.output.splitlines():
        task = line if line.startswith("TASK [") else task
        if line.startswith("changed: "):
            found.append(f"{task} {line}")
    return found


@pytest.fixture
def region() -> Iterator[Simulator]:
    with Simulator("3.7", machines=MACHINES, stage="new") as simulator:
        yield simulator


@pytest.fixture
def prereqs(region: Simulator, tmp_path: Path) -> Prereqs:
    return Prereqs(region, tmp_path)


def half_done(prereqs: Prereqs) -> None:
    """Leave a fleet of which something is missing everywhere: machines, links, a tag, a text, swap."""
    prereqs.run()

    def undo(world: t.Any) -> None:
        machines = {machine.hostname: machine for machine in world.machines.values()}
        machines["worker-02"].swap_size = 2**30
        machines["cp-01"].tags.remove("demo-control-plane")
        del world.tags["demo-vmx"]

    prereqs.region.edit(undo)
    prereqs.region.plant("n.vlans", "worker-03")
    prereqs.region.plant("m.commissioned", "worker-04")


def ready(prereqs: Prereqs) -> None:
    prereqs.run()


@pytest.mark.parametrize("before", [lambda _prereqs: None, half_done, ready], ids=["fresh", "half done", "done"])
def test_what_check_mode_foresees_is_what_is_done(prereqs: Prereqs, before: t.Callable[[Prereqs], None]) -> None:
    before(prereqs)
    foreseen = prereqs.run("--check", "--diff")
    said = prereqs.prepared
    assert not [entry for entry in prereqs.region.requests if entry.method != "GET"]

    done = prereqs.run("--diff")
    assert changes(done) == changes(foreseen)
    assert prereqs.prepared == said
    assert bool(prereqs.region.writes) is said["changed"]
    assert "READY" in done.output

    again = prereqs.run()
    assert again.recap["changed"] == 0
    assert not [entry for entry in prereqs.region.requests if entry.method != "GET"]


def test_the_playbook_tells_why_machines_are_not_fit_and_then_that_they_are(prereqs: Prereqs) -> None:
    environment = {"MAAS_URL": prereqs.region.url, "MAAS_API_KEY": prereqs.region.key()}
    playbook = CHECKOUT / "playbooks/check_machines.yml"
    before = start(playbook, environment=environment).finish()
    assert before.status != 0
    assert "NOT READY: control_plane 0 of 3, worker 0 of 5" in before.output
    assert "m.commissioned" in before.output
    prereqs.run()
    after = start(playbook, environment=environment).finish()
    assert after.status == 0, after.output
    assert "READY, with warnings: control_plane 3 of 3, worker 5 of 5" in after.output


@pytest.mark.parametrize("writes", [3, 9, 30])
def test_a_killed_run_is_taken_up_by_the_next_one(tmp_path: Path, writes: int) -> None:
    with Simulator("3.7", machines=MACHINES, stage="new", timings=Timings(commissioning=1.0, testing=1.0)) as region:
        prereqs = Prereqs(region, tmp_path)
        run = prereqs.begin()
        end = time.monotonic() + 60
        while len(region.writes) < writes:
            assert run.process.poll() is None, run.finish().output
            assert time.monotonic() < end
            time.sleep(0.005)
        run.kill()
        assert changes(prereqs.run())
        assert prereqs.run().recap["changed"] == 0


def test_a_restart_of_maas_is_waited_for(tmp_path: Path) -> None:
    with Simulator("3.7", machines=MACHINES, stage="new", timings=Timings(commissioning=2.0)) as region:
        prereqs = Prereqs(region, tmp_path)
        run = prereqs.begin()
        while len(region.writes) < MACHINES + 4:
            assert run.process.poll() is None, run.finish().output
            time.sleep(0.01)
        region.stop()
        time.sleep(1)
        region.start()
        outcome = run.finish()
        assert outcome.status == 0, outcome.output
        assert prereqs.run().recap["changed"] == 0


def test_a_machine_that_fails_its_tests_holds_up_no_other_and_is_tested_again(prereqs: Prereqs) -> None:
    prereqs.region.machine("worker-02").failures.append(Failure("testing", 1))
    failed = prereqs.begin().finish()
    assert failed.status != 0
    assert "1 of 8 machines failed. worker-02: " in failed.output
    assert {machine["changed"] for machine in machines(failed)} == {True}
    repaired = prereqs.run("-e", json.dumps({"maas_prereqs_options": {"retest": True}}), "--limit", "localhost")
    assert "worker 5 of 5" in repaired.output
    assert prereqs.run().recap["changed"] == 0


def machines(failed: Outcome) -> list[Tree]:
    """Return what a failed task tells of each machine."""
    (told,) = re.findall(r"^fatal: \[localhost\]: FAILED! => (.*)$", failed.output, re.MULTILINE)
    return t.cast("list[Tree]", json.loads(told)["machines"])


WRONG: dict[str, tuple[Tree, str]] = {
    "no machine": (
        {"maas_prereqs_control_plane_machines": [], "maas_prereqs_worker_machines": []},
        "Name the machines in maas_prereqs_control_plane_machines or maas_prereqs_worker_machines.",
    ),
    "one machine in both roles": ({"maas_prereqs_worker_machines": ["cp-01"]}, "cp-01 is named twice."),
    "a machine that nobody knows": ({"maas_prereqs_worker_machines": ["worker-77"]}, "worker-77"),
    "a word that is none": ({"maas_prereqs_worker_settings": {"swop_size": "0"}}, "swop_size"),
    "an option that is none": ({"maas_prereqs_options": {"retests": True}}, "retests"),
    "a zone that is not there": ({"maas_prereqs_settings": {"zone": "mars"}}, "MAAS has no zone mars"),
    "a preset that is none": ({"maas_prereqs_preset": "palette"}, "maas_prereqs_preset"),
}


@pytest.mark.parametrize("what", WRONG)
def test_bad_input_is_refused_before_anything_is_changed(prereqs: Prereqs, what: str) -> None:
    variables, said = WRONG[what]
    outcome = prereqs.begin("-e", json.dumps(variables)).finish()
    assert outcome.status != 0
    assert said in outcome.output
    assert prereqs.region.writes == []


def test_what_only_people_can_mend_is_told_before_anything_is_changed(prereqs: Prereqs) -> None:
    prereqs.region.plant("n.racks")
    outcome = prereqs.begin().finish()
    assert outcome.status != 0
    assert "n.racks" in outcome.output
    assert prereqs.region.writes == []


POWER = {
    "power": {"type": "redfish", "parameters": {"power_address": "192.0.2.7"}, "secrets": {"power_pass": "hush-4715"}}
}


@pytest.mark.parametrize("fast", ["true", "false"])
def test_secrets_show_nowhere(prereqs: Prereqs, fast: str) -> None:
    variables = {
        "maas_prereqs_worker_settings": POWER,
        "vmo_fast_path": fast,
        "maas_prereqs_check": {"fail_on": "never"},
    }
    outcome = prereqs.run("-vvv", "--diff", "-e", f"@{secret_file(prereqs, variables)}")
    assert outcome.recap["changed"]
    assert prereqs.region.machine("worker-01").power_parameters["power_pass"] == "hush-4715"
    assert not any(part in outcome.output for part in [*prereqs.region.key().split(":"), "hush-4715"])


def test_a_key_that_is_refused_shows_nowhere(prereqs: Prereqs) -> None:
    wrong = prereqs.region.key()[:-4] + "beef"
    outcome = prereqs.begin("-vvv", "-e", f"@{secret_file(prereqs, {'vmo_maas_api_key': wrong})}").finish()
    assert outcome.status != 0
    assert "API key" in outcome.output
    assert not any(part in outcome.output for part in wrong.split(":"))


def secret_file(prereqs: Prereqs, variables: Tree) -> Path:
    """Return a file of variables: what is on a command line is no secret."""
    path = prereqs.directory / "secrets.json"
    path.write_text(json.dumps(variables), encoding="utf-8")
    return path
