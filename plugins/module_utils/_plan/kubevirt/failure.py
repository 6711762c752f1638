# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures of modules for generic objects, in a sentence, and whether they pass. Private to vmo.core.

Such modules repeat an answer of the API server as it came over the line.
"""

from __future__ import annotations

import ast
import json
import re
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig

_UNAUTHORIZED, _CONFLICT = 401, 409
_PASSING = frozenset({429, 500, 502, 503, 504})
_ATTEMPT = re.compile(r"Failed to \w+(?: \w+)*: (?P<said>.*)", re.DOTALL)
_RIGHT = re.compile(
    r'User "(?P<user>[^"]*)" cannot (?P<verb>\S+) resource "(?P<resource>[^"]+)" in API group "(?P<group>[^"]*)"'
    r'(?: in the namespace "(?P<namespace>[^"]+)")?'
)
_UNCALLED = re.compile(
    r'failed calling webhook "(?P<name>[^"]+)":\s*(?:failed to call webhook:\s*)?(?P<why>.*)', re.DOTALL
)
_DENIED = re.compile(r'admission webhook "(?P<name>[^"]+)" denied the request:?\s*(?P<why>.*)', re.DOTALL)
_KIND = re.compile(r"Failed to find exact match for (?P<version>\S+?)\.(?P<kind>\w+) by \[")
_LINE = re.compile(r"HTTPS?Connection(?:Pool)?\(host='(?P<host>[^']+)', port=(?P<port>\d+)\)")
_CAUSE = re.compile(r"\[Errno (?P<number>-?\d+)\] (?P<why>\w[\w ]*)")
_UNTRUSTED = re.compile(r"certificate verify failed: (?P<why>[^('\"]+)")
_NO_SUCH_NAME = "-2"
_PREFIX = re.compile(r"^(?:Internal error occurred: |Operation cannot be fulfilled on )")


class Failure(t.NamedTuple):
    """Why something failed; ``is_passing``: the same may go well a little later."""

    sentence: str
    is_passing: bool


def explained(message: str) -> Failure:
    """Return what a failure is about; the server's own words where nothing better is known."""
    attempt = _ATTEMPT.match(message)
    said = _decoded(attempt["said"] if attempt else message).strip()
    try:
        status = json.loads(said)
    except ValueError:
        status = None
    if not isinstance(status, dict) or status.get("kind") != "Status":
        return _without_status(said)
    return _of_status(str(status.get("message") or status.get("reason") or said), int(status.get("code") or 0), status)


def _decoded(said: str) -> str:
    """Return the text that a literal of bytes stands for."""
    if not re.match(r"b['\"]", said):
        return said
    try:
        value = ast.literal_eval(said.strip())
    except (ValueError, SyntaxError):
        return said
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else said


def _without_status(said: str) -> Failure:
    kind = _KIND.search(said)
    if kind:
        return Failure(f"The cluster does not know the kind {kind['kind']} of {kind['version']} yet.", True)
    untrusted = _UNTRUSTED.search(said)
    if untrusted:
        return Failure(f"The certificate of the API server is not trusted: {untrusted['why'].strip()}.", False)
    line, cause = _LINE.search(said), _CAUSE.search(said)
    if line:
        why = cause["why"].strip() if cause else "it does not answer"
        is_passing = cause is None or cause["number"] != _NO_SUCH_NAME
        return Failure(f"The API server at {line['host']}:{line['port']} cannot be reached: {why}.", is_passing)
    return Failure(_sentence(said), False)


def _of_status(message: str, code: int, status: t.Mapping[str, t.Any]) -> Failure:
    right = _RIGHT.search(message)
    if right:
        group = f" of {right['group']}" if right["group"] else ""
        where = f"in the namespace {right['namespace']}" if right["namespace"] else "in the whole cluster"
        lacking = f"{right['verb']} {right['resource']}{group} {where}"
        return Failure(f"The user {right['user']} lacks the right to {lacking}.", False)
    uncalled = _UNCALLED.search(message)
    if uncalled:
        return Failure(_sentence(f"The webhook {uncalled['name']} cannot be called: {uncalled['why']}"), True)
    denied = _DENIED.search(message)
    if denied:
        return Failure(_sentence(f"The webhook {denied['name']} refuses it: {denied['why']}"), False)
    if "being terminated" in message:
        name = dig(status, "details.name") or ""
        return Failure(_sentence(f"{name}: {message}" if name and name not in message else message), True)
    if code == _UNAUTHORIZED:
        return Failure("The API server does not accept the credentials.", False)
    is_passing = code in _PASSING or (code == _CONFLICT and "has been modified" in message)
    return Failure(_sentence(_PREFIX.sub("", message)), is_passing)


def _sentence(text: str) -> str:
    text = " ".join(text.split()) or "No reason was given"
    return text if text.endswith((".", "!", "?")) else f"{text}."
