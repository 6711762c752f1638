# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every test: where ``vmo.core`` is imported from, and that nothing of the user's is seen."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import hypothesis
import pytest

from tests.tools import sizes

FOREIGN = ("K8S_AUTH_", "KUBE", "MAAS_", "SPECTROCLOUD_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")

# How fast an example runs is the machine's affair. A found counterexample is news for who is at work on the code, and
# not for whoever's change is being tested by CI.
hypothesis.settings.register_profile(
    "vmo.core",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("vmo.core")


def prepare() -> None:
    """Make ``ansible_collections.vmo.core`` this checkout, and forget the user's clusters and proxies."""
    for name in list(os.environ):
        if name.upper().startswith(FOREIGN):
            del os.environ[name]
    paths = os.environ.get("ANSIBLE_COLLECTIONS_PATH", "").split(":")
    if (Path(paths[0]) / "ansible_collections/vmo/core").resolve() != sizes.CHECKOUT:
        message = "This is not the development environment of this checkout. Use: make unit, or tests/tools/run pytest"
        raise pytest.UsageError(message)
    sys.path[:0] = paths


# The conftest of a directory that is named to pytest is loaded right after this one, before any hook.
prepare()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell the sizes that are wanted, but not tested."""
    terminalreporter.section("sizes")
    for line in sizes.report():
        terminalreporter.write_line(line)
