# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things are: what all checkouts share, and what one lab has for itself."""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import os
import typing as t
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
MANIFESTS = HERE / "manifests"

# Written last: a directory without it was left half made by an interrupted run.
STAMP = ".complete"


def shared() -> Path:
    """Return where built programs and snapshots are kept, for all checkouts of this user."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vmo.core/cluster"


def labs() -> Path:
    """Return where the labs of this checkout have their directories."""
    return Path(os.environ["VMO_CACHE"]) / "labs"


@contextlib.contextmanager
def only_one(lock: Path, *, patient: bool = True) -> t.Iterator[None]:
    """Let one process at a time work on something; the lock ends with the process, however it ends.

    Raises BlockingIOError where somebody else does and ``patient`` is false.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    while True:
        with lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if patient else fcntl.LOCK_NB))
            # Whoever had it before may have removed the file; then the next one has another.
            if lock.exists() and os.path.samestat(os.fstat(file.fileno()), lock.stat()):
                yield
                return


def forget(lock: Path) -> None:
    """Remove the file of a lock, unless somebody has it."""
    with contextlib.suppress(BlockingIOError), only_one(lock, patient=False):
        lock.unlink()


@dataclasses.dataclass(frozen=True)
class State:
    """The directory of one lab. All of it goes when the lab is ended."""

    directory: Path

    @property
    def identity(self) -> Path:
        """Who keeps the lab running; see Lab."""
        return self.directory / "identity.json"

    @property
    def ready(self) -> Path:
        """Exists from the moment when the cluster answered as it should."""
        return self.directory / "ready"

    @property
    def control(self) -> Path:
        """The socket of the supervisor."""
        return self.directory / "control"

    @property
    def kubeconfig(self) -> Path:
        """One context for each user."""
        return self.directory / "kubeconfig"

    @property
    def kubectl_cache(self) -> Path:
        """What kubectl remembers of the kinds of this cluster; the next one on the same port may have others."""
        return self.directory / "kubectl-cache"

    @property
    def pki(self) -> Path:
        """Certificates, keys and tokens."""
        return self.directory / "pki"

    @property
    def etcd(self) -> Path:
        """The data of etcd."""
        return self.directory / "etcd"

    @property
    def logs(self) -> Path:
        """One file for each program."""
        return self.directory / "logs"

    @property
    def audit_log(self) -> Path:
        """One line of JSON for each request that the API server has answered."""
        return self.logs / "audit.jsonl"

    @property
    def nodes(self) -> Path:
        """``NAME.down`` in here cuts a node off."""
        return self.directory / "nodes"

    @property
    def knobs(self) -> Path:
        """Delays and failures of the simulators."""
        return self.directory / "knobs.json"

    @property
    def programs(self) -> Path:
        """Links to the parts that this lab runs, as they were built."""
        return self.directory / "programs"

    def settings(self, simulator: str) -> Path:
        """What a simulator is told."""
        return self.directory / f"{simulator}.json"

    def lock(self) -> Path:
        """Beside the directory, since that comes and goes."""
        return self.directory.with_name(self.directory.name + ".lock")

    def prepare(self) -> None:
        """Make the directories; nobody else may look into them."""
        self.directory.mkdir(parents=True, mode=0o700)
        for name in ("pki", "logs", "nodes", "pids", "pods", "programs"):
            (self.directory / name).mkdir()
