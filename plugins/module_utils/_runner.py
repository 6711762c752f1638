# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a task to a result: parse, wire, run, report or fail. Private to vmo.core.

This is the only file that knows ``AnsibleModule``. What a MAAS needs is in ``_runner_maas``, and what fills images in
``_runner_images``: other tasks shall not wait for those imports.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.vmo.core.plugins.module_utils._errors import VmoError
from ansible_collections.vmo.core.plugins.module_utils._http.limit import Limit
from ansible_collections.vmo.core.plugins.module_utils._kube.cluster import KubeCluster
from ansible_collections.vmo.core.plugins.module_utils._kube.clusters import KubeClusters, Throttled
from ansible_collections.vmo.core.plugins.module_utils._kube.credentials import Credentials
from ansible_collections.vmo.core.plugins.module_utils._kube.retry import Retrying
from ansible_collections.vmo.core.plugins.module_utils._kube.session import kept
from ansible_collections.vmo.core.plugins.module_utils._kube.transport import HttpTransport, ReadOnly
from ansible_collections.vmo.core.plugins.module_utils._usecase.webhook import Inquiry
from ansible_collections.vmo.core.plugins.module_utils._wait import Silent, SystemClock
from ansible_collections.vmo.core.plugins.module_utils._words.text import HIDDEN

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._argspec.group import OptionGroup
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock, Cluster, Clusters, Progress

    Server = t.TypeVar("Server")
    UseCase = t.Callable[[Server, dict[str, t.Any], Clock, Progress], dict[str, t.Any]]
    Open = t.Callable[..., Server]

# seconds for which a request that was refused for the moment is sent again, where the task has no time of its own
REQUEST_SECONDS = 60.0
# connections beside those for requests: watches, which last
WATCHES = 4


class Module(AnsibleModule):  # type: ignore[misc]
    """A module that never shows what its task hides: not in a result, not in the system log."""

    group: t.ClassVar[OptionGroup]

    def exit_json(self, **result: t.Any) -> None:
        """End with a result."""
        super().exit_json(**{"invocation": {"module_args": shown(self.params, self.group)}, **result})

    def fail_json(self, msg: str, **result: t.Any) -> None:
        """End with a failure."""
        super().fail_json(msg, **{"invocation": {"module_args": shown(self.params, self.group)}, **result})

    def log(self, msg: str, log_args: t.Mapping[str, t.Any] | None = None) -> None:
        """Write to the system log; the options of the task are in ``msg`` already when ``log_args`` is given."""
        if log_args is None:
            super().log(msg)
            return
        told = shown(log_args, self.group)
        super().log("Invoked with " + " ".join(f"{name}={value}" for name, value in told.items()), log_args=told)


def run_on_cluster(group: OptionGroup, use_case: UseCase[Cluster]) -> None:
    """Run a use case on the cluster that the task names, and end the process with its report."""
    run_module(group, use_case, open_cluster)


def run_on_clusters(group: OptionGroup, use_case: UseCase[Clusters]) -> None:
    """Run a use case that works in several threads, as ``run_on_cluster`` does."""
    run_module(group, use_case, open_clusters)


def run_module(group: OptionGroup, use_case: UseCase[Server], open_server: Open[Server]) -> None:
    """Run a use case on a server, and end the process with its report."""
    module = type("_Module", (Module,), {"group": group})(supports_check_mode=True, **group.module_arguments())
    try:
        report = carry_out(use_case, open_server, module.params, check_mode=module.check_mode, progress=Silent())
        end = module.exit_json
    except VmoError as error:
        report = error.as_failure()
        end = module.fail_json
    for warning in report.pop("warnings", ()):
        module.warn(warning)
    end(**report)


def carry_out(
    use_case: UseCase[Server],
    open_server: Open[Server],
    params: dict[str, t.Any],
    *,
    check_mode: bool,
    progress: Progress,
) -> dict[str, t.Any]:
    """Open the server that the options name and run a use case on it; raises ``VmoError``."""
    return use_case(open_server(params, check_mode=check_mode), params, SystemClock(), progress)


def shown(params: t.Mapping[str, t.Any], group: OptionGroup) -> dict[str, t.Any]:
    """Return the options of a task as they may be shown."""
    return {name: HIDDEN if value is not None and name in group.hidden else value for name, value in params.items()}


def open_cluster(params: t.Mapping[str, t.Any], *, check_mode: bool) -> Cluster:
    """Return the cluster that the connection options name; in check mode one that cannot be written to."""
    wire = HttpTransport(kept(credentials(params)))
    budget = float(params.get("wait_timeout") or REQUEST_SECONDS)
    transport = Retrying(
        ReadOnly(wire) if check_mode else wire,
        SystemClock(),
        budget=budget,
        why_silent=Inquiry(KubeCluster(ReadOnly(wire))),
    )
    return KubeCluster(transport, dry_run=check_mode)


def open_clusters(params: t.Mapping[str, t.Any], *, check_mode: bool) -> Clusters:
    """Return ways for several threads to the cluster that the options name, ``parallel`` requests at once."""
    most = params["parallel"]
    wire = HttpTransport(kept(credentials(params), connections=most + WATCHES))
    transport = Throttled(ReadOnly(wire) if check_mode else wire, Limit(most))
    return KubeClusters(
        transport,
        SystemClock(),
        float(params["wait_timeout"]),
        dry_run=check_mode,
        why_silent=Inquiry(KubeCluster(ReadOnly(wire))),
    )


def credentials(params: t.Mapping[str, t.Any]) -> Credentials:
    """Return the connection options as a value."""
    return Credentials(
        kubeconfig=params["kubeconfig"],
        context=params["context"],
        host=params["host"],
        api_key=params["api_key"],
        username=params["username"],
        password=params["password"],
        validate_certs=params["validate_certs"],
        ca_cert=params["ca_cert"],
        client_cert=params["client_cert"],
        client_key=params["client_key"],
        proxy=params["proxy"],
        no_proxy=params["no_proxy"],
        proxy_headers=params["proxy_headers"],
        impersonate_user=params["impersonate_user"],
        impersonate_groups=tuple(params["impersonate_groups"] or ()),
        persist_config=bool(params["persist_config"]),
    )
