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
import typing as t

from tests.sim import maas
from tests.sim.kubevirt import Simulator, Timings


def _kubevirt(options: argparse.Namespace) -> int:
    timings = Timings.demo() if options.timings == "demo" else Timings()
    state_dir = options.state_dir.resolve()
    signals = _block_signals()
    with Simulator(options.version, timings, stage=options.stage, state_dir=state_dir, port=options.port) as simulator:
        simulator.refuse_writes = options.refuse_writes
        environment = f"export K8S_AUTH_KUBECONFIG={simulator.kubeconfig}\nexport KUBECONFIG={simulator.kubeconfig}\n"
        environment += f"export VMO_SIM_URL={simulator.url}\n"
        _serve(state_dir, environment, signals, options.end_with)
    return 0


def _maas(options: argparse.Namespace) -> int:
    timings = maas.Timings.demo() if options.timings == "demo" else maas.Timings()
    state_dir = options.state_dir.resolve()
    signals = _block_signals()
    region = maas.Simulator(
        options.version, timings, machines=options.machines, stage=options.stage, seed=options.seed, tls=options.tls,
        state_dir=state_dir, port=options.port,
    )  # fmt: skip
    with region:
        for planted in options.fault:
            check, _colon, hostname = planted.partition(":")
            region.plant(check, hostname or None)
        region.desk.refuse_writes = options.refuse_writes
        environment = f"export MAAS_URL={region.url}\nexport MAAS_API_KEY={region.key()}\n"
        environment += f"export MAAS_USER_API_KEY={region.key('user1')}\n"
        _serve(state_dir, environment, signals, options.end_with)
    return 0


def _block_signals() -> set[signal.Signals]:
    """Before a server's thread starts, so that only _serve gets them."""
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    return signals


def _serve(state_dir: pathlib.Path, environment: str, signals: set[signal.Signals], owner: int | None) -> None:
    (state_dir / "pid").write_text(f"{os.getpid()}\n", encoding="utf-8")
    (state_dir / "env").write_text(environment, encoding="utf-8")
    print(environment, end="", flush=True)
    while signal.sigtimedwait(signals, 1.0) is None and _is_there(owner):
        pass
    (state_dir / "pid").unlink(missing_ok=True)


def _is_there(owner: int | None) -> bool:
    """Tell whether the simulator is still wanted: a run of tests that was killed tells nobody."""
    if owner is None:
        return True
    try:
        os.kill(owner, 0)
    except ProcessLookupError:
        return False
    return True


class _Planted:
    """The faults there are, with or without the machine that shall have one."""

    def __contains__(self, value: object) -> bool:
        return str(value).partition(":")[0] in maas.FAULTS

    def __iter__(self) -> t.Iterator[str]:
        return iter(sorted(maas.FAULTS))


def main(arguments: list[str] | None = None) -> int:
    """One subcommand a simulator."""
    parser = argparse.ArgumentParser(prog="python -m tests.sim", description=__doc__)
    simulators = parser.add_subparsers(dest="simulator", required=True)
    kubevirt = simulators.add_parser("kubevirt", help="Kubernetes API server with KubeVirt and CDI")
    kubevirt.add_argument("--state-dir", type=pathlib.Path, required=True, help="holds kubeconfig, pid, env and ca.crt")
    kubevirt.add_argument("--port", type=int, default=0, help="0 takes a free one")
    kubevirt.add_argument("--version", choices=["1.4", "1.8"], default="1.4")
    kubevirt.add_argument("--stage", choices=["empty", "installed"], default="installed")
    kubevirt.add_argument("--timings", choices=["test", "demo"], default="test")
    kubevirt.add_argument("--refuse-writes", action="store_true", help="answer 500 to every write that is no dry run")
    kubevirt.set_defaults(run=_kubevirt)
    region = simulators.add_parser("maas", help="MAAS region with a fleet of machines")
    region.add_argument("--state-dir", type=pathlib.Path, required=True, help="holds pid, env and, with --tls, ca.crt")
    region.add_argument("--port", type=int, default=0, help="0 takes a free one")
    region.add_argument("--version", choices=sorted(maas.RELEASES), default="3.7")
    region.add_argument("--machines", type=int, default=8, help="from six on three of them are control planes")
    region.add_argument("--stage", choices=["new", "commissioned", "ready"], default="ready")
    region.add_argument("--seed", type=int, default=1)
    region.add_argument(
        "--fault", action="append", default=[], metavar="CHECK[:HOSTNAME]", choices=_Planted(), help="repeatable"
    )
    region.add_argument("--timings", choices=["test", "demo"], default="test")
    region.add_argument("--tls", action="store_true")
    region.add_argument("--refuse-writes", action="store_true", help="answer 500 to every write")
    region.set_defaults(run=_maas)
    for simulator in (kubevirt, region):
        simulator.add_argument("--end-with", type=int, metavar="PID", help="end as soon as this process has ended")
    options = parser.parse_args(arguments)
    return int(options.run(options))


if __name__ == "__main__":
    sys.exit(main())
