# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be said without the ``kubernetes`` library, whose import takes longer than most tasks.

That is a server with a token or a certificate, in options or in one kubeconfig. Everything else, and everything that
is wrong, is left to the library and to what tells about it. Private to vmo.core.
"""

from __future__ import annotations

import base64
import contextlib
import typing as t
from pathlib import Path
from urllib.request import getproxies

from ansible.module_utils.common.parameters import env_fallback
from ansible.module_utils.common.yaml import yaml_load
from ansible.module_utils.errors import AnsibleFallbackNotFound

with contextlib.suppress(ImportError):  # connect() says so
    import yaml

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._kube.credentials import Credentials

# What is understood here; where a kubeconfig says more, the library reads it.
_OF_A_CLUSTER = frozenset(
    ("server", "certificate-authority", "certificate-authority-data", "insecure-skip-tls-verify", "extensions")
)
_OF_A_USER = frozenset(
    ("token", "client-certificate", "client-certificate-data", "client-key", "client-key-data", "extensions")
)
_DEFAULT = "~/.kube/config"


class Plain:
    """Settings for one API server, under the names that the library's own ``Configuration`` gives them."""

    def __init__(self) -> None:
        self.host = ""
        self.verify_ssl = True
        self.api_key: dict[str, str] = {}
        self.ssl_ca_cert: str | None = None
        self.cert_file: str | None = None
        self.key_file: str | None = None
        self.read_from: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Plain({self.host!r})"


class _NotPlain(Exception):
    """The library has to read it."""


def plainly(credentials: Credentials, folder: str) -> Plain | None:
    """Return the settings that a kubeconfig alone makes, ``None`` where that takes the library.

    What is written in a kubeconfig itself becomes a file in ``folder``, which may go as soon as it has been read.
    """
    if credentials.proxy or credentials.proxy_headers or not {"http", "https", "all"}.isdisjoint(getproxies()):
        return None
    if credentials.is_complete:
        return Plain()
    try:
        return _Reader(credentials, Path(folder)).settings()
    except (_NotPlain, OSError, ValueError, yaml.YAMLError):
        return None


def default_kubeconfig() -> str:
    """Return where every client of Kubernetes looks unless told otherwise."""
    try:
        return str(env_fallback("KUBECONFIG"))
    except AnsibleFallbackNotFound:
        return _DEFAULT


class _Reader:
    def __init__(self, credentials: Credentials, folder: Path) -> None:
        self._folder = folder
        self._beside = Path()
        self._read_from: list[str] = []
        source = credentials.kubeconfig or default_kubeconfig()
        if isinstance(source, str):
            path = Path(source).expanduser().absolute()
            self._beside = path.parent
            self._read_from.append(str(path))
            source = yaml_load(path.read_text(encoding="utf-8"))
        self._config = _mapping(source)
        self._context = credentials.context or self._config.get("current-context")

    def settings(self) -> Plain:
        context = self._named("contexts", "context", self._context)
        cluster = self._named("clusters", "cluster", context.get("cluster"))
        user = self._named("users", "user", context.get("user"))
        if not (cluster.keys() <= _OF_A_CLUSTER and user.keys() <= _OF_A_USER):
            raise _NotPlain
        found = Plain()
        found.host = _text(cluster, "server").rstrip("/")
        found.verify_ssl = not cluster.get("insecure-skip-tls-verify", False)
        if "token" in user:
            found.api_key = {"BearerToken": f"Bearer {_text(user, 'token')}"}
        if found.host.startswith("https"):
            found.ssl_ca_cert = self._file(cluster, "certificate-authority")
            found.cert_file = self._file(user, "client-certificate")
            found.key_file = self._file(user, "client-key")
        found.read_from = tuple(self._read_from)
        return found

    def _named(self, plural: str, singular: str, name: t.Any) -> dict[str, t.Any]:
        """Return the one entry of this name."""
        entries = self._config.get(plural)
        found = [_mapping(entry) for entry in (entries if isinstance(entries, list) else [])]
        matching = [entry for entry in found if entry.get("name") == name]
        if not name or len(matching) != 1:
            raise _NotPlain
        return _mapping(matching[0].get(singular))

    def _file(self, entry: dict[str, t.Any], key: str) -> str | None:
        """Return the path of what an entry names, or has in itself."""
        if f"{key}-data" in entry:
            path = self._folder / key
            path.write_bytes(base64.standard_b64decode(_text(entry, f"{key}-data")))
            return str(path)
        if key not in entry:
            return None
        path = self._beside / _text(entry, key)
        if not path.is_file():
            raise _NotPlain
        self._read_from.append(str(path))
        return str(path)


def _mapping(found: t.Any) -> dict[str, t.Any]:
    if not isinstance(found, dict):
        raise _NotPlain
    return found


def _text(entry: dict[str, t.Any], key: str) -> str:
    found = entry.get(key)
    if not isinstance(found, str) or not found:
        raise _NotPlain
    return found
