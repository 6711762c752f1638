# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand arguments to a module as Ansible does, on each supported ansible-core."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Iterator
from contextlib import contextmanager

from ansible.module_utils import basic

try:
    from ansible.module_utils.testing import patch_module_args
except ImportError:  # ansible-core before 2.19
    patch_module_args = None


@contextmanager
def given_arguments(arguments: dict[str, t.Any]) -> Iterator[None]:
    """Let the next module of this process see these arguments."""
    if patch_module_args is not None:
        with patch_module_args(arguments):
            yield
        return
    kept = basic._ANSIBLE_ARGS
    basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
    try:
        yield
    finally:
        basic._ANSIBLE_ARGS = kept
