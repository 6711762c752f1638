# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answers that are not a success, as errors of this collection. Private to vmo.core.

The body of a 401 is never repeated: it may hold the secret of the key. All other texts go through a filter for secrets.
"""

from __future__ import annotations

import json
import re
import typing as t
from http import HTTPStatus

from ansible_collections.vmo.core.plugins.module_utils import _errors
from ansible_collections.vmo.core.plugins.module_utils._http.patience import retry_after
from ansible_collections.vmo.core.plugins.module_utils._maas.credentials import hidden_in

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.vmo.core.plugins.module_utils._maas.nouns import Attempt
    from ansible_collections.vmo.core.plugins.module_utils._maas.transport import Response

SECRET_FIELD = re.compile(r"pass|secret|token|_key$|^key$|k_g$|certificate|user_data")
_SHOWN = 300  # characters of a text that is not JSON
_FORM_WIDE = "__all__"
_NO_MATCH = re.compile(r"No (?P<kind>\w+) matches the given query")
_NO_SUCH_OP = re.compile(r"Unrecognised signature: method=\w+ op=(?P<op>\S+)")
_EXISTS = re.compile(r"with this .* already exists", re.IGNORECASE)
_WRONG_STATE = re.compile(r"because of the current state of the node")
_CLOCKS = re.compile(r"given (?P<ours>\d+) and now (?P<theirs>\d+)")
_NOT_THE_STATE = re.compile(r"^Unconfigured power type")


def error_of(response: Response, attempt: Attempt) -> _errors.VmoError:
    """Return the error for an answer whose status is not a success."""
    status = response.status
    if status in _BY_STATUS:
        return _BY_STATUS[status](response, attempt)
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return _redirect(response, attempt)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _unavailable(response, attempt)
    return _errors.UnexpectedAnswer(
        f"{attempt.sentence}: an answer {status} makes no sense here; check that maas_url is that of a MAAS region",
        status=status,
    )


def garbage(status: int, attempt: Attempt) -> _errors.VmoError:
    """Return the error for a success that is not JSON: a login page, or another program on that port."""
    return _errors.UnexpectedAnswer(
        f"{attempt.sentence}: the answer is not what a MAAS says; check maas_url, which mostly ends with /MAAS",
        status=int(status),
    )


def _redirect(response: Response, attempt: Attempt) -> _errors.VmoError:
    location = hidden_in(response.headers.get("location", ""), attempt.secrets).partition("?")[0]
    if location.startswith("https:"):
        advice = f"this MAAS wants https, it sends requests to {location}; give maas_url with https:// and its port"
    else:
        advice = "the server sends the request elsewhere; check maas_url"
    return _errors.UnexpectedAnswer(f"{attempt.sentence}: {advice}", status=response.status, location=location)


def _invalid(response: Response, attempt: Attempt) -> _errors.VmoError:
    text = _text(response, attempt)
    fields = _fields(response, attempt)
    if fields:
        return _of_fields(fields, attempt)
    unknown = _NO_SUCH_OP.search(text)
    if unknown and unknown["op"] == "None":
        # A handler for strangers sits there; it knows no plain read.
        return _unauthorized_because("not_logged_in", attempt)
    if unknown:
        return _errors.ApiMissing(f"{attempt.sentence}: this MAAS does not know the operation {unknown['op']}")
    if (attempt.is_action or attempt.verb == "delete") and "cannot be" in text:
        return _errors.Refused(f"{attempt.sentence}: {text}", reason=text)
    why = text or "MAAS gives no reason; a proxy may have damaged the request on its way"
    return _errors.Invalid(f"{attempt.sentence}: {why}", fields=[{"field": "", "message": text}] if text else [])


def _of_fields(fields: list[dict[str, str]], attempt: Attempt) -> _errors.VmoError:
    whole = "; ".join(f"{each['field']}: {each['message']}" if each["field"] else each["message"] for each in fields)
    sentence = f"{attempt.sentence}: {whole}"
    if all(_EXISTS.search(each["message"]) for each in fields):
        return _errors.AlreadyExists(sentence)
    if all(_WRONG_STATE.search(each["message"]) for each in fields):
        return _errors.Refused(sentence, reason=fields[0]["message"])
    return _errors.Invalid(sentence, fields=fields)


def _fields(response: Response, attempt: Attempt) -> list[dict[str, str]]:
    """Return ``{field, message}`` of each complaint; the field is empty where it is about the whole."""
    try:
        data = json.loads(response.body)
    except ValueError:
        return []
    if isinstance(data, list):
        data = {_FORM_WIDE: data}
    if not isinstance(data, dict):
        return []
    return [
        {
            "field": "" if field == _FORM_WIDE else str(field),
            "message": "it is not valid" if SECRET_FIELD.search(str(field)) else _one_line(str(message), attempt),
        }
        for field, messages in data.items()
        for message in _each(messages)
    ]


def _each(messages: t.Any) -> Iterator[t.Any]:
    yield from messages if isinstance(messages, list) else [messages]


_STRANGERS = {
    "clock": "this machine's clock differs too much from that of MAAS; set the time by NTP on both",
    "nonce": "MAAS has seen this very request before; something between here and there sends requests twice",
    "unknown_key": "MAAS does not know the API key; it was deleted or belongs to another MAAS. Make a new one",
    "wrong_secret": "the API key is not complete or has a typing error in its last part; copy it again",
    "not_logged_in": "MAAS did not see the API key; a proxy may remove the Authorization header",
    "unknown": "MAAS does not accept the API key; check maas_api_key",
}


def _unauthorized(response: Response, attempt: Attempt) -> _errors.VmoError:
    text = response.body.decode("utf-8", "replace")
    if "Expired timestamp" in text:
        return _unauthorized_because("clock", attempt, **_clock_difference(text))
    if "Nonce already used" in text:
        return _unauthorized_because("nonce", attempt)
    if re.search("Invalid (?:API key|access|consumer)", text):
        return _unauthorized_because("unknown_key", attempt)
    if "Invalid signature" in text:
        return _unauthorized_because("wrong_secret", attempt)
    if text.strip() == "Forbidden" or "Missing signature" in text:
        return _unauthorized_because("not_logged_in", attempt)
    return _unauthorized_because("unknown", attempt)


def _unauthorized_because(cause: str, attempt: Attempt, **details: t.Any) -> _errors.VmoError:
    seconds = details.get("seconds")
    how_far = f" (by {seconds} seconds)" if seconds else ""
    return _errors.Unauthorized(f"{attempt.sentence}: {_STRANGERS[cause]}{how_far}", cause=cause, **details)


def _clock_difference(text: str) -> dict[str, int]:
    found = _CLOCKS.search(text)
    return {"seconds": abs(int(found["theirs"]) - int(found["ours"]))} if found else {}


def _forbidden(response: Response, attempt: Attempt) -> _errors.VmoError:
    text = _text(response, attempt)
    if attempt.verb == "mark_broken":
        return _errors.Forbidden(f"{attempt.sentence}: only the owner of the machine may, and nobody for one without")
    told = f" ({text})" if text else ""
    return _errors.Forbidden(
        f"{attempt.sentence}: the user of this API key may not do that{told}; ask with an administrator's key"
    )


def _missing(response: Response, attempt: Attempt) -> _errors.VmoError:
    text = _text(response, attempt)
    if text.startswith("Unknown API endpoint"):
        return _errors.ApiMissing(f"{attempt.sentence}: this version of MAAS does not serve that")
    unmatched = _NO_MATCH.search(text)
    if unmatched:
        lacking = attempt.called(unmatched["kind"])
        return _errors.NotFound(f"{attempt.sentence}: {f'there is no such {lacking}' if lacking else text}")
    if response.headers.get("content-type", "").startswith("text/plain") and text:
        # "IP address is already in use." comes like this.
        return _errors.Refused(f"{attempt.sentence}: {text}", reason=text)
    return _errors.UnexpectedAnswer(
        f"{attempt.sentence}: there is no MAAS at that address; check maas_url, which mostly ends with /MAAS",
        status=404,
    )


def _not_allowed(response: Response, attempt: Attempt) -> _errors.VmoError:
    return _errors.UnexpectedAnswer(
        f"{attempt.sentence}: this version of MAAS does not let it be done that way", status=response.status
    )


def _conflict(response: Response, attempt: Attempt) -> _errors.VmoError:
    if retry_after(response.headers) is not None:
        return _errors.Unavailable(
            f"{attempt.sentence}: the database of MAAS is busy with the same things; try again", status=response.status
        )
    text = _text(response, attempt) or "its state does not allow it"
    return _errors.Refused(f"{attempt.sentence}: {text}", reason=text)


def _gone(response: Response, attempt: Attempt) -> _errors.VmoError:
    del response
    return _errors.ApiMissing(f"{attempt.sentence}: this version of MAAS has no virtual machine hosts any more")


def _internal(response: Response, attempt: Attempt) -> _errors.VmoError:
    text = _text(response, attempt)
    if _NOT_THE_STATE.search(text):
        return _errors.Refused(
            f"{attempt.sentence}: the machine has no power type; tell MAAS how to switch it on and off", reason=text
        )
    return _unavailable(response, attempt)


def _unavailable(response: Response, attempt: Attempt) -> _errors.VmoError:
    text = _text(response, attempt)
    return _errors.Unavailable(
        f"{attempt.sentence}: MAAS answers {response.status}{f': {text}' if text else ''}; "
        f"{_where_to_look(response, text)}",
        status=response.status,
    )


def _where_to_look(response: Response, text: str) -> str:
    if response.status == HTTPStatus.TOO_MANY_REQUESTS:
        return "it is busy, try again later"
    if "rack controller" in text or "connections available" in text:
        return "look whether its rack controllers run and are connected"
    if response.status == HTTPStatus.GATEWAY_TIMEOUT:
        return "it was too slow; the work may still go on"
    if response.status == HTTPStatus.SERVICE_UNAVAILABLE and text:
        return "look at what it names"
    return "look at the log of its region controller"


def _text(response: Response, attempt: Attempt) -> str:
    """Return a plain text in one line; a page of HTML says nothing worth repeating."""
    text = response.body[: 8 * _SHOWN].decode("utf-8", "replace")
    kind = response.headers.get("content-type", "")
    if "html" in kind or text.lstrip().startswith("<") or "Traceback (most recent call last)" in text:
        return ""
    return _one_line(text, attempt)


def _one_line(text: str, attempt: Attempt) -> str:
    # Blotted out before it is cut, so that no half of a secret is left at the end.
    line = " ".join(hidden_in(text, attempt.secrets).split()).rstrip(".")
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "..."


_BY_STATUS: dict[int, t.Callable[[Response, Attempt], _errors.VmoError]] = {
    HTTPStatus.BAD_REQUEST: _invalid,
    HTTPStatus.UNAUTHORIZED: _unauthorized,
    HTTPStatus.FORBIDDEN: _forbidden,
    HTTPStatus.NOT_FOUND: _missing,
    HTTPStatus.METHOD_NOT_ALLOWED: _not_allowed,
    HTTPStatus.CONFLICT: _conflict,
    HTTPStatus.GONE: _gone,
    HTTPStatus.TOO_MANY_REQUESTS: _unavailable,
    HTTPStatus.INTERNAL_SERVER_ERROR: _internal,
}
