# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a task says which cluster it means and who asks. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.vmo.core.plugins.module_utils._errors import ConfigurationFailed

if t.TYPE_CHECKING:
    from collections.abc import Mapping

_FILES = ("ca_cert", "client_cert", "client_key")


@dataclass(frozen=True, repr=False)
class Credentials:
    """The connection options of a task; ``None`` and empty mean "not said". ``repr`` shows no secret.

    ``kubeconfig`` is one path, several joined by ``os.pathsep``, or the content as a mapping. ``proxy_headers`` has the
    keys ``basic_auth``, ``proxy_basic_auth`` and ``user_agent``.
    """

    kubeconfig: str | Mapping[str, t.Any] | None = None
    context: str | None = None
    host: str | None = None
    api_key: str | None = None
    username: str | None = None
    password: str | None = None
    validate_certs: bool | None = None
    ca_cert: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    proxy: str | None = None
    no_proxy: str | None = None
    proxy_headers: Mapping[str, str] | None = None
    impersonate_user: str | None = None
    impersonate_groups: tuple[str, ...] = ()
    persist_config: bool = False

    def __repr__(self) -> str:
        # Everything but these may be or hold a secret: a proxy's URL has a password in it, a kubeconfig may be content.
        shown = ("context", "host", "validate_certs", "ca_cert", "client_cert", "impersonate_user")
        return "Credentials({})".format(", ".join(f"{name}={getattr(self, name)!r}" for name in shown))

    @property
    def has_identity(self) -> bool:
        """Tell whether these options alone say who asks."""
        return bool(self.api_key or (self.username and self.password) or (self.client_cert and self.client_key))

    @property
    def is_complete(self) -> bool:
        """Tell whether no kubeconfig is needed beside these options, as in ``kubernetes.core``."""
        return bool(self.host and self.has_identity)

    def check(self) -> None:
        """Raise ``ConfigurationFailed`` for options that cannot be used, before anything is sent."""
        for option in _FILES:
            path = getattr(self, option)
            if path and not Path(path).is_file():
                raise ConfigurationFailed(f"{option} names a file that does not exist: {path}", option=option)
        if bool(self.username) != bool(self.password):
            raise ConfigurationFailed("username and password must be given together", option="username")
        if isinstance(self.kubeconfig, str) and "\n" in self.kubeconfig:
            # The text is not repeated: it holds credentials.
            raise ConfigurationFailed(
                "kubeconfig takes a path or a mapping, but holds the text of a file; pass it through the filter "
                "ansible.builtin.from_yaml",
                option="kubeconfig",
            )
