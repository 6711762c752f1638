# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of certificates that are renewed by themselves, or should be. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.certificate import validities
from ansible_collections.vmo.core.plugins.module_utils._model.check import (
    CLUSTER,
    FAIL,
    Check,
    fail,
    good,
    skip,
    unknown,
    warn,
)
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import tree
from ansible_collections.vmo.core.plugins.module_utils._model.moment import DAY, HOUR, moment
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.ground import name_of, place_of, says

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.check import Finding
    from ansible_collections.vmo.core.plugins.module_utils._model.lenient import Tree
    from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.ground import Ground

    Findings = t.Iterator[Finding]

# The bundles hold certificates of authorities, no keys.
OF_KUBEVIRT = ("kubevirt-ca",)
OF_CDI = ("cdi-apiserver-signer-bundle", "cdi-uploadproxy-signer-bundle", "cdi-uploadserver-signer-bundle")


def _bundles(found: t.Sequence[Tree], names: t.Sequence[str], ground: Ground) -> Findings:
    if not found:
        yield unknown(f"There is no ConfigMap {' or '.join(names)}.")
    for one in found:
        known = [each for value in tree(one, "data").values() for each in validities(str(value))]
        if not known:
            yield unknown("holds no certificate that can be read.", subject=name_of(one))
            continue
        # A new authority is added beside the old one, long before that ends.
        newest = max(known, key=lambda each: each.ends)
        left = newest.ends - ground.now
        if left <= 0:
            yield fail(f"expired {_span(-left)} ago.", subject=name_of(one), ends=newest.ends)
        elif left < (newest.ends - newest.begins) * ground.demands.thresholds.certificate_left:
            yield warn(
                f"expires in {_span(left)}, and should have been renewed.", subject=name_of(one), ends=newest.ends
            )
        else:
            yield good(f"is valid for {_span(left)}.", subject=name_of(one), ends=newest.ends)


def _of_kubevirt(ground: Ground) -> Findings:
    yield from _bundles(ground.survey.of("kubevirt_certificates"), OF_KUBEVIRT, ground)


def _of_cdi(ground: Ground) -> Findings:
    yield from _bundles(ground.survey.of("cdi_certificates"), OF_CDI, ground)


def _managed(ground: Ground) -> Findings:
    found = ground.survey.of("certificates")
    if not found:
        yield skip("cert-manager has no certificates here.")
    for one in found:
        status = tree(one, "status")
        ends, renews = moment(status.get("notAfter")), moment(status.get("renewalTime"))
        ready, why = says(one, "Ready")
        if ends is not None and ends <= ground.now:
            yield fail(f"expired {_span(ground.now - ends)} ago.", subject=place_of(one))
        elif ready == "False":
            yield warn(f"is not ready: {why}.", subject=place_of(one))
        elif ends is not None and renews is not None and ground.now - renews > HOUR:
            yield warn(f"expires in {_span(ends - ground.now)}, and should have been renewed.", subject=place_of(one))


def _span(seconds: float) -> str:
    return f"{seconds / DAY:.0f} days" if seconds >= 2 * DAY else f"{seconds / HOUR:.0f} hours"


CHECKS = (
    Check(
        "cert.kubevirt",
        CLUSTER,
        "The certificates of KubeVirt are renewed in time",
        FAIL,
        ("kubevirts", "kubevirt_certificates"),
        "Look at virt-operator, which renews them.",
        _of_kubevirt,
    ),
    Check(
        "cert.cdi",
        CLUSTER,
        "The certificates of CDI are renewed in time",
        FAIL,
        ("cdis", "cdi_certificates"),
        "Look at cdi-operator, which renews them.",
        _of_cdi,
    ),
    Check(
        "cert.managed",
        CLUSTER,
        "The certificates of cert-manager are renewed in time",
        FAIL,
        ("certificates.status",),
        "Look at the Certificate, its CertificateRequests and at cert-manager.",
        _managed,
    ),
)
