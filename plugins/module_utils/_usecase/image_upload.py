# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fill a golden image with a file. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import Forbidden, InvalidOption, UnexpectedAnswer
from ansible_collections.vmo.core.plugins.module_utils._model.golden_image import is_filled
from ansible_collections.vmo.core.plugins.module_utils._model.image_file import UploadProxy
from ansible_collections.vmo.core.plugins.module_utils._model.kind import (
    CDI_CONFIG,
    DATA_VOLUME,
    UPLOAD_TOKEN_REQUEST,
)
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.image.upload import needs_file, with_file
from ansible_collections.vmo.core.plugins.module_utils._usecase.image_wait import Waiting, until_upload_ready

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.image_file import ImageFile
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock, Cluster, ImageUpload, JsonObject

_CONFIG = "config"
_MEBIBYTE = 2**20


class Parcel(t.NamedTuple):
    """A file, and where it is to be sent."""

    file: ImageFile
    proxy: UploadProxy


def packed(waiting: Waiting, upload: ImageUpload, volume: JsonObject | None) -> tuple[Waiting, Parcel | None]:
    """Return the task with what its file says, before anything is made; an image that is done needs no file."""
    wanted = waiting.wanted
    if not needs_file(wanted, volume):
        return waiting, None
    options = wanted.options["upload"]
    proxy = _proxy(waiting.cluster, options)
    telling = _Telling(waiting, f"reading {options['src']}")
    file = upload.inspect(options["src"], telling)
    return waiting._replace(wanted=with_file(wanted, file)), Parcel(file, proxy)


def send(waiting: Waiting, upload: ImageUpload, parcel: Parcel, found: JsonObject | None) -> JsonObject | None:
    """Fill the image as soon as it waits for its file; return it as it was seen last."""
    filling = _Filling(waiting, found)
    telling = _Telling(waiting, f"sending {parcel.file.path} to {parcel.proxy.url}")
    upload.send(parcel.file, parcel.proxy, filling.ticket, telling, seconds=waiting.deadline.left)
    return filling.found


def _proxy(cluster: Cluster, options: t.Mapping[str, t.Any]) -> UploadProxy:
    """Return where files are sent: what the task says, else what CDI says of itself."""
    url, ca_cert, validate_certs = (options.get(word) for word in ("proxy_url", "ca_cert", "validate_certs"))
    authority = None
    if not url or not ca_cert:
        config: JsonObject = {}
        try:
            config = cluster.get(CDI_CONFIG, None, _CONFIG) or {}
        except Forbidden:
            if not url:
                raise
        url = url or dig(config, "status.uploadProxyURL")
        authority = None if ca_cert else dig(config, "status.uploadProxyCA")
    if not url:
        raise InvalidOption(
            "upload: CDI tells no address of its upload proxy (CDIConfig config has no status.uploadProxyURL): give "
            "proxy_url, or set cdi.upload_proxy_url with vmo_kubevirt_config.",
            option="upload",
        )
    address = str(url if "://" in url else f"https://{url}").rstrip("/")
    return UploadProxy(address, ca_cert, authority, validate_certs is not False)


class _Filling:
    """An image under way, which gives a ticket for every attempt to fill it."""

    def __init__(self, waiting: Waiting, found: JsonObject | None) -> None:
        self._waiting = waiting
        self.found = found
        self._is_current = True

    def ticket(self) -> str | None:
        """Return a token for one attempt as soon as the image waits for its file, ``None`` if it has it already."""
        wanted = self._waiting.wanted
        if not self._is_current:
            # an attempt was made meanwhile, and something became of it
            self.found = self._waiting.cluster.get(DATA_VOLUME, wanted.namespace, wanted.name)
        self._is_current = False
        self.found = until_upload_ready(self._waiting, self.found)
        if is_filled(self.found):
            return None
        claim = str(dig(self.found or {}, "status.claimName") or wanted.name)
        answer = self._waiting.cluster.create(
            UPLOAD_TOKEN_REQUEST,
            {"metadata": {"namespace": wanted.namespace, "name": wanted.name}, "spec": {"pvcName": claim}},
        )
        token = dig(answer, "status.token")
        if not isinstance(token, str) or not token:
            raise UnexpectedAnswer(f"CDI gave no token for the upload of the {wanted.subject}.")
        return token


class _Telling:
    """Bytes in words for whoever waits."""

    def __init__(self, waiting: Waiting, what: str) -> None:
        self._clock: Clock = waiting.deadline.clock
        self._report = waiting.progress.report
        self._what = f"{waiting.target(DATA_VOLUME).subject}: {what}"
        self._began, self._before = self._clock.now(), 0

    def __call__(self, done: int, whole: int) -> None:
        """Tell that ``done`` of ``whole`` bytes are; fewer than before are those of another attempt."""
        now = self._clock.now()
        if done < self._before:
            self._began = now
        self._before = done
        speed = done / _MEBIBYTE / max(now - self._began, 0.001)
        percent = 100 if whole == 0 else 100 * done // whole
        self._report(f"{self._what}: {percent}% of {whole / _MEBIBYTE:.0f} MiB, {speed:.0f} MiB/s")
