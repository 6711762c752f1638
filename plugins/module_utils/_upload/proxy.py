# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ``ImageUpload`` port on CDI's upload proxy. Private to vmo.core."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t
from http import HTTPStatus

from ansible_collections.vmo.core.plugins.module_utils._errors import ConnectionFailed, WriteInCheckMode
from ansible_collections.vmo.core.plugins.module_utils._http.patience import Patience, Trouble, retry_after
from ansible_collections.vmo.core.plugins.module_utils._kube.session import connect
from ansible_collections.vmo.core.plugins.module_utils._kube.transport import AGENT, CONNECT_SECONDS, unwarned
from ansible_collections.vmo.core.plugins.module_utils._kube.unreachable import unreachable
from ansible_collections.vmo.core.plugins.module_utils._upload.failures import error_of
from ansible_collections.vmo.core.plugins.module_utils._upload.file import blocks, inspect

with contextlib.suppress(ImportError):  # connect() says so
    import urllib3

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ansible_collections.vmo.core.plugins.module_utils._kube.credentials import Credentials
    from ansible_collections.vmo.core.plugins.module_utils._kube.session import Session
    from ansible_collections.vmo.core.plugins.module_utils._model.image_file import ImageFile, UploadProxy
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock

    Tell = Callable[[int, int], None]
    Ticket = Callable[[], "str | None"]

# The first answers when the file is there, the second when it is converted, too: with a large one, no proxy waits.
ASYNC, SYNC = "/v1beta1/upload-async", "/v1beta1/upload"
# The proxy itself waits ten seconds for the pod that takes the file.
PROBE_SECONDS = 65.0
# how long nobody may take a byte: storage that is busy does that for a while
STALL_SECONDS = 120.0
_MOST_TOKENS = 3
_MOST_TEXT = 4096
_CA = "give its authority as ca_cert of upload"
_NO_SUCH_PATH = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)
# said of an upload that came to its end before: the answer to it was lost
_DONE = "already finished uploading"


class Answer(t.NamedTuple):
    """What became of one attempt; ``cut`` is why there was no answer to it after the proxy had been reached."""

    status: int
    text: str = ""
    headers: Mapping[str, str] = {}
    cut: ConnectionFailed | None = None

    @property
    def is_taken(self) -> bool:
        """Tell whether the file is there, by this attempt or by one before."""
        is_success = HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES
        return is_success or self.status == HTTPStatus.CONFLICT or _DONE in self.text


class ProxyUpload:
    """Sends files through CDI's upload proxy. ``way`` tells which HTTP proxies lie before the cluster, if any."""

    def __init__(self, clock: Clock, way: Credentials, *, read_only: bool) -> None:
        self._clock = clock
        self._way = way
        self._read_only = read_only

    def inspect(self, path: str, tell: Tell) -> ImageFile:
        """Read a file once and say what it is. Raises ``InvalidOption`` where it cannot be read."""
        return inspect(path, tell)

    def send(self, file: ImageFile, proxy: UploadProxy, ticket: Ticket, tell: Tell, *, seconds: float) -> None:
        """Send a file, again where that may help, until it has arrived."""
        if self._read_only:
            raise WriteInCheckMode(f"{file.path} was about to be sent to {proxy.url} in check mode")
        patience = Patience(self._clock, budget=seconds)
        answer, _in_doubt = patience.ask(
            lambda: self._attempt(file, proxy, ticket, tell, seconds), _judge, is_repeatable=True
        )
        if answer.cut is not None:
            raise answer.cut
        if not answer.is_taken:
            raise error_of(answer.status, answer.text, proxy.url)

    def _attempt(self, file: ImageFile, proxy: UploadProxy, ticket: Ticket, tell: Tell, seconds: float) -> Answer:
        token = ticket()
        if token is None:
            return Answer(HTTPStatus.OK)
        door = _Door(self._session(proxy, token), proxy)
        # Whether the token is good, and how files are taken, is asked before gigabytes are on their way.
        probed = door.ask("HEAD", ASYNC, seconds=PROBE_SECONDS)
        path = SYNC if probed.status in _NO_SUCH_PATH else ASYNC
        if path == ASYNC and not probed.is_taken:
            return probed
        try:
            return door.ask("POST", path, file=file, tell=tell, seconds=max(seconds, STALL_SECONDS))
        except ConnectionFailed as cut:
            return Answer(0, cut=cut)

    def _session(self, proxy: UploadProxy, token: str) -> Session:
        way = dataclasses.replace(
            self._way,
            host=proxy.url,
            api_key=token,
            ca_cert=proxy.ca_cert,
            validate_certs=proxy.validate_certs,
        )
        return connect(way, authority=proxy.authority)


class _Door:
    """Connections to one upload proxy with one token."""

    def __init__(self, session: Session, proxy: UploadProxy) -> None:
        self._session = session
        self._proxy = proxy

    def ask(
        self, method: str, path: str, *, seconds: float, file: ImageFile | None = None, tell: Tell | None = None
    ) -> Answer:
        """Send a request, with a file as its body if there is one. Raises ``ConnectionFailed``."""
        headers = {"User-Agent": AGENT, **dict(self._session.identity())}
        body, connecting = None, CONNECT_SECONDS
        if file is not None and tell is not None:
            headers |= {"Content-Type": "application/octet-stream", "Content-Length": str(file.length)}
            # urllib3 takes this time for every block that it sends, too; the connection is there by now
            body, connecting = blocks(file, tell), STALL_SECONDS
        with self._failing_plainly():
            raw = self._session.pool.request(
                method,
                self._session.server + path,
                body=body,
                headers=headers,
                retries=False,
                redirect=False,
                preload_content=False,
                timeout=urllib3.Timeout(connect=connecting, read=seconds),
            )
            text = raw.read(_MOST_TEXT).decode(errors="replace")
            raw.drain_conn()
            raw.release_conn()
        return Answer(raw.status, text, {name.lower(): raw.headers[name] for name in raw.headers})

    @contextlib.contextmanager
    def _failing_plainly(self) -> Iterator[None]:
        with unwarned(self._session):
            try:
                yield
            except (urllib3.exceptions.HTTPError, OSError) as failure:
                # The failure itself knows the request and its token: it is not kept.
                raise unreachable(self._proxy.url, failure, called="The upload proxy", remedy=_CA) from None


def _judge(answer: Answer) -> Trouble | None:
    if answer.cut is not None:
        return Trouble(is_undone=False)
    if answer.is_taken:
        return None
    after = retry_after(answer.headers) or 0.0
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return Trouble(is_undone=True, tries=_MOST_TOKENS)
    if answer.status in (
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    ):
        return Trouble(is_undone=False, after=after)
    return None
