# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that make up a golden image. Private to vmo.core."""

from __future__ import annotations

from ansible_collections.vmo.core.plugins.module_utils._argspec.group import (
    OptionGroup,
    file,
    flag,
    items,
    mapping,
    number,
    text,
)
from ansible_collections.vmo.core.plugins.module_utils._argspec.vm import DATA_SOURCES, DOWNLOAD, STORAGE
from ansible_collections.vmo.core.plugins.module_utils._model.golden_image import ALWAYS, NEVER, STATES, UNFINISHED

IMAGE_SOURCES = {
    **DATA_SOURCES,
    # KubeVirt refuses it in a volume of a VM
    "http": mapping({**DOWNLOAD, "checksum": text()}),
    "upload": mapping(
        {
            "src": file(required=True),
            "checksum": text(),
            "proxy_url": text(),
            "ca_cert": file(),
            "validate_certs": flag(default=True),
        }
    ),
}
_MATCHER = {"name": text(required=True), "kind": text()}

IMAGE_BODY = OptionGroup(
    {
        **IMAGE_SOURCES,
        **STORAGE,
        "labels": mapping(),
        "annotations": mapping(),
        "immediate_binding": flag(),
        "default_instancetype": mapping(_MATCHER),
        "default_preference": mapping(_MATCHER),
        "publish_as": text(),
        "renew": mapping({"schedule": text(required=True), "keep": number()}),
        "clone_rights": items(
            {
                "namespace": text(required=True),
                "service_account": text(default="default"),
                "state": text(default="present", choices=["present", "absent"]),
            }
        ),
    },
    mutually_exclusive=(tuple(IMAGE_SOURCES),),
)

IMAGE_TASK = OptionGroup(
    {
        "name": text(required=True),
        "namespace": text(required=True),
        "state": text(default="present", choices=list(STATES)),
        "recreate": text(default=UNFINISHED, choices=[NEVER, UNFINISHED, ALWAYS]),
        "force": flag(default=False),
        "wait": flag(default=True),
        "wait_timeout": number(default=1800),
        "failure_grace": number(default=10),
    }
)

IMAGE = IMAGE_TASK + IMAGE_BODY
