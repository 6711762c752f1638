# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator as a test uses it: a server in a thread of its own, with the log and the controls beside it."""

from __future__ import annotations

import asyncio
import pathlib
import secrets
import shutil
import ssl
import tempfile
import threading
import typing as t

import trustme
import yaml
from aiohttp import web

from tests.sim.kubevirt import definitions, operators, platform, products, seed
from tests.sim.kubevirt.admission import Admission
from tests.sim.kubevirt.api import Api, Desk
from tests.sim.kubevirt.cluster import Cluster, Timings
from tests.sim.kubevirt.definitions import DefinitionController
from tests.sim.kubevirt.disturbance import Denial, Fault, Request
from tests.sim.kubevirt.images import DataSourceController, ImportCronController
from tests.sim.kubevirt.installation import CdiOperator, KubeVirtOperator
from tests.sim.kubevirt.instances import InstanceController
from tests.sim.kubevirt.kinds import BY_NAME, BY_PLURAL, NAMESPACE, Kind, Object
from tests.sim.kubevirt.machine_templates import MachineTemplateController
from tests.sim.kubevirt.machines import MachineController
from tests.sim.kubevirt.resources import Resources
from tests.sim.kubevirt.subresources import Subresources
from tests.sim.kubevirt.uploads import Uploads
from tests.sim.kubevirt.volumes import ClaimController, VolumeController
from tests.sim.kubevirt.workloads import DaemonSetController, DeploymentController, PodController

_T = t.TypeVar("_T")


class Scene:
    """The cluster on the event loop, and what a test does to it directly."""

    def __init__(self, version: str, timings: Timings, tokens: dict[str, str], stage: str) -> None:
        self.desk = Desk(tokens)
        self.cluster = Cluster(version, timings)
        self.store = self.cluster.store
        seed.plant(self.store)
        if stage == "installed":
            platform.plant(self.store, version)
        definitions.register(self.store, self.cluster.serving)

    def start(self, loop: asyncio.AbstractEventLoop) -> web.Application:
        machines = (MachineController, InstanceController, VolumeController, ClaimController)
        images = (DataSourceController, ImportCronController)
        workloads = (DeploymentController, DaemonSetController, PodController, DefinitionController)
        controllers = (
            *machines,
            *images,
            *workloads,
            KubeVirtOperator,
            CdiOperator,
            operators.ProfileController,
            MachineTemplateController,
        )
        self.cluster.start(loop, [make(self.cluster) for make in controllers])
        resources = Resources(self.store, Admission(self.store, self.cluster.version))
        self.api = Api(self.cluster, resources, Subresources(self.cluster), self.desk)
        application = web.Application(client_max_size=8 * 2**20)
        application.add_routes(self.desk.routes())
        application.router.add_route("*", "/{path:.*}", self.api.handle)
        return application

    def put(self, kind: Kind, item: Object) -> Object:
        """Creates or replaces as it is: no webhook, no log, and status is taken, too. Makes a missing namespace."""
        metadata = item["metadata"]
        namespace = metadata.setdefault("namespace", "default") if kind.namespaced else ""
        if namespace and self.store.get(NAMESPACE, "", namespace) is None:
            head = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
            self.store.create(NAMESPACE, {**head, "status": {"phase": "Active"}})
        if self.store.get(kind, namespace, metadata["name"]) is None:
            return self.store.create(kind, item)
        return self.store.replace(kind, item)


class Simulator:
    """A context manager. Start and stop take a few hundredths of a second, so a fresh one per test is affordable.

    ``stage`` is ``installed``, or ``empty``: then there is neither KubeVirt nor CDI, and manifests can bring them.
    """

    def __init__(
        self,
        version: str = "1.4",
        timings: Timings | None = None,
        *,
        stage: str = "installed",
        state_dir: pathlib.Path | None = None,
        port: int = 0,
    ) -> None:
        self.user_tokens = {user: secrets.token_hex(12) for user in ("admin", "vmuser")}
        self._scene = Scene(version, timings or Timings(), self.user_tokens, stage)
        self._own_dir = state_dir is None
        self.state_dir = state_dir or pathlib.Path(tempfile.mkdtemp(prefix="vmo-sim-"))
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(self._note_failure)
        self._failures: list[dict[str, t.Any]] = []
        self._thread = threading.Thread(target=self._loop.run_forever, name="kubevirt-simulator", daemon=True)
        self.url = ""

    def __enter__(self) -> Simulator:  # noqa: PYI034 - typing.Self is younger than Python 3.10
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def start(self) -> None:
        self.state_dir.mkdir(parents=True, exist_ok=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._serve(), self._loop).result(10)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        if self._own_dir:
            shutil.rmtree(self.state_dir, ignore_errors=True)
        for failure in self._failures:
            raise RuntimeError(f"the simulator itself failed: {failure['message']}") from failure.get("exception")

    def _note_failure(self, _loop: asyncio.AbstractEventLoop, context: dict[str, t.Any]) -> None:
        """A bug in a controller must fail the test that met it, not hang it."""
        self._failures.append(context)

    @property
    def token(self) -> str:
        return self.user_tokens["admin"]

    @property
    def ca_file(self) -> pathlib.Path:
        return self.state_dir / "ca.crt"

    @property
    def kubeconfig(self) -> pathlib.Path:
        return self.state_dir / "kubeconfig"

    @property
    def requests(self) -> list[Request]:
        """Every request since the last clear_log, oldest first."""
        return list(self._scene.desk.requests)

    @property
    def writes(self) -> list[Request]:
        """The requests that changed what is stored: a dry run, a refused or an empty patch is none."""
        return [entry for entry in self.requests if entry.stored]

    @property
    def refused(self) -> list[Request]:
        """The writes turned down because of refuse_writes."""
        return list(self._scene.desk.refused)

    @property
    def refuse_writes(self) -> bool:
        return self._scene.desk.refuse_writes

    @refuse_writes.setter
    def refuse_writes(self, value: bool) -> None:
        self._scene.desk.refuse_writes = value

    def clear_log(self) -> None:
        self._scene.desk.requests.clear()
        self._scene.desk.refused.clear()

    def add_fault(self, fault: Fault) -> Fault:
        """``fault.times`` counts down; a test may read what is left of it."""
        self._scene.desk.faults.append(fault)
        return fault

    def deny(self, user: str, verb: str = "*", resource: str = "*", namespace: str = "*") -> None:
        self._scene.desk.denials.append(Denial(user, verb, resource, namespace))

    def forget_history(self) -> None:
        """Makes every older resourceVersion too old for a watch, as a compaction does."""
        self._call(self._scene.store.forget_history)

    def put(self, item: Object) -> Object:
        """Sets the scene: creates or replaces an object without webhooks and without a line in the log."""
        return self._call(lambda: self._scene.put(BY_NAME[item["apiVersion"], item["kind"]], item))

    def open_upload_proxy(self, *, announced: bool = True, trusted: bool = True) -> str:
        """Starts CDI's upload proxy and returns its address; its authority is in ``upload_ca_file``.

        ``announced``: CDI tells where it is, and, where it is ``trusted``, by which certificate it can be known.
        """
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.upload_ca_file))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        certificate = authority.issue_cert("127.0.0.1", "localhost")
        certificate.configure_cert(context)
        serving = self.uploads.serve(context)
        url: str = asyncio.run_coroutine_threadsafe(serving, self._loop).result(10)
        if announced:
            # CDI picks the certificate of the server itself out of its chain
            known = certificate.cert_chain_pems[0].bytes().decode() if trusted else None
            self._call(lambda: self.uploads.announce(url, known))
        return url

    @property
    def upload_ca_file(self) -> pathlib.Path:
        return self.state_dir / "upload-ca.crt"

    @property
    def uploads(self) -> Uploads:
        """The tokens and faults of uploads, and what the proxy was sent."""
        return self._scene.api.uploads

    def define(self, kind: Kind) -> None:
        """Lets a kind be served that is not there from the beginning."""
        self._call(lambda: platform.define(self._scene.store, products.definition(kind)))

    def read(self, plural: str, namespace: str, name: str) -> Object | None:
        """What is stored, without a request; namespace is empty for a cluster-wide kind."""
        return self._call(lambda: self._scene.store.get(BY_PLURAL[plural], namespace, name))

    def remove(self, plural: str, namespace: str, name: str) -> None:
        """Takes an object away, without a request; its finalizers have nothing to say."""
        kind = BY_PLURAL[plural]
        found = self.read(plural, namespace, name)
        if found is not None:
            del found["metadata"]["resourceVersion"]
            self.put({**found, "metadata": {**found["metadata"], "finalizers": []}})
            self._call(lambda: self._scene.store.delete(kind, namespace, name))

    def _call(self, function: t.Callable[[], _T]) -> _T:
        async def on_loop() -> _T:
            return function()

        return asyncio.run_coroutine_threadsafe(on_loop(), self._loop).result(10)

    async def _serve(self) -> None:
        application = self._scene.start(self._loop)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, ssl_context=self._certify())
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"https://127.0.0.1:{port}"
        self.kubeconfig.write_text(yaml.safe_dump(self._kubeconfig()), encoding="utf-8")

    async def _close(self) -> None:
        self._scene.api.close()
        await self.uploads.close()
        self._scene.cluster.stop()
        # A polite TLS goodbye would wait for clients that keep their connections for later.
        for connection in self._runner.server.connections if self._runner.server else ():
            if connection.transport is not None:
                connection.transport.abort()
        await self._runner.cleanup()
        await asyncio.sleep(0)

    def _certify(self) -> ssl.SSLContext:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.ca_file))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
        return context

    def _kubeconfig(self) -> Object:
        users = [{"name": user, "user": {"token": token}} for user, token in self.user_tokens.items()]
        contexts = [
            {"name": user, "context": {"cluster": "sim", "user": user, "namespace": "default"}}
            for user in self.user_tokens
        ]
        cluster = {"server": self.url, "certificate-authority": str(self.ca_file)}
        head = {"apiVersion": "v1", "kind": "Config", "current-context": "admin"}
        return {**head, "clusters": [{"name": "sim", "cluster": cluster}], "users": users, "contexts": contexts}
