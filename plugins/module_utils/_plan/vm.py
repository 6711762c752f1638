# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done to a virtual machine. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.kind import CLAIM, VM
from ansible_collections.vmo.core.plugins.module_utils._model.quantity import parse_quantity
from ansible_collections.vmo.core.plugins.module_utils._model.status import (
    is_going,
    is_paused,
    is_running,
    restart_required,
    run_strategy,
)
from ansible_collections.vmo.core.plugins.module_utils._model.tree import MISSING, dig
from ansible_collections.vmo.core.plugins.module_utils._plan.defaults import with_defaults
from ansible_collections.vmo.core.plugins.module_utils._plan.diff import differences
from ansible_collections.vmo.core.plugins.module_utils._plan.effect import forecast
from ansible_collections.vmo.core.plugins.module_utils._plan.merge import disagreements, merge, merge_patch
from ansible_collections.vmo.core.plugins.module_utils._plan.ownership import disk_steps, release_steps, secret_steps
from ansible_collections.vmo.core.plugins.module_utils._plan.plan import Plan, Step
from ansible_collections.vmo.core.plugins.module_utils._plan.power import PowerPlan, decide_power, restart_step
from ansible_collections.vmo.core.plugins.module_utils._plan.template.follow import (
    Start,
    begin,
    follow,
    has_drifted,
    lack_of,
    with_power,
    without_trace,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.vm_shape import VM_SHAPE
from ansible_collections.vmo.core.plugins.module_utils._words.disks import storage_field
from ansible_collections.vmo.core.plugins.module_utils._words.vm import Wish, describe_vm, render_vm

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.vm import WantedVm

Tree = dict[str, t.Any]
# the power state and the identity have options of their own
_NOT_IN_DEFINITION = (
    "apiVersion",
    "kind",
    "status",
    "metadata.name",
    "metadata.namespace",
    "spec.runStrategy",
    "spec.running",
)


def check_definition(definition: t.Mapping[str, t.Any]) -> None:
    """Refuse what only options may say."""
    for path in _NOT_IN_DEFINITION:
        if dig(definition, path, MISSING) is not MISSING:
            raise InvalidOption(
                f"definition: {path} cannot stand here; use the options of the task.", option="definition"
            )


class Asked(t.NamedTuple):
    """What a task asks of the VM that was found, and what else has to be read before a decision.

    ``drift`` is what a changed template asks beside it, in words, ``None`` if it has not changed.
    """

    wish: Wish
    after: Tree
    drift: Tree | None = None

    @property
    def needs_secret(self) -> bool:
        """Tell whether the Secret with the VM's cloud-init matters."""
        return self.wish.secret is not None


def ask(wanted: WantedVm, found: Tree | None) -> Asked:
    """Return what the task asks; raises ``InvalidOption`` for what cannot be, before anything is changed."""
    start = begin(wanted, found)
    asked = _laid_over(wanted, found, start)
    if wanted.blueprint is None or found is None or not has_drifted(wanted, found):
        return asked
    if wanted.template_update:
        return asked
    followed = _laid_over(wanted, found, follow(wanted, found))
    before, after = differences(describe_vm(without_trace(found)), describe_vm(without_trace(followed.after)))
    return asked._replace(drift={"template": wanted.blueprint.name, "before": before, "after": after})


def _laid_over(wanted: WantedVm, found: Tree | None, start: Start) -> Asked:
    unmade = start.unmade if wanted.blueprint is not None else None
    wish = render_vm(start.options, wanted.namespace, wanted.name, start.base, running=is_running(found), unmade=unmade)
    clash = disagreements(wish.body, dict(wanted.definition), VM_SHAPE)
    if clash:
        raise InvalidOption(
            f"definition: it disagrees with the options of {wanted.subject} about {', '.join(clash)}.",
            option="definition",
        )
    base = with_defaults(start.base, wish.body, wanted.definition, is_new=found is None)
    after = merge(merge(base, wish.body, VM_SHAPE), dict(wanted.definition), VM_SHAPE)
    _forget_instancetype_revision(start.base, after)
    drop_unused_templates(start.base, after)
    return Asked(wish._replace(secret=wish.secret if wish.secret is not None else start.secret), after)


def needs_disks(wanted: WantedVm, found: Tree | None, asked: Asked | None) -> bool:
    """Tell whether the DataVolumes that the VM owns have to be read."""
    if found is None:
        return False
    if asked is None:
        return not wanted.delete_disks
    return len(_template_names(asked.after)) < len(_template_names(found)) or bool(
        _template_names(found) - _template_names(asked.after)
    )


def decide_removal(wanted: WantedVm, found: Tree | None, owned: t.Sequence[Tree]) -> Plan:
    """Return how the VM goes; the disks in ``owned`` are let go first."""
    if found is None or is_going(found):
        return Plan("none")
    steps = release_steps(found, owned)
    steps.append(Step("delete", VM, wanted.name, {"uid": found["metadata"]["uid"]}, foreseen=bool(steps)))
    before, after = differences(describe_vm(found), {})
    return Plan("delete", before, after, tuple(steps), again="read" if len(steps) > 1 else None)


def decide(wanted: WantedVm, found: Tree | None, asked: Asked, secret: Tree | None, owned: t.Sequence[Tree]) -> Plan:
    """Return what brings the VM to what the task asks."""
    power = decide_power(with_power(wanted, found), found)
    after = _with_run_strategy(found, asked.after, power.run_strategy)
    if found is None:
        return _create(wanted, after, asked, power, secret)
    steps = secret_steps(wanted, found, asked.wish.secret, secret)
    steps += _growth(wanted, found, after)
    patch = merge_patch(found, after)
    if patch:
        patch.setdefault("metadata", {})["resourceVersion"] = found["metadata"]["resourceVersion"]
        steps.append(Step("patch", VM, wanted.name, patch))
        steps += disk_steps(found, _template_names(found) - _template_names(after), owned, delete=wanted.delete_disks)
    # an unchanged VM, which is the usual case, need not be put into words
    before_words, after_words = (describe_vm(found), describe_vm(after)) if patch else ({}, {})
    live, on_restart = forecast(before_words, after_words) if is_running(found) else ((), ())
    stays_up = is_running(found) and wanted.state != "stopped"
    restarts = _restarts(wanted, found, on_restart, changed=bool(live or on_restart)) if stays_up else ()
    if not any(step.verb == "restart" for step in power.steps):
        steps += restarts
    steps += power.steps
    before, diff_after = differences(before_words, after_words)
    if power.steps or "run_strategy" in diff_after or any(step.verb == "restart" for step in steps):
        _tell_power(before, diff_after, wanted, found, steps)
    return Plan(
        "update" if steps else "none",
        before,
        diff_after,
        tuple(steps),
        live,
        on_restart,
        (*asked.wish.kept, *lack_of(wanted)),
        _again(wanted, steps, stays_up and bool(live or on_restart)),
        asked.drift,
    )


def _create(wanted: WantedVm, after: Tree, asked: Asked, power: PowerPlan, secret: Tree | None) -> Plan:
    if not _has_memory(after):
        raise InvalidOption(
            f"memory: {wanted.subject} does not exist yet, and a new VM needs memory or an instancetype.",
            option="memory",
        )
    body = {"apiVersion": VM.api_version, "kind": VM.name, **after}
    body["metadata"] = {**after.get("metadata", {}), "name": wanted.name, "namespace": wanted.namespace}
    steps = secret_steps(wanted, None, asked.wish.secret, secret)
    own_secret = [step for step in steps if step.foreseen]
    steps = [step for step in steps if not step.foreseen]
    steps += [Step("create", VM, wanted.name, body), *own_secret, *power.steps]
    before, diff_after = differences({}, describe_vm(body))
    foreseen = [step for step in steps if step.foreseen]
    again = None if not foreseen else "ready" if wanted.state == "paused" else "read"
    return Plan("create", before, diff_after, tuple(steps), again=again)


def _has_memory(after: Tree) -> bool:
    domain = dig(after, "spec.template.spec.domain") or {}
    return (
        dig(after, "spec.instancetype") is not None
        or dig(domain, "memory.guest") is not None
        or dig(domain, "memory.hugepages") is not None
        or dig(domain, "resources.requests.memory") is not None
        or dig(domain, "resources.limits.memory") is not None
    )


def _with_run_strategy(found: Tree | None, after: Tree, target: str | None) -> Tree:
    if target is None or (found is not None and run_strategy(found) == target):
        return after
    spec = {field: value for field, value in after.get("spec", {}).items() if field != "running"}
    return {**after, "spec": {**spec, "runStrategy": target}}


def _growth(wanted: WantedVm, found: Tree, after: Tree) -> list[Step]:
    """A DataVolume does not follow its template, so the claim behind it is asked to grow."""
    steps = []
    old = {item["metadata"]["name"]: item for item in dig(found, "spec.dataVolumeTemplates") or ()}
    for template in dig(after, "spec.dataVolumeTemplates") or ():
        name = template["metadata"]["name"]
        path = f"spec.{storage_field(template)}.resources.requests.storage"
        was, now = dig(old.get(name, {}), path), dig(template, path)
        if was is None or was == now:
            continue
        if (parse_quantity(now) or 0) < (parse_quantity(was) or 0):
            raise InvalidOption(
                f"disks: {name} of {wanted.subject} has {was}; a disk cannot shrink to {now}.", option="disks"
            )
        steps.append(Step("patch", CLAIM, name, {"spec": {"resources": {"requests": {"storage": now}}}}))
    return steps


def _restarts(wanted: WantedVm, found: Tree, on_restart: tuple[str, ...], *, changed: bool) -> tuple[Step, ...]:
    if wanted.restart == "now" or (wanted.restart == "always" and changed):
        return (restart_step(wanted),)
    if wanted.restart != "if_required":
        return ()
    if changed:
        # only the server knows; it says so once the patch is there
        return (Step("restart", VM, wanted.name, foreseen=True),) if on_restart else ()
    return (restart_step(wanted),) if restart_required(found) else ()


def _again(wanted: WantedVm, steps: list[Step], template_changed: bool) -> str | None:
    if wanted.state == "paused" and any(step.foreseen and step.verb == "pause" for step in steps):
        return "ready"
    if template_changed and wanted.restart == "if_required":
        return "observed"
    return "read" if any(step.foreseen for step in steps) else None


def _tell_power(before: Tree, after: Tree, wanted: WantedVm, found: Tree, steps: list[Step]) -> None:
    was = "paused" if is_paused(found) else "running" if is_running(found) else "stopped"
    now = "restarted" if any(step.verb == "restart" for step in steps) else was
    if now == was and steps and wanted.state != "present":
        now = "running" if wanted.state == "restarted" else wanted.state
    if now != was:
        before["state"], after["state"] = was, now


def _forget_instancetype_revision(found: Tree, after: Tree) -> None:
    # KubeVirt up to 1.4 writes the revision into the spec, and then reads the size from there (facts/kubevirt.md 4.7)
    for matcher in ("instancetype", "preference"):
        was, now = dig(found, f"spec.{matcher}"), dig(after, f"spec.{matcher}")
        if not was or not now or now.get("revisionName") is None or was.get("revisionName") != now["revisionName"]:
            continue
        if (was.get("name"), was.get("kind")) != (now.get("name"), now.get("kind")):
            after["spec"] = {**after["spec"], matcher: {k: v for k, v in now.items() if k != "revisionName"}}


def drop_unused_templates(found: Tree, after: Tree) -> None:
    """Take the dataVolumeTemplates away that lost their volume: the webhook refuses one that no volume uses."""
    used = _referenced(after)
    lost = {name for name in _template_names(found) & _referenced(found) if name not in used}
    if lost:
        kept = [item for item in after["spec"]["dataVolumeTemplates"] if item["metadata"]["name"] not in lost]
        spec = {field: value for field, value in after["spec"].items() if field != "dataVolumeTemplates"}
        after["spec"] = {**spec, "dataVolumeTemplates": kept} if kept else spec


def _referenced(vm: Tree) -> set[str]:
    names = set()
    for volume in dig(vm, "spec.template.spec.volumes") or ():
        for path in ("dataVolume.name", "persistentVolumeClaim.claimName"):
            if dig(volume, path):
                names.add(dig(volume, path))
    return names


def _template_names(vm: Tree) -> set[str]:
    return {item["metadata"]["name"] for item in dig(vm, "spec.dataVolumeTemplates") or ()}
