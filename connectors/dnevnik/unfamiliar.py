"""What the diary said in a run that the evidence does not know: names of fields, and words of vocabularies.

Values of unknown fields are never taken down, only their names; a word is kept with the endpoint and the id of the
first object that carried it.
"""

from __future__ import annotations

import functools
import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import structlog

from connectors.dnevnik.shape import Known, Wire
from connectors.transport.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST = 200
"""Different names and words that are told apart in a run: a service that invents one for each object tells nothing."""
LONGEST = 64
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """`word` blank: an unknown field of that name. `count`: objects that had it. `key`: the first of them, if known."""

    model: str
    field: str
    word: str = ""
    place: str
    key: str = ""
    count: int = 1

    @property
    def name(self) -> str:
        return f"{self.model}.{self.field}"


@dataclass(frozen=True, slots=True)
class _Field:
    """A field with a vocabulary: its name here and on the wire."""

    attribute: str
    alias: str
    known: frozenset[object]


@dataclass(frozen=True, slots=True)
class _View:
    """What to look at in a model: names that are no news, vocabularies by field, models inside it."""

    expected: frozenset[str]
    words: tuple[_Field, ...]
    inner: tuple[str, ...]


class Unfamiliar:
    """Shared by all threads of a run."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str], list[Any]] = {}
        self._lock = threading.Lock()
        self._log = structlog.get_logger()

    @property
    def found(self) -> tuple[Oddity, ...]:
        """Everything met so far, in the order of its first meeting."""
        with self._lock:
            return tuple(
                Oddity(model=model, field=field, word=word, place=place, key=key, count=count)
                for (model, field, word), (place, key, count) in self._found.items()
            )

    def look(self, answer: object, place: str) -> None:
        """Takes down what is unknown in an answer: a model, or a tuple of models of one kind."""
        rows = answer if isinstance(answer, tuple) else (answer,)
        if rows and isinstance(rows[0], Wire):
            self._look(rows, place)

    def _look(self, rows: Iterable[Any], place: str) -> None:
        by_model: dict[type[Wire], list[Any]] = {}
        for row in rows:
            by_model.setdefault(type(row), []).append(row)
        for model, alike in by_model.items():
            self._look_at(model, alike, place)

    def _look_at(self, model: type[Wire], rows: list[Any], place: str) -> None:
        """By sets of everything first: in a hundred thousand marks there is nothing to take down."""
        view = _view(model)
        for name in set().union(*[row.__pydantic_extra__ for row in rows]) - view.expected:
            having = sum(1 for row in rows if name in row.__pydantic_extra__)
            self._note(model, _tame(name), "", place, "", having)
        for field in view.words:
            if not field.known.issuperset({getattr(row, field.attribute) for row in rows}):
                self._note_words(model, field, rows, place)
        for attribute in view.inner:
            self._look(_inside(rows, attribute), place)

    def _note_words(self, model: type[Wire], field: _Field, rows: list[Any], place: str) -> None:
        for row in rows:
            value = getattr(row, field.attribute)
            for word in value if isinstance(value, tuple) else (value,):
                if word not in field.known:
                    self._note(model, field.alias, redact(str(word))[:LONGEST], place, key_in(row), 1)

    def _note(self, model: type[Wire], field: str, word: str, place: str, key: str, count: int) -> None:
        with self._lock:
            noted = self._found.get((model.__name__, field, word))
            if noted:
                noted[2] += count
                return
            if len(self._found) >= MOST:
                return
            self._found[model.__name__, field, word] = [place, key, count]
        if word:
            self._log.warning("unknown word of the diary", field=f"{model.__name__}.{field}", code=word, template=place)
        else:
            self._log.info("unknown field of the diary", field=f"{model.__name__}.{field}", template=place)


def key_in(row: object) -> str:
    """The id that finds this object in the diary: its own, or of the person it is about."""
    person = getattr(row, "person", None)
    return str(getattr(row, "key", "") or getattr(person, "key", ""))


def _inside(rows: Iterable[Any], attribute: str) -> Iterator[Any]:
    """The models in that field; beside one or many of them it may hold nothing, or an id."""
    for row in rows:
        value = getattr(row, attribute)
        if isinstance(value, tuple):
            yield from value
        elif isinstance(value, Wire):
            yield value


def _tame(name: str) -> str:
    """A field's name as it may be shown: what does not look like one may be anything."""
    return name if _NAME.fullmatch(name) else "…"


@functools.cache
def _view(model: type[Wire]) -> _View:
    fields = model.model_fields
    choices = (choice for one in fields.values() for choice in getattr(one.validation_alias, "choices", ()))
    words = (
        _Field(name, one.alias or name, mark.words)
        for name, one in fields.items()
        for mark in one.metadata
        if isinstance(mark, Known)
    )
    inner = (name for name, one in fields.items() if _holds_models(one.annotation))
    return _View(model.UNREAD.union(choices), tuple(words), tuple(inner))


def _holds_models(annotation: object) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, Wire):
        return True
    return any(map(_holds_models, get_args(annotation)))
