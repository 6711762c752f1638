# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options for the connection to a cluster, named as in ``kubernetes.core``. Private to vmo.core."""

from __future__ import annotations


class ModuleDocFragment:
    """Documents ``module_utils/_argspec/connection.py``."""

    DOCUMENTATION = r"""
options:
  kubeconfig:
    description:
      - The kubeconfig to use, as a path or as its content in the form of a mapping.
      - Several paths can be joined with V(:); they are merged as C(kubectl) does it.
      - >-
        When it is left out, the file named by the environment variable E(KUBECONFIG) is used, else C(~/.kube/config),
        else the service account of the pod that the task runs in.
      - It is never shown in a result.
      - Can also be set with E(K8S_AUTH_KUBECONFIG).
    type: raw
  context:
    description:
      - The context of the kubeconfig to use. When it is left out, the current context is used.
      - Can also be set with E(K8S_AUTH_CONTEXT).
    type: str
  host:
    description:
      - The URL of the API server, such as V(https://192.0.2.10:6443). It wins over that of the kubeconfig.
      - With O(host) and an O(api_key), a client certificate, or a user name and password, no kubeconfig is read.
      - Can also be set with E(K8S_AUTH_HOST).
    type: str
  api_key:
    description:
      - The bearer token to authenticate with, for example that of a service account.
      - Can also be set with E(K8S_AUTH_API_KEY).
    type: str
  username:
    description:
      - The user name for HTTP basic authentication. Needs O(password).
      - Kubernetes itself no longer accepts it; a proxy in front of it may.
      - Can also be set with E(K8S_AUTH_USERNAME).
    type: str
  password:
    description:
      - The password for HTTP basic authentication. Needs O(username).
      - Can also be set with E(K8S_AUTH_PASSWORD).
    type: str
  validate_certs:
    description:
      - >-
        Whether the API server has to prove its identity with a certificate that O(ca_cert) or the kubeconfig vouches
        for.
      - >-
        When it is left out, the kubeconfig decides, and it decides for verification unless it says
        C(insecure-skip-tls-verify).
      - Can also be set with E(K8S_AUTH_VERIFY_SSL).
    type: bool
    aliases: [verify_ssl]
  ca_cert:
    description:
      - The path of a file with the certificates of the authorities to trust, in PEM format.
      - Can also be set with E(K8S_AUTH_SSL_CA_CERT).
    type: str
    aliases: [ssl_ca_cert]
  client_cert:
    description:
      - The path of a client certificate to authenticate with, in PEM format. Needs O(client_key).
      - Can also be set with E(K8S_AUTH_CERT_FILE).
    type: str
    aliases: [cert_file]
  client_key:
    description:
      - The path of the key of O(client_cert), in PEM format.
      - Can also be set with E(K8S_AUTH_KEY_FILE).
    type: str
    aliases: [key_file]
  proxy:
    description:
      - The URL of an HTTP proxy to reach the API server through, such as V(http://192.0.2.20:3128).
      - Can also be set with E(K8S_AUTH_PROXY).
    type: str
  no_proxy:
    description:
      - Hosts, domains and networks that are reached without O(proxy), separated by commas.
      - Can also be set with E(K8S_AUTH_NO_PROXY).
    type: str
  proxy_headers:
    description:
      - What to tell the proxy.
    type: dict
    suboptions:
      basic_auth:
        description:
          - User name and password for a C(Authorization) header, separated by a colon.
          - Can also be set with E(K8S_AUTH_PROXY_HEADERS_BASIC_AUTH).
        type: str
      proxy_basic_auth:
        description:
          - User name and password for a C(Proxy-Authorization) header, separated by a colon.
          - Can also be set with E(K8S_AUTH_PROXY_HEADERS_PROXY_BASIC_AUTH).
        type: str
      user_agent:
        description:
          - The C(User-Agent) header.
          - Can also be set with E(K8S_AUTH_PROXY_HEADERS_USER_AGENT).
        type: str
  impersonate_user:
    description:
      - The user to act as. The own user needs the right to impersonate.
      - Can also be set with E(K8S_AUTH_IMPERSONATE_USER).
    type: str
  impersonate_groups:
    description:
      - The groups to act as a member of.
      - Can also be set with E(K8S_AUTH_IMPERSONATE_GROUPS), separated by commas.
    type: list
    elements: str
  persist_config:
    description:
      - Whether a token that was refreshed on the way is written back to the kubeconfig.
      - When it is left out, it is not.
      - Can also be set with E(K8S_AUTH_PERSIST_CONFIG).
    type: bool
requirements:
  - kubernetes (Python library) >= 24.2.0
  - PyYAML
notes:
  - >-
    The options for the connection have the names, aliases and environment variables of M(kubernetes.core.k8s), so one
    set of variables serves both.
"""
