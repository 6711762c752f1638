# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of a template: what stands for them, and putting it in. Private to vmo.core.

The rules are KubeVirt's: ``${NAME}`` anywhere in a text is replaced by text, ``${{NAME}}`` as a whole text by the JSON
value that the parameter holds. Keys are texts, too. What a value holds is not looked at again.
"""

from __future__ import annotations

import json
import math
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.template import PARAMETERIZED, Filling
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig, take
from ansible_collections.vmo.core.plugins.module_utils._plan.template.generate import generate
from ansible_collections.vmo.core.plugins.module_utils._words.fields import as_text
from ansible_collections.vmo.core.plugins.module_utils._words.parameterized import (
    REFERENCE,
    VALUE_REFERENCE,
    own_parameter,
    source_of,
)

Tree = dict[str, t.Any]
Choose = t.Callable[[str], str]
_GENERATOR = "expression"
_OPTION = "template_parameters"
_DOCUMENTS = ("userData", "networkData")


def as_texts(given: t.Mapping[str, t.Any] | None) -> dict[str, str]:
    """Return values of a task as texts: flags, mappings and lists as JSON has them, null not at all."""
    return {
        str(name): json.dumps(value) if isinstance(value, (dict, list)) else as_text(value)
        for name, value in (given or {}).items()
        if value is not None
    }


def fill(
    plain: t.Mapping[str, t.Any],
    given: t.Mapping[str, str],
    identity: t.Mapping[str, str],
    choose: Choose,
    option: str = _OPTION,
) -> Filling:
    """Return what stands for each parameter of a template in the common form.

    ``identity`` is the ``name`` and ``namespace`` of the VM: a parameter that is nothing else gets it. Raises
    ``InvalidOption``, which names parameters and never their values.
    """
    declared = _declared(plain)
    subject = f"{PARAMETERIZED} {dig(plain, 'metadata.name') or ''}".strip()
    unknown = sorted(given.keys() - declared.keys())
    if unknown:
        known = f"it has {', '.join(declared)}" if declared else "it has none"
        raise InvalidOption(
            f"{option}: {subject} has no parameter {', '.join(unknown)}; {known}.", option=option, unknown=unknown
        )
    own = _own_values(plain, given, identity, declared, option)
    defaults = {name: str(item.get("value") or "") for name, item in declared.items()}
    values = {**defaults, **own, **given}
    generated = {name for name, item in declared.items() if not values[name] and item.get("generate")}
    missing = [name for name, item in declared.items() if item.get("required") and not values[name]]
    missing = [name for name in missing if name not in generated]
    if missing:
        raise InvalidOption(
            f"{option}: {subject} needs a value for {', '.join(missing)}.", option=option, missing=missing
        )
    for name in generated:
        values[name] = _generated(declared[name], subject, choose)
    return Filling(values, frozenset(generated), frozenset(own))


def _declared(plain: t.Mapping[str, t.Any]) -> dict[str, Tree]:
    declared: dict[str, Tree] = {}
    for item in dig(plain, "spec.parameters") or ():
        name = item.get("name")
        if not name or name in declared:
            fault = f"declares parameter {name} twice" if name else "declares a parameter without a name"
            raise InvalidOption(f"template: the {PARAMETERIZED} {fault}.", option="template")
        declared[str(name)] = item
    return declared


def _own_values(
    plain: t.Mapping[str, t.Any],
    given: t.Mapping[str, str],
    identity: t.Mapping[str, str],
    declared: t.Mapping[str, Tree],
    option: str,
) -> dict[str, str]:
    own: dict[str, str] = {}
    for what, value in identity.items():
        parameter = own_parameter(plain, what)
        if parameter is None or parameter not in declared:
            continue
        if given.get(parameter, value) != value:
            raise InvalidOption(
                f"{option}: {parameter} is the {what} of the VM, and the task says that this is {value}.", option=option
            )
        own[parameter] = value
    return own


def _generated(item: t.Mapping[str, t.Any], subject: str, choose: Choose) -> str:
    fault = ""
    if item["generate"] != _GENERATOR:
        fault = f"there is no generator {item['generate']}"
    elif not item.get("from"):
        fault = "from is missing"
    else:
        try:
            return generate(str(item["from"]), choose)
        except ValueError as error:
            fault = str(error)
    raise InvalidOption(
        f"template: parameter {item['name']} of {subject} cannot be generated: {fault}.", option="template"
    )


def rendered(plain: t.Mapping[str, t.Any], values: t.Mapping[str, str]) -> Tree:
    """Return the VirtualMachine of a template with its parameters put in; raises ``InvalidOption``."""
    source = source_of(plain)
    namespace = dig(source, "metadata.namespace")
    if namespace is not None and not REFERENCE.search(str(namespace)):
        # KubeVirt takes no notice of one that is written there
        take(source, "metadata.namespace")
    return t.cast("Tree", substitute(source, values))


def substitute(tree: t.Any, values: t.Mapping[str, str]) -> t.Any:
    """Return a copy of a tree with parameters put in; raises ``InvalidOption``."""
    if isinstance(tree, dict):
        return {_key(key, values): substitute(value, values) for key, value in tree.items()}
    if isinstance(tree, list):
        return [substitute(item, values) for item in tree]
    return _text(tree, values) if isinstance(tree, str) else tree


def _key(key: t.Any, values: t.Mapping[str, str]) -> str:
    value = _text(str(key), values)
    if not isinstance(value, str):
        raise InvalidOption(f"template: the key {key} stands for something that is no text.", option="template")
    return value


def message_of(plain: t.Mapping[str, t.Any], values: t.Mapping[str, str]) -> str | None:
    """Return what is to be told of a VM, ``None`` if nothing is; it is text in any case. Raises ``InvalidOption``."""
    message = dig(plain, "spec.message")
    if not message:
        return None
    whole = VALUE_REFERENCE.fullmatch(message)
    return _value(whole[1], values) if whole is not None else _replaced(message, values)


def _text(text: str, values: t.Mapping[str, str]) -> t.Any:
    whole = VALUE_REFERENCE.fullmatch(text)
    if whole is not None:
        return _json_value(whole[1], _value(whole[1], values))
    return _replaced(text, values)


def _replaced(text: str, values: t.Mapping[str, str]) -> str:
    for name in REFERENCE.findall(text):
        # one by one, from the left, as KubeVirt does
        text = text.replace(f"${{{name}}}", _value(name, values), 1)
    return text


def _value(name: str, values: t.Mapping[str, str]) -> str:
    if name not in values:
        raise InvalidOption(f"template: {_undeclared([name])}", option="template")
    return values[name]


def _json_value(name: str, text: str) -> t.Any:
    try:
        value = json.loads(text, parse_constant=_no_json, parse_float=_number)
    except ValueError:
        return text
    if value is None:
        raise InvalidOption(f"template: parameter {name} is null, which stands for no value.", option="template")
    return value


def _no_json(constant: str) -> t.NoReturn:
    raise ValueError(constant)


def _number(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(text)
    # 4.0 and 4 are one number there
    return int(number) if number.is_integer() else number


def references(tree: t.Any, beside: t.Collection[str] = ()) -> set[str]:
    """Return the names of all parameters that a tree refers to, but in the fields of the names in ``beside``."""
    if isinstance(tree, dict):
        found = {name for key in tree for name in references(str(key))}
        return found.union(*(references(value, beside) for key, value in tree.items() if key not in beside))
    if isinstance(tree, list):
        return {name for item in tree for name in references(item, beside)}
    if not isinstance(tree, str):
        return set()
    whole = VALUE_REFERENCE.fullmatch(tree)
    return {whole[1]} if whole is not None else set(REFERENCE.findall(tree))


def visible(plain: t.Mapping[str, t.Any]) -> set[str]:
    """Return the parameters whose values a VM shows to everybody: those outside of documents of cloud-init."""
    return references(source_of(plain), _DOCUMENTS)


def check_references(plain: t.Mapping[str, t.Any]) -> None:
    """Refuse a template that refers to a parameter that it does not declare, as KubeVirt does."""
    used = references(source_of(plain)) | references(dig(plain, "spec.message"))
    unknown = sorted(used - _declared(plain).keys())
    if unknown:
        raise InvalidOption(f"parameters: {_undeclared(unknown)}", option="parameters", unknown=unknown)


def _undeclared(names: t.Sequence[str]) -> str:
    listed = ", ".join(f"${{{name}}}" for name in names)
    return (
        f"the {PARAMETERIZED} refers to {listed}, which it does not declare as parameter; a script in cloud-init data "
        f"writes its own variables as $NAME."
    )
