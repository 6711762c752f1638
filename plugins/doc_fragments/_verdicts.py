# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that all checks share. Private to vmo.core."""

from __future__ import annotations


class ModuleDocFragment:
    """Documents ``module_utils/_argspec/verdicts.py``."""

    DOCUMENTATION = r"""
options:
  severity_overrides:
    description:
      - >-
        Other severities, by the id of the check: V(fail), V(warn) or V(pass). What warned or failed then does that.
    type: dict
  only:
    description:
      - Ids of checks, or areas, which are the parts of ids before the dot, to make. All when it is left out.
    type: list
    elements: str
  ignore:
    description:
      - Ids of checks, or areas, not to make.
    type: list
    elements: str
  fail_on:
    description:
      - The verdict on which the task fails.
      - V(fail) - a failed one.
      - V(warn) - a warning as well.
      - V(never) - none; RV(status) tells.
    type: str
    choices: [fail, warn, never]
    default: fail
  with_passed:
    description:
      - Whether verdicts that passed or were skipped are told as well. They are many.
    type: bool
    default: false
"""
