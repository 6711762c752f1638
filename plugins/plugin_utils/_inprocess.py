# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module's use case inside the Ansible worker, where it can tell how far it is. Private to vmo.core.

It is the module without a process of its own: the same argument spec, the same use case, the same result. Where that
cannot be promised, the module itself is run, unchanged, where the task says; ``-vvv`` tells why.
"""

from __future__ import annotations

import json
import time
import typing as t

from ansible import constants
from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator, ValidationResult
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.vmo.core.plugins.module_utils._errors import MissingLibrary, VmoError
from ansible_collections.vmo.core.plugins.module_utils._runner import carry_out, open_cluster, open_clusters, shown

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._argspec.group import OptionGroup
    from ansible_collections.vmo.core.plugins.module_utils._runner import UseCase

    Result = dict[str, t.Any]

display = Display()
FAST_PATH = "vmo_fast_path"
# a wait of this many seconds is told, and then every change of what is seen, no more often than this
QUIET_SECONDS = 5.0
# what does not change is told again after this time
REPEAT_SECONDS = 60.0


def _objection(checked: ValidationResult) -> str | None:
    # the module tells best what is wrong with its arguments, or old about them
    if checked.error_messages:
        return "its arguments are not valid"
    return "its arguments need a warning" if checked._warnings or checked._deprecations else None  # noqa: SLF001


def _tells_invocation(task_vars: Result) -> bool:
    try:
        return bool(constants.config.get_config_value("INJECT_INVOCATION", variables=task_vars))
    except AnsibleError:
        # ansible-core before 2.19 always did
        return True


class Screen:
    """Progress for whoever watches the playbook: seldom enough to be read."""

    def __init__(self) -> None:
        self._told = time.monotonic()
        self._last = ""

    def report(self, message: str) -> None:
        """Show ``message`` unless something was shown just now."""
        silence = time.monotonic() - self._told
        if silence < QUIET_SECONDS or (message == self._last and silence < REPEAT_SECONDS):
            return
        self._told, self._last = time.monotonic(), message
        display.display(f"  ... {message}")


class InProcessAction(ActionBase):  # type: ignore[misc]
    """Base of the action plugins; they name their options and their use case."""

    _supports_check_mode = True
    _supports_async = True
    group: t.ClassVar[OptionGroup]
    use_case: t.ClassVar[t.Callable[..., Result]]
    open_server: t.ClassVar[t.Callable[..., t.Any]] = staticmethod(open_cluster)

    def run(self, tmp: str | None = None, task_vars: Result | None = None) -> Result:
        """Carry the task out here, or by its module."""
        task_vars = task_vars or {}
        result: Result = super().run(tmp, task_vars)
        # what a module gets has been through JSON: no tagged, lazy or encrypted values
        arguments = json.loads(json.dumps(self._task.args, default=str))
        checked = ArgumentSpecValidator(**self.group.module_arguments()).validate(arguments)
        reason = _objection(checked) or self._obstacle(task_vars)
        if reason is not None:
            return self._run_module(result, task_vars, reason)
        try:
            report = self._carry_out(checked.validated_parameters)
        except MissingLibrary as missing:
            # nothing was sent yet, and the Python of the task's host may well have it
            return self._run_module(result, task_vars, f"Ansible's own Python lacks a library: {missing.message}")
        if _tells_invocation(task_vars):
            report["invocation"] = {"module_args": shown(checked.validated_parameters, self.group)}
        # there is no other way to these values; AnsibleModule takes it as well
        secrets = checked._no_log_values  # noqa: SLF001
        # a report of thousands of VMs takes long to look through
        result.update(remove_values(report, secrets) if secrets else report)
        if not result.get("warnings"):
            result.pop("warnings", None)
        return result

    def _run_module(self, result: Result, task_vars: Result, reason: str) -> Result:
        display.vvv(f"{self._task.action}: run as a module, since {reason}")
        result.update(self._execute_module(task_vars=task_vars, wrap_async=self._task.async_val))
        return result

    def _carry_out(self, params: Result) -> Result:
        use_case = t.cast("UseCase[t.Any]", type(self).use_case)
        check_mode = self._task.check_mode
        try:
            return carry_out(use_case, type(self).open_server, params, check_mode=check_mode, progress=Screen())
        except MissingLibrary:
            raise
        except VmoError as error:
            return {"failed": True, **error.as_failure()}

    def _obstacle(self, task_vars: Result) -> str | None:
        """Return why the module has to be run, ``None`` if it need not."""
        if not boolean(self._templar.template(task_vars.get(FAST_PATH, True)), strict=False):
            return f"{FAST_PATH} is off"
        if self._connection.transport != "local":
            return f"its connection is {self._connection.transport}"
        if self._play_context.become:
            return "it becomes another user"
        if self._task.async_val:
            return "it is asynchronous"
        if any(self._task.environment or ()):
            return "it has an environment of its own"
        return None


class InProcessFleetAction(InProcessAction):
    """Base of the action plugins that work on a cluster in several threads, all of which end with the task."""

    open_server = staticmethod(open_clusters)
