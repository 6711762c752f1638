# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ends a command of the lab with one sentence instead of a traceback."""

from __future__ import annotations


class LabError(Exception):
    """The message is a sentence for the user: what is the matter, and what to do about it."""
