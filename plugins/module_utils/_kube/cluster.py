# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ``Cluster`` port on Kubernetes' REST API: paths and verbs, no policy. Private to vmo.core."""

from __future__ import annotations

import contextlib
import json
import re
import typing as t
from http import HTTPStatus
from urllib.parse import quote

from ansible_collections.vmo.core.plugins.module_utils._errors import ApiMissing, NotFound, VmoError, WatchExpired
from ansible_collections.vmo.core.plugins.module_utils._kube.failures import Attempt, error_of, garbage
from ansible_collections.vmo.core.plugins.module_utils._kube.transport import (
    APPLY_PATCH,
    JSON,
    MERGE_PATCH,
    Request,
    Response,
    whole_seconds,
)
from ansible_collections.vmo.core.plugins.module_utils._model.kind import ACCESS_REVIEW, MANAGER, Kind
from ansible_collections.vmo.core.plugins.module_utils._ports import Event, Listing

if t.TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

    from ansible_collections.vmo.core.plugins.module_utils._kube.transport import Transport
    from ansible_collections.vmo.core.plugins.module_utils._model.right import Right
    from ansible_collections.vmo.core.plugins.module_utils._ports import JsonObject, Watch

PAGE = 500
_VERSION = Kind("", "", "version", "the version")
_GROUPS = Kind("", "", "apis", "the list of API")
_SILENCE_SECONDS = 90.0  # bookmarks come about once a minute; no sound for longer than that means a dead line
_GRACE_SECONDS = 2.0
_WARNING = re.compile(r'\b299 \S+ "((?:[^"\\]|\\.)*)"')


class KubeCluster:
    """Nouns and verbs of one API server. With ``dry_run`` every write is only judged by the server."""

    def __init__(self, transport: Transport, dry_run: bool = False) -> None:
        self._transport = transport
        self._dry_run = dry_run
        self._warnings: dict[str, None] = {}

    @property
    def dry_run(self) -> bool:
        """Tell whether writes are only judged, not carried out."""
        return self._dry_run

    def get(self, kind: Kind, namespace: str | None, name: str) -> JsonObject | None:
        """Return the object, or ``None``. Raises ``ApiMissing`` where no such kind is served."""
        try:
            return self._ask(Attempt("read", kind, namespace, name), Request("GET", _path(kind, namespace, name)))
        except NotFound:
            return None

    def list_all(
        self, kind: Kind, namespace: str | None = None, *, labels: str | None = None, fields: str | None = None
    ) -> Listing:
        """Return all objects that the selectors choose, of all pages."""
        query = {"limit": str(PAGE)}
        if labels:
            query["labelSelector"] = labels
        if fields:
            query["fieldSelector"] = fields
        try:
            return self._pages(kind, namespace, query)
        except WatchExpired:
            # The list changed too much while its pages were read.
            return self._pages(kind, namespace, query)

    def create(self, kind: Kind, body: JsonObject) -> JsonObject:
        """Create the object and return it as served. Raises ``AlreadyExists``."""
        metadata = body.get("metadata") or {}
        namespace = metadata.get("namespace")
        name = metadata.get("name") or metadata.get("generateName") or ""
        body = {"apiVersion": kind.api_version, "kind": kind.name, **body}
        request = Request("POST", _path(kind, namespace), self._strictly(), body)
        return self._ask(Attempt("create", kind, namespace, name), request)

    def patch(self, kind: Kind, namespace: str | None, name: str, patch: Mapping[str, t.Any]) -> JsonObject:
        """Send a merge patch and return the object. Raises ``Conflict``."""
        request = Request("PATCH", _path(kind, namespace, name), self._strictly(), patch, MERGE_PATCH)
        return self._ask(Attempt("change", kind, namespace, name), request)

    def apply(self, kind: Kind, body: JsonObject) -> JsonObject:
        """Apply an object on the server's side, take fields from other managers, and return it as it is then."""
        metadata = body.get("metadata") or {}
        namespace, name = metadata.get("namespace"), metadata.get("name") or ""
        query = {**self._strictly(), "fieldManager": MANAGER, "force": "true"}
        body = {**body, "apiVersion": kind.api_version, "kind": kind.name}
        request = Request("PATCH", _path(kind, namespace, name), query, body, APPLY_PATCH)
        return self._ask(Attempt("change", kind, namespace, name), request)

    def delete(self, kind: Kind, namespace: str | None, name: str, *, uid: str | None = None) -> None:
        """Delete the object. Raises ``NotFound`` and, where the ``uid`` is another one, ``Conflict``."""
        options: dict[str, t.Any] = {"apiVersion": "v1", "kind": "DeleteOptions"}
        if uid:
            options["preconditions"] = {"uid": uid}
        if self._dry_run:
            options["dryRun"] = ["All"]
        request = Request("DELETE", _path(kind, namespace, name), {}, options)
        self._send(Attempt("delete", kind, namespace, name), request)

    def invoke(self, kind: Kind, namespace: str, name: str, action: str, options: Mapping[str, t.Any]) -> None:
        """Call a KubeVirt subresource. Raises ``Refused`` when the state does not allow it."""
        body = {**options, "dryRun": ["All"]} if self._dry_run else dict(options)
        path = f"/apis/subresources.kubevirt.io/v1/namespaces/{_part(namespace)}/{kind.plural}/{_part(name)}/{action}"
        self._send(Attempt(action, kind, namespace, name, is_action=True), Request("PUT", path, {}, body, JSON))

    def watch(self, kind: Kind, namespace: str, name: str | None, *, since: str | None, timeout: float) -> Watch:
        """Yield changes of one object or of all; a dead line ends it. Raises ``WatchExpired`` and ``Forbidden``."""
        query = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(whole_seconds(timeout)),
        }
        if name:
            query["fieldSelector"] = f"metadata.name={name}"
        if since:
            query["resourceVersion"] = since
        attempt = Attempt("watch", kind, namespace, name or "")
        silence = min(whole_seconds(timeout), _SILENCE_SECONDS) + _GRACE_SECONDS
        stream = self._transport.stream(Request("GET", _path(kind, namespace), query, seconds=silence))
        self._note_warnings(stream.head)
        if stream.head.status != HTTPStatus.OK:
            raise error_of(stream.head, attempt)
        return _Watch(_events(stream.lines, stream.head, attempt), stream.hang_up)

    def may(self, right: Right, namespace: str | None = None) -> bool:
        """Tell whether the user has a right, in all namespaces if none is given."""
        resource, _slash, subresource = right.resource.partition("/")
        attributes = {"verb": right.verb, "group": right.group, "resource": resource}
        if subresource:
            attributes["subresource"] = subresource
        if namespace:
            attributes["namespace"] = namespace
        body = {
            "apiVersion": ACCESS_REVIEW.api_version,
            "kind": ACCESS_REVIEW.name,
            "spec": {"resourceAttributes": attributes},
        }
        answer = self._ask(Attempt("create", ACCESS_REVIEW), Request("POST", _path(ACCESS_REVIEW, None), {}, body))
        return bool((answer.get("status") or {}).get("allowed"))

    def version(self) -> str:
        """Return the version of Kubernetes as the server writes it, such as ``v1.34.4``."""
        attempt = Attempt("read", _VERSION, None, "of Kubernetes")
        return str(self._ask(attempt, Request("GET", "/version")).get("gitVersion") or "")

    def groups(self) -> frozenset[str]:
        """Return the names of all API groups but the core one; who may not see their objects may see these."""
        answer = self._ask(Attempt("read", _GROUPS, None, "groups"), Request("GET", "/apis"))
        return frozenset(str(group.get("name")) for group in answer.get("groups") or ())

    def resources(self, api_version: str) -> list[JsonObject]:
        """Return what an ``apiVersion`` serves, each with ``name``, ``kind`` and ``namespaced``, if anything."""
        group, _slash, version = api_version.rpartition("/")
        root = f"/apis/{_part(group)}" if group else "/api"
        kind = Kind(group, version, "", "the list of resources")
        try:
            answer = self._ask(
                Attempt("read", kind, None, f"of {api_version}"), Request("GET", f"{root}/{_part(version)}")
            )
        except (ApiMissing, NotFound):
            return []
        return [item for item in answer.get("resources") or () if isinstance(item, dict)]

    def drain_warnings(self) -> list[str]:
        """Return the warnings that the server sent since the last call, each text once."""
        texts = list(self._warnings)
        self._warnings.clear()
        return texts

    def _pages(self, kind: Kind, namespace: str | None, query: Mapping[str, str]) -> Listing:
        attempt = Attempt("list", kind, namespace)
        items: list[JsonObject] = []
        page: dict[str, str] = dict(query)
        while True:
            answer = self._ask(attempt, Request("GET", _path(kind, namespace), page))
            # A list names the kind once; its items must look like those of get().
            of_kind = {"apiVersion": kind.api_version, "kind": kind.name}
            items += [_kept({**of_kind, **item}, kind) for item in answer.get("items") or []]
            metadata = answer.get("metadata") or {}
            if not metadata.get("continue"):
                return Listing(items, str(metadata.get("resourceVersion") or ""))
            page = {**query, "continue": metadata["continue"]}

    def _strictly(self) -> dict[str, str]:
        query = {"fieldValidation": "Strict"}
        if self._dry_run:
            query["dryRun"] = "All"
        return query

    def _ask(self, attempt: Attempt, request: Request) -> JsonObject:
        response = self._send(attempt, request)
        data = _parse(response.body)
        if data is None:
            raise garbage(response, attempt)
        return _kept(data, attempt.kind)

    def _send(self, attempt: Attempt, request: Request) -> Response:
        response = self._transport.send(request)
        self._note_warnings(response)
        if not HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES:
            error = error_of(response, attempt)
            error.is_perhaps_done = response.in_doubt
            raise error
        return response

    def _note_warnings(self, response: Response) -> None:
        for text in _WARNING.findall(response.headers.get("warning", "")):
            self._warnings[re.sub(r"\\(.)", r"\1", text)] = None


class _Watch:
    """The events of a watch, until somebody closes it."""

    def __init__(self, events: Generator[Event, None, None], hang_up: Callable[[], None]) -> None:
        self._events = events
        self._hang_up = hang_up

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        return next(self._events)

    def close(self) -> None:
        """End it, also from another thread while one waits for the next event."""
        self._hang_up()
        # the thread that reads it closes it then
        with contextlib.suppress(ValueError):
            self._events.close()


def _events(lines: Iterator[bytes], head: Response, attempt: Attempt) -> Generator[Event, None, None]:
    try:
        for line in lines:
            event = _parse(line)
            body = event.get("object") if event else None
            if event is None or not isinstance(body, dict):
                raise garbage(head._replace(body=line), attempt)
            if event.get("type") == "ERROR":
                raise _watch_error(body, attempt)
            yield Event(str(event.get("type")), _kept(body, attempt.kind))
    finally:
        close = getattr(lines, "close", None)
        if close:
            close()


def _watch_error(status: JsonObject, attempt: Attempt) -> VmoError:
    code = status.get("code")
    body = json.dumps(status).encode()
    return error_of(Response(code if isinstance(code, int) else 500, {}, body), attempt)


def _path(kind: Kind, namespace: str | None, name: str | None = None) -> str:
    root = f"/apis/{kind.group}/{kind.version}" if kind.group else f"/api/{kind.version}"
    where = f"/namespaces/{_part(namespace)}" if namespace else ""
    return f"{root}{where}/{kind.plural}" + (f"/{_part(name)}" if name else "")


def _part(text: str) -> str:
    """Return one segment of a path; a name with a slash in it must not reach another object."""
    return quote(text, safe="")


def _parse(body: bytes) -> JsonObject | None:
    try:
        data = json.loads(body)
    except ValueError:
        return None
    return data if isinstance(data, dict) else None


def _kept(served: JsonObject, kind: Kind) -> JsonObject:
    """Drop ``managedFields`` where nothing depends on it: it is a third of an object's size."""
    metadata = served.get("metadata")
    if isinstance(metadata, dict) and not kind.with_writers:
        metadata.pop("managedFields", None)
    return served
