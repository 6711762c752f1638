# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a wanted golden image, and what is there of it, to steps. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption, Refused
from ansible_collections.vmo.core.plugins.module_utils._model.golden_image import (
    ALWAYS,
    UNFINISHED,
    awaits_consumer,
    is_filled,
    is_up_to_date,
)
from ansible_collections.vmo.core.plugins.module_utils._model.kind import CLAIM, DATA_IMPORT_CRON, DATA_VOLUME
from ansible_collections.vmo.core.plugins.module_utils._model.quantity import parse_quantity
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.symptoms import clean
from ansible_collections.vmo.core.plugins.module_utils._plan.diff import differences
from ansible_collections.vmo.core.plugins.module_utils._plan.image.companions import (
    owner_words,
    publish,
    removal,
    rights,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.image.upload import is_same_upload, sending
from ansible_collections.vmo.core.plugins.module_utils._plan.merge import merge_patch
from ansible_collections.vmo.core.plugins.module_utils._plan.plan import Plan, Step
from ansible_collections.vmo.core.plugins.module_utils._words.disks import SIZED_BY_SOURCE
from ansible_collections.vmo.core.plugins.module_utils._words.images import (
    IMAGE_SOURCES,
    UPLOAD,
    annotations_wish,
    check,
    cron_spec,
    describe_image,
    labels_wish,
    spec_wish,
)

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.golden_image import WantedImage
    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind

Tree = dict[str, t.Any]
_STORAGE = ("size", "storage_class", "access_modes", "volume_mode")


@dataclass(frozen=True)
class Found:
    """What is there: the image, which is a DataVolume or a DataImportCron, and what belongs to it."""

    volume: Tree | None = None
    cron: Tree | None = None
    data_source: Tree | None = None
    role: Tree | None = None
    binding: Tree | None = None
    data_sources: tuple[Tree, ...] = ()

    @property
    def image(self) -> Tree | None:
        """Return the image itself."""
        return self.volume or self.cron

    @property
    def kind(self) -> Kind:
        """Return the kind of the image."""
        return DATA_IMPORT_CRON if self.volume is None and self.cron is not None else DATA_VOLUME


def subject_of(found: Found) -> str:
    """Return how messages call the object that the image is."""
    metadata = (found.image or {}).get("metadata", {})
    return f"{found.kind.name} {metadata.get('namespace')}/{metadata.get('name')}"


def is_done(wanted: WantedImage, found: Tree | None, *, is_cron: bool) -> bool:
    """Tell whether the import has come as far as it will by itself."""
    if is_cron:
        return is_up_to_date(found)
    may_wait = not describe_image(found).get("immediate_binding") or wanted.options.get("immediate_binding") is False
    return is_filled(found) or (may_wait and awaits_consumer(found))


def decide(wanted: WantedImage, found: Found) -> Plan:
    """Return what makes the image what the task asks for; raises ``InvalidOption`` and ``Refused``."""
    check(wanted.options)
    if wanted.renews and found.volume is not None:
        raise InvalidOption(
            f"renew: {subject_of(found)} is there already, and is imported once: give the image that renews another "
            f"name, or delete this one first.",
            option="renew",
        )
    before = describe_image(found.image)
    unlike = _unlike(wanted, found, before)
    if found.image is None:
        plan = _creation(wanted)
    elif unlike:
        plan = _replacement(wanted, found, unlike, before)
    else:
        plan = _change(wanted, found, before)
    return _with_companions(wanted, found, plan)


def _with_companions(wanted: WantedImage, found: Found, plan: Plan) -> Plan:
    steps, before, after = list(plan.steps), dict(plan.before), dict(plan.after)
    is_cron = wanted.renews or found.kind is DATA_IMPORT_CRON
    is_there = plan.action not in ("create", "recreate")
    done = is_there and is_done(wanted, found.image, is_cron=is_cron)
    again = plan.again
    for words, more in (
        rights(wanted, found.role, found.binding, is_cron=is_cron),
        ((None, None), ()) if is_cron else publish(wanted, found.data_source, foreseen=wanted.wait and not done),
    ):
        was, now = words
        steps += more
        before.update(was or {})
        after.update(now or {})
        if any(step.foreseen for step in more):
            # nobody shall find an image that is not there yet
            again = again or "ready"
    action = plan.action if plan.steps else ("update" if steps else "none")
    return Plan(action, before, after, tuple(steps), again=again)


def _creation(wanted: WantedImage) -> Plan:
    kind, body = _body(wanted)
    steps = (Step("create", kind, wanted.name, body), *sending(wanted, None))
    return Plan("create", {}, describe_image(body), steps)


def _body(wanted: WantedImage) -> tuple[Kind, Tree]:
    metadata: Tree = {"name": wanted.name, "namespace": wanted.namespace}
    for field, wish in (
        ("labels", labels_wish(wanted.options)),
        ("annotations", annotations_wish(wanted.options, is_new=True, is_cron=wanted.renews)),
    ):
        values = {key: value for key, value in wish.items() if value is not None}
        if values:
            metadata[field] = values
    if wanted.renews:
        spec = cron_spec(wanted.options, wanted.namespace, wanted.data_source or wanted.name)
    else:
        spec = spec_wish(wanted.options, wanted.namespace)
    return (DATA_IMPORT_CRON if wanted.renews else DATA_VOLUME), {"metadata": metadata, "spec": spec}


def _replacement(wanted: WantedImage, found: Found, unlike: t.Sequence[str], before: Tree) -> Plan:
    """Return the way over a deletion, where the task allows one: the API changes no spec of these kinds."""
    is_cron = found.kind is DATA_IMPORT_CRON
    finished = is_done(wanted, found.image, is_cron=is_cron)
    if not (wanted.recreate == ALWAYS or (wanted.recreate == UNFINISHED and not finished)):
        raise Refused(
            f"{subject_of(found)} differs in {', '.join(unlike)} ({_told(wanted, unlike, before)}), which cannot be "
            f"changed: make the image under a new name and let publish_as point to that one, or set recreate to always "
            f"to delete this one and make it anew.",
            code="image_differs",
            words=list(unlike),
        )
    if is_cron and not wanted.renews:
        raise InvalidOption("renew: the image is to be made anew, so say when it is renewed.", option="renew")
    kind, body = _body(wanted)
    uid = dig(found.image or {}, "metadata.uid")
    steps = (
        Step("delete", found.kind, wanted.name, {"uid": uid}),
        Step("create", kind, wanted.name, body, foreseen=True),
        *sending(wanted, None, foreseen=True),
    )
    left, right = differences(before, describe_image(body))
    return Plan("recreate", left, right, steps, again="gone")


def _told(wanted: WantedImage, unlike: t.Sequence[str], before: Tree) -> str:
    """Return what it is and what it shall be, as far as it is short enough to be read."""
    texts = []
    for word in unlike:
        is_now, shall_be = before.get(word), wanted.options.get(word)
        if word in IMAGE_SOURCES:
            now = next((source for source in IMAGE_SOURCES if source in before), None)
            texts.append(f"{_source(before, now)} instead of {_source(wanted.options, word)}")
        elif word != "renew":
            texts.append(f"{word} {is_now or 'not set'} instead of {shall_be}")
    return clean(", ".join(texts)) or "its schedule"


def _source(options: t.Mapping[str, t.Any], source: str | None) -> str:
    if source is None:
        return "a source without a word"
    inner = options.get(source) or {}
    return " ".join(
        str(text) for text in (source, inner.get("url") or inner.get("name") or inner.get("checksum")) if text
    )


def _unlike(wanted: WantedImage, found: Found, before: Tree) -> list[str]:
    """Return the words that the task gives other values than the image has, and that it cannot get any more."""
    if not before:
        return []
    words = [word for word in IMAGE_SOURCES if not _same_source(wanted, word, found, before)]
    for word in _STORAGE:
        wish, is_now = wanted.options.get(word), before.get(word)
        if wish is None or wish == is_now:
            continue
        if word == "size" and is_now is not None and parse_quantity(wish) == parse_quantity(is_now):
            continue
        words.append(word)
    if "renew" in before:
        renew = {key: value for key, value in (wanted.options.get("renew") or {}).items() if value is not None}
        words += ["renew"] if any(before["renew"].get(key) != value for key, value in renew.items()) else []
        words += ["publish_as"] if wanted.data_source not in (None, before.get("publish_as")) else []
    return words


def _same_source(wanted: WantedImage, source: str, found: Found, before: Tree) -> bool:
    wish = wanted.options.get(source)
    if wish is None:
        return True
    if source == UPLOAD:
        return is_same_upload(wanted, found.volume, before)
    if source not in before:
        return False
    said = {key: value for key, value in wish.items() if value is not None}
    if source in SIZED_BY_SOURCE and said.get("namespace") == wanted.namespace:
        del said["namespace"]
    is_now = before[source]
    # who leaves the namespace out means that of the image
    elsewhere = source in SIZED_BY_SOURCE and "namespace" in is_now and "namespace" not in said
    return not elsewhere and all(is_now.get(key) == value for key, value in said.items())


def _change(wanted: WantedImage, found: Found, before: Tree) -> Plan:
    """Return the change of labels and annotations; all else of an image is as it was made."""
    image = found.image or {}
    is_cron = found.kind is DATA_IMPORT_CRON
    old = image.get("metadata", {})
    new = dict(old)
    for field, wish in (
        ("labels", labels_wish(wanted.options)),
        ("annotations", annotations_wish(wanted.options, is_new=False, is_cron=is_cron)),
    ):
        values = {**(old.get(field) or {}), **wish}
        values = {key: value for key, value in values.items() if value is not None}
        if values or old.get(field):
            new[field] = values
    patch = merge_patch(old, new)
    if not patch:
        send = sending(wanted, found.volume)
        return Plan("update" if send else "none", steps=send)
    steps = []
    claim = dig(image, "status.claimName")
    if "labels" in patch and claim:
        # CDI copies labels once, and KubeVirt looks for the defaults of a VM at the claim
        steps.append(Step("patch", CLAIM, str(claim), {"metadata": {"labels": patch["labels"]}}))
    body = {"metadata": {**patch, "resourceVersion": old["resourceVersion"]}}
    steps.append(Step("patch", found.kind, wanted.name, body))
    steps += sending(wanted, found.volume)
    left, right = differences(before, describe_image({**image, "metadata": new}))
    return Plan("update", left, right, tuple(steps))


def decide_removal(wanted: WantedImage, found: Found) -> Plan:
    """Return what makes the image go, what belongs to it first: whoever is interrupted can go on."""
    if found.image is None:
        return Plan("none")
    steps = removal(wanted, found.data_sources, found.role, found.binding)
    steps.append(Step("delete", found.kind, wanted.name, {"uid": dig(found.image, "metadata.uid")}))
    before = {**describe_image(found.image), **owner_words(found.binding)}
    return Plan("delete", before, {}, tuple(steps))
