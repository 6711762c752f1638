# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet as comma-separated values."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._plan.fleet.table import COLUMNS, rows_of

Tree = dict[str, t.Any]


def test_all_columns_of_the_dashboard() -> None:
    text = (
        "vmName,templateName,templateNamespace,namespace,cpuCores,memory,diskSize,storageClass,runStrategy,guestOS,"
        'labels\nweb-01,ubuntu-2204,golden,shop,4,8Gi,40Gi,ceph,Always,ubuntu,"tier=front, stage=test"\n'
    )
    assert rows_of(text, {}) == [
        {
            "name": "web-01",
            "namespace": "shop",
            "cpu": {"cores": "4"},
            "memory": "8Gi",
            "run_strategy": "Always",
            "template": "golden/ubuntu-2204",
            "disks": [{"name": "root", "size": "40Gi", "storage_class": "ceph"}],
            "template_annotations": {"vm.kubevirt.io/os": "ubuntu"},
            "labels": {"tier": "front", "stage": "test"},
        }
    ]


def test_our_own_columns() -> None:
    text = "VMNAME,state,group,address,mac,diskName,diskSize\na,absent,2,192.0.2.9/24,02:00:00:00:00:01,data,1Gi"
    assert rows_of(text, {}) == [
        {
            "name": "a",
            "state": "absent",
            "group": "2",
            "address": "192.0.2.9/24",
            "disks": [{"name": "data", "size": "1Gi"}],
            "networks": [{"name": "default", "mac": "02:00:00:00:00:01"}],
        }
    ]


def test_an_empty_cell_says_nothing() -> None:
    assert rows_of("vmName,memory,labels,diskSize\na,,,\nb,1Gi\n\n ,,\n", {}) == [
        {"name": "a"},
        {"name": "b", "memory": "1Gi"},
    ]


def test_disks_and_networks_are_those_of_the_defaults() -> None:
    defaults = {"disks": [{"name": "os"}, {"name": "data"}], "networks": [{"name": "vlan20"}]}
    (row,) = rows_of("vmName,diskSize,mac\na,1Gi,02:00:00:00:00:01\n", defaults)
    assert (row["disks"][0]["name"], row["networks"][0]["name"]) == ("os", "vlan20")


@pytest.mark.parametrize("text", ["", "\n \n", "\ufeff", "vmName,memory\n"])
def test_an_empty_table_is_no_vms(text: str) -> None:
    assert rows_of(text, {}) == []


def test_the_mark_of_a_spreadsheet_is_no_part_of_a_name() -> None:
    assert rows_of("\ufeffvmName\r\na\r\n", {}) == [{"name": "a"}]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name\na", f"there is no column 'name'; the columns are {', '.join(COLUMNS)}"),
        ("vmName,vmname\na,b", "the column vmName is there twice"),
        ("memory\n1Gi", "the first line has no column vmName"),
        ("vmName,memory\n\n,1Gi", "line 3 has no vmName"),
        ("vmName\na,b", "line 2 has 2 cells, but there are 1 columns"),
        ("vmName,memory\na,4", "line 2: memory 4 has no unit; write 4Gi"),
        ("vmName,diskSize\na,40", "line 2: diskSize 40 has no unit"),
        ("vmName\n" + "a" * 200_000, "line 2 cannot be read: field larger than field limit"),
        ("vmName,labels\na,tier", "line 2: labels 'tier' are not of the form"),
        ("vmName,templateNamespace\na,golden", "line 2 has a templateNamespace, but no templateName"),
    ],
)
def test_what_is_wrong_is_named(text: str, words: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        rows_of(text, {})
    assert words in caught.value.message
    assert caught.value.details == {"option": "csv"}
