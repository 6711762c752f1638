# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documents of a manifest. Private to vmo.core."""

from __future__ import annotations

import io
import typing as t

try:
    import yaml
except ImportError:  # reported by the runner, together with the kubernetes library
    yaml = None  # type: ignore[assignment]

_TIMESTAMP = "tag:yaml.org,2002:timestamp"


def documents(text: str) -> list[t.Any]:
    """Return the documents of a text, read as Kubernetes does: what looks like a date is a text.

    Raises ``ValueError`` that tells the place of what is no YAML.
    """
    base = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    resolvers = {
        first: [(tag, pattern) for tag, pattern in those if tag != _TIMESTAMP]
        for first, those in base.yaml_implicit_resolvers.items()
    }
    loader = type("_Loader", (base,), {"yaml_implicit_resolvers": resolvers})
    try:
        # a stream is read as plain text, whatever Ansible knows of it
        return list(yaml.load_all(io.StringIO(text), loader))
    except yaml.YAMLError as error:
        raise ValueError(f"the text is no YAML{_place_of(error)}") from None


def _place_of(error: t.Any) -> str:
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    place = f", line {mark.line + 1}" if mark is not None else ""
    return f"{place}: {problem}" if problem else place
