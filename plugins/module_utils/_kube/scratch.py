# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder for the certificates and keys that the ``kubernetes`` library writes to files. Private to vmo.core.

It removes them with ``atexit``, which does not run in a worker that Ansible forked; they would stay in /tmp for good.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import typing as t
from multiprocessing import util

if t.TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def scratch() -> Iterator[None]:
    """Let files that are made meanwhile live in a folder that goes when this process ends, forked or not."""
    folder = tempfile.mkdtemp(prefix="vmo.core-")
    util.Finalize(None, shutil.rmtree, args=(folder, True), exitpriority=0)
    before = tempfile.tempdir
    tempfile.tempdir = folder
    try:
        yield
    finally:
        tempfile.tempdir = before
