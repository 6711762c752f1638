# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""subresources.kubevirt.io: start, stop, restart, pause, unpause, with virt-api's own judgement and texts."""

from __future__ import annotations

from tests.sim.kubevirt import refusals
from tests.sim.kubevirt.cluster import Cluster
from tests.sim.kubevirt.documents import at, drop_condition, is_true, set_condition
from tests.sim.kubevirt.kinds import KUBEVIRT, VM, VMI, Object
from tests.sim.kubevirt.machines import FINAL, run_strategy
from tests.sim.kubevirt.refusals import Refusal, bad_request
from tests.sim.kubevirt.resources import Result
from tests.sim.kubevirt.routes import Route

# virt-api names its objects in the singular in errors, unlike the API server.
_MACHINE = VM._replace(plural="virtualmachine", group=KUBEVIRT)
_INSTANCE = VMI._replace(plural="virtualmachineinstance", group=KUBEVIRT)


class Subresources:
    """One method a subresource. All take the body's options; ``dryRun`` counts only there, never in the query."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster, self._store = cluster, cluster.store
        self._machine = {"start": self._start, "stop": self._stop, "restart": self._restart}
        self._instance = {"pause": self._pause, "unpause": self._unpause}

    def known(self, method: str, route: Route) -> bool:
        names = self._machine if route.plural == VM.plural else self._instance if route.plural == VMI.plural else {}
        return method == "PUT" and route.subresource in names

    def call(self, route: Route, options: Object) -> Result:
        """Answers 202 for a VM and 200 for an instance, both without a body."""
        vmi = self._store.get(VMI, route.namespace, route.name)
        if route.plural == VMI.plural:
            if vmi is None:
                raise refusals.not_found(_INSTANCE, route.name)
            self._instance[route.subresource](vmi, options)
            return Result(200, {})
        vm = self._store.get(VM, route.namespace, route.name)
        if vm is None:
            raise refusals.not_found(_MACHINE, route.name)
        self._machine[route.subresource](vm, vmi, options)
        return Result(202, {})

    def _start(self, vm: Object, vmi: Object | None, options: Object) -> None:
        phase, strategy = at(vmi, "status.phase", ""), run_strategy(vm)
        if phase and phase not in FINAL:
            raise _conflict(vm, "VM is already running")
        if strategy in ("Always", "Once"):
            raise _conflict(vm, f"{strategy} does not support manual start requests")
        if strategy == "RerunOnFailure" and phase == "Failed":
            raise _conflict(vm, f"{strategy} does not support starting VM from failed state")
        if strategy == "Halted" and not options.get("paused"):
            return self._switch(vm, "Always", options)
        start: Object = {"action": "Start"}
        if options.get("paused"):
            start["data"] = {"paused": "true"}
        stop = [{"action": "Stop", "uid": at(vmi, "metadata.uid")}] if vmi else []
        return self._request(vm, [*stop, start], options)

    def _stop(self, vm: Object, vmi: Object | None, options: Object) -> None:
        strategy, grace = run_strategy(vm), options.get("gracePeriod")
        if strategy not in ("Always", "Once") and (vmi is None or vmi["status"]["phase"] in FINAL):
            raise _conflict(vm, "VM is not running")
        before = at(vmi, "spec.terminationGracePeriodSeconds")
        if strategy == "Halted" and (grace is None or (before is not None and grace >= before)):
            raise _conflict(vm, "Halted only supports manual stop requests with a shorter graceperiod")
        if vmi is not None and grace is not None:
            self._shorten(vmi, grace, options)
        if strategy in ("Always", "Once"):
            return self._switch(vm, "Halted", options)
        return self._request(vm, [{"action": "Stop", "uid": at(vmi, "metadata.uid")}], options)

    def _restart(self, vm: Object, vmi: Object | None, options: Object) -> None:
        strategy, grace = run_strategy(vm), options.get("gracePeriodSeconds")
        if grace is not None and grace != 0:
            over = "For force restart, only gracePeriod=0 is supported for now"
            raise bad_request(over if grace > 0 else "gracePeriod has to be greater or equal to 0")
        if strategy in ("Halted", "Once"):
            raise _conflict(vm, f"RunStategy {strategy} does not support manual restart requests")
        if vmi is None:
            raise _conflict(vm, "VM is not running: Halted")
        self._request(vm, [{"action": "Stop", "uid": vmi["metadata"]["uid"]}, {"action": "Start"}], options)
        if grace == 0:
            self._shorten(vmi, grace, options)

    def _pause(self, vmi: Object, options: Object) -> None:
        if vmi["status"].get("phase") != "Running":
            raise _conflict(vmi, "VM is not running")
        if is_true(vmi, "Paused"):
            raise _conflict(vmi, "VMI is already paused")
        if not _dry(options):
            set_condition(vmi, "Paused", "True", "PausedByUser", "VMI was paused by user", probed=True)
            self._cluster.write(vmi)
            self._cluster.emit(vmi, "Paused", "VirtualMachineInstance paused", "virt-handler")

    def _unpause(self, vmi: Object, options: Object) -> None:
        if vmi["status"].get("phase") != "Running":
            raise _conflict(vmi, "VMI is not running")
        if not is_true(vmi, "Paused"):
            raise _conflict(vmi, "VMI is not paused")
        if not _dry(options):
            drop_condition(vmi, "Paused")
            self._cluster.write(vmi)
            self._cluster.emit(vmi, "Unpaused", "VirtualMachineInstance unpaused", "virt-handler")

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

    def _shorten(self, vmi: Object, grace: int, options: Object) -> None:
        if not _dry(options):
            vmi["spec"]["terminationGracePeriodSeconds"] = grace
            self._cluster.write(vmi)


def _dry(options: Object) -> bool:
    return "All" in (options.get("dryRun") or [])


def _conflict(document: Object, text: str) -> Refusal:
    kind = _MACHINE if document["kind"] == VM.kind else _INSTANCE
    return refusals.conflict(kind, document["metadata"]["name"], text)
