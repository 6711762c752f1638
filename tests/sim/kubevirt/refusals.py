# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that are not the wanted one: metav1.Status bodies in the words of the genuine API server."""

from __future__ import annotations

import json
import typing as t

from tests.sim.kubevirt.kinds import Kind, Object


class Refusal(Exception):
    """A request that the server turns down; ``body`` is what the client reads."""

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        details: Object | None = None,
        *,
        retry_after: int | None = None,
        plain: bool = False,
    ) -> None:
        super().__init__(message)
        self.code, self.reason, self.message, self.plain = code, reason, message, plain
        self.details, self.retry_after = details, retry_after
        # what a webhook says beside its refusal
        self.warnings: t.Sequence[str] = ()

    @property
    def body(self) -> Object:
        status: Object = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
        status["message"] = self.message
        if self.reason:
            status["reason"] = self.reason
        if self.details:
            status["details"] = self.details
        return {**status, "code": self.code}


class Cause(t.NamedTuple):
    """One field that a validation did not like."""

    reason: str
    message: str
    field: str

    def as_json(self) -> Object:
        return {key: value for key, value in self._asdict().items() if value}


def invalid(message: str, field: str) -> Cause:
    return Cause("FieldValueInvalid", message, field)


def required(message: str, field: str) -> Cause:
    return Cause("FieldValueRequired", message, field)


def _details(kind: Kind, name: str) -> Object:
    full = {"name": name, "group": kind.group, "kind": kind.plural}
    return {key: value for key, value in full.items() if value}


def not_found(kind: Kind, name: str) -> Refusal:
    return Refusal(404, "NotFound", f'{kind.resource} "{name}" not found', _details(kind, name))


def already_exists(kind: Kind, name: str) -> Refusal:
    return Refusal(409, "AlreadyExists", f'{kind.resource} "{name}" already exists', _details(kind, name))


def conflict(kind: Kind, name: str, why: str = "") -> Refusal:
    why = why or "the object has been modified; please apply your changes to the latest version and try again"
    text = f'Operation cannot be fulfilled on {kind.resource} "{name}": {why}'
    return Refusal(409, "Conflict", text, _details(kind, name))


def bad_request(message: str) -> Refusal:
    return Refusal(400, "BadRequest", message)


def unauthorized() -> Refusal:
    return Refusal(401, "Unauthorized", "Unauthorized")


def forbidden(message: str, resource: str, group: str, name: str) -> Refusal:
    kind = Kind(group, "", "", resource)
    who = f'{kind.resource} "{name}"' if name else kind.resource
    return Refusal(403, "Forbidden", f"{who} is forbidden: {message}", _details(kind, name))


def unsupported(media: t.Sequence[str]) -> Refusal:
    text = "the body of the request was in an unknown format - accepted media types include: " + ", ".join(media)
    return Refusal(415, "UnsupportedMediaType", text)


def expired(message: str) -> Refusal:
    return Refusal(410, "Expired", message)


def page_not_found() -> Refusal:
    return Refusal(404, "", "404 page not found\n", plain=True)


def unprocessable(kind: Kind, name: str, causes: t.Sequence[Cause]) -> Refusal:
    """The API server's own judgement, from the schema of the kind."""
    texts = [f"{cause.field}: {cause.message}" for cause in causes]
    listed = texts[0] if len(texts) == 1 else "[" + ", ".join(texts) + "]"
    full = {"name": name, "group": kind.group, "kind": kind.kind}
    details: Object = {key: value for key, value in full.items() if value}
    details["causes"] = [cause.as_json() for cause in causes]
    who = f"{kind.kind}.{kind.group}" if kind.group else kind.kind
    return Refusal(422, "Invalid", f'{who} "{name}" is invalid: {listed}', details)


def denied(webhook: str, causes: t.Sequence[Cause]) -> Refusal:
    """A webhook's judgement with causes: they make it 422."""
    text = ", ".join(cause.message for cause in causes)
    message = f'admission webhook "{webhook}" denied the request: {text}'
    return Refusal(422, "Invalid", message, {"causes": [cause.as_json() for cause in causes]})


def denied_plainly(webhook: str, text: str, code: int = 400) -> Refusal:
    """A webhook that could not even read the object: it gives no reason and no causes."""
    return Refusal(code, "", f'admission webhook "{webhook}" denied the request: {text}')


def patched_object_refused(item: Object, why: str) -> Refusal:
    """What the genuine server says of a patch it cannot decode strictly: it quotes the object."""
    quoted = json.dumps(json.dumps(item, sort_keys=True, separators=(",", ":")))
    cause = invalid(f"Invalid value: {quoted}: {why}", "patch")
    return Refusal(422, "Invalid", f' "" is invalid: patch: {cause.message}', {"causes": [cause.as_json()]})
