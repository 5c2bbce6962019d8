"""Russian personal names: taken apart, and brought to one spelling for comparison.

Comparison never changes what is stored: `parse_name` keeps the letters as written, `normalise_name` makes the key.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from mappings.tables import read
from state.records import PersonName

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from state.identity import SourcedId

_APOSTROPHES = str.maketrans(dict.fromkeys("`´ʹʼ‘’′", "'"))
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_AROUND_HYPHEN = re.compile(r"\s*-\s*")
_DOTS = re.compile(r"[.\s]*\.[.\s]*")
_INITIAL = re.compile(r"[^\W\d_]{1,3}\.")
_CYRILLIC = re.compile(r"[а-яё]")
_LATIN = re.compile(r"[a-z]")
_LATIN_TWINS = str.maketrans("abcehkmoptxy", "авсенкмортху")


def clean(text: str) -> str:
    """`text` with one kind of space and dash, no space at a hyphen, no trailing «_» (formats.md §13.13)."""
    return _AROUND_HYPHEN.sub("-", " ".join(text.translate(_DASHES).split())).rstrip("_ ")


def parse_name(text: str) -> PersonName:
    """The parts of «Фамилия Имя Отчество», «Фамилия И.О.» or «И.О. Фамилия»; total, blank parts where there are none.

    Initials keep their dot («О.Вл.» → «О.», «Вл.»); a doubled dot is one. Everything after the given name is the
    patronymic, so «Гасан кызы» stays whole.
    """
    words = _words(text)
    initials = [word for word in words if _is_initial(word)]
    if initials and words and _is_initial(words[0]) and len(initials) < len(words):
        words = [*(word for word in words if not _is_initial(word)), *initials]
    family, given, *rest = [*words, "", ""][: max(len(words), 2)]
    return PersonName(family=family, given=given, patronymic=" ".join(rest))


@lru_cache(maxsize=1 << 16)  # one plan asks for every name several times
def normalise_name(name: PersonName | str) -> str:
    """The key under which equal names are equal: case, ё, dashes, spaces and dots, full-width forms do not matter.

    «Гасан-гызы» is «Гасан кызы» (`tables/names.toml`). Latin letters that look Cyrillic are read as Cyrillic only
    inside a word that has Cyrillic letters, so a name written wholly in Latin stays Latin. Idempotent.
    """
    before, key = None, name.full if isinstance(name, PersonName) else name
    while key != before:
        before, key = key, _fold(key)
    return key


def same_name(one: PersonName, other: PersonName) -> bool:
    """Both are spelled alike, in the sense of `normalise_name`."""
    return normalise_name(one) == normalise_name(other)


def shown_names(people: Mapping[SourcedId, PersonName]) -> dict[SourcedId, str]:
    """«Фамилия Имя» of each pupil; where two of these share it, with the patronymic, and where they share that too,
    with the number of the personal file: «Фамилия Имя Отчество (Я-0001)»."""
    short = {pupil: f"{name.family} {name.given}".strip() for pupil, name in people.items()}
    shared, same = Counter(short.values()), Counter(name.full for name in people.values())

    def shown(pupil: SourcedId, name: PersonName) -> str:
        if shared[short[pupil]] == 1:
            return short[pupil]
        return name.full if same[name.full] == 1 else f"{name.full} ({pupil.partition(':')[2].upper()})"

    return {pupil: shown(pupil, name) for pupil, name in people.items()}


def initials_fit(short: PersonName, full: PersonName) -> bool:
    """`short` may be an abbreviation of `full`: equal family, each further part an initial or beginning of the other's.

    «О.Вл.» fits «Ольга Владимировна» and not «Ольга Васильевна»; «О.В.» fits both. A missing patronymic fits any.
    """
    if normalise_name(short.family) != normalise_name(full.family):
        return False
    return _begins(short.given, full.given) and _begins(short.patronymic, full.patronymic)


def _begins(short: str, full: str) -> bool:
    key, whole = normalise_name(short), normalise_name(full)
    stem = key.rstrip(". ")
    if key.endswith(".") or len(stem) <= 1:
        return whole.startswith(stem)
    return key == whole


def _words(text: str) -> list[str]:
    """Words of a name; «О.Вл.» falls into two, «Е..С.» too."""
    return list(_split(_DOTS.sub(". ", clean(text))))


def _split(text: str) -> Iterator[str]:
    for word in text.split():
        if word != ".":
            yield word


def _is_initial(word: str) -> bool:
    return _INITIAL.fullmatch(word) is not None


@lru_cache(maxsize=1)
def _particles() -> Mapping[str, str]:
    """Every way to write «кызы» and «оглы» → the usual one."""
    return {written: usual for usual, ways in read("names")["particles"].items() for written in ways}


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).replace("ё", "е")
    spaced = _DOTS.sub(". ", clean(plain.translate(_APOSTROPHES))).strip()
    words = ("-".join(map(_to_cyrillic, word.split("-"))) for word in spaced.split())
    return " ".join(map(_with_particle, words))


def _with_particle(word: str) -> str:
    """«гасан-гызы» as «гасан кызы»; any other word as it is."""
    stem, _, ending = word.rpartition("-")
    usual = _particles().get(ending)
    return f"{stem} {usual}".strip() if usual else word


def _to_cyrillic(word: str) -> str:
    return word.translate(_LATIN_TWINS) if _CYRILLIC.search(word) else word


def look_alike(word: str) -> str:
    """A normalised word as it looks: wholly Latin but for its look-alikes («caxap») is read as Cyrillic («сахар»)."""
    seen = word.translate(_LATIN_TWINS)
    return word if _LATIN.search(seen) else seen
