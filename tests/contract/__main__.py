# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks a genuine cluster: ``python -m tests.contract record --version 1.4 --kubeconfig FILE``, or ``compare``."""

from __future__ import annotations

import argparse
import difflib
import pathlib
import sys
import typing as t
from concurrent.futures import ThreadPoolExecutor

import yaml

from tests.contract import recorded
from tests.contract.replay import replay, scenarios
from tests.contract.server import Server


def ask(server: Server, names: t.Sequence[str]) -> recorded.Answers:
    """Play the scenarios that have one of the words in their name, several at a time: most of the time is waiting."""
    chosen = {name: steps for name, steps in scenarios().items() if not names or any(word in name for word in names)}
    with ThreadPoolExecutor(4) as pool:
        return dict(zip(chosen, pool.map(lambda steps: replay(server, steps), chosen.values())))


def record(version: str, found: recorded.Answers) -> int:
    """Put the answers in the place of those that were kept of this version; scenarios that are no more go."""
    kept = {known: recorded.load(known) for known in recorded.VERSIONS}
    kept[version] = {name: found.get(name) or kept[version][name] for name in scenarios()}
    recorded.save(kept)
    return 0


def compare(version: str, found: recorded.Answers) -> int:
    """Print what has changed since they were recorded."""
    known = recorded.load(version)
    differing = [name for name in found if found[name] != known.get(name)]
    for name in differing:
        before, after = (yaml.safe_dump([kept._asdict() for kept in side.get(name, [])]) for side in (known, found))
        lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
        sys.stdout.write("\n  ".join([f"{name}:", *lines]) + "\n")
    asked = sum(map(len, found.values()))
    sys.stdout.write(f"{len(found)} scenarios, {asked} requests, {len(differing)} scenarios differ\n")
    return 1 if differing else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.contract", description=__doc__)
    parser.add_argument("action", choices=["record", "compare"])
    parser.add_argument("--version", choices=recorded.VERSIONS, required=True)
    parser.add_argument("--kubeconfig", type=pathlib.Path, required=True, help="with tokens for admin and visitor")
    parser.add_argument("names", nargs="*", help="words of the names of scenarios; all of them, if there are none")
    options = parser.parse_args()
    found = ask(Server(options.kubeconfig), options.names)
    return {"record": record, "compare": compare}[options.action](options.version, found)


if __name__ == "__main__":
    sys.exit(main())
