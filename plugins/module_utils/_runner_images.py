# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a task to a result, on the images of a cluster. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._kube.credentials import Credentials
from ansible_collections.vmo.core.plugins.module_utils._ports import ImageStore
from ansible_collections.vmo.core.plugins.module_utils._runner import credentials, open_cluster, run_module
from ansible_collections.vmo.core.plugins.module_utils._upload.proxy import ProxyUpload
from ansible_collections.vmo.core.plugins.module_utils._wait import SystemClock

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._argspec.group import OptionGroup
    from ansible_collections.vmo.core.plugins.module_utils._runner import UseCase


def run_on_images(group: OptionGroup, use_case: UseCase[ImageStore]) -> None:
    """Run a use case on the images of the cluster that the task names, and end the process with its report."""
    run_module(group, use_case, open_images)


def open_images(params: t.Mapping[str, t.Any], *, check_mode: bool) -> ImageStore:
    """Return the images of the cluster that the connection options name; in check mode none can be filled."""
    who = credentials(params)
    way = Credentials(proxy=who.proxy, no_proxy=who.no_proxy, proxy_headers=who.proxy_headers)
    upload = ProxyUpload(SystemClock(), way, read_only=check_mode)
    return ImageStore(open_cluster(params, check_mode=check_mode), upload)
