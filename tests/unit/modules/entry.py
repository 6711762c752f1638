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
from ansible.module_utils.common import warnings

try:
    from ansible.module_utils import _internal
    from ansible.module_utils.testing import patch_module_args
except ImportError:  # ansible-core before 2.19
    _internal = patch_module_args = None


@contextmanager
def given_arguments(arguments: dict[str, t.Any]) -> Iterator[None]:
    """Let the next module of this process see these arguments, and none of the warnings of those before it."""
    warnings._global_warnings.clear()
    if patch_module_args is not None:
        with patch_module_args(arguments), _as_on_a_host():
            yield
        return
    kept = basic._ANSIBLE_ARGS
    basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
    try:
        yield
    finally:
        basic._ANSIBLE_ARGS = kept


@contextmanager
def _as_on_a_host() -> Iterator[None]:
    """Where a test of this process needs Ansible itself, warnings of modules would go to its screen."""
    kept, _internal.is_controller = _internal.is_controller, False
    try:
        yield
    finally:
        _internal.is_controller = kept
