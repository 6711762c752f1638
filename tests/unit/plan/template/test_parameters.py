# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of templates, by the rules of KubeVirt: tables for its odd corners, properties for the rest."""

from __future__ import annotations

import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.template import PARAMETERIZED, kind_at
from ansible_collections.vmo.core.plugins.module_utils._plan.merge import merge_patch
from ansible_collections.vmo.core.plugins.module_utils._plan.template.generate import generate
from ansible_collections.vmo.core.plugins.module_utils._plan.template.parameters import (
    as_texts,
    fill,
    message_of,
    references,
    rendered,
    substitute,
    visible,
)
from ansible_collections.vmo.core.plugins.module_utils._words.parameterized import (
    definition_of,
    from_plain,
    name_machine,
    own_parameter,
    plain_of,
    served_as,
    to_plain,
)

Tree = dict[str, t.Any]
KIND = kind_at("template.kubevirt.io/v1beta1")
NAMES = st.sampled_from(["A", "B", "NAME", "Size_2", "9"])
LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4)
PLAIN_TEXT = st.text(st.characters(exclude_characters="${}", exclude_categories=["Cs"]), max_size=6)
WRITTEN = st.lists(PLAIN_TEXT | NAMES.map(lambda name: f"${{{name}}}"), max_size=4).map("".join)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | WRITTEN | NAMES.map(lambda name: f"${{{{{name}}}}}"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PLAIN_TEXT, inner, max_size=3),
    max_leaves=12,
)
VALUES: dict[str, str] = {"A": "", "B": "7", "NAME": "web", "Size_2": "2Gi", "9": '{"x": [1]}'}


def template(*parameters: Tree, machine: Tree | None = None, **spec: t.Any) -> Tree:
    virtual = {"metadata": {"name": "${NAME}"}, "spec": {"template": {"spec": {}}}} if machine is None else machine
    return {
        "apiVersion": KIND.api_version,
        "kind": PARAMETERIZED,
        "metadata": {"name": "small"},
        "spec": {"parameters": list(parameters), "virtualMachine": virtual, **spec},
    }


def first(alphabet: str) -> str:
    return alphabet[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${NAME}", "web"),
        ("a-${NAME}-${B}-${NAME}", "a-web-7-web"),
        ("${{B}}", 7),
        ("${{9}}", {"x": [1]}),
        ("${{NAME}}", "web"),
        # neither is a reference
        ("x${{B}}", "x${{B}}"),
        ("${{B}}\n", "${{B}}\n"),
        ("$NAME ${} ${a-b} $(NAME)", "$NAME ${} ${a-b} $(NAME)"),
    ],
)
def test_texts_and_values(text: str, value: t.Any) -> None:
    assert substitute(text, VALUES) == value


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("true", True),
        ("4.0", 4),
        ("1e2", 100),
        ("2.5", 2.5),
        ('"8"', "8"),
        ("[1, 2]", [1, 2]),
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
        ("1e999", "1e999"),
        ("8Gi", "8Gi"),
        ("", ""),
        (" 5 ", 5),
    ],
)
def test_what_a_value_of_json_means(value: str, meant: t.Any) -> None:
    result = substitute({"x": "${{V}}"}, {"V": value})["x"]
    assert (result, type(result)) == (meant, type(meant))


def test_what_stands_for_nothing_is_refused() -> None:
    for tree in ("${NOBODY}", {"${NOBODY}": 1}, ["a", {"b": "${{NOBODY}}"}]):
        with pytest.raises(InvalidOption, match="NOBODY"):
            substitute(tree, VALUES)
    with pytest.raises(InvalidOption, match="null"):
        substitute("${{V}}", {"V": "null"})
    with pytest.raises(InvalidOption, match="no text"):
        substitute({"${{B}}": 1}, VALUES)


def test_a_value_is_not_looked_at_again_but_where_kubevirt_does() -> None:
    assert substitute("${A}", {"A": "${B}", "B": "x"}) == "${B}"
    # from the left, the first occurrence: that is what KubeVirt's own loop makes of it
    assert substitute("${A} ${B}", {"A": "${B}", "B": "x"}) == "x ${B}"
    assert substitute({"${A}": "v"}, {"A": "k"}) == {"k": "v"}


@given(TREES)
def test_nothing_is_left_and_only_texts_change(tree: t.Any) -> None:
    result = substitute(tree, VALUES)
    assert references(tree) <= VALUES.keys()
    assert references(result) == set()
    marked = list(_texts(substitute(tree, {name: f"\0{name}" for name in VALUES})))
    assert references(tree) == {name for name in VALUES if any(f"\0{name}" in text for text in marked)}
    if not references(tree):
        assert result == tree


def _texts(tree: t.Any) -> t.Iterator[str]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield key
            yield from _texts(value)
    elif isinstance(tree, list):
        for item in tree:
            yield from _texts(item)
    elif isinstance(tree, str):
        yield tree


@given(st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(PLAIN_TEXT, inner, max_size=2)))
def test_any_value_of_json_can_stand_for_a_whole_text(value: t.Any) -> None:
    if value is not None:
        assert substitute("${{V}}", as_texts({"V": json.dumps(value)})) == value


@pytest.mark.parametrize(
    ("expression", "first_of_all"),
    [
        ("test[0-9]{1}x", "test0x"),
        ("0x[A-F0-9]{4}", "0x0000"),
        ("[a-z]{2}-[A-Z]{3}", "aa-AAA"),
        (r"[\w]{2}", "00"),
        (r"[\a]{2}", "00"),
        (r"[\A]{1}", "!"),
        (r"[\d]{3}", "000"),
        ("[xyz]{2}", "xx"),
        ("[b-d-]{1}", "b"),
        ("plain [text] {4}", "plain [text] {4}"),
    ],
)
def test_what_is_generated(expression: str, first_of_all: str) -> None:
    assert generate(expression, first) == first_of_all


@pytest.mark.parametrize(
    ("expression", "why"),
    [("[a-z]{0}", "length"), ("[a-z]{256}", "length"), ("[a-z]{x}", "length"), ("[a-z]{1_0}", "length"),
     ("[z-a]{3}", "range"), ("[-]{3}", "no character"), (r"[\-z]{1}", "range")],
)  # fmt: skip
def test_what_cannot_be_generated(expression: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        generate(expression, first)


@given(st.integers(1, 255), st.sampled_from(["a-z", "A-Z0-9", r"\w", r"\d", "aeiou"]), st.data())
def test_a_generated_value_has_its_length_and_its_characters(length: int, ranges: str, data: st.DataObject) -> None:
    asked: set[str] = set()

    def choose(alphabet: str) -> str:
        asked.add(alphabet)
        return data.draw(st.sampled_from(alphabet)) if len(asked) < 2 and length < 6 else alphabet[-1]

    value = generate(f"<[{ranges}]{{{length}}}>", choose)
    (alphabet,) = asked
    assert len(set(alphabet)) == len(alphabet)
    assert (value[0], value[-1], len(value)) == ("<", ">", length + 2)
    assert set(value[1:-1]) <= set(alphabet)


def test_values_come_from_the_task_then_the_vm_then_the_default_then_the_generator() -> None:
    plain = to_plain(
        template(
            {"name": "NAME", "generate": "expression", "from": "vm-[0-9]{3}"},
            {"name": "GIVEN", "value": "default"},
            {"name": "EMPTY", "value": "default"},
            {"name": "DEFAULT", "value": "default", "generate": "expression", "from": "[0-9]{3}"},
            {"name": "DRAWN", "generate": "expression", "from": "[0-9]{3}", "required": True},
            {"name": "OPEN"},
        )
    )
    filling = fill(plain, {"GIVEN": "given", "EMPTY": ""}, {"name": "web", "namespace": "shop"}, first)
    assert filling.values == {
        "NAME": "web", "GIVEN": "given", "EMPTY": "", "DEFAULT": "default", "DRAWN": "000", "OPEN": ""
    }  # fmt: skip
    assert (filling.generated, filling.own) == (frozenset({"DRAWN"}), frozenset({"NAME"}))
    assert fill(plain, {}, {}, first).values["NAME"] == "vm-000"


@pytest.mark.parametrize(
    ("parameters", "given_values", "told"),
    [
        ([{"name": "A", "required": True}], {}, "needs a value for A"),
        ([{"name": "A", "required": True, "value": "x"}], {"A": ""}, "needs a value for A"),
        ([{"name": "A"}], {"B": "s3cret"}, "no parameter B; it has A"),
        ([], {"B": "s3cret"}, "no parameter B; it has none"),
        ([{"name": "A"}, {"name": "A"}], {}, "A twice"),
        ([{"value": "x"}], {}, "without a name"),
        ([{"name": "A", "generate": "uuid", "from": "[a]{1}"}], {}, "no generator uuid"),
        ([{"name": "A", "generate": "expression"}], {}, "from is missing"),
        ([{"name": "A", "generate": "expression", "from": "[z-a]{1}"}], {}, "z-a is no range"),
        ([{"name": "NAME"}], {"NAME": "other"}, "NAME is the name of the VM"),
    ],
)
def test_what_is_wrong_is_told_without_values(parameters: list[Tree], given_values: Tree, told: str) -> None:
    with pytest.raises(InvalidOption, match=told) as failure:
        fill(to_plain(template(*parameters)), given_values, {"name": "web"}, first)
    assert "s3cret" not in failure.value.message


def test_a_namespace_counts_only_where_it_is_a_parameter() -> None:
    machine: Tree = {"metadata": {"name": "x", "namespace": "written"}, "spec": {}}
    assert "namespace" not in rendered(to_plain(template(machine=machine)), {})["metadata"]
    machine["metadata"]["namespace"] = "${NS}"
    plain = to_plain(template({"name": "NS", "value": "prod"}, machine=machine))
    assert own_parameter(plain, "namespace") == "NS"
    assert fill(plain, {}, {"namespace": "shop"}, first).values == {"NS": "shop"}
    assert rendered(plain, {"NS": "shop"})["metadata"]["namespace"] == "shop"


@pytest.mark.parametrize(
    ("message", "told"),
    [("to ${NAME}", "to web"), ("${{B}}", "7"), ("${{9}}", VALUES["9"]), ("", None), (None, None)],
)
def test_a_message_is_text(message: str | None, told: str | None) -> None:
    assert message_of({"spec": {"message": message}}, VALUES) == told


def test_what_a_vm_shows_to_everybody() -> None:
    machine = {
        "metadata": {"name": "${NAME}", "labels": {"${KEY}": "x"}},
        "spec": {"v": [{"cloudInitNoCloud": {"userData": "password: ${PASSWORD} ${NAME}", "networkData": "${NET}"}}]},
    }
    assert visible(to_plain(template(machine=machine))) == {"NAME", "KEY"}


SPECS = st.fixed_dictionaries(
    {"virtualMachine": st.fixed_dictionaries(
        {"spec": st.dictionaries(st.sampled_from(["runStrategy", "template", "instancetype"]), LEAVES, min_size=1)},
        optional={"metadata": st.dictionaries(st.sampled_from(["name", "labels"]), LEAVES), "kind": st.just("x")},
    )},
    optional={
        "parameters": st.lists(st.dictionaries(st.just("name"), NAMES), max_size=2),
        "message": st.text(max_size=4),
        "future": LEAVES,
    },
)  # fmt: skip
ANNOTATIONS = st.dictionaries(st.sampled_from(["a", "vmo.core/icon", "vmo.core/display-name"]), PLAIN_TEXT)


@given(SPECS, st.none() | ANNOTATIONS)
def test_there_and_back_is_where_one_was(spec: Tree, annotations: Tree | None) -> None:
    metadata: Tree = {"name": "x", **({} if annotations is None else {"annotations": annotations})}
    found = {"apiVersion": KIND.api_version, "kind": PARAMETERIZED, "metadata": metadata, "spec": spec, "status": {}}
    again = served_as(KIND, plain_of(KIND, found), found)
    assert merge_patch(found, again) == {}
    assert again == found


def test_a_new_template_can_be_used_by_others() -> None:
    plain: Tree = {"spec": {"template": {"spec": {}}, "parameters": [{"name": "SIZE"}]}}
    name_machine(plain, "small")
    served = from_plain(plain)["spec"]
    assert served["virtualMachine"]["metadata"] == {"name": "${NAME}"}
    assert [item["name"] for item in served["parameters"]] == ["NAME", "SIZE"]
    assert generate(served["parameters"][0]["from"], first) == "small-00000"
    own: Tree = {"spec": {"machine": {"metadata": {"name": "${VM}"}}, "parameters": [{"name": "VM"}]}}
    name_machine(own, "small")
    assert own["spec"]["parameters"] == [{"name": "VM"}]


def test_what_no_option_says_is_told_as_the_api_has_it() -> None:
    words = {"memory": "1Gi", "definition": {"spec": {"machine": {"metadata": {"labels": {"a": "b"}}}, "x": 1}}}
    assert definition_of(words)["definition"] == {
        "spec": {"virtualMachine": {"metadata": {"labels": {"a": "b"}}, "spec": {"x": 1}}}
    }
    assert definition_of({"definition": {"spec": {"machine": {}}}}) == {}
    assert definition_of({"memory": "1Gi"}) == {"memory": "1Gi"}
