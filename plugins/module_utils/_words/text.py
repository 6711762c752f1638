# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cloud-init documents as text, and whether they hold a secret. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t

try:
    import yaml
except ImportError:  # reported by the runner, together with the kubernetes library
    yaml = None  # type: ignore[assignment]

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption

HEADER = "#cloud-config"
HIDDEN = "(hidden)"
HIDDEN_CHANGED = "(hidden, changed)"
_SECRET = re.compile(
    r"passw|passphrase|chpasswd|secret|token|credential|api_?key|private|rsa_private|BEGIN [A-Z ]*KEY", re.IGNORECASE
)


def holds_secret(text: str) -> bool:
    """Tell whether a document looks as if it held a password or a key. It errs on the side of yes."""
    return bool(_SECRET.search(text))


def parse(text: str) -> t.Any:
    """Return the YAML value of a document, ``None`` if it is something else such as a shell script."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None


def parse_all(text: str) -> list[t.Any]:
    """Return the values of a text of one or more YAML documents, JSON among them; raises ``ValueError``."""
    try:
        return [value for value in yaml.safe_load_all(text) if value is not None]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = "" if mark is None else f" in line {mark.line + 1}"
        # the text itself may hold a password
        raise ValueError(f"it is no YAML or JSON: {getattr(error, 'problem', None) or 'broken'}{where}") from None


def dump(value: t.Any) -> str:
    """Return a mapping as YAML in the order in which it was written."""
    text: str = yaml.safe_dump(value, sort_keys=False, default_flow_style=False, allow_unicode=True)
    return text


def user_data(wanted: t.Any, ssh_keys: t.Sequence[str], found: str | None) -> str | None:
    """Return cloud-init user data as text; ``found`` itself when it says the same."""
    if wanted is None and not ssh_keys:
        return None
    if isinstance(wanted, str) and not ssh_keys:
        return wanted
    if wanted is None:
        # keys alone join what is there
        wanted = found or {}
    document = parse(wanted) if isinstance(wanted, str) else wanted
    is_config = not isinstance(wanted, str) or wanted.startswith(HEADER)
    if not is_config or not isinstance(document, dict):
        raise InvalidOption(
            "ssh_keys: cloud_init.user_data is no mapping and no #cloud-config document, so keys cannot be added.",
            option="ssh_keys",
        )
    if ssh_keys:
        own = [str(key) for key in document.get("ssh_authorized_keys") or []]
        keys = [key.strip() for key in ssh_keys]
        document = {**document, "ssh_authorized_keys": own + [key for key in keys if key not in own]}
    if found is not None and found.startswith(HEADER) and parse(found) == document:
        return found
    return f"{HEADER}\n{dump(document)}"


def network_data(wanted: t.Any, found: str | None) -> str | None:
    """Return cloud-init network data as text; ``found`` itself when it says the same."""
    if wanted is None or isinstance(wanted, str):
        return wanted
    return found if found is not None and parse(found) == wanted else dump(wanted)
