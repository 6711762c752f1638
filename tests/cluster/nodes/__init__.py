# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes and guests for a genuine control plane that has neither.

Two programs, which know each other only through the API server::

    python -m tests.cluster.nodes kubelet --settings FILE
    python -m tests.cluster.nodes guests --settings FILE

``kubelet`` plays the nodes. It runs the pods of the control planes (virt-api, cdi-apiserver, ...) as processes in
network and mount namespaces of their own, and gives every other pod the status that it would have.

``guests`` plays what would run on the nodes: virt-handler with libvirt and the guests (``handler``), the CSI drivers
(``storage``) and CDI's workers (``workers``). It writes VMIs, events of VMIs and heartbeats as virt-handler's
ServiceAccount, so that KubeVirt's roles and its node restriction hold for it; everything else as itself.

``knobs`` holds what a test can slow down, break or do to them.
"""
