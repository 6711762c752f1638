# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ring: every scenario of the simulators, and what only the genuine cluster can show, on that cluster.

The process that pytest was started as keeps the labs running; the workers of pytest-xdist are told where they are.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import typing as t
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.cluster import build, laboratory, lifecycle, namespaces
from tests.cluster.errors import LabError
from tests.cluster.laboratory import Lab
from tests.cluster.progress import Progress
from tests.cluster.ring.genuine import Genuine, tenant, until_recovered
from tests.cluster.ring.proof import Proof
from tests.unit.conftest import prepare
from tests.unit.e2e.stage import Stage, staged
from tests.unit.modules.bench import Bench

VERSIONS = ("1.4", "1.8")
# A guest that boots at once: the scenarios are many, and those that want a slow one say so themselves.
BRISK = {
    "boot_delay": 0.2,
    "agent_delay": 0.2,
    "shutdown_delay": 0.2,
    "pod_start_delay": 0.1,
    "migration_seconds": 1.0,
    "import_seconds": 0.5,
    "provision_delay": 0.1,
}

prepare()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--kubevirt", action="append", choices=VERSIONS, help="run on this version of KubeVirt alone; may be repeated"
    )
    parser.addoption("--lab", metavar="NAME", help="run on this lab, which runs already: see tests/cluster/lab status")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "simulator_only(reason): what the genuine cluster cannot be made to do")
    config.addinivalue_line("markers", "disruptive: while it runs, no other test may use the cluster")
    config.addinivalue_line("markers", "since(version): what no older version of KubeVirt has")
    config.addinivalue_line("markers", "long: begins first, so that it does not end alone")
    config.pluginmanager.register(Ring(config), "ring")


class Ring:
    """The labs of a session, and what its tests prove together."""

    def __init__(self, config: pytest.Config) -> None:
        worker: dict[str, t.Any] = getattr(config, "workerinput", {})
        # Directories of labs, by version.
        self.labs: dict[str, str] = worker.get("labs", {})
        self.versions: list[str] = config.getoption("--kubevirt") or list(VERSIONS)
        name = config.getoption("--lab")
        if name:
            lab = laboratory.find(name)
            if lab is None or not lab.ready:
                raise pytest.UsageError(f"There is no lab {name}. See: tests/cluster/lab status")
            self._take(lab)
            self.versions = [lab.version]
        self.proof = Proof()
        self._started = contextlib.ExitStack()

    def _take(self, lab: Lab) -> None:
        lab.tune(**BRISK)
        self.labs[lab.version] = str(lab.directory)

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        if self.labs or session.config.option.collectonly:
            return
        say = Progress()
        try:
            namespaces.choose()
            build.Workshop(say)
        except LabError as lacking:
            pytest.exit(f"The ring on the genuine cluster was left out. {lacking}", 1 if "CI" in os.environ else 0)
        for version in self.versions:
            name = f"ring-{version}-of-{os.getpid()}"
            self._take(self._started.enter_context(lifecycle.running_lab(version, name, say)))

    def pytest_configure_node(self, node: t.Any) -> None:
        node.workerinput["labs"] = self.labs

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.proof.is_unsteady and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        self._started.close()

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "kubevirt" in metafunc.fixturenames:
            metafunc.parametrize("kubevirt", self.versions, scope="session")

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        left_out = [item for item in items if item.get_closest_marker("simulator_only") or _is_too_early(item)]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)
        self.proof.leave_out(left_out)
        # Those that want the cluster for themselves come last, when nobody waits for it any more.
        items.sort(key=lambda item: (not item.get_closest_marker("long"), bool(item.get_closest_marker("disruptive"))))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.proof.note(report)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("what the audit log of the genuine cluster proves")
        for line in self.proof.lines():
            terminalreporter.write_line(line)


def _is_too_early(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("since")
    if marker is None or not isinstance(item, pytest.Function):
        return False
    return VERSIONS.index(item.callspec.params["kubevirt"]) < VERSIONS.index(marker.args[0])


@pytest.fixture(scope="session")
def lab(request: pytest.FixtureRequest, kubevirt: str) -> Lab:
    """Return the lab of that version, which runs already."""
    ring = t.cast("Ring", request.config.pluginmanager.get_plugin("ring"))
    return laboratory.at(Path(ring.labs[kubevirt]))


@pytest.fixture
def empty_lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """Yield a lab of one test alone, without KubeVirt and CDI, for the first version that the session is about."""
    ring = t.cast("Ring", request.config.pluginmanager.get_plugin("ring"))
    version = ring.versions[0]
    with lifecycle.running_lab(version, f"empty-{version}-of-{os.getpid()}", empty=True) as lab:
        lab.tune(**BRISK)
        yield lab


@pytest.fixture
def backends(
    request: pytest.FixtureRequest, lab: Lab, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], AbstractContextManager[Genuine]]]:
    """Return what makes a namespace of the genuine cluster with a user of its own."""
    lock = fcntl.LOCK_EX if request.node.get_closest_marker("disruptive") else fcntl.LOCK_SH
    with lab.directory.with_name(lab.directory.name + ".ring").open("w") as file:
        fcntl.flock(file, lock)
        yield lambda: tenant(lab, tmp_path_factory.mktemp("user"))
        if lock == fcntl.LOCK_EX:
            until_recovered(lab)


@pytest.fixture
def cluster(backends: Callable[[], AbstractContextManager[Genuine]]) -> Iterator[Genuine]:
    """Yield a namespace of the genuine cluster with a user of its own, and the audit log of what that user asks."""
    with backends() as found:
        yield found


@pytest.fixture
def bench(request: pytest.FixtureRequest, cluster: Genuine) -> Iterator[Bench]:
    bench = Bench(cluster)
    yield bench
    request.node.user_properties += Proof.properties(bench)


@pytest.fixture
def stage(cluster: Genuine) -> Iterator[Stage]:
    with staged(cluster) as stage:
        yield stage
