# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the pages of checks from their catalogues.

``tests/tools/run sh -c 'PYTHONPATH="${ANSIBLE_COLLECTIONS_PATH%%:*}" python -m tests.tools.checks_page'``
"""

from __future__ import annotations

from pathlib import Path

from ansible_collections.vmo.core.plugins.module_utils._model.presets import PRESETS
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.catalogue import AREAS, CATALOGUE, LEFT_OUT, OPT_IN
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks import catalogue as of_clusters

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE, CLUSTER_PAGE = DOCS / "checks.md", DOCS / "cluster_checks.md"
LICENCE = """<!--
Copyright (c) 2026, the vmo.core authors
GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later

Written by tests/tools/checks_page.py from the catalogue itself; a test compares. Do not edit.
-->
"""
HEAD = f"""{LICENCE}
# What maas_cluster_check asks

Every question gives a verdict: `pass`, `warn`, `fail`, `skip` where it does not arise, `unknown` where MAAS does not
know or does not tell. The column "Worst" is the worst that a check gives unless `severity_overrides` says otherwise. A
machine fits a role when none of its own checks fails; comparisons with other machines do not decide that.
"""
CLUSTER_HEAD = f"""{LICENCE}
# What vmo_cluster_check asks

Every question gives a verdict: `pass`, `warn`, `fail`, `skip` where it does not arise, `unknown` where the cluster does
not tell or the user may not read it; the evidence of the verdict then has the rule that is missing. The column "Worst"
is the worst that a check gives unless `severity_overrides` says otherwise. "For" names the choices of the option `for`
that a check is made for; others are made always. What stands in parentheses is looked at where it can be read.
"""


def cluster_page() -> str:
    """Return the page on the checks of a cluster."""
    parts = [CLUSTER_HEAD, f"{len(of_clusters.CATALOGUE)} checks are made."]
    for title, checks in of_clusters.AREAS:
        rows = [
            row(
                f"`{check.id}`",
                check.scope,
                check.severity,
                ", ".join(check.purposes),
                check.title,
                ", ".join(check.reads),
                check.remedy,
            )
            for check in checks
        ]
        parts.append(table(title, "Check|About|Worst|For|What should be so|What is read|What to do", rows))
    rows = [row(f"`{name}`", part, why) for name, part, why in of_clusters.LEFT_OUT]
    parts.append(table("Left out", "Check|What is not looked at|Why", rows))
    return "\n".join(parts) + "\n"


def page() -> str:
    """Return the page on the checks of a MAAS."""
    judged = len(CATALOGUE)
    with_parts = len({name for name, _part, _why in LEFT_OUT})
    parts = [HEAD, f"{judged} of {judged} checks are made, {with_parts} of them but for a part (below)."]
    for title, checks in AREAS:
        rows = [
            row(f"`{check.id}`", check.scope, check.severity, check.title, ", ".join(check.reads), check.remedy)
            for check in checks
        ]
        parts.append(table(title, "Check|About|Worst|What should be so|What is read|What to do", rows))
    rows = [row(f"`{name}`", part, why) for name, part, why in LEFT_OUT]
    parts.append(table("Left out", "Check|What is not looked at|Why", rows))
    rows = [row(f"`{name}`", f"`{option}`") for name, option in OPT_IN.items()]
    parts.append(table("Only where the option `read` asks for it", "Check|Choice of `read`", rows))
    parts.append(table("Presets", "Preset|Role|Demand|Value|From", _presets()))
    return "\n".join(parts) + "\n"


def row(*cells: str) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(cells)} |"


def table(title: str, head: str, rows: list[str]) -> str:
    """Return a section with a table."""
    columns = head.split("|")
    return "\n".join([f"\n## {title}\n", row(*columns), row(*["---"] * len(columns)), *rows])


def _presets() -> list[str]:
    return [
        row(name, role, f"`{demand}`", _shown(demand, value), preset.cites[f"{role}.{demand}"])
        for name, preset in PRESETS.items()
        for role, values in preset.roles.items()
        for demand, value in values.items()
    ]


def _shown(demand: str, value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, int) and not isinstance(value, bool):
        if demand.startswith("memory"):
            return f"{value // 1024} GiB"
        if demand.endswith(("disk", "size")) or demand == "boot_disk_recommended":
            return f"{value // 1000**3} GB"
        if demand == "speed":
            return f"{value} Mbit/s"
    return str(value).lower() if isinstance(value, bool) else str(value)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    CLUSTER_PAGE.write_text(cluster_page(), encoding="utf-8")
