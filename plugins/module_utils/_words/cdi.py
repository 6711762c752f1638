# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task can say about CDI's own object and about StorageProfiles, and back. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.kubevirt import CDI_GATES, ENABLED
from ansible_collections.vmo.core.plugins.module_utils._model.quantity import require_quantity
from ansible_collections.vmo.core.plugins.module_utils._model.tree import MISSING, dig, take
from ansible_collections.vmo.core.plugins.module_utils._words.fields import (
    TEXT,
    TEXT_MAP,
    Items,
    Word,
    describe,
    render,
)
from ansible_collections.vmo.core.plugins.module_utils._words.text import HIDDEN

if t.TYPE_CHECKING:
    from collections.abc import Mapping

Tree = dict[str, t.Any]
CONFIG = "spec.config"
WORDS: tuple[Word, ...] = (
    Word("filesystem_overhead.default", f"{CONFIG}.filesystemOverhead.global", TEXT),
    Word("filesystem_overhead.storage_classes", f"{CONFIG}.filesystemOverhead.storageClass", TEXT_MAP),
    Word("scratch_storage_class", f"{CONFIG}.scratchSpaceStorageClass"),
    Word("import_proxy.http", f"{CONFIG}.importProxy.HTTPProxy"),
    Word("import_proxy.https", f"{CONFIG}.importProxy.HTTPSProxy"),
    Word("import_proxy.no_proxy", f"{CONFIG}.importProxy.noProxy"),
    Word("import_proxy.trusted_ca", f"{CONFIG}.importProxy.trustedCAProxy"),
    Word("insecure_registries", f"{CONFIG}.insecureRegistries"),
    Word("upload_proxy_url", f"{CONFIG}.uploadProxyURLOverride"),
    Word("preallocation", f"{CONFIG}.preallocation"),
    Word("log_verbosity", f"{CONFIG}.logVerbosity"),
    Word("pod_resources.requests", f"{CONFIG}.podResourceRequirements.requests", TEXT_MAP),
    Word("pod_resources.limits", f"{CONFIG}.podResourceRequirements.limits", TEXT_MAP),
)
PROFILE_WORDS: tuple[Word, ...] = (
    Word(
        "claim_property_sets",
        "spec.claimPropertySets",
        Items({"access_modes": "accessModes", "volume_mode": "volumeMode"}),
    ),
    Word("clone_strategy", "spec.cloneStrategy"),
    Word("data_import_cron_source_format", "spec.dataImportCronSourceFormat"),
    Word("snapshot_class", "spec.snapshotClass"),
)
# the API's own rule
_OVERHEAD = re.compile(r"0(?:\.\d{1,3})?|1")
_USER_OF_URL = re.compile(r"(?<=//)[^/@\s]+(?=@)")
PROFILE_SETS = 8


def check_cdi(options: Mapping[str, t.Any]) -> None:
    """Refuse values that CDI could not use."""
    overhead = options.get("filesystem_overhead") or {}
    shares = {"default": overhead.get("default"), **(overhead.get("storage_classes") or {})}
    for name, share in shares.items():
        if share is not None and not _OVERHEAD.fullmatch(str(share)):
            raise InvalidOption(
                f"cdi: filesystem_overhead: {name}: {share!r} is no share between 0 and 1 with three digits at most, "
                f"such as 0.08.",
                option="cdi",
            )
    for part in ("requests", "limits"):
        for resource, amount in (dig(options, f"pod_resources.{part}") or {}).items():
            if amount is not None:
                require_quantity(amount, f"cdi: pod_resources: {part}: {resource}")


def check_profiles(profiles: t.Sequence[Mapping[str, t.Any]]) -> None:
    """Refuse StorageProfiles that are named twice, and more sets than CDI takes."""
    seen: set[str] = set()
    for profile in profiles:
        name = profile["name"]
        if name in seen:
            raise InvalidOption(f"storage_profiles: {name} is listed twice.", option="storage_profiles")
        seen.add(name)
        sets = profile.get("claim_property_sets") or ()
        if len(sets) > PROFILE_SETS:
            raise InvalidOption(
                f"storage_profiles: {name} has {len(sets)} claim_property_sets; CDI takes {PROFILE_SETS}.",
                option="storage_profiles",
            )
        for properties in sets:
            if not properties["access_modes"]:
                raise InvalidOption(
                    f"storage_profiles: {name}: access_modes of a claim property set is empty.",
                    option="storage_profiles",
                )


def render_cdi(options: Mapping[str, t.Any], found: Tree) -> Tree:
    """Return what the options ask of CDI's object ``found``."""
    body: Tree = {}
    render(WORDS, options, body)
    wanted, there = options.get("insecure_registries"), dig(found, f"{CONFIG}.insecureRegistries")
    if wanted is not None and there is not None and set(wanted) == set(there):
        # their order means nothing
        take(body, f"{CONFIG}.insecureRegistries")
    return body


def describe_cdi(found: Tree) -> Tree:
    """Return CDI's object in the words of the options; what they cannot say stands under ``configuration``."""
    rest: Tree = {"spec": {"config": dict(dig(found, CONFIG) or {})}}
    for field, value in rest["spec"]["config"].items():
        rest["spec"]["config"][field] = dict(value) if isinstance(value, dict) else value
    said: Tree = {}
    gates = take(rest, CDI_GATES)
    if gates is not MISSING and gates:
        said["feature_gates"] = dict.fromkeys(gates, ENABLED)
    describe(WORDS, rest, said)
    more = dig(rest, CONFIG)
    if more:
        said["configuration"] = more
    return said


def render_profile(options: Mapping[str, t.Any]) -> Tree:
    """Return what the options ask of a StorageProfile."""
    body: Tree = {}
    render(PROFILE_WORDS, options, body)
    return body


def describe_profile(found: Tree) -> Tree:
    """Return a StorageProfile in the words of the options."""
    said: Tree = {}
    describe(PROFILE_WORDS, {"spec": dict(found.get("spec") or {})}, said)
    return said


def without_users(tree: t.Any) -> t.Any:
    """Return a copy in which no address tells a user or a password."""
    if isinstance(tree, dict):
        return {field: without_users(value) for field, value in tree.items()}
    if isinstance(tree, list):
        return [without_users(item) for item in tree]
    return _USER_OF_URL.sub(HIDDEN, tree) if isinstance(tree, str) else tree
