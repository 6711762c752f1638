# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the use cases need of the outside world. Private to vmo.core."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ansible_collections.vmo.core.plugins.module_utils._model.image_file import ImageFile, UploadProxy
    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
    from ansible_collections.vmo.core.plugins.module_utils._model.right import Right

JsonObject = dict[str, t.Any]
# names and values of a form; a list repeats its name, ``None`` is not said
Form = t.Mapping[str, t.Any]


class Event(t.NamedTuple):
    """One line of a watch. ``type`` is ADDED, MODIFIED, DELETED or BOOKMARK."""

    type: str
    object: JsonObject


class Listing(t.NamedTuple):
    """All pages of a list; ``resource_version`` is where a watch may begin."""

    items: list[JsonObject]
    resource_version: str


class Watch(t.Protocol):
    """Changes as they come. ``close`` ends it, also from another thread while one waits for the next change."""

    def __iter__(self) -> Iterator[Event]:
        """Return the changes."""

    def __next__(self) -> Event:
        """Wait for the next change."""

    def close(self) -> None:
        """Wait no longer."""


class Clock(t.Protocol):
    """Monotonic seconds, and a way to let them pass."""

    def now(self) -> float:
        """Return monotonic seconds."""

    def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass."""


class Progress(t.Protocol):
    """Where a long wait tells what it sees."""

    def report(self, message: str) -> None:
        """Tell ``message`` to whoever waits; an implementation may drop what comes too often."""


class Cluster(t.Protocol):
    """Nouns and verbs of a Kubernetes API. Namespaces are ``None`` for cluster-wide kinds and for all namespaces.

    Every method raises the errors of ``_errors``; a missing object is ``None`` for ``get`` and ``NotFound`` for the
    others. A cluster that is asked for a dry run sends every write with ``dryRun=All``.
    """

    @property
    def dry_run(self) -> bool:
        """Tell whether writes are only judged, not carried out."""

    def get(self, kind: Kind, namespace: str | None, name: str) -> JsonObject | None:
        """Return the object, or ``None``."""

    def list_all(
        self, kind: Kind, namespace: str | None = None, *, labels: str | None = None, fields: str | None = None
    ) -> Listing:
        """Return all objects that the selectors choose; pages are fetched as needed."""

    def create(self, kind: Kind, body: JsonObject) -> JsonObject:
        """Create the object and return it as served. Raises ``AlreadyExists``."""

    def patch(self, kind: Kind, namespace: str | None, name: str, patch: Mapping[str, t.Any]) -> JsonObject:
        """Send a merge patch (RFC 7386) and return the object. Raises ``Conflict``."""

    def apply(self, kind: Kind, body: JsonObject) -> JsonObject:
        """Apply an object on the server's side, take fields from other managers, and return it as it is then."""

    def delete(self, kind: Kind, namespace: str | None, name: str, *, uid: str | None = None) -> None:
        """Delete the object, of that ``uid`` only if one is given. Raises ``NotFound`` and ``Conflict``."""

    def invoke(self, kind: Kind, namespace: str, name: str, action: str, options: Mapping[str, t.Any]) -> None:
        """Call a KubeVirt subresource such as ``start``. Raises ``Refused`` when the state does not allow it."""

    def watch(self, kind: Kind, namespace: str, name: str | None, *, since: str | None, timeout: float) -> Watch:
        """Yield changes of one object, or of all of a kind, for ``timeout`` seconds at most.

        Raises ``WatchExpired`` and ``Forbidden``.
        """

    def may(self, right: Right, namespace: str | None = None) -> bool:
        """Tell whether the user has a right, in all namespaces if none is given. Nothing is stored by asking."""

    def version(self) -> str:
        """Return the version of Kubernetes as the server writes it, such as ``v1.34.4``."""

    def groups(self) -> frozenset[str]:
        """Return the names of all API groups but the core one; who may not see their objects may see these."""

    def resources(self, api_version: str) -> list[JsonObject]:
        """Return what an ``apiVersion`` serves, each with ``name``, ``kind`` and ``namespaced``, if anything."""

    def drain_warnings(self) -> list[str]:
        """Return the warnings that the server sent since the last call, each text once."""


class Clusters(t.Protocol):
    """Ways to one API server that share its connections, and a limit for requests at once, for several threads.

    Each has its own patience with a busy server, and its own warnings. The limit falls while the server is overloaded.
    """

    def cluster(self) -> Cluster:
        """Return a way of its own."""


class ImageUpload(t.Protocol):
    """Files of the host that the task runs on, and their way into images.

    ``tell`` is called with the bytes that are done and those there are, as often as a block of them is done. No file is
    ever held in memory.
    """

    def inspect(self, path: str, tell: Callable[[int, int], None]) -> ImageFile:
        """Read a file once and say what it is. Raises ``InvalidOption`` where it cannot be read."""

    def send(
        self,
        file: ImageFile,
        proxy: UploadProxy,
        ticket: Callable[[], str | None],
        tell: Callable[[int, int], None],
        *,
        seconds: float,
    ) -> None:
        """Send a file, again where that may help, until it has arrived or failed attempts have cost ``seconds``.

        ``ticket`` is asked for a token before each attempt; ``None`` is the news that nothing is left to send. What
        arrives is the file of that checksum or nothing. Raises ``ConnectionFailed``, ``Unauthorized``, ``Unavailable``,
        and ``Refused``.
        """


class ImageStore(t.NamedTuple):
    """Where golden images are kept, and the way of files into them."""

    cluster: Cluster
    upload: ImageUpload


class Maas(t.Protocol):
    """Nouns and verbs of the API of a MAAS region.

    A noun is a collection of that API: ``machines``, ``resourcepools``. ``of`` is the ``system_id`` of the machine that
    a thing such as an interface belongs to. Every method raises the errors of ``_errors``; a missing thing is ``None``
    for ``get`` and ``NotFound`` for the others. Several threads may ask at once.
    """

    @property
    def address(self) -> str:
        """Return the URL of the API, without credentials."""

    @property
    def dry_run(self) -> bool:
        """Tell whether writes are refused: MAAS cannot judge one without carrying it out."""

    @property
    def seconds_ahead(self) -> float | None:
        """Return how far the clock of MAAS is ahead of this one, ``None`` before the first answer."""

    def list_all(self, noun: str, filters: Form | None = None, *, of: str = "") -> list[JsonObject]:
        """Return all things of a kind that the filters choose; MAAS chooses."""

    def get(self, noun: str, name: str, *, of: str = "") -> JsonObject | None:
        """Return one thing, or ``None``."""

    def ask(self, noun: str, question: str = "", options: Form | None = None, *, name: str = "", of: str = "") -> t.Any:
        """Return the answer to an operation that changes nothing; without a question, what is at that place."""

    def create(self, noun: str, fields: Form, *, of: str = "") -> JsonObject:
        """Create a thing and return it as served. Raises ``AlreadyExists``."""

    def update(self, noun: str, name: str, fields: Form, *, of: str = "") -> JsonObject:
        """Change the fields that are given, no others, and return the thing as served."""

    def delete(self, noun: str, name: str, *, of: str = "") -> None:
        """Delete a thing. Raises ``NotFound``."""

    def invoke(self, noun: str, action: str, options: Form | None = None, *, name: str = "", of: str = "") -> t.Any:
        """Carry out an operation and return its answer, mostly the thing as it is now. Raises ``Refused``."""
