# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a freshly installed cluster, kept so that the next lab need not install anything."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import time
import typing as t
from pathlib import Path

from tests.cluster import pki
from tests.cluster.places import MANIFESTS, STAMP, State, only_one, shared
from tests.cluster.progress import age

# Certificates that the operators make for each other last a day. When four fifths of it are over they are renewed,
# and a snapshot from then on starts with TLS errors instead of a cluster.
MAXIMUM_AGE = 18 * 3600.0


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """A directory with the data of etcd and with the keys that belong to them."""

    directory: Path

    @property
    def usable(self) -> bool:
        """Whether it is complete and not too old."""
        return self.age is not None and 0 <= self.age < MAXIMUM_AGE

    @property
    def age(self) -> float | None:
        """Seconds since it was taken; None where there is none."""
        try:
            taken = json.loads((self.directory / STAMP).read_text(encoding="utf-8"))["taken"]
        except FileNotFoundError:
            return None
        return time.time() - float(taken)

    def why_not(self) -> str:
        """Return why the next lab has to be installed afresh."""
        found = self.age
        return (
            "there is no snapshot yet" if found is None else f"the snapshot is {age(found)} old; its certificates end"
        )

    def restore(self, state: State) -> None:
        """Let a lab begin with it."""
        shutil.copytree(self.directory / "etcd", state.etcd)
        pki.keep_authorities(self.directory / "pki", state.pki)

    def take(self, state: State, copy_etcd: t.Callable[[Path], None]) -> None:
        """Keep the state of a lab; an interrupted attempt leaves nothing that could be taken for a snapshot."""
        with only_one(self.directory.with_name("lock")):
            half_made = self.directory.with_name(self.directory.name + ".partial")
            shutil.rmtree(half_made, ignore_errors=True)
            (half_made / "pki").mkdir(parents=True)
            half_made.chmod(0o700)
            pki.keep_authorities(state.pki, half_made / "pki")
            copy_etcd(half_made / "etcd")
            (half_made / STAMP).write_text(json.dumps({"taken": time.time()}), encoding="utf-8")
            shutil.rmtree(self.directory, ignore_errors=True)
            half_made.rename(self.directory)
        for stamp in self.directory.parent.glob(f"*/{STAMP}"):
            # Those of earlier builds, which nobody may ever start again.
            if not Snapshot(stamp.parent).usable:
                shutil.rmtree(stamp.parent, ignore_errors=True)


def key(programs: t.Iterable[Path], manifests: t.Iterable[Path]) -> str:
    """Return a short name for what a snapshot depends on: the builds, which have keys of their own, and manifests."""
    digest = hashlib.sha256()
    for place in sorted(programs):
        digest.update(f"{place.name}\0".encode())
    for manifest in sorted(manifests):
        content = manifest.read_bytes()
        digest.update(f"{manifest.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:12]


def of(kubevirt: str, programs: t.Iterable[Path]) -> Snapshot:
    """Return the snapshot for these programs, whether it exists or not."""
    return Snapshot(shared() / "snapshots" / f"{kubevirt}-{key(programs, MANIFESTS.iterdir())}")
