# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CDI's workers: what they are to do, how far they are, how they end."""

from __future__ import annotations

import asyncio
import json
import ssl
from pathlib import Path

import aiohttp
import pytest

from tests.cluster.nodes.knobs import Knobs
from tests.cluster.nodes.objects import PODS, Object, path
from tests.cluster.nodes.tasks import Tasks
from tests.cluster.nodes.workers import progress
from tests.cluster.nodes.workers.job import Job
from tests.cluster.nodes.workers.workers import Workers
from tests.unit.cluster.nodes.apiserver import ApiServer
from tests.unit.cluster.nodes.builders import a_context, a_pod


def an_importer(
    url: str = "https://files.example/fedora.img", image: str = "cdi-importer", **metadata: object
) -> Object:
    environment = [{"name": "IMPORTER_ENDPOINT", "value": url}, {"name": "OWNER_UID", "value": "claim-1"}]
    container = {"name": "importer", "image": f"registry.example/{image}:v1", "env": environment}
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "disk"}}, {"name": "certs", "configMap": {}}]
    status = {"phase": "Running", "podIP": "127.0.0.1", "containerStatuses": [{"name": "importer"}]}
    return a_pod(metadata=metadata, spec={"containers": [container], "volumes": volumes}, status=status)


def a_job(pod: Object) -> Job:
    job = Job.of(pod)
    assert job is not None
    return job


def test_other_pods_are_no_workers() -> None:
    assert Job.of(a_pod(image="registry.example/virt-launcher:v1")) is None


def test_a_job_is_read_from_the_manifest() -> None:
    job = a_job(an_importer())

    assert (job.image, job.endpoint, job.owner) == ("cdi-importer", "https://files.example/fedora.img", "claim-1")
    assert job.claims == ["disk"]


@pytest.mark.parametrize(
    ("url", "annotations", "seconds"),
    [
        ("https://files.example/a.img", {}, 3.0),
        ("https://files.example/a.img?slow=7", {}, 7.0),
        ("https://files.example/slow/a.img", {}, 60.0),
        ("https://files.example/a.img?slow=7", {"sim/import-seconds": "1"}, 1.0),
    ],
)
def test_how_long_an_import_takes(tmp_path: Path, url: str, annotations: dict[str, str], seconds: float) -> None:
    pod = an_importer(url, annotations=annotations)

    assert a_job(pod).seconds(Knobs(tmp_path / "absent"), pod) == seconds


@pytest.mark.parametrize(
    ("elapsed", "seconds", "stuck", "expected"),
    [(0, 3, False, 0), (1.5, 3, False, 50), (9, 3, False, 99.9), (0, 0, False, 99.9), (9, 3, True, 42)],
)
def test_progress_is_not_complete_before_the_end(elapsed: float, seconds: float, stuck: bool, expected: float) -> None:
    assert progress.percent(elapsed, seconds, stuck=stuck) == expected


@pytest.mark.parametrize(
    ("image", "clone", "message"),
    [
        ("cdi-importer", False, "Import Complete"),
        ("cdi-cloner", False, "Clone Complete"),
        ("cdi-uploadserver", True, "Clone Complete"),
        ("cdi-uploadserver", False, "Upload Complete"),
    ],
)
def test_workers_end_with_the_message_that_the_controller_knows(image: str, clone: bool, message: str) -> None:
    found = json.loads(a_job(an_importer(image=image)).success(clone=clone))

    assert found == {"preallocationApplied": False, "message": message}


def test_the_pod_that_measures_a_claim_ends_with_a_number() -> None:
    assert a_job(an_importer(name="size-detection-claim-1")).success() == str(2**30)


@pytest.mark.parametrize(("url", "code"), [("https://files.example/404", "404"), ("https://files.example/fail", "500")])
def test_a_failure_names_the_status_code(url: str, code: str) -> None:
    assert f"expected status code 200, got {code}" in a_job(an_importer(url)).failure()


def test_the_metrics_are_served_over_tls() -> None:
    async def run() -> str:
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        text = progress.metrics(progress.IMPORT, "claim-1", 12.5)
        async with (
            progress.serve("127.0.0.1", progress.certificate(), lambda: text, 0) as port,
            aiohttp.ClientSession() as session,
        ):
            url = f"https://127.0.0.1:{port}/metrics"
            async with session.get(url, ssl=trusting) as response:
                return await response.text()

    assert 'kubevirt_cdi_import_progress_total{ownerUID="claim-1"} 12.50\n' in asyncio.run(run())


def work(directory: Path, pod: Object, seconds: float) -> ApiServer:
    """Let a pod work for so long at most, or until it has ended."""

    async def run() -> ApiServer:
        server, tasks = ApiServer(), Tasks()
        server.objects[path(PODS, pod)] = pod
        async with server.serving() as api:
            workers = Workers(a_context(api, directory, knobs='{"import_seconds": 0.1}'), tasks, port=0)
            await workers.handle("MODIFIED", pod)
            for _look in range(int(seconds / 0.05)):
                await asyncio.sleep(0.05)
                if server.objects[path(PODS, pod)]["status"]["phase"] == "Succeeded":
                    break
            await tasks.close()
        return server

    return asyncio.run(run())


def test_an_import_ends_its_pod(tmp_path: Path) -> None:
    pod = an_importer()
    status = work(tmp_path, pod, 5).objects[path(PODS, pod)]["status"]

    assert status["phase"] == "Succeeded"
    assert "Import Complete" in status["containerStatuses"][0]["state"]["terminated"]["message"]


def test_a_failing_import_crashes_and_backs_off(tmp_path: Path) -> None:
    pod = an_importer("https://files.example/404")
    found = work(tmp_path, pod, 2.5)
    states = [write.body["status"]["containerStatuses"][0] for write in found.writes("/status")]

    assert states[0]["state"]["terminated"]["exitCode"] == 1
    assert states[1]["state"]["waiting"]["reason"] == "CrashLoopBackOff"
    assert (states[0]["restartCount"], states[1]["restartCount"]) == (0, 1)
    assert found.objects[path(PODS, pod)]["status"]["phase"] == "Running"


def test_an_upload_waits_for_data(tmp_path: Path) -> None:
    pod = an_importer(image="cdi-uploadserver")

    assert not work(tmp_path, pod, 0.5).writes()
    pod["metadata"]["annotations"] = {"sim/upload": "done"}
    assert work(tmp_path, pod, 5).objects[path(PODS, pod)]["status"]["phase"] == "Succeeded"
