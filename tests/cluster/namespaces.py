# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Namespaces for a lab: its processes, network and mounts are its own, and go with its first process.

Whoever is not root gets them by a user namespace, in which he is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import typing as t

from tests.cluster.errors import LabError

# The kernel ends every process of the namespace together with the first one, and that one with `unshare`: even SIGKILL
# leaves neither a process nor a network or mount behind.
OPTIONS = ("--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "--mount-proc")
AS_ROOT = ("--user", "--map-root-user")

PACKAGES = {"unshare": "util-linux", "mount": "mount", "ip": "iproute2", "hostname": "hostname"}


def missing_programs(which: t.Callable[[str], str | None] = shutil.which) -> dict[str, str]:
    """Return the programs of the machine that a lab needs and that are not there, with their packages in Debian."""
    return {program: package for program, package in PACKAGES.items() if which(program) is None}


def command(command_line: t.Sequence[str], *, user_namespace: bool) -> list[str]:
    """Return the command line that runs another one in new namespaces."""
    return ["unshare", *(AS_ROOT if user_namespace else ()), *OPTIONS, *command_line]


def choose() -> bool:
    """Return whether a user namespace is needed. Raises LabError where no namespaces can be had."""
    if missing := missing_programs():
        names, packages = " and ".join(missing), " ".join(sorted(set(missing.values())))
        raise LabError(f"The lab needs {names}, which this machine does not have: apt-get install {packages}")
    refusals = []
    for user_namespace in (False, True) if os.geteuid() == 0 else (True,):
        # What a lab does first: it shows whether the namespaces are worth anything.
        trial = command(
            ["sh", "-c", "mount -t tmpfs none /run && ip link add trial type bridge"], user_namespace=user_namespace
        )
        done = subprocess.run(trial, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return user_namespace
        refusals.append(done.stderr.strip() or f"exit code {done.returncode}")
    raise LabError(refused(refusals[-1]))


def refused(reason: str) -> str:
    """Return the sentence for a machine that gives this user no namespaces."""
    return (
        f"This machine does not let user {os.geteuid()} make the namespaces that a lab lives in ({reason}): run it as "
        "root, or have an administrator allow user namespaces (sysctl user.max_user_namespaces=15000, and where they "
        "exist kernel.unprivileged_userns_clone=1 and kernel.apparmor_restrict_unprivileged_userns=0)."
    )
