# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options for the connection to a MAAS. Private to vmo.core."""

from __future__ import annotations


class ModuleDocFragment:
    """Documents ``module_utils/_argspec/maas.py``."""

    DOCUMENTATION = r"""
options:
  maas_url:
    description:
      - >-
        The address of the MAAS region, such as V(http://192.0.2.10:5240/MAAS). C(/MAAS) may be left out, C(/api/2.0) or
        a page of the web interface may follow.
      - Can also be set with E(MAAS_URL) or E(MAAS_ENDPOINT).
    type: str
  maas_api_key:
    description:
      - >-
        The API key of a MAAS user, three parts with colons between them. It is on the page C(API keys) of the user's
        preferences; C(maas apikey --username USER) shows it on the region.
      - It is never shown in a result.
      - Can also be set with E(MAAS_API_KEY).
    type: str
  validate_certs:
    description:
      - Whether MAAS has to prove its identity with a certificate that O(ca_cert) or the system vouches for.
    type: bool
    default: true
  ca_cert:
    description:
      - The path of a file with the certificates of the authorities to trust, in PEM format.
      - When it is left out, those that the system trusts.
    type: str
  timeout:
    description:
      - >-
        How many seconds MAAS may take for one answer. A list of a thousand machines is a long one. A request that it
        refuses for the moment, since it starts anew for example, is sent again for as long.
    type: int
    default: 120
notes:
  - >-
    Proxies are those of the environment variables E(http_proxy), E(https_proxy) and E(no_proxy). A redirect is not
    followed.
"""

    ACTION_GROUP = r"""
attributes:
  action_group:
    description: Use C(group/vmo.core.maas) in C(module_defaults) to set options of all MAAS modules at once.
    support: full
    membership:
      - vmo.core.maas
"""
