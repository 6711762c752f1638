# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an upload proxy means when it does not take a file. Private to vmo.core."""

from __future__ import annotations

import re
from http import HTTPStatus

from ansible_collections.vmo.core.plugins.module_utils._errors import (
    Refused,
    Unauthorized,
    Unavailable,
    UnexpectedAnswer,
    VmoError,
)

_MOST_TEXT = 500
# The proxy does not say it where it was only asked whether it would take a file.
_UNSAID: dict[int, str] = {
    HTTPStatus.BAD_GATEWAY: ": it does not reach the pod of CDI that takes the file",
    HTTPStatus.SERVICE_UNAVAILABLE: ": the pod of CDI that takes the file is not up, or busy",
}
_TOO_SMALL = re.compile(r"larger than the reported available storage|larger than available size", re.IGNORECASE)


def error_of(status: int, text: str, url: str) -> VmoError:
    """Return the error for an answer that is no success; ``text`` is its body, ``url`` that of the proxy."""
    subject = f"The upload proxy {url}"
    said = _said(text)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return Unauthorized(
            f"{subject} does not accept the token that the cluster gave for it just now{said}: it is the proxy of "
            f"another cluster, or its clock is more than five minutes ahead.",
            status=status,
        )
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return Refused(
            f"{subject} takes no file of this size (413{said}): raise the limit of what stands before it, of an nginx "
            f"ingress with the annotation nginx.ingress.kubernetes.io/proxy-body-size.",
            code="upload_refused",
            status=status,
        )
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST or status in (
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
    ):
        return UnexpectedAnswer(
            f"{subject} takes no uploads ({status}{said}): something else answers there; give the address of the proxy "
            f"as proxy_url of upload.",
            status=status,
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.INTERNAL_SERVER_ERROR:
        said = said or _UNSAID.get(status, "")
        return Unavailable(f"{subject} was not ready for the file in time ({status}{said}).", status=status)
    hint = " Give a larger size." if _TOO_SMALL.search(text) else ""
    return Refused(
        f"{subject} refused the file ({status}{said or ', without a reason'}).{hint}",
        code="upload_refused",
        status=status,
    )


def _said(text: str) -> str:
    """Return a body as one line behind a colon; a page of HTML says nothing."""
    line = " ".join(text.split())
    if not line or line.startswith("<"):
        return ""
    return f": {line[:_MOST_TEXT].rstrip('.')}"
