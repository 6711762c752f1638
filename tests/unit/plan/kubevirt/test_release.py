# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which version a cluster gets, and which way leads there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.release import is_before, parse_release
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.owner import Owner
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.release import (
    PRODUCTS,
    Decision,
    Installed,
    decide_release,
)

HELM = Owner("helm", "release virt in namespace kubevirt", "change the values of the release, too")


def decide(
    installed: Installed | None, version: str | None = None, state: str = "present", product: str = "KubeVirt"
) -> Decision:
    return decide_release(PRODUCTS[product], installed, state=state, version=version, pinned="1.8.0")


def running(version: str | None, target: str | None = None) -> Installed:
    return Installed(version, target or version)


# What is there, what is wanted, and what is to be done with which version.
WAYS: dict[str, tuple[Installed | None, str | None, str, str]] = {
    "nothing there": (None, None, "install", "v1.8.0"),
    "nothing there, one wanted": (None, "1.4.0", "install", "v1.4.0"),
    "an operator that never ran": (running(None), None, "install", "v1.8.0"),
    "an operator that never ran, another wanted": (running(None), "1.7.0", "install", "v1.7.0"),
    "an operator that has begun": (running(None, "v1.7.1"), None, "install", "v1.7.1"),
    "one there, none wanted": (running("v1.4.0"), None, "none", "v1.4.0"),
    "a newer one there": (running("v1.9.0"), None, "none", "v1.9.0"),
    "one that is no version": (running("devel"), None, "none", "devel"),
    "the same": (running("v1.4.0"), "1.4.0", "none", "v1.4.0"),
    "a patch": (running("v1.4.0"), "v1.4.2", "upgrade", "v1.4.2"),
    "the next minor": (running("v1.4.0"), "1.5.3", "upgrade", "v1.5.3"),
    "the release of a candidate": (running("v1.5.0-rc.1"), "1.5.0", "upgrade", "v1.5.0"),
    "an upgrade under way": (running("v1.4.0", "v1.5.0"), None, "upgrade", "v1.5.0"),
    "an upgrade under way, wanted": (running("v1.4.0", "v1.5.0"), "1.5.0", "upgrade", "v1.5.0"),
    "an upgrade under way, a newer patch": (running("v1.4.0", "v1.5.0"), "1.5.1", "upgrade", "v1.5.1"),
}
REFUSED: dict[str, tuple[Installed, str, str]] = {
    "too far": (
        running("v1.4.0"),
        "1.8.0",
        "1.4 → 1.5 → 1.6 → 1.7 → 1.8: have the newest 1.5 installed first",
    ),
    "two at once": (running("v1.4.3"), "1.6.0", "1.4 → 1.5 → 1.6: have the newest 1.5 installed first"),
    "two at once from one under way": (running("v1.4.0", "v1.5.0"), "1.6.0", "the newest 1.5 installed first"),
    "down a patch": (running("v1.8.4"), "1.8.0", "does not go down from v1.8.4 to v1.8.0"),
    "down a minor": (running("v1.5.0"), "1.4.0", "does not go down"),
    "down to a candidate": (running("v1.5.0"), "1.5.0-rc.1", "does not go down"),
    "back from one under way": (running("v1.4.0", "v1.5.0"), "1.4.0", "on its way from v1.4.0 to v1.5.0"),
    "back within one under way": (running("v1.4.0", "v1.5.2"), "1.5.0", "on its way from v1.4.0 to v1.5.2"),
    "another major": (running("v1.9.0"), "2.0.0", "no way to v2.0.0 is known"),
    "from what is no version": (running("devel"), "1.8.0", "no way to v1.8.0 is known"),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_way(way: str) -> None:
    installed, version, action, result = WAYS[way]
    decision = decide(installed, version)
    assert (decision.action, decision.version, decision.refusal, decision.note) == (action, result, "", "")
    assert decision.previous == (None if installed is None else installed.version)


@pytest.mark.parametrize("case", REFUSED)
def test_no_way(case: str) -> None:
    installed, version, text = REFUSED[case]
    decision = decide(installed, version)
    assert text in decision.refusal
    assert (decision.action, decision.version) == ("none", installed.version)


def test_removal() -> None:
    assert decide(None, state="absent") == Decision("none", "v1.8.0")
    assert decide(running("v1.4.0"), state="absent") == Decision("uninstall", "v1.4.0", "v1.4.0")
    # the version that is wanted says nothing about the one that goes
    assert decide(running("v1.4.0"), "1.8.0", state="absent").version == "v1.4.0"
    assert decide(running(None), state="absent") == Decision("uninstall", "v1.8.0")


@pytest.mark.parametrize("version", [None, "1.4.0", "1.5.0", "1.8.0", "1.3.0"])
def test_what_somebody_else_manages_stays(version: str | None) -> None:
    installed = Installed("v1.4.0", "v1.4.0", HELM)
    present = decide(installed, version)
    assert (present.action, present.version, present.is_foreign, present.refusal) == ("none", "v1.4.0", True, "")
    is_withheld = version not in (None, "1.4.0")
    assert ("Helm (release virt in namespace kubevirt)" in present.note) is is_withheld
    assert (f"does not become v{version}" in present.note) is is_withheld
    absent = decide(installed, version, state="absent")
    assert (absent.action, absent.is_foreign, absent.note) == ("none", True, "")
    assert "Helm (release virt in namespace kubevirt)" in absent.refusal


def test_cdi_goes_up_at_once_and_never_down() -> None:
    far = decide(running("v1.61.0"), "1.65.0", product="CDI")
    assert (far.action, far.refusal) == ("upgrade", "")
    assert "1.61 → 1.62 → 1.63 → 1.64 → 1.65" in far.note
    assert decide(running("v1.64.0"), "1.65.0", product="CDI").note == ""
    assert "does not go down" in decide(running("v1.65.0"), "1.64.0", product="CDI").refusal


def test_what_cannot_be_meant_is_refused() -> None:
    for version, state, text in (("1.8", "present", "version: '1.8'"), (None, "latest", "state: 'latest'")):
        with pytest.raises(InvalidOption, match=text):
            decide(None, version, state)
    with pytest.raises(InvalidOption, match="pinned: None"):
        decide_release(PRODUCTS["KubeVirt"], None, state="present", version=None, pinned=None)


releases = st.builds("v{}.{}.{}".format, st.just(1), st.integers(0, 12), st.integers(0, 6))


@given(product=st.sampled_from(sorted(PRODUCTS)), now=releases, target=st.none() | releases, wanted=releases)
def test_no_way_leads_down_or_past_a_minor_version_and_the_last_one_is_the_end(
    product: str, now: str, target: str | None, wanted: str
) -> None:
    decision = decide(Installed(now, target), wanted, product=product)
    if decision.action == "none":
        # nothing is done without a word, unless there is nothing to do
        assert bool(decision.refusal) is (now != wanted or is_before(now, target))
        return
    assert (decision.action, decision.version, decision.refusal) == ("upgrade", wanted, "")
    assert is_before(now, wanted)
    assert not is_before(wanted, target) or not is_before(now, target)
    before, after = parse_release(now), parse_release(wanted)
    assert before is not None
    assert after is not None
    if product == "KubeVirt":
        assert after.minor - before.minor <= 1
    assert decide(running(wanted), wanted, product=product) == Decision("none", wanted, wanted)
