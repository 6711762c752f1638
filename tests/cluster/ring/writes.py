# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print what a user wrote on the genuine cluster, as its audit log has it: one line a write, dry runs left out."""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path

from tests.cluster.ring.api import Api
from tests.cluster.ring.audit import AuditLog, requests_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kubeconfig", type=Path, required=True, help="of the user; its first one is meant")
    parser.add_argument("--audit-log", type=Path, required=True)
    parser.add_argument("--since", type=int, default=0, help="how long the log was before")
    options = parser.parse_args()
    api = Api(options.kubeconfig)
    fence = f"fence={secrets.token_hex(8)}"
    api.must("GET", f"/version?{fence}")
    lines = AuditLog(options.audit_log).since(options.since, fence)
    # Nobody can tell any more what became of a pause: it counts as a write.
    for asked in requests_of(api.user, lines, lambda _name: True):
        if not (asked.is_read or asked.is_rehearsal):
            sys.stdout.write(f"{asked}\n")


if __name__ == "__main__":
    main()
