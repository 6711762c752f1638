# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every failure this collection raises on purpose. Private to vmo.core.

``code`` is stable: playbooks may test it. The sentence may change, the code may not.
"""

from __future__ import annotations

import typing as t


class VmoError(Exception):
    """Base of all failures that a user can act on.

    ``message`` is one sentence that names the object and the cause. ``details`` are JSON values for ``error`` in the
    result; they hold no secret. ``code``: that of the cause, where it is known better than by the class.
    """

    code = "error"

    def __init__(self, message: str, *, code: str | None = None, **details: t.Any) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code
        self.message = message
        self.details = details
        # what was done before it failed, in the form of a result
        self.report: dict[str, t.Any] = {}
        # the answer to the request was lost: it may have been carried out, and this may be about its own first attempt
        self.is_perhaps_done = False

    def as_failure(self) -> dict[str, t.Any]:
        """Return the keyword arguments of ``fail_json``."""
        details = dict(self.details)
        diagnosis = details.pop("diagnosis", None)
        failure = {**self.report, "msg": self.message, "error": {"code": self.code, **details}}
        return failure if diagnosis is None else {**failure, "diagnosis": diagnosis}


class InvalidOption(VmoError):
    """The task asks for something that cannot be; nothing was changed."""

    code = "invalid_option"


class ConnectionFailed(VmoError):
    """No usable answer came from the server: name, network, TLS, proxy or time."""

    code = "connection_failed"


class ConfigurationFailed(VmoError):
    """The credentials or the kubeconfig cannot be used; no request was sent."""

    code = "configuration_failed"


class MissingLibrary(VmoError):
    """A Python library that the task needs is not there."""

    code = "missing_library"


class Unauthorized(VmoError):
    """The server does not know who asks (401)."""

    code = "unauthorized"


class Forbidden(VmoError):
    """The user may not do this (403); ``details['rule']`` is the RBAC rule that is missing, where it is known."""

    code = "forbidden"


class QuotaExceeded(Forbidden):
    """A ResourceQuota or LimitRange refused the request."""

    code = "quota_exceeded"


class NotFound(VmoError):
    """The object is not there."""

    code = "not_found"


class ApiMissing(VmoError):
    """The API group is not served: KubeVirt or CDI is not installed, or is an older one."""

    code = "api_missing"


class AlreadyExists(VmoError):
    """An object of that name was made by somebody else in the meantime."""

    code = "already_exists"


class Conflict(VmoError):
    """The object changed between read and write; read again and decide again."""

    code = "conflict"


class Refused(VmoError):
    """The object is in a state that does not allow the action (a 409 of a subresource)."""

    code = "refused"


class Invalid(VmoError):
    """The server rejected the object; ``details['fields']`` lists ``{field, message}``."""

    code = "invalid"


class UnknownField(Invalid):
    """The server's version does not know a field that was sent."""

    code = "unknown_field"


class Unavailable(VmoError):
    """The server, or a webhook that it needs, did not answer within the task's time (429, 5xx)."""

    code = "unavailable"


class UnexpectedAnswer(VmoError):
    """What answers is no Kubernetes API, or this collection asked wrongly (3xx, 405, 406, 415, no JSON)."""

    code = "unexpected_answer"


class WatchExpired(VmoError):
    """A watch cannot go on from this resourceVersion (410): list or read again."""

    code = "watch_expired"


class NotOwned(VmoError):
    """An object of the wanted name exists, but this collection did not make it."""

    code = "not_owned"


class WaitFailed(VmoError):
    """The awaited state will not come."""

    code = "wait_failed"


class WaitTimeout(VmoError):
    """The awaited state did not come in time; the message tells what was seen last."""

    code = "wait_timeout"


class WriteInCheckMode(VmoError):
    """A bug of this collection: a write was about to leave in check mode. It did not."""

    code = "bug_write_in_check_mode"
