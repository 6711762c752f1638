# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster as one VM of a fleet sees it: its reads and waits come from what all VMs share. Private to vmo.core."""

from __future__ import annotations

import copy
import threading
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import ConnectionFailed, Forbidden
from ansible_collections.vmo.core.plugins.module_utils._model.kind import VM, VMI
from ansible_collections.vmo.core.plugins.module_utils._usecase.feed import Feed

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
    from ansible_collections.vmo.core.plugins.module_utils._model.right import Right
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock, Cluster, JsonObject, Listing, Watch


class Feeds:
    """What is known of the VMs of a fleet: ``names`` are those of each namespace.

    ``with_instances``: their running instances are waited for, too.
    """

    def __init__(
        self, cluster: Cluster, names: Mapping[str, t.Collection[str]], clock: Clock, *, with_instances: bool
    ) -> None:
        self._cluster = cluster
        self._names = names
        self._clock = clock
        self._lock = threading.Lock()
        self._vms = {namespace: self._feed(VM, namespace) for namespace in names}
        self._instances: dict[str, Feed] = {}
        self._refused: dict[str, Forbidden] = {}
        self._with_instances = with_instances
        self._is_closed = False

    def _feed(self, kind: Kind, namespace: str) -> Feed:
        return Feed(self._cluster, kind, namespace, self._names[namespace], self._clock)

    def read(self) -> None:
        """List the VMs of each namespace; one that may not be read fails its own VMs only."""
        for namespace, feed in self._vms.items():
            try:
                feed.read()
            except Forbidden as refusal:
                if len(self._vms) == 1:
                    raise
                self._refused[namespace] = refusal

    def vm(self, namespace: str, name: str) -> JsonObject | None:
        """Return a VM as last seen. Raises ``Forbidden``."""
        if namespace in self._refused:
            raise copy.copy(self._refused[namespace])
        return self._vms[namespace].found(name)

    def of(self, kind: Kind, namespace: str) -> Feed | None:
        """Return where objects of a kind are awaited, ``None`` if each is awaited by itself."""
        if kind is VM:
            return self._vms[namespace]
        return self._of_instances(namespace) if kind is VMI and self._with_instances else None

    def _of_instances(self, namespace: str) -> Feed:
        with self._lock:
            if namespace not in self._instances:
                feed = self._feed(VMI, namespace)
                feed.read()
                self._instances[namespace] = feed
            return self._instances[namespace]

    def instance(self, namespace: str, name: str) -> JsonObject | None:
        """Return a running instance as last seen, ``None`` if none was looked for."""
        with self._lock:
            feed = self._instances.get(namespace)
        return None if feed is None else feed.found(name)

    def require_open(self) -> None:
        """Raise ``ConnectionFailed`` once the task is over: somebody interrupted it."""
        if self._is_closed:
            raise ConnectionFailed("The task was interrupted.")

    def close(self) -> None:
        """End all watches, and all waits at their next look."""
        self._is_closed = True
        for feed in (*self._vms.values(), *self._instances.values()):
            feed.close()


class FleetCluster:
    """The ``Cluster`` port for one VM of a fleet; what it does not share goes its own way."""

    def __init__(self, own: Cluster, feeds: Feeds) -> None:
        self._own = own
        self._feeds = feeds
        self._is_read = False

    @property
    def dry_run(self) -> bool:
        """Tell whether writes are only judged, not carried out."""
        return self._own.dry_run

    def get(self, kind: Kind, namespace: str | None, name: str) -> JsonObject | None:
        """Return the object, or ``None``; the VM itself comes from the list of all for the first time."""
        self._feeds.require_open()
        if kind is VM and not self._is_read:
            self._is_read = True
            return self._feeds.vm(str(namespace), name)
        feed = self._feeds.of(kind, str(namespace)) if kind is VMI else None
        found = None if feed is None else feed.found(name)
        # another watch may be a little behind
        return self._own.get(kind, namespace, name) if found is None else found

    def list_all(
        self, kind: Kind, namespace: str | None = None, *, labels: str | None = None, fields: str | None = None
    ) -> Listing:
        """Return all objects that the selectors choose."""
        return self._own.list_all(kind, namespace, labels=labels, fields=fields)

    def create(self, kind: Kind, body: JsonObject) -> JsonObject:
        """Create the object and return it as served. Raises ``AlreadyExists``."""
        return self._own.create(kind, body)

    def patch(self, kind: Kind, namespace: str | None, name: str, patch: Mapping[str, t.Any]) -> JsonObject:
        """Send a merge patch and return the object. Raises ``Conflict``."""
        return self._own.patch(kind, namespace, name, patch)

    def apply(self, kind: Kind, body: JsonObject) -> JsonObject:
        """Apply an object on the server's side and return it as it is then."""
        return self._own.apply(kind, body)

    def delete(self, kind: Kind, namespace: str | None, name: str, *, uid: str | None = None) -> None:
        """Delete the object. Raises ``NotFound`` and ``Conflict``."""
        self._own.delete(kind, namespace, name, uid=uid)

    def invoke(self, kind: Kind, namespace: str, name: str, action: str, options: Mapping[str, t.Any]) -> None:
        """Call a KubeVirt subresource. Raises ``Refused`` when the state does not allow it."""
        self._own.invoke(kind, namespace, name, action, options)

    def watch(self, kind: Kind, namespace: str, name: str | None, *, since: str | None, timeout: float) -> Watch:
        """Yield changes of one object, from the watch that all share if there is one."""
        feed = self._feeds.of(kind, namespace)
        if feed is None or name is None:
            return self._own.watch(kind, namespace, name, since=since, timeout=timeout)
        return feed.events(name, since, timeout)

    def may(self, right: Right, namespace: str | None = None) -> bool:
        """Tell whether the user has a right."""
        return self._own.may(right, namespace)

    def version(self) -> str:
        """Return the version of Kubernetes."""
        return self._own.version()

    def groups(self) -> frozenset[str]:
        """Return the names of all API groups but the core one."""
        return self._own.groups()

    def resources(self, api_version: str) -> list[JsonObject]:
        """Return what an ``apiVersion`` serves, if anything."""
        return self._own.resources(api_version)

    def drain_warnings(self) -> list[str]:
        """Return the warnings that the server sent about this VM since the last call."""
        return self._own.drain_warnings()
