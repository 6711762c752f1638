# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Doors to servers that stay open for the next task of the same worker. Private to vmo.core."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
import os
import time
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable


# A certificate of an exec plugin may expire without a word; opening a door costs milliseconds.
GOOD_FOR_SECONDS = 60.0


class Door(t.Protocol):
    """Something with connections; ``files`` are the paths of what it was made from."""

    files: tuple[str, ...]

    def close(self) -> None:
        """End the connections that are idle."""


Opened = t.TypeVar("Opened", bound=Door)


@dataclasses.dataclass(frozen=True)
class _Entry(t.Generic[Opened]):
    door: Opened
    content: bytes
    ends: float


class Kept(t.Generic[Opened]):
    """Open doors of this process, each under a fingerprint of the options that opened it.

    No secret is kept here in a form that can be read. What a process inherits from the one that forked it is never
    used: two of them on one TLS connection would break it.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._key = os.urandom(32)
        self._entries: dict[bytes, _Entry[Opened]] = {}
        self._owner = os.getpid()

    def get(self, options: t.Any, make: Callable[[], Opened]) -> Opened:
        """Return the door that these options, dataclasses among them, open; ``make`` opens it where none serves."""
        if self._owner != os.getpid():
            self._entries, self._owner = {}, os.getpid()
        told = json.dumps(options, sort_keys=True, default=_told).encode()
        fingerprint = hmac.new(self._key, told, hashlib.sha256).digest()
        entry = self._entries.get(fingerprint)
        if entry is not None:
            if self._now() < entry.ends and entry.content == self._content(entry.door.files):
                return entry.door
            del self._entries[fingerprint]
            entry.door.close()
        door = make()
        self._entries[fingerprint] = _Entry(door, self._content(door.files), self._now() + GOOD_FOR_SECONDS)
        return door

    def _content(self, files: Iterable[str]) -> bytes:
        """Return a fingerprint of files: a login may write another token into a kubeconfig at any time."""
        digest = hmac.new(self._key, digestmod=hashlib.sha256)
        for path in files:
            digest.update(hmac.new(self._key, _read(path), hashlib.sha256).digest())
        return digest.digest()


def _told(value: t.Any) -> t.Any:
    return dataclasses.asdict(value) if dataclasses.is_dataclass(value) else str(value)  # type: ignore[arg-type]


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return b"\1" + file.read()
    except OSError:
        return b"\0"
