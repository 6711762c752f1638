# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images that are filled with a file: when the file is needed, and what follows from it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption, Refused
from ansible_collections.vmo.core.plugins.module_utils._model.golden_image import WantedImage
from ansible_collections.vmo.core.plugins.module_utils._model.image_file import ImageFile
from ansible_collections.vmo.core.plugins.module_utils._plan.image.decide import Found, decide
from ansible_collections.vmo.core.plugins.module_utils._plan.image.upload import needs_file, normalised, with_file

Tree = dict[str, t.Any]
NOTE = "vmo.core/upload-checksum"
OURS, OTHER = "sha256:" + 64 * "a", "sha256:" + 64 * "b"
GIB = 2**30
RAW = ImageFile("/disk.img", GIB, "raw", GIB, OURS)


def wanted(recreate: str = "unfinished", **upload: t.Any) -> WantedImage:
    options: Tree = {"upload": {"src": "/disk.img", **upload}}
    return WantedImage(namespace="gold", name="disk", options=options, recreate=recreate)


def a_volume(phase: str, note: str | None, source: Tree | None = None) -> Tree:
    annotations = {"cdi.kubevirt.io/storage.bind.immediate.requested": "", **({} if note is None else {NOTE: note})}
    metadata: Tree = {"name": "disk", "namespace": "gold", "uid": "u1", "resourceVersion": "7"}
    storage = {"resources": {"requests": {"storage": "1Gi"}}}
    return {
        "kind": "DataVolume",
        "metadata": {**metadata, "annotations": annotations},
        "spec": {"source": source or {"upload": {}}, "storage": storage},
        "status": {"phase": phase},
    }


@pytest.mark.parametrize(
    ("volume", "wish", "recreate", "needed"),
    [
        (None, None, "unfinished", True),
        (a_volume("UploadReady", OURS), None, "never", True),
        (a_volume("Succeeded", OURS), None, "always", False),
        (a_volume("Succeeded", OURS), OURS, "always", False),
        (a_volume("Succeeded", OURS), OTHER, "unfinished", False),
        (a_volume("Succeeded", OURS), OTHER, "always", True),
        (a_volume("Succeeded", None), OURS, "always", True),
        (a_volume("Succeeded", None, {"blank": {}}), None, "always", True),
    ],
)
def test_a_file_is_read_only_where_it_matters(
    volume: Tree | None, wish: str | None, recreate: str, needed: bool
) -> None:
    assert needs_file(wanted(recreate, checksum=wish), volume) is needed


@pytest.mark.parametrize(
    ("volume", "file", "verbs"),
    [
        (None, RAW, ["create", "upload"]),
        (a_volume("UploadReady", OURS), RAW, ["upload"]),
        (a_volume("UploadReady", None), RAW, ["patch", "upload"]),
        # the file is another one by now, and nothing is lost
        (a_volume("UploadReady", OTHER), RAW, ["delete", "create", "upload"]),
        (a_volume("Succeeded", OURS), None, []),
        (a_volume("Succeeded", None), None, []),
        (a_volume("ImportInProgress", None, {"http": {"url": "https://x"}}), RAW, ["delete", "create", "upload"]),
    ],
)
def test_a_file_is_sent_to_what_waits_for_it(volume: Tree | None, file: ImageFile | None, verbs: list[str]) -> None:
    wish = wanted() if file is None else with_file(wanted(), file)
    plan = decide(wish, Found(volume=volume))
    assert [step.verb for step in plan.steps] == verbs
    if "create" in verbs:
        body = next(step.body for step in plan.steps if step.verb == "create")
        assert body["spec"] == {"source": {"upload": {}}, "storage": {"resources": {"requests": {"storage": "1024Mi"}}}}
        assert body["metadata"]["annotations"][NOTE] == OURS


@pytest.mark.parametrize("note", [OTHER, None])
def test_an_image_of_another_file_is_another_image(note: str | None) -> None:
    with pytest.raises(Refused, match="differs in upload") as refused:
        decide(wanted(checksum=OURS), Found(volume=a_volume("Succeeded", note)))
    assert refused.value.code == "image_differs"


def test_a_file_that_does_not_fit_is_refused() -> None:
    with pytest.raises(Refused, match="nothing was sent") as refused:
        with_file(wanted(checksum=OTHER), RAW)
    assert refused.value.code == "wrong_checksum"
    packed = ImageFile("/disk.xz", 100, "xz", None, OURS)
    with pytest.raises(InvalidOption, match="does not tell the size"):
        with_file(wanted(), packed)
    small = WantedImage("gold", "disk", options={"upload": {"src": "/disk.img"}, "size": "1000Mi"})
    with pytest.raises(InvalidOption, match="1000Mi is less than"):
        with_file(small, RAW)
    large = WantedImage("gold", "disk", options={"upload": {"src": "/disk.xz"}, "size": "10Gi"})
    assert with_file(large, packed).options["size"] == "10Gi"


def test_a_checksum_has_one_form() -> None:
    assert normalised({"upload": {"src": "/x", "checksum": OURS.upper()}})["upload"]["checksum"] == OURS
    assert normalised({"upload": None}) == {"upload": None}
    with pytest.raises(InvalidOption, match="64 hexadecimal digits"):
        normalised({"upload": {"src": "/x", "checksum": "sha256:1"}})
