# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that fills one image with a file, and tells the most memory that it ever had: arguments are options."""

from __future__ import annotations

import json
import resource
import sys
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.vmo.core.plugins.module_utils._argspec.connection import CONNECTION
from ansible_collections.vmo.core.plugins.module_utils._argspec.image import IMAGE
from ansible_collections.vmo.core.plugins.module_utils._runner import carry_out
from ansible_collections.vmo.core.plugins.module_utils._runner_images import open_images
from ansible_collections.vmo.core.plugins.module_utils._usecase.image_task import run


class Lines:
    """Progress that keeps every line."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def report(self, message: str) -> None:
        self.told.append(message)


def main() -> None:
    checked = ArgumentSpecValidator(**(CONNECTION + IMAGE).module_arguments()).validate(json.loads(sys.argv[1]))
    assert not checked.error_messages, checked.error_messages
    progress = Lines()
    params: dict[str, t.Any] = checked.validated_parameters
    report = carry_out(run, open_images, params, check_mode=False, progress=progress)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stdout.write(json.dumps({"kibibytes": peak, "lines": progress.told, "changed": report["changed"]}))


if __name__ == "__main__":
    main()
