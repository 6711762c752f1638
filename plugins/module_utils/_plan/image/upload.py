# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A golden image that is filled with a file of the host that the task runs on. Private to vmo.core."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption, Refused
from ansible_collections.vmo.core.plugins.module_utils._model.golden_image import ALWAYS, is_filled
from ansible_collections.vmo.core.plugins.module_utils._model.kind import DATA_VOLUME
from ansible_collections.vmo.core.plugins.module_utils._model.quantity import parse_quantity
from ansible_collections.vmo.core.plugins.module_utils._plan.plan import Step
from ansible_collections.vmo.core.plugins.module_utils._words.images import UPLOAD, describe_image

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.golden_image import WantedImage
    from ansible_collections.vmo.core.plugins.module_utils._model.image_file import ImageFile

Tree = dict[str, t.Any]
SEND = "upload"
_CHECKSUM = re.compile(r"sha256:[0-9a-f]{64}")


def normalised(options: t.Mapping[str, t.Any]) -> t.Mapping[str, t.Any]:
    """Return the options with the checksum of ``upload`` in one form; raises ``InvalidOption``."""
    upload = options.get(UPLOAD)
    if upload is None:
        return options
    checksum = upload.get("checksum")
    if checksum is None:
        return options
    if not _CHECKSUM.fullmatch(checksum.lower()):
        raise InvalidOption(
            f"upload: checksum: {checksum!r} is not sha256: with 64 hexadecimal digits behind it.", option=UPLOAD
        )
    return {**options, UPLOAD: {**upload, "checksum": checksum.lower()}}


def needs_file(wanted: WantedImage, volume: Tree | None) -> bool:
    """Tell whether the task can only be decided with the file in hand: an image that is there does not need it."""
    if not wanted.uploads or wanted.state == "absent":
        return False
    if not is_filled(volume):
        return True
    return wanted.recreate == ALWAYS and not is_same_upload(wanted, volume, describe_image(volume))


def is_same_upload(wanted: WantedImage, volume: Tree | None, before: Tree) -> bool:
    """Tell whether an uploaded image is, as far as anybody knows, the one of the task.

    ``before`` is the image in words. What was filled by others without a note is not what a checksum asks for.
    """
    if UPLOAD not in before:
        return False
    wish, noted = wanted.options[UPLOAD].get("checksum"), before[UPLOAD].get("checksum")
    if wish is None or wish == noted:
        return True
    return noted is None and not is_filled(volume)


def with_file(wanted: WantedImage, file: ImageFile) -> WantedImage:
    """Return the task with what the file says; raises ``Refused`` and ``InvalidOption`` where they do not fit."""
    options = wanted.options
    wish = options[UPLOAD].get("checksum")
    if wish not in (None, file.checksum):
        raise Refused(
            f"upload: the file {file.path} has the checksum {file.checksum} instead of {wish}: nothing was sent.",
            code="wrong_checksum",
        )
    size = options.get("size")
    if size is None and file.size is None:
        raise InvalidOption(
            f"size: {file.path} is {file.form}, which does not tell the size of the disk in it: give one.",
            option="size",
        )
    room = parse_quantity(size)
    if room is not None and file.virtual_size is not None and room < file.virtual_size:
        raise InvalidOption(
            f"size: {size} is less than the disk in {file.path} has, {file.size} ({file.virtual_size} bytes).",
            option="size",
        )
    upload = {**options[UPLOAD], "checksum": file.checksum}
    return dataclasses.replace(wanted, options={**options, UPLOAD: upload, "size": size or file.size})


def sending(wanted: WantedImage, volume: Tree | None, *, foreseen: bool = False) -> tuple[Step, ...]:
    """Return the step that fills a new image, or one that still waits for its file."""
    if not wanted.uploads or is_filled(volume):
        return ()
    return (Step(SEND, DATA_VOLUME, wanted.name, foreseen=foreseen),)
