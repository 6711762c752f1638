# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends the requests of a scenario, one after the other, and keeps of each answer what two servers must have alike."""

from __future__ import annotations

import copy
import json
import pathlib
import time
import typing as t
import uuid

import yaml

from tests.contract.normal import news, normal, select
from tests.contract.server import Answer, Server

Tree = dict[str, t.Any]
HERE = pathlib.Path(__file__).parent
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PATIENCE = 120.0


class Kept(t.NamedTuple):
    """One answer, comparable. ``request`` tells what was asked, ``answer`` is the status code and the media type."""

    request: str
    answer: str
    warnings: list[str]
    body: t.Any


def scenarios() -> dict[str, list[Tree]]:
    """Return the steps by the name of their scenario."""
    found: dict[str, list[Tree]] = {}
    for path in sorted((HERE / "scenarios").glob("*.yml")):
        for name, steps in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            assert name not in found, f"{name} is there twice"
            found[name] = steps
    return found


def replay(server: Server, steps: t.Sequence[Tree]) -> list[Kept]:
    """Play the steps in a namespace of their own, which goes at the end."""
    namespace = f"contract-{uuid.uuid4().hex[:8]}"
    head = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    assert server.ask("POST", "/api/v1/namespaces", head).code == 201
    try:
        return list(_Player(server, namespace).play(steps))
    finally:
        server.ask("DELETE", f"/api/v1/namespaces/{namespace}")


class _Player:
    """``words`` are what ``{...}`` in a step stands for: the namespace, and what ``keep`` took from an answer."""

    def __init__(self, server: Server, namespace: str) -> None:
        self._server = server
        self._words = {"namespace": namespace}
        self._shared = yaml.safe_load((HERE / "shared.yml").read_text(encoding="utf-8"))

    def play(self, steps: t.Sequence[Tree]) -> t.Iterator[Kept]:
        for step in steps:
            if "until" in step:
                self._wait(step)
                continue
            for change in step.get("each", [{}]):
                yield self._ask(step, change)

    def _ask(self, step: Tree, change: Tree) -> Kept:
        method = next(name for name in METHODS if name in step)
        path = self._path(step[method])
        body = self._body(step, change)
        headers = {key.replace("-", "_"): value for key, value in step.get("headers", {}).items()}
        answer = self._server.ask(method, path, body, user=self._user(step), **headers)
        found = _documents(answer)
        for word, where in step.get("keep", {}).items():
            self._words[word] = str(select(found, where))
        request = f"{method} {step[method]}" + (f" {json.dumps(change)}" if change else "")
        kept = normal(found, self._words["namespace"])
        if "show" in step:
            kept = select(select(kept, step.get("of", "")), step["show"])
        if "of" in step:
            kept = news(sorted(kept, key=str))
        if "passing" in step:
            kept = news([item for item in kept if not set(item.values()) <= set(step["passing"])])
        warnings = [normal(text, self._words["namespace"]) for text in answer.headers.get_all("Warning", [])]
        return Kept(request, f"{answer.code} {_media(answer)}".strip(), warnings, kept)

    def _user(self, step: Tree) -> str:
        """The administrator, or as ``visitor`` whoever the kubeconfig has that has no rights; or a token of nobody."""
        user: str = step.get("as", "admin")
        return "vmuser" if user == "visitor" and user not in self._server.tokens else user

    def _wait(self, step: Tree) -> None:
        """Poll until the object has all the values, or is gone. The polls are no part of the contract."""
        end, path = time.monotonic() + PATIENCE, self._path(step["until"])
        while time.monotonic() < end:
            answer = self._server.ask("GET", path)
            if "has" not in step and answer.code == 404:
                return
            if "has" in step and answer.code == 200:
                found = normal(answer.json, self._words["namespace"])
                if all(select(found, where) == value for where, value in step["has"].items()):
                    return
            time.sleep(0.02)
        raise AssertionError(f"{step['until']} never was {step.get('has', 'gone')}, at last: {answer.text}")

    def _path(self, text: str) -> str:
        """Expand the first word: ``vms/one?limit=1`` is of the collection ``vms`` of the scenario's namespace."""
        end = next((index for index, letter in enumerate(text) if letter in "/?"), len(text))
        known: str = self._shared["paths"].get(text[:end], text[:end]) + text[end:]
        return known.format_map(self._words)

    def _body(self, step: Tree, change: Tree) -> t.Any:
        body = step.get("body")
        if isinstance(body, str):
            body = copy.deepcopy(self._shared["bodies"][body])
        for where, value in {**step.get("with", {}), **change}.items():
            _put(body, where, value)
        return None if body is None else json.loads(self._filled(json.dumps(body)))

    def _filled(self, text: str) -> str:
        for word, value in self._words.items():
            text = text.replace(f"{{{word}}}", value)
        return text


def _documents(answer: Answer) -> t.Any:
    """The body: text, one document, or the list of a watch's events."""
    lines = answer.text.splitlines()
    try:
        return json.loads(answer.text) if answer.text else ""
    except ValueError:
        pass
    try:
        return [json.loads(line) for line in lines]
    except ValueError:
        return answer.text


def _media(answer: Answer) -> str:
    return answer.headers.get("Content-Type", "") if answer.text else ""


def _put(document: t.Any, where: str, value: t.Any) -> None:
    """Set the value at a dotted path, or drop what is there when it is None. A number is an index of a list."""
    *parents, last = where.split(".")
    for step in parents:
        document = document[int(step)] if isinstance(document, list) else document.setdefault(step, {})
    if isinstance(document, list):
        document[int(last) : int(last) + 1] = [] if value is None else [value]
    elif value is None:
        document.pop(last, None)
    else:
        document[last] = value
