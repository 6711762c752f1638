# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one of the two programs until it is told to stop: ``python -m tests.cluster.nodes kubelet --settings FILE``."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
import typing as t
from pathlib import Path

from tests.cluster.nodes import guests
from tests.cluster.nodes.api import Api
from tests.cluster.nodes.context import Context
from tests.cluster.nodes.kubelet.kubelet import Kubelet
from tests.cluster.settings import Settings


async def _kubelet(context: Context) -> None:
    version = await context.api.get("/version") or {}
    await Kubelet(context, version["gitVersion"]).run()


PROGRAMS: dict[str, t.Callable[[Context], t.Coroutine[t.Any, t.Any, None]]] = {
    "kubelet": _kubelet,
    "guests": guests.run,
}


async def _run(program: str, settings: Settings) -> None:
    async with Api.connect(settings) as api:
        task = asyncio.create_task(PROGRAMS[program](Context.of(settings, api)))
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task


def main(arguments: list[str] | None = None) -> int:
    """One subcommand a program."""
    parser = argparse.ArgumentParser(prog="python -m tests.cluster.nodes", description=__doc__)
    parser.add_argument("program", choices=list(PROGRAMS))
    parser.add_argument("--settings", type=Path, required=True, help="a JSON file, see tests/cluster/settings.py")
    options = parser.parse_args(arguments)
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    asyncio.run(_run(options.program, Settings.read(options.settings)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
