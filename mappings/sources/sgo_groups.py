"""Which part of a class a course of «Сетевой Город» is for: the whole class, or a subgroup by its label.

The label stands after the last «/» of the course's name and may be a pupil's surname (home tuition, formats.md fact 5).
So only labels made of known words are shown; any other subgroup is called by the number of its group.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mappings.classes import parse_form
from mappings.names import clean

if TYPE_CHECKING:
    from connectors.sources.sgo_wire import SgoClass, SgoCourse, SgoFile

_WORD = re.compile(r"[^\W\d_]+")
_GROUP_WORDS = frozenset(
    {
        *("п", "пг", "гр", "г", "группа", "группы", "подгр", "подг", "под", "подгруппа", "м", "д", "мал", "дев"),
        *("мальчики", "девочки", "ю", "юн", "юноши", "девушки", "муж", "жен", "мужская", "женская", "база", "базовый"),
        *("базовая", "баз", "проф", "профиль", "профильная", "углубленная", "углублённая", "угл", "уровень", "ур"),
        *("класс", "кл", "общая", "первая", "вторая", "третья", "техн", "технология", "англ", "нем", "фр", "франц"),
        *("исп", "кит", "рус", "и", "или", "ая", "я", "й"),
    }
)
"""Words a label may be made of besides the subjects'."""
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Part:
    """Blank `label`: the whole class. `hidden`: the label may be a person's name and was left out."""

    label: str = ""
    hidden: bool = False


class Labels:
    """The labels of one file: its own subjects' names and abbreviations are known words too."""

    def __init__(self, file: SgoFile) -> None:
        names = (text for subject in file.subjects.values() for text in (subject.name, subject.short))
        self._subjects = tuple({word for name in names for word in _words(name)})

    def part(self, course: SgoCourse, form: SgoClass) -> Part:
        """A course without a group is for everybody; so is one whose label is the class's own name, or says nothing.

        A group of one pupil is home tuition, whatever its label looks like.
        """
        label = clean(course.name.rpartition("/")[2]) if "/" in course.name else ""
        number = f"группа {course.group_id or course.id}"
        if label and parse_form(label).name == parse_form(form.name).name:
            return Part()
        if not any(sign.isalnum() for sign in label):
            return Part(number) if course.group_id and not _everybody(course, form) else Part()
        if course.pupils == "1" or not self._is_known(label):
            return Part(number, hidden=True)
        return Part() if not course.group_id and _everybody(course, form) else Part(label)

    def _is_known(self, label: str) -> bool:
        return all(word in _GROUP_WORDS or self._is_of_a_subject(word) for word in _words(label))

    def _is_of_a_subject(self, word: str) -> bool:
        """A word of a subject's name, or its beginning: «иностр.»."""
        return any(name == word or (len(word) >= _SHORTEST and name.startswith(word)) for name in self._subjects)


def _everybody(course: SgoCourse, form: SgoClass) -> bool:
    """`studcnt` of 0 means the whole class, and so does the class's own number."""
    return course.pupils in ("", "0", form.pupils)


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
