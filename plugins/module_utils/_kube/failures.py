# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answers that are not a success, as errors of this collection. Private to vmo.core.

Nothing of a request is ever repeated; status.py says what of an answer is.
"""

from __future__ import annotations

import re
import typing as t
from http import HTTPStatus

from ansible_collections.vmo.core.plugins.module_utils import _errors
from ansible_collections.vmo.core.plugins.module_utils._kube.status import (
    Status,
    fields,
    read,
    short_text,
    shown,
    without_secret,
)
from ansible_collections.vmo.core.plugins.module_utils._model.webhook import service_of

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._kube.transport import Response
    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind

_FIELDS_IN_SENTENCE = 5
_UNCALLED = re.compile(r'failed calling webhook "(?P<name>[^"]+)"')
_UNKNOWN = re.compile(r'unknown field "([^"]+)"')
_RBAC = re.compile(
    r'User "(?P<user>[^"]*)" cannot (?P<verb>\S+) resource "(?P<resource>[^"]+)" in API group "(?P<group>[^"]*)"'
    r'(?: in the namespace "(?P<namespace>[^"]+)")?'
)
_QUOTA = re.compile(
    r"(?:exceeded quota|failed quota|(?:minimum|maximum) [\w./-]+ usage per|\S+ max limit to request ratio).*",
    re.DOTALL,
)
_POD_SECURITY = re.compile(r"violates PodSecurity.*", re.DOTALL)
# KubeVirt answers these with 500 although they are the guest's or the object's state, not a fault of the server.
_REFUSED_WITH_500 = re.compile(r"unable to complete request|unexpected return code 4\d\d")
_ACTIONS = {"addvolume": "add a volume to", "removevolume": "remove a volume from", "softreboot": "soft-reboot"}
_PRODUCTS = {"kubevirt.io": "KubeVirt", "cdi.kubevirt.io": "CDI"}


class Attempt(t.NamedTuple):
    """What was tried on what: ``verb`` is a word of ours, or with ``is_action`` the name of a KubeVirt subresource."""

    verb: str
    kind: Kind
    namespace: str | None = None
    name: str = ""
    is_action: bool = False

    @property
    def sentence(self) -> str:
        """Return ``Cannot start VirtualMachine shop/web-01``."""
        verb = _ACTIONS.get(self.verb, self.verb)
        if self.name:
            return f"Cannot {verb} {self.kind.name} " + "/".join(filter(None, (self.namespace, self.name)))
        where = f" in the namespace {self.namespace}" if self.namespace else ""
        return f"Cannot {verb} {self.kind.name} objects{where}"


def error_of(response: Response, attempt: Attempt) -> _errors.VmoError:
    """Return the error for an answer whose status is not a success."""
    status = read(response)
    if status.code in _BY_CODE:
        return _BY_CODE[status.code](status, attempt)
    if status.code > HTTPStatus.INTERNAL_SERVER_ERROR:
        return _unavailable(status, attempt)
    return _errors.UnexpectedAnswer(
        f"{attempt.sentence}: an answer {status.code} makes no sense here; is this a Kubernetes API?"
        f"{_tail(shown(status, attempt.kind))}",
        status=status.code,
    )


def garbage(response: Response, attempt: Attempt) -> _errors.VmoError:
    """Return the error for a success that is not JSON: most likely not an API server, but a login page before it."""
    text = short_text(response.body)
    if text.startswith(("{", "[")) or attempt.kind.name == "Secret":
        text = "broken JSON"  # half of an object, of which nobody knows what it holds
    return _errors.UnexpectedAnswer(
        f"{attempt.sentence}: the answer is not what a Kubernetes API says{_tail(text)}", status=response.status
    )


def _unauthorized(_status: Status, attempt: Attempt) -> _errors.VmoError:
    return _errors.Unauthorized(
        f"{attempt.sentence}: the server does not accept the credentials; check api_key or renew the kubeconfig"
    )


def _forbidden(status: Status, attempt: Attempt) -> _errors.VmoError:
    rule = _RBAC.search(status.message)
    if rule:
        return _rbac(rule, attempt)
    if status.webhook:
        return _invalid(status, attempt)
    text = shown(status, attempt.kind)
    quota = _QUOTA.search(text)
    if quota:
        return _errors.QuotaExceeded(f"{attempt.sentence}: {quota.group()}")
    pod_security = _POD_SECURITY.search(text)
    if pod_security:
        return _errors.Forbidden(f"{attempt.sentence}: it {pod_security.group()}")
    if attempt.is_action or "being terminated" in text:
        return _errors.Refused(f"{attempt.sentence}: {text}", reason=text)
    return _errors.Forbidden(f"{attempt.sentence}: {text or 'the server forbids it'}")


def _rbac(found: re.Match[str], attempt: Attempt) -> _errors.VmoError:
    namespace = found["namespace"]
    rule: dict[str, t.Any] = {
        "apiGroups": [found["group"]],
        "resources": [found["resource"]],
        "verbs": [found["verb"]],
    }
    if namespace:
        rule["namespace"] = namespace
    where = f"in the namespace {namespace}" if namespace else "in the whole cluster"
    group = f" of {found['group']}" if found["group"] else ""
    return _errors.Forbidden(
        f"{attempt.sentence}: the user {found['user']} lacks the right to "
        f"{found['verb']} {found['resource']}{group} {where}",
        rule=rule,
        user=found["user"],
    )


def _missing(status: Status, attempt: Attempt) -> _errors.VmoError:
    named = status.details.get("kind")
    if status.reason == "NotFound" and (named or '" not found' in status.message):
        if named == "namespaces" and attempt.kind.plural != "namespaces":
            return _errors.NotFound(f"{attempt.sentence}: there is no namespace {attempt.namespace}")
        if attempt.is_action and attempt.kind.name == "VirtualMachine" and "virtualmachineinstance" in status.message:
            reason = "VM is not running"  # as other actions word it
            return _errors.Refused(f"{attempt.sentence}: {reason}", reason=reason)
        about_it = f'"{attempt.name}" not found' in status.message
        return _errors.NotFound(
            f"{attempt.sentence}: {'it does not exist' if about_it else shown(status, attempt.kind)}"
        )
    if attempt.is_action:
        lacks = "KubeVirt is not installed on this cluster, or its version does not know this action"
    else:
        product = _PRODUCTS.get(attempt.kind.group)
        installed = f"{product} is not installed on this cluster, or it" if product else "this cluster"
        lacks = f"{installed} does not serve {attempt.kind.plural} in {attempt.kind.api_version}"
    return _errors.ApiMissing(f"{attempt.sentence}: {lacks}", api_version=attempt.kind.api_version)


def _conflict(status: Status, attempt: Attempt) -> _errors.VmoError:
    if status.reason == "AlreadyExists":
        if "object is being deleted" in status.message:
            return _errors.AlreadyExists(f"{attempt.sentence}: the old one is still being deleted", is_deleting=True)
        return _errors.AlreadyExists(f"{attempt.sentence}: it exists already")
    text = shown(status, attempt.kind)
    if "object has been modified" in text:
        return _errors.Conflict(f"{attempt.sentence}: it changed in the meantime")
    if attempt.is_action:
        return _errors.Refused(f"{attempt.sentence}: {text}", reason=text)
    if "UID in" in text:
        return _errors.Conflict(f"{attempt.sentence}: it is another object of that name by now")
    return _errors.Conflict(f"{attempt.sentence}: {text}")


def _expired(_status: Status, attempt: Attempt) -> _errors.VmoError:
    return _errors.WatchExpired(f"{attempt.sentence} from there on: the server has forgotten that point")


def _invalid(status: Status, attempt: Attempt) -> _errors.VmoError:
    unknown = [without_secret(field) for field in _UNKNOWN.findall(status.message)]
    if unknown:
        return _errors.UnknownField(
            f"{attempt.sentence}: the server's version does not know {', '.join(unknown)}",
            fields=[{"field": field, "message": "unknown field"} for field in unknown],
        )
    found = fields(status, attempt.kind)
    sentences = [_sentence(**each) for each in found]
    if len(sentences) > _FIELDS_IN_SENTENCE:
        sentences[_FIELDS_IN_SENTENCE:] = [f"and {len(sentences) - _FIELDS_IN_SENTENCE} more"]
    text = "; ".join(sentences) or shown(status, attempt.kind) or "it is not valid"
    details: dict[str, t.Any] = {"fields": found}
    if status.webhook:
        details["webhook"] = status.webhook
    if attempt.is_action and status.webhook:
        # The webhook judges the object that the action would make: a migration of a VM that cannot migrate.
        return _errors.Refused(f"{attempt.sentence}: {text}", reason=text, **details)
    return _errors.Invalid(f"{attempt.sentence}: {text}", **details)


def _sentence(field: str, message: str) -> str:
    """Return ``spec.x: Invalid value`` or ``spec.x is required``: some messages went on from the field's name."""
    if not field:
        return message
    return f"{field}: {message}" if message[:1].isupper() else f"{field} {message}"


def _internal(status: Status, attempt: Attempt) -> _errors.VmoError:
    if status.webhook:
        return _invalid(status, attempt)
    if attempt.is_action and _REFUSED_WITH_500.search(status.message):
        text = shown(status, attempt.kind)
        return _errors.Refused(f"{attempt.sentence}: {text}", reason=text)
    return _unavailable(status, attempt)


def _unavailable(status: Status, attempt: Attempt) -> _errors.VmoError:
    webhook = _UNCALLED.search(status.message)
    details: dict[str, t.Any] = {"status": status.code}
    if webhook:
        details["webhook"] = webhook["name"]
    if status.cause:
        details["reason"] = status.cause
    return _errors.Unavailable(
        f"{attempt.sentence}: the server answers {status.code}{_tail(shown(status, attempt.kind))}; "
        f"{status.cause or _where_to_look(status, attempt, webhook['name'] if webhook else '')}",
        **details,
    )


def _where_to_look(status: Status, attempt: Attempt, webhook: str) -> str:
    if status.code == HTTPStatus.TOO_MANY_REQUESTS:
        return "it is busy, try again later"
    service = service_of(status.message) if webhook else None
    if service is not None:
        return f"look at the pods of the service {'/'.join(service)}"
    if webhook.endswith(".cdi.kubevirt.io"):
        return "look at the pods of cdi-apiserver"
    if webhook.endswith(".kubevirt.io") or (attempt.is_action and not webhook):
        return "look at the pods of virt-api"
    return "look at the pods behind that webhook" if webhook else "look at the API server"


def _tail(text: str) -> str:
    return f": {text}" if text else ""


_BY_CODE: dict[int, t.Callable[[Status, Attempt], _errors.VmoError]] = {
    HTTPStatus.BAD_REQUEST: _invalid,
    HTTPStatus.UNAUTHORIZED: _unauthorized,
    HTTPStatus.FORBIDDEN: _forbidden,
    HTTPStatus.NOT_FOUND: _missing,
    HTTPStatus.CONFLICT: _conflict,
    HTTPStatus.GONE: _expired,
    HTTPStatus.UNPROCESSABLE_ENTITY: _invalid,
    HTTPStatus.TOO_MANY_REQUESTS: _unavailable,
    HTTPStatus.INTERNAL_SERVER_ERROR: _internal,
}
