# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let the ``kubernetes`` library read a kubeconfig or the in-cluster account, and say plainly what is wrong with it.

The library's own messages are never passed on as they are: they quote whole user entries, and the output of exec
plugins. Private to vmo.core.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import re
import typing as t
from pathlib import Path

from ansible_collections.vmo.core.plugins.module_utils._errors import ConfigurationFailed, MissingLibrary
from ansible_collections.vmo.core.plugins.module_utils._kube.scratch import scratch

try:
    import urllib3
    import yaml

    IMPORT_ERROR = None
except ImportError as error:
    IMPORT_ERROR = str(error)

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ansible_collections.vmo.core.plugins.module_utils._kube.credentials import Credentials

# What of an exec plugin's failure can be shown: no word of these comes from the plugin's output.
_PLUGIN_FAILURES = re.compile(
    r"process returned -?\d+"
    r"|failed to decode process output"
    r"|malformed (?:request|response)\. missing key '\w+'"
    r"|plugin api version [\w./]+ does not match [\w./]+"
    r"|missing (?:clientKeyData|token or clientCertificateData) field"
    r"|No such file or directory: '[^']*'"
    r"|Permission denied: '[^']*'"
)
_MISSING_FILE = re.compile(r"File does not exist: \S+")


def library() -> t.Any:
    """Return the ``kubernetes`` package. Its import takes half a second, so it waits until somebody needs it.

    Raises ``MissingLibrary``.
    """
    try:
        return importlib.import_module("kubernetes")
    except ImportError as failure:
        raise MissingLibrary(
            f"The Python library kubernetes is needed where this task runs: {failure}", library="kubernetes"
        ) from None


def load_into(configuration: t.Any, credentials: Credentials) -> bool:
    """Fill the library's ``configuration``; tell whether there was a kubeconfig or an in-cluster account."""
    source = credentials.kubeconfig
    if isinstance(source, str) and not _existing(source):
        raise ConfigurationFailed(f"There is no kubeconfig file {source}", option="kubeconfig")
    default = library().config.KUBE_CONFIG_DEFAULT_LOCATION
    if source or credentials.context or _existing(default):
        _load_kubeconfig(configuration, credentials, source or default)
        return True
    try:
        library().config.load_incluster_config(client_configuration=configuration)
    except library().config.ConfigException:
        return False
    return True


def _load_kubeconfig(configuration: t.Any, credentials: Credentials, source: str | Mapping[str, t.Any]) -> None:
    options = {
        "context": credentials.context,
        "client_configuration": configuration,
        "persist_config": credentials.persist_config,
    }
    with failing_plainly(_name(source)), scratch():
        try:
            if isinstance(source, str):
                library().config.load_kube_config(config_file=source, **options)
            else:
                library().config.load_kube_config_from_dict(config_dict=dict(source), **options)
        except (library().config.ConfigException, yaml.YAMLError, *_MALFORMED):
            reason = _what_is_wrong(source, credentials.context)
            if reason is None:
                raise
            # The cause is dropped: its text may quote the user's entry.
            raise ConfigurationFailed(f"{_name(source)} cannot be used: {reason}", option="kubeconfig") from None


_MALFORMED = (KeyError, TypeError, AttributeError, ValueError, OSError)


@contextlib.contextmanager
def failing_plainly(name: str) -> Iterator[None]:
    """Turn every failure of the library's readers and token refreshers into ``ConfigurationFailed``."""
    with _overheard() as said:
        try:
            yield
        except (
            library().config.ConfigException,
            library().client.ApiException,
            urllib3.exceptions.HTTPError,
            yaml.YAMLError,
            importlib.import_module("oauthlib.oauth2").OAuth2Error,
            *_MALFORMED,
        ) as failure:
            shown = _MISSING_FILE.search(str(failure))
            reason = f"it is malformed or its credentials have expired ({type(failure).__name__})"
            if shown:
                reason = shown.group()
            raise ConfigurationFailed(f"{name} cannot be used: {reason}", option="kubeconfig") from None
    if said:
        known = _PLUGIN_FAILURES.search(said[0])
        reason = known.group() if known else "its output is not shown, it may hold secrets"
        raise ConfigurationFailed(f"The exec credential plugin of {name} failed: {reason}", option="kubeconfig")


@contextlib.contextmanager
def _overheard() -> Iterator[list[str]]:
    """Keep what the library says on the root logger from being printed: a plugin's stderr may hold secrets.

    The library logs a failing plugin there and goes on without credentials.
    """
    said: list[str] = []

    def keep(record: logging.LogRecord) -> bool:
        if record.module != "kube_config":
            return True
        said.append(record.getMessage())
        return False

    root = logging.getLogger()
    # Without a handler, logging.error() would install one for good.
    silent = logging.NullHandler()
    root.addHandler(silent)
    root.addFilter(keep)
    try:
        yield said
    finally:
        root.removeFilter(keep)
        root.removeHandler(silent)


def _what_is_wrong(source: str | Mapping[str, t.Any], context: str | None) -> str | None:
    """Return one sentence without secrets, or ``None`` when the content looks right."""
    contexts: dict[str, t.Any] = {}
    clusters: set[str] = set()
    current = None
    for name, content in _contents(source):
        if not isinstance(content, dict):
            return f"{name} is not a YAML mapping"
        try:
            contexts.update((entry["name"], entry["context"]) for entry in content.get("contexts") or [])
            clusters.update(entry["name"] for entry in content.get("clusters") or [])
        except (TypeError, KeyError):
            return f"{name} has malformed contexts or clusters"
        current = current or content.get("current-context")
    wanted = context or current
    if not wanted:
        return "it has no current-context, and context is not given"
    if wanted not in contexts:
        return f"it has no context {wanted!r}, only {', '.join(sorted(contexts)) or 'none'}"
    cluster = (contexts[wanted] or {}).get("cluster")
    if cluster not in clusters:
        return f"context {wanted!r} names the cluster {cluster!r}, which it does not have"
    return None


def _contents(source: str | Mapping[str, t.Any]) -> list[tuple[str, t.Any]]:
    if isinstance(source, str):
        return [(str(path), _parsed(path)) for path in _existing(source)]
    return [("it", dict(source))]


def _parsed(path: Path) -> t.Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return None


def _existing(paths: str) -> list[Path]:
    candidates = [Path(path).expanduser() for path in paths.split(os.pathsep) if path]
    return [path for path in candidates if path.exists()]


def _name(source: str | Mapping[str, t.Any]) -> str:
    return f"The kubeconfig {source}" if isinstance(source, str) else "The kubeconfig"
