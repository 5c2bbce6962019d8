"""Which fault an answer is (behaviour.md §3): status, typed error body, HTML page, cut body, wrong content type.

Resources carry a field `type` too, so a body is an error only when `type` and `description` stand together, and
without an id of their own.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from connectors import faults
from connectors.transport.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.transport.answer import Answer

THROTTLED_STATUSES = frozenset({429, 433})
"""433 is not a standard status; the diary was seen to send it."""

_BY_STATUS: Mapping[int, type[faults.Fault]] = {
    401: faults.Unauthorised,
    403: faults.Forbidden,
    404: faults.NotFound,
    405: faults.Unavailable,  # seen during maintenance
    408: faults.Unavailable,
    **dict.fromkeys(THROTTLED_STATUSES, faults.Throttled),
}

_BY_TYPE: Mapping[str, type[faults.Fault]] = {
    "invalidrequest": faults.Rejected,
    "parameterinvalid": faults.Rejected,
    "resourceunavailable": faults.NotFound,
    "methodnotsupported": faults.SchemaDrift,
    "requestlimit": faults.Throttled,
    "servererror": faults.Unavailable,
    "unknownerror": faults.Unavailable,
    "httpsrequired": faults.SchemaDrift,
    "invalidtoken": faults.Unauthorised,
    "tokenrequired": faults.Unauthorised,
    "outofscope": faults.Forbidden,
    "notowner": faults.Forbidden,
    "ownerforbidden": faults.Forbidden,
    "systemforbidden": faults.Forbidden,
    "failed": faults.Unauthorised,
}
_OF_THE_CALLER = frozenset({faults.Unauthorised, faults.Forbidden})
"""What a page of HTML says as well as a typed error does: it is about who asks, not about what is asked for."""
_AWAY = frozenset({405, 502, 503, 504})
_SIGN_IN = frozenset({"invalidtoken", "tokenrequired"})
_SOAP_SIGN_IN = re.compile(rb"<faultstring[^>]*>\s*(?:invalidToken|tokenRequired)\b")
_CLOSING = {b"{": b"}", b"[": b"]", b'"': b'"'}
_ERROR_BODY_LIMIT = 1024 * 1024


def kind_of(code: str) -> type[faults.Fault] | None:
    """The fault that an error type of the service means, in any of its spellings; None: nobody knows it."""
    return _BY_TYPE.get(_bare(code))


def complains(answer: Answer) -> bool:
    """Whether the service says that we ask too fast."""
    typed = _typed_error(answer.body)
    return answer.status in THROTTLED_STATUSES or (typed is not None and _bare(typed[0]) == "requestlimit")


def is_outage(answer: Answer) -> bool:
    """Whether the service as a whole is away: maintenance, or a page of whatever stands before it."""
    if answer.status in _AWAY:
        return _typed_error(answer.body) is None
    return answer.is_html and (answer.status < 300 or answer.status >= 500)


def refuses_token(answer: Answer) -> bool:
    """Whether the token is dead or missing, so that nothing was done. Missing rights are another matter."""
    typed = _typed_error(answer.body)
    if typed:
        return _bare(typed[0]) in _SIGN_IN
    return answer.status == 401 or (answer.status >= 400 and bool(_SOAP_SIGN_IN.search(answer.body)))


def fault_of(answer: Answer, place: str) -> faults.Fault | None:
    """The fault this answer to a JSON call is, or None when its body is a resource (or an honest 204)."""
    typed = _typed_error(answer.body)
    if answer.status in THROTTLED_STATUSES:
        return _make(faults.Throttled, f"HTTP {answer.status}", place, answer)
    if typed:
        kind = kind_of(typed[0]) or _kind_of_status(answer.status) or faults.Rejected
        return _make(kind, f"{redact(typed[0])}: {redact(typed[1])}", place, answer, code=redact(typed[0]))
    if answer.status >= 300:
        kind = _kind_of_status(answer.status) or faults.SchemaDrift
        if answer.is_html and kind not in _OF_THE_CALLER:
            kind = faults.Unavailable  # an error page of a proxy says nothing about the resource
        return _make(kind, f"HTTP {answer.status}", place, answer)
    return _fault_of_success(answer, place)


def _fault_of_success(answer: Answer, place: str) -> faults.Fault | None:
    if answer.status == 204:
        return None
    if answer.is_html:
        return _make(faults.Unavailable, "an HTML page instead of JSON", place, answer)
    body = answer.body.strip()
    if not body:
        return _make(faults.Unavailable, "an empty answer", place, answer)
    closing = _CLOSING.get(body[:1])
    if closing is None and "json" not in answer.content_type:
        return _make(faults.SchemaDrift, f"{redact(answer.content_type)} instead of JSON", place, answer)
    if closing is not None and not body.endswith(closing):
        return _make(faults.Unavailable, "the answer is cut off", place, answer)
    return None


def _kind_of_status(status: int) -> type[faults.Fault] | None:
    if status < 300:
        return None
    if status >= 500:
        return faults.Unavailable
    if status < 400:
        return faults.SchemaDrift
    return _BY_STATUS.get(status, faults.Rejected)


def _bare(kind: str) -> str:
    """`ApiRequestLimit`, `apiRequestLimit` and `requestLimit` are one type."""
    low = kind.casefold()
    return low.removeprefix("api").removeprefix("authorization")


def _typed_error(body: bytes) -> tuple[str, str] | None:
    if body.lstrip()[:1] != b"{" or len(body) > _ERROR_BODY_LIMIT or b'"description"' not in body:
        return None
    try:
        plain = json.loads(body)
    except ValueError:
        return None
    if "id" in plain or "id_str" in plain:
        return None
    kind, description = plain.get("type"), plain.get("description")
    return (kind, description) if isinstance(kind, str) and isinstance(description, str) else None


def _make(kind: type[faults.Fault], what: str, place: str, answer: Answer, code: str = "") -> faults.Fault:
    if kind is faults.Throttled:
        return faults.Throttled(what, place, answer.request_id, retry_after=answer.retry_after)
    if kind is faults.Rejected:
        return faults.Rejected(what, place, answer.request_id, code=code)
    if kind is faults.Forbidden:
        return faults.Forbidden(what, place, answer.request_id, code=code)
    return kind(what, place, answer.request_id)
