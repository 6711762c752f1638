# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that runs on the nodes: virt-handler and guests, CSI drivers, CDI's workers."""

from __future__ import annotations

import asyncio
import functools

from tests.cluster.nodes.addresses import BRIDGE, NODES, WORKERS
from tests.cluster.nodes.context import Context
from tests.cluster.nodes.handler.heartbeat import Heartbeat
from tests.cluster.nodes.handler.lifecycle import Lifecycle
from tests.cluster.nodes.handler.server import HandlerServer
from tests.cluster.nodes.kubelet.sandbox import ip
from tests.cluster.nodes.objects import PODS, Object
from tests.cluster.nodes.reflector import Reflector
from tests.cluster.nodes.storage.provisioner import Provisioner
from tests.cluster.nodes.storage.snapshotter import Snapshotter
from tests.cluster.nodes.tasks import Tasks
from tests.cluster.nodes.workers.workers import Workers


async def run(context: Context) -> None:
    """Run until cancelled."""
    # Worker pods have no network namespace: their addresses are answered here.
    await ip("route", "replace", "local", WORKERS, "dev", BRIDGE)
    tasks = Tasks()
    lifecycle, workers = Lifecycle(context, tasks), Workers(context, tasks)
    provisioner = Provisioner(context, tasks)

    async def handle_pod(change: str, pod: Object) -> None:
        await lifecycle.handle_pod(change, pod)
        await workers.handle(change, pod)

    instances = lifecycle.instances
    try:
        tasks.start(PODS, Reflector(context.api, PODS, handle_pod).run)
        lifecycle.start()
        provisioner.start()
        Snapshotter(context, tasks, provisioner.classes).start()
        heartbeat = Heartbeat(context, instances.identity, instances.handler_present)
        for node in NODES:
            tasks.start(f"heartbeat {node}", functools.partial(heartbeat.run, node))
        tasks.start("handler", HandlerServer(context, instances, lifecycle.alarms).run)
        await asyncio.get_running_loop().create_future()
    finally:
        await tasks.close()
