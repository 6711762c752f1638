# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags and pools keep texts as Django's forms do."""

from __future__ import annotations

import pytest

from tests.unit.sim_maas.client import Client


def test_texts_lose_blanks_around_them(client: Client) -> None:
    fields = {"name": " gpu ", "comment": " a b\n", "definition": "\n//node ", "kernel_opts": " quiet "}
    kept = {"name": "gpu", "comment": "a b", "definition": "//node", "kernel_opts": "quiet"}
    uri = {"resource_uri": "/MAAS/api/2.0/tags/gpu/"}
    assert client.post("tags/", fields).json == {**kept, **uri}
    assert client.put("tags/gpu/", {"comment": "c\n"}).json == {**kept, **uri, "comment": "c"}
    assert client.post("resourcepools/", {"name": "lab", "description": " Lab\n"}).json["description"] == "Lab"
    assert client.put("resourcepool/2/", {"description": "\nOther"}).json["description"] == "Other"


@pytest.mark.parametrize(
    ("name", "code"),
    [("a", 200), ("Shop of_the-north 2", 200), ("_a", 200), ("-a", 400), ("a.b", 400), ("", 400), (" ", 400)],
)
def test_names_of_pools(client: Client, name: str, code: int) -> None:
    assert client.post("resourcepools/", {"name": name}).code == code
