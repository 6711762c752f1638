# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The genuine cluster: Kubernetes, KubeVirt and CDI control planes in namespaces of their own; README.md says more."""

from __future__ import annotations

import argparse
import os
import sys

from tests.cluster import build, laboratory, lifecycle, status
from tests.cluster.errors import LabError
from tests.cluster.laboratory import Lab
from tests.cluster.parts import KUBEVIRT_VERSIONS, PARTS, parts_of
from tests.cluster.progress import Progress

ENTRY = "tests/cluster/lab"


def _build(options: argparse.Namespace) -> int:
    say = Progress()
    wanted = parts_of(options.kubevirt) if options.kubevirt else list(PARTS)
    workshop = build.Workshop(say)
    workshop.ensure(wanted)
    say(f"{', '.join(part.name for part in wanted)}: up to date, in {workshop.directory}")
    return 0


def _up(options: argparse.Namespace) -> int:
    version = options.kubevirt or KUBEVIRT_VERSIONS[0]
    name = options.name or (f"empty-{version}" if options.empty else f"kubevirt-{version}")
    say = Progress()
    lab = lifecycle.up(lifecycle.Wish(version, name, options.fresh, options.empty), say)
    say(f"the lab {lab.name} is up: {lab.server}")
    choice = f" --name {name}" if options.name or options.kubevirt or options.empty else ""
    hints = {
        f'eval "$({ENTRY} env{choice})"': "kubectl, virtctl and KUBECONFIG for this shell",
        f"{ENTRY} status": "what runs",
        f"{ENTRY} down --name {name}": "end it",
    }
    width = max(len(command) for command in hints)
    sys.stdout.write("".join(f"\n  {command:{width}}   {purpose}" for command, purpose in hints.items()) + "\n")
    return 0


def _down(options: argparse.Namespace) -> int:
    found = _named(options.name) if options.name else laboratory.everyone()
    for lab in found:
        lifecycle.down(lab)
        sys.stdout.write(f"ended {lab.name}\n")
    if not found:
        sys.stdout.write("there is no lab\n")
    return 0


def _status(_options: argparse.Namespace) -> int:
    found = laboratory.everyone()
    sys.stdout.write(status.report(found))
    return 0 if any(lab.ready for lab in found) else 1


def _env(options: argparse.Namespace) -> int:
    found = [lab for lab in (_named(options.name) if options.name else laboratory.everyone()) if lab.ready]
    if not found:
        raise LabError(f"There is no lab that is ready. Start one: {ENTRY} up")
    if len(found) > 1:
        raise LabError(f"Which one? {ENTRY} env --name {' | '.join(lab.name for lab in found)}")
    sys.stdout.write(found[0].shell())
    return 0


def _named(name: str) -> list[Lab]:
    lab = laboratory.find(name)
    return [lab] if lab else []


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=ENTRY, description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    version = argparse.ArgumentParser(add_help=False)
    version.add_argument("--kubevirt", choices=KUBEVIRT_VERSIONS)
    name = argparse.ArgumentParser(add_help=False)
    name.add_argument("--name", help="tells labs of one checkout apart; kubevirt-VERSION unless given")

    found = commands.add_parser("build", parents=[version], help="build what is missing, of one version or of all")
    found.set_defaults(run=_build)
    found = commands.add_parser("up", parents=[version, name], help="start a lab; returns when it is ready")
    found.add_argument("--fresh", action="store_true", help="install everything anew, and take a new snapshot of it")
    found.add_argument("--empty", action="store_true", help="without KubeVirt and CDI: for what is to install them")
    found.set_defaults(run=_up)
    found = commands.add_parser("down", parents=[name], help="end one lab, or all of this checkout")
    found.set_defaults(run=_down)
    commands.add_parser("status", help="what runs and what is built; exit code 0 where a lab is ready").set_defaults(
        run=_status
    )
    found = commands.add_parser("env", parents=[name], help="variables for a shell that wants to use a lab")
    found.set_defaults(run=_env)
    return parser


def main() -> int:
    """Run one command. A LabError is told in one line, without a traceback."""
    options = _parser().parse_args()
    try:
        return int(options.run(options))
    except LabError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read the output has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    sys.exit(main())
