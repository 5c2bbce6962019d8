"""How the emulated diary says no: the error types of its REST door and the fault codes of its import service."""

from __future__ import annotations

STATUS = {
    "invalidRequest": 400,
    "parameterInvalid": 400,
    "authorizationFailed": 400,
    "resourceUnavailable": 404,
    "methodNotSupported": 405,
    "requestLimit": 429,
    "serverError": 500,
    "invalidToken": 401,
    "tokenRequired": 401,
    "outOfScope": 403,
    "notOwner": 403,
}
"""Wire name → HTTP status (behaviour.md §3; all but 401 and 429 are assumed there)."""


class ApiRefusal(Exception):
    """Becomes `{type, description}` with the status of `STATUS`."""

    def __init__(self, kind: str, description: str) -> None:
        super().__init__(description)
        self.kind = kind
        self.description = description


class ImportRefusal(Exception):
    """Becomes a soap:Fault «code: text». Codes are our assumption: the evidence names none."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


def missing(what: str) -> ApiRefusal:
    return ApiRefusal("resourceUnavailable", f"{what} is not available")


def bad_parameter(name: str, value: str) -> ApiRefusal:
    return ApiRefusal("parameterInvalid", f"Parameter {name} has an invalid value: {value[:60]}")
