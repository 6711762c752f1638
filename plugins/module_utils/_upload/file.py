# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disk images in files of this host, a block at a time. Private to vmo.core."""

from __future__ import annotations

import hashlib
import os
import stat
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption, Refused
from ansible_collections.vmo.core.plugins.module_utils._model.image_file import HEAD_BYTES, ImageFile, recognise

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Tell = Callable[[int, int], None]

BLOCK = 2**20


def inspect(path: str, tell: Tell) -> ImageFile:
    """Read a file once and say what it is. Raises ``InvalidOption`` where it cannot be read."""
    try:
        with open(path, "rb", buffering=0) as source:
            status = os.fstat(source.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise InvalidOption(f"upload: {path} is no file.", option="upload")
            if status.st_size == 0:
                raise InvalidOption(f"upload: {path} is empty.", option="upload")
            digest = hashlib.sha256()
            head, done = b"", 0
            while True:
                block = source.read(BLOCK)
                if not block:
                    break
                head = head or block[:HEAD_BYTES]
                digest.update(block)
                done += len(block)
                tell(done, status.st_size)
    except OSError as failure:
        raise _unreadable(path, failure) from None
    form, virtual_size = recognise(head, done)
    return ImageFile(path, done, form, virtual_size, f"sha256:{digest.hexdigest()}")


def blocks(file: ImageFile, tell: Tell) -> Iterator[bytes]:
    """Yield the file. Its last block comes only when all of it is what ``file`` says; else raises ``Refused``.

    So nobody ever has the whole of a file that changed while it was sent.
    """
    digest = hashlib.sha256()
    left = file.length
    try:
        with open(file.path, "rb", buffering=0) as source:
            while left:
                block = source.read(min(BLOCK, left))
                digest.update(block)
                left -= len(block)
                if not block or (not left and f"sha256:{digest.hexdigest()}" != file.checksum):
                    raise Refused(
                        f"upload: {file.path} changed while it was sent; it was not sent to its end.",
                        code="file_changed",
                    )
                yield block
                tell(file.length - left, file.length)
    except OSError as failure:
        raise _unreadable(file.path, failure) from None


def _unreadable(path: str, failure: OSError) -> InvalidOption:
    return InvalidOption(f"upload: {path} cannot be read: {failure.strerror}.", option="upload")
