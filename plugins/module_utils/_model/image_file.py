# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk image in a file, and where it is sent. Private to vmo.core."""

from __future__ import annotations

import typing as t

HEAD_BYTES = 512  # what has to be read of a file to recognise it
_QCOW2 = b"QFI\xfb"
_QCOW2_SIZE = slice(24, 32)
# what CDI unpacks or converts, by what is at a place of the file; all else it takes as it is
_PACKED = (
    ("gz", 0, b"\x1f\x8b"),
    ("xz", 0, b"\xfd7zXZ\x00"),
    ("zst", 0, b"\x28\xb5\x2f\xfd"),
    ("vmdk", 0, b"KDMV"),
    ("vhdx", 0, b"vhdxfile"),
    ("vhd", 0, b"conectix"),
    ("vdi", 0x40, b"\x7f\x10\xda\xbe"),
)
_MEBIBYTE = 2**20


class ImageFile(t.NamedTuple):
    """A disk image as it lies on the host of the task.

    ``length`` are the bytes of the file, ``virtual_size`` those of the disk in it, ``None`` where only unpacking would
    tell. ``checksum`` is ``sha256:`` and 64 hexadecimal digits.
    """

    path: str
    length: int
    form: str
    virtual_size: int | None
    checksum: str

    @property
    def size(self) -> str | None:
        """Return the disk's size as a quantity, rounded up, ``None`` if it is not known."""
        return None if self.virtual_size is None else f"{-(-self.virtual_size // _MEBIBYTE)}Mi"


class UploadProxy(t.NamedTuple):
    """Where CDI takes files: its URL, and whom to trust there.

    ``ca_cert`` is the path of a file; without one, ``authority`` (PEM) is trusted beside the authorities of the system.
    """

    url: str
    ca_cert: str | None = None
    authority: str | None = None
    validate_certs: bool = True


def recognise(head: bytes, length: int) -> tuple[str, int | None]:
    """Return the format and the virtual size in bytes that the first ``HEAD_BYTES`` of a file tell of."""
    if head.startswith(_QCOW2):
        return "qcow2", int.from_bytes(head[_QCOW2_SIZE], "big")
    form = next((form for form, place, magic in _PACKED if head.startswith(magic, place)), None)
    return ("raw", length) if form is None else (form, None)
