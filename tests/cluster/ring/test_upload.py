# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads on the genuine cluster: its DataVolumes, its tokens and its rights. The server of the files is a small one.

CDI's own proxy hands on to a pod that keeps the data, and pods of a lab have none; so the file ends here, and a knob of
the lab tells that pod that it has come.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import typing as t
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.cluster.ring import rights
from tests.cluster.ring.genuine import Genuine
from tests.unit.modules.bench import Bench

CONTENT = bytes(range(256)) * 8192
CHECKSUM = "sha256:" + hashlib.sha256(CONTENT).hexdigest()
UPLOADS = "/v1beta1/upload-async"
# of the pod that waits for the file
_POD = "cdi-upload-"


class Taker(ThreadingHTTPServer):
    """Takes files, and lets the pods know for which they came. ``cuts`` lines break before a file has come."""

    def __init__(self, cluster: Genuine) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.cluster = cluster
        self.cuts = 0
        self.claims: list[t.Any] = []
        self.checksums: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def arrived(self) -> None:
        admin, namespace = self.cluster.admin, self.cluster.namespace
        for pod in admin.must("GET", f"/api/v1/namespaces/{namespace}/pods")["items"]:
            if pod["metadata"]["name"].startswith(_POD):
                annotations = {**pod["metadata"].get("annotations", {}), "sim/upload": "done"}
                admin.put(
                    {
                        **pod,
                        "kind": "Pod",
                        "apiVersion": "v1",
                        "metadata": {**pod["metadata"], "annotations": annotations},
                    }
                )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Taker

    def do_HEAD(self) -> None:
        self._answer(200 if self.path == UPLOADS else 404)

    def do_POST(self) -> None:
        _head, payload, _signature = self.headers["Authorization"].removeprefix("Bearer ").split(".")
        self.server.claims.append(json.loads(base64.urlsafe_b64decode(payload + "===")))
        if self.server.cuts:
            self.server.cuts -= 1
            self.close_connection = True
            self.connection.close()
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.checksums.append("sha256:" + hashlib.sha256(body).hexdigest())
        self.server.arrived()
        self._answer(200)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def taker(cluster: Genuine) -> Iterator[Taker]:
    cluster.grant(rights.of_readme("vmo-image"))
    with Taker(cluster) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_a_file_becomes_an_image_of_the_genuine_cdi(
    bench: Bench, cluster: Genuine, taker: Taker, tmp_path: Path
) -> None:
    file = tmp_path / "disk.img"
    file.write_bytes(CONTENT)
    # what CDI of the lab does not tell is asked for in words
    unknown = bench.fail("vmo_image", name="disk", upload={"src": str(file)})
    assert "give proxy_url, or set cdi.upload_proxy_url" in unknown.result["msg"]
    upload = {"src": str(file), "checksum": CHECKSUM, "proxy_url": taker.url}
    task: dict[str, t.Any] = {"name": "disk", "upload": upload, "storage_class": "ceph-rbd-wffc"}
    assert bench.run("vmo_image", check=True, **task).verbs == ["create", "upload"]
    assert (taker.claims, cluster.read("datavolumes", "disk")) == ([], None)

    taker.cuts = 1
    made = bench.run("vmo_image", **task)
    assert (made.verbs, taker.checksums) == (["create", "upload"], [CHECKSUM])
    assert made.writes == ["create datavolumes", "create uploadtokenrequests", "create uploadtokenrequests"]
    for claims in taker.claims:
        assert (claims["iss"], claims["operation"]) == ("cdi-apiserver", "Upload")
        assert (claims["namespace"], claims["name"]) == (bench.namespace, "disk")
        assert claims["exp"] - claims["iat"] == 300
    found = made.result["image"]
    assert (found["status"]["phase"], found["status"]["progress"]) == ("Succeeded", "N/A")
    assert found["metadata"]["annotations"]["vmo.core/upload-checksum"] == CHECKSUM

    assert bench.run("vmo_image", **task).reads == ["get datavolumes/disk"]
    told = bench.run("vmo_image_info", name="disk").result["images"][0]
    assert told["options"]["upload"] == {"checksum": CHECKSUM}


def test_an_interrupted_upload_goes_on(bench: Bench, cluster: Genuine, taker: Taker, tmp_path: Path) -> None:
    file = tmp_path / "disk.img"
    file.write_bytes(CONTENT)
    task: dict[str, t.Any] = {"name": "disk", "upload": {"src": str(file), "proxy_url": taker.url}}
    taker.cuts = 99
    cut = bench.fail("vmo_image", **task, wait_timeout=8)
    assert cut.result["error"]["code"] == "connection_failed", cut.result
    assert "closed the connection" in cut.result["msg"]
    volume = cluster.read("datavolumes", "disk")
    assert volume is not None
    assert volume["status"]["phase"] == "UploadReady"
    taker.cuts = 0
    assert bench.run("vmo_image", **task).verbs == ["upload"]
    after = cluster.read("datavolumes", "disk")
    assert after is not None
    assert after["metadata"]["uid"] == volume["metadata"]["uid"]


def test_who_may_not_ask_for_a_token_is_told(bench: Bench, cluster: Genuine, taker: Taker, tmp_path: Path) -> None:
    file = tmp_path / "disk.img"
    file.write_bytes(CONTENT)
    cluster.deny("create", "uploadtokenrequests")
    refused = bench.fail("vmo_image", name="disk", upload={"src": str(file), "proxy_url": taker.url})
    assert refused.result["error"]["code"] == "forbidden", refused.result
    assert refused.result["error"]["rule"]["resources"] == ["uploadtokenrequests"]
    assert taker.claims == []
