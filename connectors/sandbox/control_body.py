"""What a request to the control door brings; every reader raises ApiRefusal for what it cannot read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from connectors.sandbox.moments import day_of
from connectors.sandbox.refusals import ApiRefusal, bad_parameter

if TYPE_CHECKING:
    from datetime import date


def object_in(body: bytes) -> dict[str, Any]:
    try:
        wanted = json.loads(body)
    except ValueError:
        wanted = None
    if not isinstance(wanted, dict):
        raise ApiRefusal("invalidRequest", "The body is not a JSON object")
    return wanted


def number(name: str, value: object) -> int:
    if not str(value).isdecimal():
        raise bad_parameter(name, str(value))
    return int(str(value))


def day(wanted: dict[str, Any], name: str) -> date:
    found = day_of(str(wanted.get(name, "")))
    if found is None:
        raise bad_parameter(name, str(wanted.get(name)))
    return found
