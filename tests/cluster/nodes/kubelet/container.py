# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A container as a process: own mount and UTS namespace, own root, the volumes of its pod."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import signal
import typing as t
from pathlib import Path

from tests.cluster.nodes.kubelet.downward import expand
from tests.cluster.nodes.objects import Object, image_name, key, name

_DIRECTORIES = ("usr", "etc/ssl", "proc", "dev", "tmp", "sys", "app", "run", "var/run", "root")
_LINKS = ("bin", "sbin", "lib", "lib64")


class Launch(t.NamedTuple):
    """All that a container is started from."""

    pod: Object
    spec: Object
    environment: dict[str, str]
    root: Path
    volumes: t.Callable[[str], Path]
    programs: t.Callable[[str], Path | None]

    def command(self) -> list[str]:
        """Return what is executed inside: the lab's program where it has one of that name."""
        image = image_name(self.spec["image"])
        command = list(self.spec.get("command") or [f"/app/{image}"])
        program = os.path.basename(command[0])
        if self.programs(program):
            command[0] = f"/app/{program}"
        return command + [expand(str(argument), self.environment) for argument in self.spec.get("args") or []]

    def script(self) -> str:
        """Return the shell script that makes the root and becomes the program."""
        command = self.command()
        lines = ["set -e", f"root={shlex.quote(str(self.root))}"]
        lines += [f'mkdir -p "$root/{directory}"' for directory in _DIRECTORIES]
        lines += [f'[ -L "$root/{link}" ] || ln -s usr/{link} "$root/{link}"' for link in _LINKS]
        lines += [f'mount --rbind /{directory} "$root/{directory}"' for directory in ("usr", "dev")]
        lines += ['mount -t proc proc "$root/proc"', 'mount --rbind /etc/ssl "$root/etc/ssl"']
        lines += [
            "echo '127.0.0.1 localhost' >\"$root/etc/hosts\"",
            "echo 'root:x:0:0::/root:/bin/sh' >\"$root/etc/passwd\"",
            f'echo {shlex.quote(name(self.pod))} >"$root/etc/hostname"',
            f"hostname {shlex.quote(name(self.pod))}",
        ]
        lines += self._programs({image_name(self.spec["image"]), os.path.basename(command[0])})
        lines += self._mounts()
        variables = [f"{variable}={value}" for variable, value in self.environment.items()]
        return "\n".join([*lines, f'exec chroot "$root" {shlex.join(["env", "-i", *variables, *command])}', ""])

    def _programs(self, names: set[str]) -> t.Iterator[str]:
        for program in sorted(names):
            path = self.programs(program)
            if path:
                target = f'"$root/app/{program}"'
                yield f"touch {target}"
                yield f"mount --bind {shlex.quote(str(path))} {target}"

    def _mounts(self) -> t.Iterator[str]:
        known = {volume["name"] for volume in self.pod["spec"].get("volumes") or []}
        for mount in self.spec.get("volumeMounts") or []:
            if mount["name"] in known:
                target = '"$root"' + shlex.quote(mount["mountPath"].rstrip("/"))
                yield f"mkdir -p {target}"
                yield f"mount --bind {shlex.quote(str(self.volumes(mount['name'])))} {target}"


class Container:
    """One run of a container, until it ends."""

    def __init__(self, process: asyncio.subprocess.Process, pid_file: Path) -> None:
        self._process, self._pid_file = process, pid_file

    @classmethod
    async def start(cls, launch: Launch, sandbox: str, state: Path) -> Container:
        """Start it in a network namespace; its output goes to ``logs/``, its process id to ``pids/``."""
        label = f"{key(launch.pod).replace('/', '_')}_{launch.spec['name']}"
        script = launch.root.parent / f"{launch.spec['name']}.sh"
        script.write_text(launch.script(), encoding="utf-8")
        with (state / "logs" / f"{label}.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                # Whatever ends the kubelet, SIGKILL included, ends its containers.
                *("setpriv", "--pdeathsig", "KILL"),
                *("ip", "netns", "exec", sandbox),
                *("unshare", "--mount", "--uts", "--propagation", "private", "sh", str(script)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        pid_file = state / "pids" / f"{label}.pid"
        pid_file.write_text(f"{process.pid}\n", encoding="ascii")
        return cls(process, pid_file)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative after a signal."""
        return self._process.returncode

    async def stop(self, grace: float) -> None:
        """Ask it to end, and make it after so many seconds."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._process.wait(), grace)
        self._signal(signal.SIGKILL)
        await self._process.wait()
        self._pid_file.unlink(missing_ok=True)

    def _signal(self, number: signal.Signals) -> None:
        if self.exit_code is None:
            # It may have ended since.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)
