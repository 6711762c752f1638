# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What travels: a request taken apart, the form it carries, and what a handler answers or refuses with."""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qs

if t.TYPE_CHECKING:
    from tests.sim.maas.model import Machine, User
    from tests.sim.maas.world import World

PREFIX = "/MAAS/api/2.0/"
JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
# Some texts of the region come from another layer of it, which names no character set.
BARE_TEXT = "text/plain"
HTML = "text/html; charset=utf-8"


class Answer(t.NamedTuple):
    """What goes back; ``content_type`` empty means that none is sent."""

    status: int
    body: str | bytes = ""
    content_type: str = TEXT
    headers: t.Mapping[str, str] = {}


class Refusal(Exception):
    """An answer that ends the request early."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status, answer.body)
        self.answer = answer


def refuse(status: int, text: str = "", content_type: str = TEXT, **headers: str) -> Refusal:
    return Refusal(
        Answer(status, text, content_type, {name.replace("_", "-"): value for name, value in headers.items()})
    )


def missing(kind: str) -> Refusal:
    return refuse(404, f"No {kind} matches the given query.", BARE_TEXT)


def invalid(errors: t.Mapping[str, str | list[str]]) -> Refusal:
    """The 400 of a form: each field with its messages, ``__all__`` for the form as a whole."""
    lists = {name: [found] if isinstance(found, str) else found for name, found in errors.items()}
    return Refusal(Answer(400, json.dumps(lists, indent=1), JSON))


def state_violation(text: str) -> Refusal:
    return refuse(409, text)


def forbidden() -> Refusal:
    return refuse(403)


class Form:
    """Names with one or more values each, as a query or a body gives them."""

    def __init__(self, values: t.Mapping[str, list[str]] | None = None) -> None:
        self.values = {name: list(found) for name, found in (values or {}).items() if name != "op"}

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def get(self, name: str, default: str = "") -> str:
        return self.values[name][-1] if self.values.get(name) else default

    def all(self, name: str) -> list[str]:
        return self.values.get(name, [])

    def split(self, name: str) -> list[str]:
        """Repeated keys and comma lists alike."""
        return [part.strip() for value in self.all(name) for part in value.split(",") if part.strip()]

    def true(self, name: str) -> bool:
        return self.get(name).lower() in ("true", "1", "on", "yes")

    def number(self, name: str, default: int | None = None) -> int | None:
        if not self.get(name):
            return default
        try:
            return int(self.get(name))
        except ValueError:
            raise invalid({name: "Enter a whole number."}) from None


@dataclasses.dataclass
class Call:
    """One request after authentication.

    ``data`` is what handlers on ``request.data`` see (a JSON body, too), ``post`` what those on ``request.POST`` see
    (nothing of a JSON body).
    """

    world: World
    user: User
    method: str
    op: str | None
    query: Form
    data: Form
    post: Form
    is_json: bool = False
    target: str = ""

    def machine(self, system_id: str, right: str = "view") -> Machine:
        """The machine, if the user has the right (view, edit or admin) and no lock forbids it."""
        found = self.world.machines.get(system_id)
        if found is None:
            raise missing("Machine")
        allowed = {
            "view": self.user.is_superuser or found.owner in (None, self.user.username),
            "edit": self.user.is_superuser or found.owner in (None, self.user.username),
            "admin": self.user.is_superuser,
        }
        if not allowed[right] or (right != "view" and found.locked and self.op not in ("lock", "unlock")):
            raise forbidden()
        return found

    def visible_machines(self) -> list[Machine]:
        every = list(self.world.machines.values())
        return every if self.user.is_superuser else [m for m in every if m.owner in (None, self.user.username)]


class Body(t.NamedTuple):
    data: Form
    post: Form
    is_json: bool = False


def read_body(content_type: str, body: bytes, *, strict_multipart: bool) -> Body:
    """Read a body as the region does; ``strict_multipart`` is Twisted 24, which refuses one without parts."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        try:
            found = json.loads(body or b"{}")
        except ValueError:
            raise refuse(400, "Bad Request", BARE_TEXT) from None
        lists = {k: [str(i) for i in v] if isinstance(v, list) else [_text(v)] for k, v in found.items()}
        return Body(Form(lists), Form(), is_json=True)
    if kind == "multipart/form-data":
        form = _multipart(content_type, body, strict=strict_multipart)
    elif kind == "application/x-www-form-urlencoded":
        form = Form(parse_qs(body.decode(), keep_blank_values=True))
    else:
        form = Form()
    return Body(form, form)


def _text(value: t.Any) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)


def _multipart(content_type: str, body: bytes, *, strict: bool) -> Form:
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    parts = list(message.iter_parts()) if message.is_multipart() else []
    if not parts and strict:
        raise Refusal(Answer(400, "", ""))
    values: dict[str, list[str]] = {}
    for part in parts:
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            values.setdefault(name, []).append(str(part.get_content()).rstrip("\r\n"))
    return Form(values)


Handler = t.Callable[..., t.Any]


class Route(t.NamedTuple):
    """``stale`` tells whose cached JSON a successful write makes old: that of the machine of the path, or of all."""

    handler: Handler
    admin: bool
    anonymous: bool
    stale: str


class Routes:
    """Paths, and for each the operations that it has."""

    def __init__(self) -> None:
        self._paths: dict[str, tuple[re.Pattern[str], dict[tuple[str, str | None], Route]]] = {}

    def on(
        self, signature: str, *, admin: bool = False, anonymous: bool = False, stale: str = ""
    ) -> t.Callable[[Handler], Handler]:
        """Register a handler: ``"POST machines/{system_id}/ commission"``, the operation being optional."""
        method, path, op = (*signature.split(" "), "")[:3]
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + r"\Z")

        def keep(handler: Handler) -> Handler:
            scope = stale or ("machine" if "{system_id}" in path else "all")
            _found, operations = self._paths.setdefault(path, (pattern, {}))
            operations[method, op or None] = Route(handler, admin, anonymous, scope)
            return handler

        return keep

    def find(self, path: str) -> tuple[dict[tuple[str, str | None], Route], dict[str, str]]:
        for pattern, operations in self._paths.values():
            match = pattern.match(path)
            if match:
                return operations, match.groupdict()
        raise refuse(404, f"Unknown API endpoint: {PREFIX}{path}.")

    @property
    def signatures(self) -> list[str]:
        """Every operation that is there, as ``on`` takes them."""
        found = [(m, path, op or "") for path, (_p, ops) in self._paths.items() for m, op in ops]
        return sorted(" ".join(parts).strip() for parts in found)


ROUTES = Routes()
