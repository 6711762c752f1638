# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a simulator until it is told to stop: ``python -m tests.sim kubevirt --state-dir DIR``."""

from __future__ import annotations

import argparse
import os
import pathlib
import signal
import sys

from tests.sim.kubevirt import Simulator, Timings


def _kubevirt(options: argparse.Namespace) -> int:
    timings = Timings.demo() if options.timings == "demo" else Timings()
    state_dir = options.state_dir.resolve()
    # Blocked before the server's thread starts, so that only sigwait below gets them.
    signals = (signal.SIGTERM, signal.SIGINT)
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    with Simulator(options.version, timings, state_dir=state_dir, port=options.port) as simulator:
        simulator.refuse_writes = options.refuse_writes
        (state_dir / "pid").write_text(f"{os.getpid()}\n", encoding="utf-8")
        environment = f"export K8S_AUTH_KUBECONFIG={simulator.kubeconfig}\nexport KUBECONFIG={simulator.kubeconfig}\n"
        environment += f"export VMO_SIM_URL={simulator.url}\n"
        (state_dir / "env").write_text(environment, encoding="utf-8")
        print(environment, end="", flush=True)
        signal.sigwait(signals)
        (state_dir / "pid").unlink()
    return 0


def main(arguments: list[str] | None = None) -> int:
    """One subcommand a simulator."""
    parser = argparse.ArgumentParser(prog="python -m tests.sim", description=__doc__)
    simulators = parser.add_subparsers(dest="simulator", required=True)
    kubevirt = simulators.add_parser("kubevirt", help="Kubernetes API server with KubeVirt and CDI")
    kubevirt.add_argument("--state-dir", type=pathlib.Path, required=True, help="holds kubeconfig, pid, env and ca.crt")
    kubevirt.add_argument("--port", type=int, default=0, help="0 takes a free one")
    kubevirt.add_argument("--version", choices=["1.4", "1.8"], default="1.4")
    kubevirt.add_argument("--timings", choices=["test", "demo"], default="test")
    kubevirt.add_argument("--refuse-writes", action="store_true", help="answer 500 to every write that is no dry run")
    kubevirt.set_defaults(run=_kubevirt)
    options = parser.parse_args(arguments)
    return int(options.run(options))


if __name__ == "__main__":
    sys.exit(main())
