# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images that are filled with a file, and the ways in which that fails."""

from __future__ import annotations

import dataclasses
import hashlib
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sim.kubevirt import Simulator
from tests.sim.kubevirt.uploads import ASYNC, SYNC, UploadFault
from tests.unit.modules.backend import Tree
from tests.unit.modules.bench import Answer, Bench
from tests.unit.modules.simulated import Simulated, simulated

IMAGE = "vmo_image"
CONTENT = bytes(range(256)) * 4096 * 3  # three blocks
CHECKSUM = "sha256:" + hashlib.sha256(CONTENT).hexdigest()
NOTE = "vmo.core/upload-checksum"
FILL = ["create datavolumes", "create uploadtokenrequests"]


@pytest.fixture
def bench() -> Iterator[Bench]:
    # what is uploaded is between CDI and the user: the version of KubeVirt has no part in it
    with simulated("1.8") as backend:
        yield Bench(backend)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "debian.img"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def simulator(bench: Bench) -> Iterator[Simulator]:
    assert isinstance(bench.backend, Simulated)
    bench.backend.simulator.open_upload_proxy()
    yield bench.backend.simulator
    # whatever a test does, no token is ever told
    for answer in bench.answers:
        assert not any(token in str(answer.result) for token in bench.backend.simulator.uploads.tokens)


def task(file: Path, **upload: t.Any) -> Tree:
    return {"name": "debian", "upload": {"src": str(file), **upload}}


def sent(simulator: Simulator) -> list[tuple[str, str, int, int]]:
    return [(asked.method, asked.path, asked.status, asked.taken) for asked in simulator.uploads.asked]


def refused(answer: Answer, code: str, text: str) -> None:
    assert answer.result["error"]["code"] == code, answer.result
    assert text in answer.result["msg"]


def test_a_file_becomes_an_image_once(bench: Bench, simulator: Simulator, file: Path) -> None:
    foreseen = bench.run(IMAGE, check=True, diff=True, **task(file, checksum=CHECKSUM))
    assert (foreseen.verbs, foreseen.writes) == (["create", "upload"], [])
    assert (sent(simulator), simulator.uploads.tokens) == ([], {})

    made = bench.run(IMAGE, diff=True, **task(file, checksum=CHECKSUM.upper().replace("SHA", "sha")))
    assert (made.verbs, made.writes) == (["create", "upload"], FILL)
    assert made.result["diff"] == foreseen.result["diff"]
    assert made.result["diff"]["after"]["upload"] == {"checksum": CHECKSUM}
    # three blocks of a mebibyte, as a raw disk
    assert made.result["diff"]["after"]["size"] == "3Mi"
    assert made.result["image"]["status"]["phase"] == "Succeeded"
    assert made.result["image"]["metadata"]["annotations"][NOTE] == CHECKSUM
    assert sent(simulator) == [("HEAD", ASYNC, 200, 0), ("POST", ASYNC, 200, len(CONTENT))]
    assert simulator.uploads.asked[-1].checksum == CHECKSUM

    file.unlink()
    for again in (task(file), task(file, checksum=CHECKSUM)):
        answer = bench.run(IMAGE, **again)
        assert (answer.changed, answer.reads, answer.writes) == (False, ["get datavolumes/debian"], [])
    told = bench.run("vmo_image_info", name="debian").result["images"][0]
    assert (told["ready"], told["options"]["upload"]) == (True, {"checksum": CHECKSUM})


def test_a_wrong_checksum_is_refused_before_anything_is_made(bench: Bench, simulator: Simulator, file: Path) -> None:
    for check in (True, False):
        answer = bench.fail(IMAGE, check=check, **task(file, checksum="sha256:" + 64 * "0"))
        refused(answer, "wrong_checksum", f"the file {file} has the checksum {CHECKSUM} instead of sha256:000")
        assert (answer.writes, answer.rehearsals, answer.changed) == ([], [], False)
    assert sent(simulator) == []


@pytest.mark.parametrize(
    ("content", "options", "code", "text"),
    [
        (None, {}, "invalid_option", "cannot be read: No such file or directory"),
        (b"", {}, "invalid_option", "is empty"),
        (b"\x1f\x8b packed", {}, "invalid_option", "is gz, which does not tell the size of the disk in it: give one"),
        (b"QFI\xfb" + bytes(20) + (2**31).to_bytes(8, "big"), {"size": "1Gi"}, "invalid_option", "2048Mi (2147483648"),
        (CONTENT, {"immediate_binding": False}, "invalid_option", "always bound at once"),
        (CONTENT, {"size": "1Mi"}, "invalid_option", "size: 1Mi is less than the disk"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_before_anything_is_made(
    bench: Bench, simulator: Simulator, file: Path, content: bytes | None, options: Tree, code: str, text: str
) -> None:
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    answer = bench.fail(IMAGE, **task(file), **options)
    refused(answer, code, text)
    assert (answer.writes, simulator.uploads.tokens) == ([], {})


@pytest.mark.usefixtures("simulator")
def test_a_folder_and_a_checksum_of_another_kind_are_refused(bench: Bench, tmp_path: Path) -> None:
    refused(bench.fail(IMAGE, **task(tmp_path, checksum="md5:0")), "invalid_option", "'md5:0' is not sha256: with 64")
    refused(bench.fail(IMAGE, **task(tmp_path)), "invalid_option", "Is a directory")


def test_a_qcow2_image_tells_its_size(bench: Bench, simulator: Simulator, file: Path) -> None:
    file.write_bytes(b"QFI\xfb" + bytes(20) + (5 * 2**30 + 1).to_bytes(8, "big") + bytes(4096))
    bench.run(IMAGE, **task(file))
    found = bench.backend.read("datavolumes", "debian")
    assert found is not None
    assert found["spec"]["storage"]["resources"]["requests"]["storage"] == "5121Mi"
    assert simulator.uploads.asked[-1].taken == 32 + 4096


STUMBLES = [
    (UploadFault("cut", after=2**20), [0, 200]),
    (UploadFault("cut", times=2), [0, 0, 200]),
    (UploadFault("status", code=502, text="error in upload-proxy: dial tcp: connection refused"), [502, 200]),
    (UploadFault("status", code=503), [503, 200]),
    (UploadFault("status", code=401), [401, 200]),
    (UploadFault("status", method="HEAD", code=503), [200]),
    (UploadFault("cut", method="HEAD"), [200]),
    # the answer is lost, and what was sent is not sent again
    (UploadFault("lost"), [0]),
]


@pytest.mark.parametrize(("fault", "answers"), STUMBLES, ids=lambda value: getattr(value, "kind", None))
def test_a_server_that_stumbles_costs_another_attempt(
    bench: Bench, simulator: Simulator, file: Path, fault: UploadFault, answers: list[int]
) -> None:
    fault = dataclasses.replace(fault)
    simulator.uploads.faults.append(fault)
    made = bench.run(IMAGE, **task(file, checksum=CHECKSUM))
    posts = [asked for asked in simulator.uploads.asked if asked.method == "POST"]
    assert fault.times == 0
    # while the first attempt is converted, the pod says that it is busy
    assert [asked.status for asked in posts if asked.status != 503 or fault.code == 503][: len(answers)] == answers
    assert [asked.checksum for asked in posts if asked.taken == len(CONTENT)] == [CHECKSUM]
    # every attempt has a token of its own
    assert len(simulator.uploads.tokens) >= len(answers)
    assert made.verbs == ["create", "upload"]


@pytest.mark.parametrize(
    ("fault", "code", "text"),
    [
        (UploadFault("status", code=401, times=9), "unauthorized", "it is the proxy of another cluster"),
        (
            UploadFault("status", code=400, text="Saving stream failed: no"),
            "upload_refused",
            "(400: Saving stream failed",
        ),
        (UploadFault("status", code=413), "upload_refused", "proxy-body-size"),
        (
            UploadFault("status", code=500, text="Saving stream failed: EOF"),
            "upload_refused",
            "Saving stream failed: EOF",
        ),
        (UploadFault("status", code=302, method="HEAD"), "unexpected_answer", "something else answers there"),
        (UploadFault("status", code=503, times=99), "unavailable", "was not ready for the file in time"),
        (
            UploadFault("spoilt"),
            "import_failed",
            "cannot be filled: Unable to process data: Unable to convert source data",
        ),
        (UploadFault("crashed"), "upload_failed", "could not make a volume of it"),
    ],
    ids=lambda value: f"{value.kind}-{value.code}" if isinstance(value, UploadFault) else "",
)
def test_a_file_that_is_not_taken_says_why_and_the_next_run_goes_on(
    bench: Bench, simulator: Simulator, file: Path, fault: UploadFault, code: str, text: str
) -> None:
    fault = dataclasses.replace(fault)
    simulator.uploads.faults.append(fault)
    failed = bench.fail(IMAGE, **task(file), wait_timeout=3)
    refused(failed, code, text)
    assert failed.verbs[:1] == ["create"]
    fault.times = 0
    again = bench.run(IMAGE, **task(file))
    assert (again.verbs, again.writes) == (["upload"], ["create uploadtokenrequests"])
    assert bench.run(IMAGE, **task(file)).reads == ["get datavolumes/debian"]


def test_an_old_server_takes_files_the_old_way(bench: Bench, simulator: Simulator, file: Path) -> None:
    simulator.uploads.is_modern = False
    bench.run(IMAGE, **task(file))
    assert sent(simulator) == [("HEAD", ASYNC, 404, 0), ("POST", SYNC, 200, len(CONTENT))]


def test_a_token_that_expired_on_the_way_is_no_end(bench: Bench, simulator: Simulator, file: Path) -> None:
    simulator.uploads.lifetime = -1
    refused(bench.fail(IMAGE, **task(file)), "unauthorized", "does not accept the token")
    simulator.uploads.lifetime = 300
    assert bench.run(IMAGE, **task(file)).verbs == ["upload"]


def test_without_waiting_the_file_is_sent_all_the_same(bench: Bench, simulator: Simulator, file: Path) -> None:
    made = bench.run(IMAGE, **task(file), wait=False, publish_as="debian")
    assert made.writes == [*FILL, "create datasources"]
    assert simulator.uploads.asked[-1].taken == len(CONTENT)
    # it is converted meanwhile: what is there is not sent again
    bench.run(IMAGE, **task(file))
    assert [asked.taken for asked in simulator.uploads.asked if asked.taken] == [len(CONTENT)]


def test_what_points_to_the_image_waits_for_the_file(bench: Bench, simulator: Simulator, file: Path) -> None:
    simulator.uploads.faults.append(UploadFault("status", code=400))
    bench.fail(IMAGE, **task(file), publish_as="stable")
    assert bench.backend.read("datasources", "stable") is None
    assert bench.run(IMAGE, **task(file), publish_as="stable").verbs == ["upload", "create"]


def test_another_file_is_another_image(bench: Bench, simulator: Simulator, file: Path) -> None:
    bench.run(IMAGE, **task(file))
    file.write_bytes(CONTENT[:-1] + b"!")
    newer = "sha256:" + hashlib.sha256(file.read_bytes()).hexdigest()
    answer = bench.fail(IMAGE, **task(file, checksum=newer))
    refused(answer, "image_differs", f"upload {CHECKSUM} instead of upload {newer}")
    assert answer.reads == ["get datavolumes/debian"]
    foreseen = bench.run(IMAGE, check=True, **task(file, checksum=newer), recreate="always")
    assert (foreseen.verbs, foreseen.writes) == (["delete", "create", "upload"], [])
    made = bench.run(IMAGE, **task(file, checksum=newer), recreate="always")
    assert made.verbs == ["delete", "create", "upload"]
    assert simulator.uploads.asked[-1].checksum == newer
    # made of something else, it differs as well
    refused(bench.fail(IMAGE, name="debian", blank={}, size="1Gi"), "image_differs", "instead of blank")


def test_whoever_is_trusted_gets_the_file(bench: Bench, file: Path) -> None:
    assert isinstance(bench.backend, Simulated)
    simulator = bench.backend.simulator
    refused(bench.fail(IMAGE, **task(file)), "invalid_option", "give proxy_url, or set cdi.upload_proxy_url")
    assert bench.backend.read("datavolumes", "debian") is None
    url = simulator.open_upload_proxy(trusted=False)
    stranger = bench.fail(IMAGE, **task(file))
    refused(stranger, "connection_failed", f"The upload proxy {url} has a TLS certificate that is not trusted")
    assert "give its authority as ca_cert of upload" in stranger.result["msg"]
    assert bench.run(IMAGE, **task(file, ca_cert=str(simulator.upload_ca_file))).verbs == ["upload"]
    unseen = {**task(file, validate_certs=False), "name": "second"}
    bench.run(IMAGE, **unseen)
    simulator.uploads.announce(None, None)
    bench.run(IMAGE, **{**task(file, proxy_url=url, ca_cert=str(simulator.upload_ca_file)), "name": "third"})
    away = bench.fail(IMAGE, **{**task(file, proxy_url="127.0.0.1:1"), "name": "fourth"}, wait_timeout=20)
    refused(away, "connection_failed", "The upload proxy https://127.0.0.1:1 refused the connection")


def test_an_image_that_others_began_is_filled(bench: Bench, simulator: Simulator, file: Path) -> None:
    body: Tree = {"apiVersion": "cdi.kubevirt.io/v1beta1", "kind": "DataVolume", "metadata": {"name": "debian"}}
    storage = {"resources": {"requests": {"storage": "1Gi"}}, "storageClassName": "ceph-rbd-wffc"}
    bench.put({**body, "spec": {"source": {"upload": {}}, "storage": storage}})
    refused(
        bench.fail(IMAGE, **task(file), size="1Gi"), "upload_waits_for_consumer", "set immediate_binding, or delete"
    )
    simulator.remove("datavolumes", bench.namespace, "debian")
    simulator.remove("persistentvolumeclaims", bench.namespace, "debian")
    del storage["storageClassName"]
    bench.put({**body, "spec": {"source": {"upload": {}}, "storage": storage}})
    filled = bench.run(IMAGE, **task(file), size="1Gi")
    assert filled.verbs == ["patch", "upload"]
    found = bench.backend.read("datavolumes", "debian")
    assert found is not None
    assert found["metadata"]["annotations"][NOTE] == CHECKSUM


def test_a_volume_that_cannot_be_made_says_why(bench: Bench, simulator: Simulator, file: Path) -> None:
    answer = bench.fail(IMAGE, **task(file), storage_class="local-path", failure_grace=0)
    assert answer.result["error"]["code"] == "access_mode_unknown", answer.result
    assert simulator.uploads.tokens == {}


def test_who_may_not_upload_is_told(bench: Bench, simulator: Simulator, file: Path) -> None:
    bench.backend.deny("create", "uploadtokenrequests")
    refused(bench.fail(IMAGE, **task(file)), "forbidden", "uploadtokenrequests")
    assert simulator.uploads.tokens == {}
