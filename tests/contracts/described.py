"""The described API, read from its file: every operation, what it says of it, and one real answer held against it.

Who judges is openapi-core; nothing here knows a schema of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

VERBS = ("get", "post", "put", "delete", "patch")


@dataclass(frozen=True, eq=False)
class Operation:
    """One verb on one path, with what the file says of it."""

    verb: str
    path: str
    said: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.verb.upper()} {self.path}"

    def parameters(self, place: str, required: bool = False) -> list[dict[str, Any]]:
        """Those in `path` or `query`; the ones it cannot do without, or all."""
        asked = [one for one in self.said.get("parameters", []) if one["in"] == place]
        return [one for one in asked if one.get("required")] if required else asked

    @property
    def body(self) -> str:
        """Name of the schema of its body; blank without one."""
        content = self.said.get("requestBody", {}).get("content", {})
        return content["application/json"]["schema"]["$ref"].rpartition("/")[2] if content else ""

    @property
    def success(self) -> dict[int, dict[str, Any] | None]:
        """Successful status → schema of the body, None where it says that there is none."""
        answers = {int(status): said for status, said in self.said["responses"].items() if status.startswith("2")}
        return {status: _json(said) for status, said in answers.items()}

    @property
    def is_unknown(self) -> bool:
        """The file itself says that it does not know the answer."""
        return not self.success and "UNKNOWN" in self.said["responses"]["default"]["description"]

    @property
    def is_open(self) -> bool:
        """Without a token."""
        return self.said.get("security") == []


def _json(said: dict[str, Any]) -> dict[str, Any] | None:
    schema: dict[str, Any] | None = said.get("content", {}).get("application/json", {}).get("schema")
    return schema


class Described:
    """The file, and the validator made of it."""

    def __init__(self, place: Path) -> None:
        self.text: dict[str, Any] = yaml.safe_load(place.read_bytes())
        self._api = OpenAPI.from_dict(self.text)

    @property
    def operations(self) -> list[Operation]:
        paths = self.text["paths"].items()
        return [Operation(verb, path, said) for path, verbs in paths for verb, said in verbs.items() if verb in VERBS]

    def fault(self, answer: httpx.Response, instead: Operation | None = None, status: int = 0) -> str:
        """What is wrong with a question and its real answer by the file; blank when nothing is.

        What the file does not list is judged as an answer of another verb on the same path, or under another status.
        """
        request, response = _asked(answer.request), _answered(answer)
        request.method, response.status_code = instead.verb if instead else request.method, status or answer.status_code
        try:
            if answer.is_success:
                self._api.validate_request(request)
            self._api.validate_response(request, response)
        except OpenAPIError as error:
            return _told(error)
        return ""

    def resolved(self, schema: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """The schema a reference leads to, with its name; itself, without a name, where it is none."""
        if "$ref" not in schema:
            return "", schema
        name = schema["$ref"].rpartition("/")[2]
        return name, self.text["components"]["schemas"][name]

    def shown(self, schema: dict[str, Any], value: Any, home: str = "") -> Iterator[tuple[str, str]]:
        """(named schema, described field) of everything that an answer really shows, nested ones included."""
        name, schema = self.resolved(schema)
        home = name or home
        for choice in schema.get("anyOf", []):
            _, body = self.resolved(choice)
            if (body.get("type") == "array") == isinstance(value, list):
                yield from self.shown(choice, value, home)
        if isinstance(value, list):
            for item in value:
                yield from self.shown(schema.get("items", {}), item, home)
        if isinstance(value, dict):
            for field, said in schema.get("properties", {}).items():
                if field in value:
                    yield home, field
                    yield from self.shown(said, value[field], f"{home}.{field}")

    def fields(
        self, schema: dict[str, Any], home: str = "", seen: frozenset[str] = frozenset()
    ) -> set[tuple[str, str]]:
        """(named schema, field) of everything that the file describes below this schema."""
        name, schema = self.resolved(schema)
        if name in seen:
            return set()
        home, seen = name or home, seen | {name} if name else seen
        found: set[tuple[str, str]] = set()
        for choice in (*schema.get("anyOf", []), schema.get("items", {})):
            found |= self.fields(choice, home, seen) if choice else set()
        for field, said in schema.get("properties", {}).items():
            found |= {(home, field)} | self.fields(said, f"{home}.{field}", seen)
        return found


def _asked(request: httpx.Request) -> MockRequest:
    host = f"{request.url.scheme}://{request.url.netloc.decode()}"
    return MockRequest(
        host,
        request.method,
        request.url.path,
        args=request.url.params.multi_items(),
        headers=dict(request.headers),
        data=request.content,
        content_type=request.headers.get("content-type", ""),
    )


def _answered(answer: httpx.Response) -> MockResponse:
    kind = answer.headers.get("content-type", "")
    return MockResponse(answer.content, answer.status_code, dict(answer.headers), kind)


def _told(error: BaseException) -> str:
    """The innermost complaint, without the whole answer in it."""
    while error.__cause__ is not None:
        error = error.__cause__
    complaints = getattr(error, "schema_errors", ())
    return "; ".join(f"{one.json_path}: {one.message}"[:300] for one in complaints) or repr(error)[:300]
