# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an API server says about a failure, and what of it may be repeated. Private to vmo.core.

Some messages quote what was sent. Nothing that can come from a Secret or from cloud-init passes through here.
"""

from __future__ import annotations

import json
import re
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.vmo.core.plugins.module_utils._kube.transport import Response
    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind

_SHOWN = 200  # characters of an answer that is not JSON
_DENIED = re.compile(r'admission webhook "(?P<name>[^"]+)" denied the request:?\s*')
_PREFIX = re.compile(
    r'[\w.-]+ "[^"]*" is (?:forbidden|invalid): |Operation cannot be fulfilled on [\w.-]+ "[^"]*": |'
    r"Internal error occurred: "
)
_SCHEMA = re.compile(r"(?P<field>\S+) in body (?P<message>.+)", re.DOTALL)
# Decoders quote the document around an error, or the whole of it.
_QUOTED_DOCUMENT = re.compile(r", error found in #.*|(?<=is missing in ).*", re.DOTALL)
_SECRET_FIELD = re.compile(
    r"(?:userData|networkData|stringData|\bdata|[pP]assword|[tT]oken)(?:Base64)?\b(?P<within>.*)"
)


class Status(t.NamedTuple):
    """The ``Status`` object of an answer, or as much of one as there is.

    ``reason`` is the server's CamelCase word, ``cause`` what was found out beside.
    """

    code: int
    reason: str
    message: str
    details: Mapping[str, t.Any]
    cause: str = ""

    @property
    def webhook(self) -> str | None:
        """Return the name of the admission webhook that refused."""
        found = _DENIED.search(self.message)
        return found["name"] if found else None


def read(response: Response) -> Status:
    """Return what the answer says; a body that is no ``Status`` becomes a short message."""
    try:
        data = json.loads(response.body)
    except ValueError:
        data = None
    if not isinstance(data, dict) or data.get("kind") != "Status":
        return Status(response.status, "", short_text(response.body), {})
    details = data.get("details")
    return Status(
        response.status,
        str(data.get("reason") or ""),
        str(data.get("message") or ""),
        details if isinstance(details, dict) else {},
        response.cause,
    )


def shown(status: Status, kind: Kind) -> str:
    """Return what of the server's message may and should be shown."""
    if kind.name == "Secret":
        return f"the server's reason is {status.reason or status.code}, its message may hold the secret"
    text = _DENIED.sub("", _QUOTED_DOCUMENT.sub("", status.message))
    before = None
    while before != text:
        before, text = text, re.sub(rf"^(?:{_PREFIX.pattern})", "", text)
    return text.strip().rstrip(".")


def fields(status: Status, kind: Kind) -> list[dict[str, str]]:
    """Return ``{field, message}`` of each cause, each once; the field is empty where the server names none."""
    causes = [cause for cause in status.details.get("causes") or [] if isinstance(cause, dict)]
    found = [_field(cause, kind) for cause in causes if cause.get("field") or cause.get("message")]
    return [item for number, item in enumerate(found) if item not in found[:number]]


def _field(cause: Mapping[str, t.Any], kind: Kind) -> dict[str, str]:
    field = str(cause.get("field") or "")
    message = _DENIED.sub("", str(cause.get("message") or "")).strip().rstrip(".")
    schema = _SCHEMA.fullmatch(message)
    if schema and field in ("", schema["field"]):
        field, message = schema["field"], schema["message"]
    elif field and message.lower().startswith(field.lower()):
        message = message[len(field) :].lstrip(": ")
    if kind.name == "Secret" or _SECRET_FIELD.search(field):
        message = str(cause.get("reason") or "not valid")
    return {"field": without_secret(field), "message": message}


def without_secret(field: str) -> str:
    """Return the path of a field without what lies within a secret: its keys are the user's data, too."""
    found = _SECRET_FIELD.search(field)
    return field[: found.start("within")] if found else field


def short_text(body: bytes) -> str:
    """Return the beginning of an answer that is not JSON, in one line."""
    return " ".join(body[: 4 * _SHOWN].decode("utf-8", "replace").split())[:_SHOWN]
