# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups of options as values that carry their own rules. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption

Options = dict[str, dict[str, t.Any]]
Rules = tuple[tuple[t.Any, ...], ...]


@dataclass(frozen=True)
class OptionGroup:
    """Options in the form of Ansible's argument spec, and the rules between them.

    ``hidden`` names options whose values are never shown again, not even as the invocation in a result.
    """

    options: Options = field(default_factory=dict)
    mutually_exclusive: Rules = ()
    required_together: Rules = ()
    required_if: Rules = ()
    required_by: t.Mapping[str, t.Sequence[str]] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()

    def __add__(self, other: OptionGroup) -> OptionGroup:
        return OptionGroup(
            {**self.options, **other.options},
            self.mutually_exclusive + other.mutually_exclusive,
            self.required_together + other.required_together,
            self.required_if + other.required_if,
            {**self.required_by, **other.required_by},
            self.hidden | other.hidden,
        )

    def module_arguments(self) -> dict[str, t.Any]:
        """Return the arguments of ``AnsibleModule``."""
        return {
            "argument_spec": self.options,
            "mutually_exclusive": self.mutually_exclusive,
            "required_together": self.required_together,
            "required_if": self.required_if,
            "required_by": dict(self.required_by),
        }

    def checker(self) -> t.Callable[[t.Mapping[str, t.Any]], dict[str, t.Any]]:
        """Return a function that checks options as those of a task are, and returns them with types and defaults.

        It raises ``InvalidOption``.
        """
        validator = ArgumentSpecValidator(**self.module_arguments())

        def checked(options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
            result = validator.validate(dict(options))
            unknown = sorted(
                ".".join(name) if isinstance(name, tuple) else str(name) for name in result.unsupported_parameters
            )
            if unknown:
                raise InvalidOption(f"there is no option {', '.join(unknown)}.", option=unknown[0].partition(".")[0])
            if result.error_messages:
                raise InvalidOption(" ".join(f"{message.rstrip('.')}." for message in result.error_messages))
            return dict(result.validated_parameters)

        return checked


def text(**more: t.Any) -> dict[str, t.Any]:
    """Return the spec of a text option."""
    return {"type": "str", **more}


def number(**more: t.Any) -> dict[str, t.Any]:
    """Return the spec of a whole number."""
    return {"type": "int", **more}


def flag(**more: t.Any) -> dict[str, t.Any]:
    """Return the spec of a boolean."""
    return {"type": "bool", **more}


def mapping(options: Options | None = None, **more: t.Any) -> dict[str, t.Any]:
    """Return the spec of a mapping, free or with suboptions."""
    return {"type": "dict", **({} if options is None else {"options": options}), **more}


def items(options: Options, **more: t.Any) -> dict[str, t.Any]:
    """Return the spec of a list of mappings."""
    return {"type": "list", "elements": "dict", "options": options, **more}


def texts(**more: t.Any) -> dict[str, t.Any]:
    """Return the spec of a list of texts."""
    return {"type": "list", "elements": "str", **more}
