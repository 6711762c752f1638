# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker opens a door to a server once, and anew as soon as the old one may be another user's or another server's."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from ansible_collections.vmo.core.plugins.module_utils import _errors
from ansible_collections.vmo.core.plugins.module_utils._http.kept import GOOD_FOR_SECONDS, Kept
from ansible_collections.vmo.core.plugins.module_utils._kube import session
from ansible_collections.vmo.core.plugins.module_utils._kube.credentials import Credentials
from ansible_collections.vmo.core.plugins.module_utils._kube.session import Session, connect
from ansible_collections.vmo.core.plugins.module_utils._kube.transport import HttpTransport, Request
from ansible_collections.vmo.core.plugins.module_utils._runner import open_cluster
from tests.unit.kube.callers import GET, SECRET, a_kubeconfig, written
from tests.unit.kube.scripted import TOKEN, ScriptedServer


@dataclasses.dataclass
class Shelf:
    """Kept sessions, and a clock to turn."""

    now: float = 0.0

    def __post_init__(self) -> None:
        self.kept: Kept[Session] = Kept(lambda: self.now)

    def take(self, credentials: Credentials) -> Session:
        return self.kept.get(credentials, lambda: connect(credentials))


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def test_the_same_options_have_one_session(shelf: Shelf, tmp_path: Path) -> None:
    path = written(tmp_path / "k", a_kubeconfig())
    first = shelf.take(Credentials(kubeconfig=path))
    assert shelf.take(Credentials(kubeconfig=path)) is first
    assert shelf.take(Credentials(kubeconfig=a_kubeconfig())) is not first


@pytest.mark.parametrize(
    "other",
    [{"impersonate_user": "jo"}, {"impersonate_groups": ("ops",)}, {"api_key": SECRET}, {"validate_certs": False}],
    ids=str,
)
def test_who_asks_otherwise_has_another_one(shelf: Shelf, other: dict[str, object]) -> None:
    who = Credentials(host="https://x", api_key=TOKEN)
    assert shelf.take(who) is not shelf.take(dataclasses.replace(who, **other))  # type: ignore[arg-type]


def test_a_login_that_changes_the_kubeconfig_is_seen(shelf: Shelf, server: ScriptedServer, tmp_path: Path) -> None:
    path = written(tmp_path / "k", a_kubeconfig(server.url, {"token": "first"}))
    before = os.stat(path)
    server.answers({}, {})
    HttpTransport(shelf.take(Credentials(kubeconfig=path))).send(GET)
    written(tmp_path / "k", a_kubeconfig(server.url, {"token": "other"}))
    # Neither its size nor its time tells that it is another one.
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    HttpTransport(shelf.take(Credentials(kubeconfig=path))).send(GET)
    assert [asked.header("Authorization") for asked in server.asked] == [["Bearer first"], ["Bearer other"]]


def test_a_file_that_a_kubeconfig_names_is_watched_as_well(shelf: Shelf, tmp_path: Path) -> None:
    # Without TLS nobody loads it, so that it need not be a certificate.
    path = written(tmp_path / "k", a_kubeconfig())
    certificate = tmp_path / "jo.crt"
    certificate.write_text("one")
    who = Credentials(kubeconfig=path, ca_cert=str(certificate))
    first = shelf.take(who)
    assert shelf.take(who) is first
    certificate.write_text("two")
    assert shelf.take(who) is not first


def test_nothing_is_kept_for_long(shelf: Shelf) -> None:
    who = Credentials(host="https://x", api_key=TOKEN)
    first = shelf.take(who)
    shelf.now = GOOD_FOR_SECONDS - 1
    assert shelf.take(who) is first
    shelf.now = GOOD_FOR_SECONDS
    assert shelf.take(who) is not first


def test_a_fork_uses_none_of_its_parent(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    who = Credentials(host="https://x", api_key=TOKEN)
    first = shelf.take(who)
    own = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: own + 1)
    second = shelf.take(who)
    assert second is not first
    assert shelf.take(who) is second


def test_what_failed_is_not_kept(shelf: Shelf, tmp_path: Path) -> None:
    who = Credentials(kubeconfig=str(tmp_path / "k"))
    with pytest.raises(_errors.ConfigurationFailed):
        shelf.take(who)
    written(tmp_path / "k", a_kubeconfig())
    assert shelf.take(who).server == "http://127.0.0.1:1"


def test_no_key_shows_a_secret(shelf: Shelf) -> None:
    shelf.take(Credentials(host="https://x", api_key=SECRET, proxy=f"http://jo:{SECRET}@proxy"))
    kept = vars(shelf.kept)
    assert SECRET not in repr(kept)
    assert all(SECRET.encode() not in key for key in kept["_entries"])


def test_check_mode_cannot_write_through_a_session_of_a_real_run(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_KEPT", Kept())
    options = dict.fromkeys(field.name for field in dataclasses.fields(Credentials))
    params = {**options, "host": server.url, "api_key": TOKEN}
    server.answers({}, {})
    for check_mode in (False, True):
        cluster = open_cluster(params, check_mode=check_mode)
        assert cluster.version() == ""
    with pytest.raises(_errors.WriteInCheckMode):
        cluster._transport.send(Request("POST", "/api/v1/namespaces", body={}))  # type: ignore[attr-defined]
    assert [asked.method for asked in server.asked] == ["GET", "GET"]
