# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of namespaces, rights, VMs and certificates."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.cluster_demands import OF_SOURCES, RIGHTS
from ansible_collections.vmo.core.plugins.module_utils._model.right import Right
from tests.unit.plan.cluster_checks.builders import DAY, NOW, Objects, an_instance, condition, demands, moment
from tests.unit.plan.cluster_checks.certificates import EXPIRED, LATE
from tests.unit.plan.cluster_checks.faults import Fault, add, all_of, drop, kubevirt, put

HARD, USED = "status.hard", "status.used"
ALL = [
    Fault("ns.present", "fail", "shop", drop("namespaces", "shop")),
    Fault("ns.present", "fail", "vmo-golden-images", drop("namespaces", "vmo-golden-images")),
    Fault(
        "quota.room",
        "fail",
        "shop/quota",
        put("resourcequotas", "quota", USED, {"requests.cpu": "10000m"}),
        says="requests.cpu",
    ),
    Fault(
        "quota.room",
        "fail",
        "shop/quota",
        put("resourcequotas", "quota", HARD, {"count/virtualmachines.kubevirt.io": "0"}),
    ),
    Fault(
        "quota.room", "warn", "shop/quota", put("resourcequotas", "quota", USED, {"requests.cpu": "9"}), says="nearly"
    ),
    Fault(
        "quota.room",
        "warn",
        "shop/quota",
        put("resourcequotas", "quota", USED, {"requests.cpu": "10"}),
        wanted=demands(namespace=None, images=None),
    ),
    *(
        Fault(
            f"right.{purpose}",
            "fail",
            "shop",
            wanted=demands(purposes=(purpose,)),
            denied=frozenset(rights[0]),
            says="shop",
        )
        for purpose, rights in RIGHTS.items()
    ),
    Fault(
        "right.clone",
        "fail",
        "shop",
        denied=frozenset({OF_SOURCES}),
        says="create datavolumes/source of cdi.kubevirt.io",
    ),
    Fault(
        "right.run",
        "fail",
        "all namespaces",
        wanted=demands(namespace=None),
        denied=frozenset({Right("update", "subresources.kubevirt.io", "virtualmachines/start")}),
    ),
]


def instance(strategy: str | None, phase: str = "Running") -> t.Callable[[Objects], None]:
    """Add a VMI that cannot move."""
    fixed = an_instance("db-01", phase=phase, conditions=[condition("LiveMigratable", "False", "PVC x is not shared")])
    fixed["spec"] = {"evictionStrategy": strategy} if strategy else {}
    return add("virtualmachineinstances", fixed)


WAITS = [condition("RestartRequired", "True", "a non-live-updatable field was changed in the template spec")]
EXPIRED_MANAGED = {"notAfter": moment(NOW - DAY), "conditions": [condition("Ready", "False", "expired")]}
OVERDUE = {
    "notAfter": moment(NOW + 3 * DAY),
    "renewalTime": moment(NOW - DAY),
    "conditions": [condition("Ready", "True")],
}
PENDING = {"conditions": [condition("Ready", "False", "Issuing certificate as Secret does not exist")]}
ALL += [
    Fault(
        "vm.drain", "fail", "shop/db-01", instance("LiveMigrate"), says="drain of w-1 never ends: PVC x is not shared"
    ),
    Fault("vm.drain", "warn", "shop/db-01", instance("LiveMigrate"), wanted=demands(purposes=("run",))),
    Fault(
        "vm.drain",
        "fail",
        "shop/db-01",
        all_of(instance(None), kubevirt("spec.configuration.evictionStrategy", "LiveMigrate")),
    ),
    Fault(
        "vm.restart",
        "warn",
        "shop/web-01",
        put("virtualmachines", "web-01", "status.conditions", WAITS),
        says="non-live",
    ),
    Fault(
        "cert.kubevirt",
        "fail",
        "kubevirt-ca",
        put("kubevirt_certificates", "kubevirt-ca", "data", {"ca-bundle": EXPIRED}),
    ),
    Fault(
        "cert.kubevirt", "warn", "kubevirt-ca", put("kubevirt_certificates", "kubevirt-ca", "data", {"ca-bundle": LATE})
    ),
    Fault(
        "cert.cdi",
        "fail",
        "cdi-apiserver-signer-bundle",
        put("cdi_certificates", "cdi-apiserver-signer-bundle", "data", {"ca-bundle.crt": EXPIRED}),
    ),
    Fault("cert.managed", "fail", "vm-dashboard/vmo", put("certificates", "vmo", "status", EXPIRED_MANAGED)),
    Fault("cert.managed", "warn", "vm-dashboard/vmo", put("certificates", "vmo", "status", OVERDUE), says="in 3 days"),
    Fault("cert.managed", "warn", "vm-dashboard/vmo", put("certificates", "vmo", "status", PENDING), says="not ready"),
]
