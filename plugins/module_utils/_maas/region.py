# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ``Maas`` port on MAAS's REST API 2.0: paths, operations and forms, no policy. Private to vmo.core."""

from __future__ import annotations

import json
import time
import typing as t
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from ansible_collections.vmo.core.plugins.module_utils._errors import (
    ConnectionFailed,
    Forbidden,
    NotFound,
    Refused,
    Unavailable,
    VmoError,
)
from ansible_collections.vmo.core.plugins.module_utils._http.unreachable import HOPELESS, NEVER_SENT
from ansible_collections.vmo.core.plugins.module_utils._maas.failures import SECRET_FIELD, error_of, garbage
from ansible_collections.vmo.core.plugins.module_utils._maas.nouns import NOUNS, Attempt, path
from ansible_collections.vmo.core.plugins.module_utils._maas.transport import Request

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.vmo.core.plugins.module_utils._maas.transport import Pairs, Response, Transport
    from ansible_collections.vmo.core.plugins.module_utils._ports import Form, JsonObject


class MaasRegion:
    """Nouns and verbs of one region. ``secrets`` are texts that no message may repeat.

    ``dry_run`` tells that the transport refuses writes.
    """

    def __init__(
        self,
        transport: Transport,
        address: str,
        secrets: tuple[str, ...] = (),
        now: Callable[[], float] = time.time,
        *,
        dry_run: bool = False,
    ) -> None:
        self._transport = transport
        self._dry_run = dry_run
        self._address = address
        self._secrets = secrets
        self._now = now
        self._ahead: float | None = None
        self._quickest = float("inf")

    @property
    def address(self) -> str:
        """Return the URL of the API, without credentials."""
        return self._address

    @property
    def dry_run(self) -> bool:
        """Tell whether writes are refused: MAAS cannot judge one without carrying it out."""
        return self._dry_run

    @property
    def seconds_ahead(self) -> float | None:
        """Return how far the clock of MAAS is ahead of this one, ``None`` before the first answer."""
        return self._ahead

    def list_all(self, noun: str, filters: Form | None = None, *, of: str = "") -> list[JsonObject]:
        """Return all things of a kind that the filters choose; MAAS chooses."""
        attempt = Attempt("list", noun, of=of)
        answer = self._ask(attempt, Request("GET", path(noun, of=of), query=pairs(filters)))
        return t.cast("list[JsonObject]", self._checked(answer, list, attempt))

    def get(self, noun: str, name: str, *, of: str = "") -> JsonObject | None:
        """Return one thing, or ``None``."""
        attempt = Attempt("read", noun, name, of)
        try:
            answer = self._ask(attempt, Request("GET", path(noun, name, of)))
        except NotFound:
            return None
        return t.cast("JsonObject", self._checked(answer, dict, attempt))

    def ask(self, noun: str, question: str = "", options: Form | None = None, *, name: str = "", of: str = "") -> t.Any:
        """Return the answer to an operation that changes nothing; without a question, what is at that place."""
        attempt = Attempt(question or "read", noun, name, of)
        return self._ask(attempt, Request("GET", path(noun, name, of), query=_op(question) + pairs(options)))

    def create(self, noun: str, fields: Form, *, of: str = "") -> JsonObject:
        """Create a thing and return it as served. Raises ``AlreadyExists``."""
        attempt = Attempt("create", noun, str(fields.get(NOUNS[noun].named) or ""), of)
        answer = self._change(attempt, Request("POST", path(noun, of=of), form=pairs(fields)))
        return t.cast("JsonObject", self._checked(answer, dict, attempt))

    def update(self, noun: str, name: str, fields: Form, *, of: str = "") -> JsonObject:
        """Change the fields that are given, no others, and return the thing as served."""
        attempt = Attempt("change", noun, name, of)
        answer = self._change(attempt, Request("PUT", path(noun, name, of), form=pairs(fields)))
        return t.cast("JsonObject", self._checked(answer, dict, attempt))

    def delete(self, noun: str, name: str, *, of: str = "") -> None:
        """Delete a thing. Raises ``NotFound``."""
        self._change(Attempt("delete", noun, name, of), Request("DELETE", path(noun, name, of)))

    def invoke(self, noun: str, action: str, options: Form | None = None, *, name: str = "", of: str = "") -> t.Any:
        """Carry out an operation and return its answer, mostly the thing as it is now. Raises ``Refused``."""
        attempt = Attempt(action, noun, name, of, is_action=True)
        request = Request("POST", path(noun, name, of), query=_op(action), form=pairs(options))
        return self._change(attempt, request)

    def _change(self, attempt: Attempt, request: Request) -> t.Any:
        try:
            return self._ask(attempt, request)
        except Forbidden:
            self._explain_lock(attempt)
            raise
        except (ConnectionFailed, Unavailable) as failure:
            failure.is_perhaps_done = _is_in_doubt(failure)
            raise

    def _explain_lock(self, attempt: Attempt) -> None:
        """Raise ``Refused`` where a lock is the reason: MAAS answers that with the 403 of a missing right."""
        if not attempt.machine:
            return
        try:
            machine = self.get("machines", attempt.machine)
        except VmoError:
            return
        if machine and machine.get("locked"):
            whose = f" (owner: {machine['owner']})" if machine.get("owner") else ""
            raise Refused(
                f"{attempt.sentence}: the machine is locked{whose}; unlock it first", reason="locked", locked=True
            ) from None

    def _ask(self, attempt: Attempt, request: Request) -> t.Any:
        # What a form holds of secrets must not come back in a message that quotes it.
        hidden = tuple(value for field, value in request.form if value and SECRET_FIELD.search(field))
        attempt = attempt._replace(secrets=self._secrets + hidden)
        began = self._now()
        response = self._transport.send(request)
        self._compare_clocks(response, began)
        if not HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES:
            raise error_of(response, attempt)
        if not response.body.strip() and response.status == HTTPStatus.NO_CONTENT:
            return None
        try:
            return json.loads(response.body)
        except ValueError:
            if request.method == "GET":
                raise garbage(response.status, attempt) from None
            return None  # it is done; some operations say so in a word

    def _checked(self, answer: t.Any, kind: type, attempt: Attempt) -> t.Any:
        if not isinstance(answer, kind):
            raise garbage(HTTPStatus.OK, attempt)
        return answer

    def _compare_clocks(self, response: Response, began: float) -> None:
        """Trust the quickest answer most: the time on it may be that of its beginning or of its end."""
        took = self._now() - began
        if took > self._quickest:
            return
        try:
            told = parsedate_to_datetime(response.headers.get("date", "")).timestamp()
        except (TypeError, ValueError, IndexError):
            return
        self._quickest = took
        self._ahead = told - (began + took / 2)


def _is_in_doubt(failure: VmoError) -> bool:
    """Tell whether MAAS may have done what was asked, and only its answer did not come through."""
    if isinstance(failure, ConnectionFailed):
        return failure.details.get("cause") not in NEVER_SENT | HOPELESS
    return failure.details.get("status") in (HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT)


def _op(name: str) -> Pairs:
    return (("op", name),) if name else ()


def pairs(form: Form | None) -> Pairs:
    """Return names and values as MAAS reads them: a list repeats its name, ``None`` is not said at all."""
    found: list[tuple[str, str]] = []
    for name, value in (form or {}).items():
        values = value if isinstance(value, (list, tuple)) else [value]
        found += [(name, _word(each)) for each in values if each is not None]
    return tuple(found)


def _word(value: t.Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
