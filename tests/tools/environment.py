# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make what the development tools need, outside the checkout, and print it as shell assignments.

Everything lies under ``${XDG_CACHE_HOME:-~/.cache}/vmo.core``:

``venv-SET-X.Y-KEY``    a virtual environment; KEY stands for the pinned requirements and the Python
``collections-VERSION`` kubernetes.core and kubevirt.core, from the PyPI package ``ansible``
``checkout-KEY``        what belongs to one checkout: its link tree, Ansible's home, build and test output

So a new clone on a warm machine starts at once, and two clones do not meet. Only the standard library is used here.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import typing as t
import zipfile
from pathlib import Path

# One package serves every Python and ansible-core here: its collections are unpacked, not installed.
ANSIBLE_PACKAGE = "14.5.0"
ANSIBLE_PACKAGE_PYTHON = "3.12"
COLLECTIONS = ("kubernetes/core", "kubevirt/core")

# Written last: a directory without it was left half made by an interrupted run.
STAMP = ".complete"


def key_of(*parts: str) -> str:
    """Return a short name for these texts together."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


@contextlib.contextmanager
def only_one(cache: Path) -> t.Iterator[None]:
    """Let one process at a time make things: two checkouts may start together."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def made_anew(directory: Path, what: str) -> t.Iterator[None]:
    """Hand out an empty directory, and stamp it when it is finished."""
    print(f"[vmo.core] making {what} in {directory}", file=sys.stderr)
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    yield
    (directory / STAMP).touch()


def virtual_environment(cache: Path, requirements: Path) -> Path:
    """Return a virtual environment of this Python with exactly the pinned requirements."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    key = key_of(requirements.read_text(encoding="utf-8"), sys.version, sys.executable)
    venv = cache / f"venv-{requirements.stem}-{version}-{key}"
    # The program is tested too: its link dangles when the Python it was made from is gone.
    if not ((venv / STAMP).exists() and (venv / "bin/python").exists()):
        with made_anew(venv, f"a Python {version} environment ({requirements.name})"):
            run(sys.executable, "-m", "venv", str(venv))
            run(str(venv / "bin/python"), *PIP, "install", "--no-compile", "--requirement", str(requirements))
    return venv


def collections(cache: Path, python: Path) -> Path:
    """Return a collections path with the collections that ours works with."""
    directory = cache / f"collections-{ANSIBLE_PACKAGE}"
    if not (directory / STAMP).exists():
        with made_anew(directory, "the collections that vmo.core works with"):
            download = ["download", "--no-deps", "--only-binary", ":all:", "--python-version", ANSIBLE_PACKAGE_PYTHON]
            run(str(python), *PIP, *download, "--dest", str(directory), f"ansible=={ANSIBLE_PACKAGE}")
            (wheel,) = directory.glob("*.whl")
            wanted = tuple(f"ansible_collections/{name}/" for name in COLLECTIONS)
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(directory, [name for name in archive.namelist() if name.startswith(wanted)])
            wheel.unlink()
    return directory


def link_tree(own: Path, checkout: Path) -> Path:
    """Return a collections path in which ``vmo.core`` is the checkout itself."""
    link = own / "collections/ansible_collections/vmo/core"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(checkout)
    return own / "collections"


PIP = ("-m", "pip", "--quiet", "--disable-pip-version-check")


def run(*command: str) -> None:
    """Run a step; what it prints must not mix with the assignments on standard output."""
    # Inside another environment pip would look there.
    environment = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONHOME")}
    subprocess.run(command, check=True, stdout=sys.stderr, env=environment)


def main() -> None:
    """Make what is missing and print the assignments for ``tests/tools/run``."""
    checkout, requirements_set = Path(sys.argv[1]), sys.argv[2]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vmo.core"
    own = cache / f"checkout-{key_of(str(checkout))}"
    with only_one(cache):
        venv = virtual_environment(cache, checkout / f"tests/requirements/{requirements_set}.txt")
        collections_path = f"{link_tree(own, checkout)}:{collections(cache, venv / 'bin/python')}"
    variables = {
        "VIRTUAL_ENV": str(venv),
        "PATH": f"{venv / 'bin'}:{os.environ['PATH']}",
        "ANSIBLE_COLLECTIONS_PATH": collections_path,
        "ANSIBLE_CONFIG": str(checkout / "tests/ansible.cfg"),
        "ANSIBLE_HOME": str(own / "ansible-home"),
        # All hosts of a test are this machine; without this, modules would use the user's ~/.ansible.
        "ANSIBLE_REMOTE_TMP": str(own / "ansible-home/tmp"),
        "VMO_CHECKOUT": str(checkout),
        "VMO_CACHE": str(own),
    }
    for name, value in variables.items():
        print(f"export {name}={shlex.quote(value)}")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"[vmo.core] this step failed ({error.returncode}): {shlex.join(error.cmd)}")
