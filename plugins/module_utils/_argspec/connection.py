# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options for the connection to a cluster, named as in ``kubernetes.core``. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.parameters import env_fallback

from ansible_collections.vmo.core.plugins.module_utils._argspec.group import OptionGroup, flag, mapping, text, texts


def _from_environment(name: str) -> dict[str, t.Any]:
    return {"fallback": (env_fallback, [f"K8S_AUTH_{name}"])}


CONNECTION = OptionGroup(
    {
        "kubeconfig": {"type": "raw", **_from_environment("KUBECONFIG")},
        "context": text(**_from_environment("CONTEXT")),
        "host": text(**_from_environment("HOST")),
        "api_key": text(no_log=True, **_from_environment("API_KEY")),
        "username": text(**_from_environment("USERNAME")),
        "password": text(no_log=True, **_from_environment("PASSWORD")),
        "validate_certs": flag(aliases=["verify_ssl"], **_from_environment("VERIFY_SSL")),
        "ca_cert": text(aliases=["ssl_ca_cert"], **_from_environment("SSL_CA_CERT")),
        "client_cert": text(aliases=["cert_file"], **_from_environment("CERT_FILE")),
        "client_key": text(aliases=["key_file"], no_log=False, **_from_environment("KEY_FILE")),
        "proxy": text(**_from_environment("PROXY")),
        "no_proxy": text(**_from_environment("NO_PROXY")),
        "proxy_headers": mapping(
            {
                "basic_auth": text(no_log=True, **_from_environment("PROXY_HEADERS_BASIC_AUTH")),
                "proxy_basic_auth": text(no_log=True, **_from_environment("PROXY_HEADERS_PROXY_BASIC_AUTH")),
                "user_agent": text(**_from_environment("PROXY_HEADERS_USER_AGENT")),
            }
        ),
        "impersonate_user": text(**_from_environment("IMPERSONATE_USER")),
        "impersonate_groups": texts(**_from_environment("IMPERSONATE_GROUPS")),
        "persist_config": flag(**_from_environment("PERSIST_CONFIG")),
    },
    required_together=(("username", "password"),),
    hidden=frozenset({"kubeconfig", "api_key", "password", "proxy_headers"}),
)
