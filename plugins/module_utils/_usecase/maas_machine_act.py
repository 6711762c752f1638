# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry out the steps of machines, several machines at once. Private to vmo.core."""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from ansible_collections.vmo.core.plugins.module_utils._errors import NotFound, Refused, VmoError
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import mapping, text, trees, whole

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.vmo.core.plugins.module_utils._plan.machine.plan import Step
    from ansible_collections.vmo.core.plugins.module_utils._ports import JsonObject, Maas
    from ansible_collections.vmo.core.plugins.module_utils._usecase.maas_machine_run import Run

# MAAS answers one at a time anyway, and stumbles over bursts
AT_ONCE = 4
_PARENTS = ("parents", "parent")


def carry_out(maas: Maas, runs: t.Sequence[Run]) -> None:
    """Send what the plans of the machines hold; a failure ends that machine only. Tags are set for all at once."""
    each = [(run, [step for step in run.plan.steps if not step.foreseen]) for run in runs]
    _at_once([(run, _until_tags(steps)) for run, steps in each], maas)
    _set_tags(maas, [(run, step) for run, steps in each for step in steps if step.noun == "tags"])
    _at_once([(run, steps[len(_until_tags(steps)) :]) for run, steps in each], maas)


def _until_tags(steps: t.Sequence[Step]) -> list[Step]:
    place = next((number for number, step in enumerate(steps) if step.noun == "tags"), len(steps))
    return list(steps[:place])


def _at_once(work: t.Sequence[tuple[Run, t.Sequence[Step]]], maas: Maas) -> None:
    todo = [(run, steps) for run, steps in work if steps and run.failure is None and run.in_doubt is None]
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        for future in [pool.submit(_carry_out_one, maas, run, steps) for run, steps in todo]:
            future.result()


def _carry_out_one(maas: Maas, run: Run, steps: t.Sequence[Step]) -> None:
    interfaces = {str(raw.get("name")): dict(raw) for raw in trees(run.raw.get("interface_set"))}
    for step in steps:
        if step.noun == "tags":
            continue
        try:
            answer = _SEND[step.noun](maas, run.system_id, step, interfaces)
        except VmoError as failure:
            run.stop_at(step, failure)
            return
        run.note(step, answer if step.noun == "machines" else None)


def _set_tags(maas: Maas, work: t.Sequence[tuple[Run, Step]]) -> None:
    """Ask once a tag, whatever the number of machines."""
    groups: dict[tuple[str, str], list[tuple[Run, Step]]] = {}
    for run, step in work:
        if run.failure is None and run.in_doubt is None:
            groups.setdefault((step.verb, step.name), []).append((run, step))
    for (verb, tag), members in groups.items():
        word, told = ("add", "added") if verb == "add_tag" else ("remove", "removed")
        try:
            answer = maas.invoke("tags", "update_nodes", {word: [run.system_id for run, _step in members]}, name=tag)
            count = whole(mapping(answer), told)
            if count is not None and count < len(members):
                raise Refused(
                    f"MAAS {told} tag {tag} on {count} of {len(members)} machines; look who may change them.",
                    tag=tag,
                )
        except VmoError as failure:
            for run, step in members:
                run.stop_at(step, failure)
            continue
        for run, step in members:
            run.note(step, None)


def _on_machine(maas: Maas, system_id: str, step: Step, _interfaces: dict[str, t.Any]) -> JsonObject | None:
    if step.verb == "update":
        return maas.update("machines", system_id, step.form)
    return t.cast("JsonObject | None", maas.invoke("machines", step.verb, step.form, name=system_id))


def _on_disk(maas: Maas, system_id: str, step: Step, _interfaces: dict[str, t.Any]) -> None:
    maas.invoke("blockdevices", step.verb, name=str(step.form["id"]), of=system_id)


def _on_interface(maas: Maas, system_id: str, step: Step, interfaces: dict[str, t.Any]) -> None:
    """Send it with ids for names; ``interfaces`` are kept as MAAS answers."""
    if step.verb == "delete":
        # it may have gone with what it stood on
        with suppress(NotFound):
            maas.delete("interfaces", step.name, of=system_id)
        interfaces.pop(step.name, None)
        return
    form = _with_ids(step, interfaces)
    if step.verb == "update":
        answer: t.Any = maas.update("interfaces", step.name, form, of=system_id)
    elif step.verb.startswith("create_"):
        answer = maas.invoke("interfaces", step.verb, form, of=system_id)
    else:
        answer = maas.invoke("interfaces", step.verb, form, name=step.name, of=system_id)
    told = mapping(answer)
    if told:
        interfaces[text(told, "name") or step.name] = told


def _with_ids(step: Step, interfaces: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    form = dict(step.form)
    for word in _PARENTS:
        if word in form:
            form[word] = [interfaces[name]["id"] for name in form[word] if name in interfaces]
    if "link_of" in form:
        subnet = form.pop("link_of")
        links = trees(interfaces.get(step.name, {}).get("links"))
        ids = [link.get("id") for link in links if mapping(link.get("subnet")).get("id") == subnet]
        form["link_id"] = ids[0] if ids else None
    return form


_SEND: dict[str, Callable[..., t.Any]] = {
    "machines": _on_machine,
    "interfaces": _on_interface,
    "blockdevices": _on_disk,
}
