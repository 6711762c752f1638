# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""subresources.kubevirt.io: start, stop, restart, pause, hotplug... with virt-api's own judgement and texts."""

from __future__ import annotations

import typing as t

from tests.sim.kubevirt import refusals
from tests.sim.kubevirt.cluster import Cluster
from tests.sim.kubevirt.documents import at, drop_condition, is_true, now, set_condition
from tests.sim.kubevirt.kinds import KUBEVIRT, MIGRATION, VM, VMI, Object
from tests.sim.kubevirt.machines import run_strategy
from tests.sim.kubevirt.refusals import Refusal, bad_request

_NOT_RUNNING = "VM is not running"
# virt-api names its objects in the singular in errors, unlike the API server.
_MACHINE = VM._replace(plural="virtualmachine", group=KUBEVIRT)
_INSTANCE = VMI._replace(plural="virtualmachineinstance", group=KUBEVIRT)


class Answer(t.NamedTuple):
    """What goes back: 202 and 200 come without a body, guestosinfo with one."""

    code: int
    body: Object | None = None


class Subresources:
    """One method a subresource. All take the body's options; ``dryRun`` counts only there, never in the query."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster, self._store = cluster, cluster.store
        self._machine = {
            "start": self._start, "stop": self._stop, "restart": self._restart, "migrate": self._migrate,
            "addvolume": self._add_volume, "removevolume": self._remove_volume,
        }  # fmt: skip
        self._instance = {"pause": self._pause, "unpause": self._unpause, "softreboot": self._soft_reboot}

    def known(self, method: str, plural: str, name: str) -> bool:
        names = {VM.plural: self._machine.keys(), VMI.plural: self._instance.keys()}[plural]
        return name in names if method == "PUT" else (method, plural, name) == ("GET", VMI.plural, "guestosinfo")

    def call(self, plural: str, subresource: str, namespace: str, name: str, options: Object) -> Answer:
        if subresource == "guestosinfo":
            return self._guest_os_info(namespace, name)
        if plural == VMI.plural:
            vmi = self._store.get(VMI, namespace, name)
            if vmi is None:
                raise refusals.not_found(_INSTANCE, name)
            self._instance[subresource](vmi, options)
            return Answer(200)
        vm = self._store.get(VM, namespace, name)
        if vm is None:
            raise refusals.not_found(_MACHINE, name)
        self._machine[subresource](vm, self._store.get(VMI, namespace, name), options)
        return Answer(202)

    def _start(self, vm: Object, vmi: Object | None, options: Object) -> None:
        phase, strategy = at(vmi, "status.phase", ""), run_strategy(vm)
        if phase and phase not in ("Succeeded", "Failed", "Unknown"):
            raise self._conflict(vm, "VM is already running")
        if strategy in ("Always", "Once"):
            raise self._conflict(vm, f"{strategy} does not support manual start requests")
        if strategy == "RerunOnFailure" and phase == "Failed":
            raise self._conflict(vm, f"{strategy} does not support starting VM from failed state")
        if strategy == "Halted" and not options.get("paused"):
            return self._switch(vm, "Always", options)
        start: Object = {"action": "Start"}
        if options.get("paused"):
            start["data"] = {"paused": "true"}
        stop = [{"action": "Stop", "uid": at(vmi, "metadata.uid")}] if vmi else []
        return self._request(vm, [*stop, start], options)

    def _stop(self, vm: Object, vmi: Object | None, options: Object) -> None:
        strategy, grace = run_strategy(vm), options.get("gracePeriod")
        if strategy not in ("Always", "Once") and (vmi is None or vmi["status"]["phase"] in ("Succeeded", "Failed")):
            raise self._conflict(vm, _NOT_RUNNING)
        before = at(vmi, "spec.terminationGracePeriodSeconds")
        if strategy == "Halted" and (grace is None or (before is not None and grace >= before)):
            raise self._conflict(vm, "Halted only supports manual stop requests with a shorter graceperiod")
        if vmi is not None and grace is not None and not _dry(options):
            vmi["spec"]["terminationGracePeriodSeconds"] = grace
            self._cluster.write(vmi)
        if strategy in ("Always", "Once"):
            return self._switch(vm, "Halted", options)
        return self._request(vm, [{"action": "Stop", "uid": at(vmi, "metadata.uid")}], options)

    def _restart(self, vm: Object, vmi: Object | None, options: Object) -> None:
        strategy, grace = run_strategy(vm), options.get("gracePeriodSeconds")
        if grace is not None and grace != 0:
            over = "For force restart, only gracePeriod=0 is supported for now"
            raise bad_request(over if grace > 0 else "gracePeriod has to be greater or equal to 0")
        if strategy in ("Halted", "Once"):
            raise self._conflict(vm, f"RunStategy {strategy} does not support manual restart requests")
        if vmi is None:
            raise self._conflict(vm, "VM is not running: Halted")
        requests = [{"action": "Stop", "uid": vmi["metadata"]["uid"]}, {"action": "Start"}]
        self._request(vm, requests, options)
        if grace == 0 and not _dry(options):
            vmi["spec"]["terminationGracePeriodSeconds"] = 0
            self._cluster.write(vmi)

    def _migrate(self, vm: Object, vmi: Object | None, options: Object) -> None:
        if vmi is None:
            raise refusals.not_found(_INSTANCE, vm["metadata"]["name"])
        if vmi["status"].get("phase") != "Running":
            raise self._conflict(vm, _NOT_RUNNING)
        state, name = at(vmi, "status.migrationState", {}), vmi["metadata"]["name"]
        if state and not state.get("completed"):
            text = (
                f"in-flight migration detected. Active migration job ({state['migrationUid']}) is currently already in "
            )
            raise _webhook_error(f"{text}progress for VMI {name}.")
        if not is_true(vmi, "LiveMigratable"):
            found = next(c for c in vmi["status"]["conditions"] if c["type"] == "LiveMigratable")
            raise _webhook_error(f"Cannot migrate VMI, Reason: {found.get('reason')}, Message: {found.get('message')}")
        if not _dry(options):
            metadata = {"generateName": "kubevirt-migrate-vm-", "namespace": vmi["metadata"]["namespace"]}
            document = {"apiVersion": MIGRATION.api_version, "kind": MIGRATION.kind, "metadata": metadata}
            self._store.create(MIGRATION, {**document, "spec": {"vmiName": name}})

    def _add_volume(self, vm: Object, _vmi: Object | None, options: Object) -> None:
        for field, text in (
            ("name", "name to be set"),
            ("disk", "disk to not be nil"),
            ("volumeSource", "VolumeSource to not be nil"),
        ):
            if not options.get(field):
                raise bad_request(f"AddVolumeOptions requires {text}")
        name, wanted = options["name"], _source_name(options["volumeSource"])
        for volume in at(vm, "spec.template.spec.volumes", []):
            if volume["name"] == name:
                raise self._conflict(vm, f"Unable to add volume [{name}] because volume with that name already exists")
            if wanted and wanted == _source_name(volume):
                raise self._conflict(vm, f"Unable to add volume source [{wanted}] because it already exists")
        self._request_volume(vm, {"addVolumeOptions": options}, options)

    def _remove_volume(self, vm: Object, _vmi: Object | None, options: Object) -> None:
        name = options.get("name")
        if not name:
            raise bad_request("RemoveVolumeOptions requires name to be set")
        volumes = at(vm, "spec.template.spec.volumes", [])
        volume = next((v for v in volumes if name in (v["name"], _source_name(v))), None)
        if volume is None:
            raise self._conflict(vm, f"Unable to remove volume [{name}] because it does not exist")
        if not any(at(volume, f"{kind}.hotpluggable") for kind in ("dataVolume", "persistentVolumeClaim")):
            raise self._conflict(vm, f"Unable to remove volume [{volume['name']}] because it is not hotpluggable")
        self._request_volume(vm, {"removeVolumeOptions": options}, options)

    def _pause(self, vmi: Object, options: Object) -> None:
        if vmi["status"].get("phase") != "Running":
            raise self._instance_conflict(vmi, _NOT_RUNNING)
        if is_true(vmi, "Paused"):
            raise self._instance_conflict(vmi, "VMI is already paused")
        if not _dry(options):
            set_condition(vmi, "Paused", "True", "PausedByUser", "VMI was paused by user", lastProbeTime=now())
            self._cluster.write(vmi)
            self._cluster.emit(vmi, "Paused", "VirtualMachineInstance paused", "virt-handler")

    def _unpause(self, vmi: Object, options: Object) -> None:
        if vmi["status"].get("phase") != "Running":
            raise self._instance_conflict(vmi, "VMI is not running")
        if not is_true(vmi, "Paused"):
            raise self._instance_conflict(vmi, "VMI is not paused")
        if not _dry(options):
            drop_condition(vmi, "Paused")
            self._cluster.write(vmi)
            self._cluster.emit(vmi, "Unpaused", "VirtualMachineInstance unpaused", "virt-handler")

    def _soft_reboot(self, vmi: Object, _options: Object) -> None:
        if vmi["status"].get("phase") != "Running":
            raise self._instance_conflict(vmi, _NOT_RUNNING)
        if is_true(vmi, "Paused"):
            raise self._instance_conflict(vmi, "VMI is paused")

    def _guest_os_info(self, namespace: str, name: str) -> Answer:
        """Every obstacle is 500 in plain text here, also the missing VMI."""
        vmi = self._store.get(VMI, namespace, name)
        problem = refusals.not_found(_INSTANCE, name) if vmi is None else None
        if vmi is not None and vmi["status"].get("phase") != "Running":
            problem = self._instance_conflict(vmi, "VMI is not running")
        elif vmi is not None and not is_true(vmi, "AgentConnected"):
            problem = self._instance_conflict(vmi, "VMI does not have guest agent connected")
        if problem is not None:
            raise Refusal(500, "", problem.message, plain=True)
        info: Object = {
            "kind": "VirtualMachineInstanceGuestAgentInfo",
            "apiVersion": "kubevirt.io/v1",
            "guestAgentVersion": "9.1.0",
        }
        return Answer(200, {**info, "hostname": name, "os": at(vmi, "status.guestOSInfo", {}), "timezone": "UTC, 0"})

    def _switch(self, vm: Object, strategy: str, options: Object) -> None:
        if "runStrategy" in vm["spec"]:
            vm["spec"]["runStrategy"] = strategy
        else:
            vm["spec"]["running"] = strategy == "Always"
        if not _dry(options):
            self._cluster.write(vm)

    def _request(self, vm: Object, requests: list[Object], options: Object) -> None:
        status = vm.setdefault("status", {})
        if status.get("stateChangeRequests") and (len(requests) > 1 or requests[0]["action"] != "Stop"):
            text = "unable to complete request: stop/start already underway"
            raise Refusal(500, "InternalError", f"Internal error occurred: {text}", {"causes": [{"message": text}]})
        status["stateChangeRequests"] = requests
        status.pop("startFailure", None)
        if not _dry(options):
            self._cluster.write(vm)

    def _request_volume(self, vm: Object, request: Object, options: Object) -> None:
        vm.setdefault("status", {}).setdefault("volumeRequests", []).append(request)
        if not _dry(options):
            self._cluster.write(vm)

    def _conflict(self, vm: Object, text: str) -> Refusal:
        return refusals.conflict(_MACHINE, vm["metadata"]["name"], text)

    def _instance_conflict(self, vmi: Object, text: str) -> Refusal:
        return refusals.conflict(_INSTANCE, vmi["metadata"]["name"], text)


def _dry(options: Object) -> bool:
    return "All" in (options.get("dryRun") or [])


def _source_name(source: Object) -> str:
    return str(at(source, "dataVolume.name") or at(source, "persistentVolumeClaim.claimName", ""))


def _webhook_error(text: str) -> Refusal:
    message = f'admission webhook "migration-create-validator.kubevirt.io" denied the request: {text}'
    return Refusal(500, "InternalError", f"Internal error occurred: {message}", {"causes": [{"message": message}]})
