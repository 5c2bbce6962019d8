"""The object after `var NIKA=`, cut out by its braces and read as JSON that may have been made to hurt."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connectors.sources.delimited import decode
from connectors.sources.wire import Flaw, UnreadableFile

if TYPE_CHECKING:
    from connectors.sources.wire import Content

MAX_BYTES = 16 * 2**20
"""The largest real file is about 1 MB."""
MAX_DEPTH = 10
"""An exchange is five deep."""
HEAD = re.compile(r"\s*(?:(?:var|let|const)\s+)?(?:window\s*\.\s*)?NIKA\s*=\s*(?=\{)")
_MARKS = re.compile(r'[{}\[\]]|"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NOT_CONTENT = frozenset({"EXPORT_DATE", "EXPORT_TIME"})
_LONGEST = 200


@dataclass
class Parsed:
    """`value` holds objects, lists, texts and nothing else: numbers stay as they are written."""

    value: dict[str, Any]
    flaws: list[Flaw] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """SHA-256 of the content, whenever it was exported and in whatever order it was written."""
        content = {name: value for name, value in self.value.items() if name not in _NOT_CONTENT}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def looks(data: bytes) -> bool:
    """The file begins with the assignment, in whatever encoding."""
    return len(data) > 1 and HEAD.match(_text(data[:512])[0]) is not None


def parse(source: Content, data: bytes) -> Parsed:
    """The object. Raises UnreadableFile: TOO_LARGE, TOO_DEEP, BROKEN_JSON with the line."""
    if len(data) > MAX_BYTES:
        raise UnreadableFile("файл NIKA неправдоподобно велик", source.name, code="TOO_LARGE")
    text, guessed = _text(data)
    head = HEAD.match(text)
    if head is None:
        raise UnreadableFile("это не файл NIKA", source.name, code="UNKNOWN_FORMAT")
    end = _end(text, head.end(), source.name)
    parsed = Parsed({})
    parsed.value = _load(text[head.end() : end], source.name, parsed.flaws)
    if guessed:
        parsed.flaws.append(Flaw(code="ENCODING_GUESSED", where=source.name, raw=guessed))
    if rest := text[end:].strip().strip(";").strip():
        parsed.flaws.append(Flaw(code="TAIL_IGNORED", where=f"{source.name}:{_line(text, end)}", raw=str(len(rest))))
    return parsed


def shown(text: str) -> str:
    """A text of the file, safe to keep and to show: no control signs, no halves of signs, of bearable length."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _CONTROL.sub("", whole).strip()[:_LONGEST]


def _text(data: bytes) -> tuple[str, str]:
    """The text, and the encoding where it had to be guessed."""
    try:
        return decode(data)
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1"


def _end(text: str, start: int, name: str) -> int:
    """Where the object that begins at `start` ends."""
    depth = 0
    for mark in _MARKS.finditer(text, start):
        sign = mark[0][0]
        depth += (sign in "{[") - (sign in "}]")
        if depth > MAX_DEPTH:
            place = f"{name}:{_line(text, mark.start())}"
            raise UnreadableFile("файл NIKA вложен слишком глубоко", place, code="TOO_DEEP")
        if not depth:
            return mark.end()
    raise UnreadableFile("файл NIKA оборван", f"{name}:{_line(text, len(text))}", code="BROKEN_JSON")


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _load(text: str, name: str, flaws: list[Flaw]) -> dict[str, Any]:
    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for key, value in found:
            plain = shown(key)
            if plain in kept:
                flaws.append(Flaw(code="ID_REPEATED", where=name, raw=plain, blocks=True))
            kept.setdefault(plain, shown(value) if isinstance(value, str) else value)
        return kept

    def constant(word: str) -> str:
        flaws.append(Flaw(code="NUMBER_BAD", where=name, raw=word, blocks=True))
        return ""

    try:
        value = json.loads(
            text, object_pairs_hook=pairs, parse_constant=constant, parse_int=shown, parse_float=shown, strict=False
        )
    except (json.JSONDecodeError, RecursionError) as error:
        line = f":{error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise UnreadableFile("файл NIKA повреждён", f"{name}{line}", code="BROKEN_JSON") from error
    return dict(value)
