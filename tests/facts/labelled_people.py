"""People in two lists that were kept by different hands, with the truth about who is who.

The generator knows how people err (keyboards, ears, forms, registry offices) and nothing of the rules that are tried on
it. Every human of `exact … double_trouble` stands in both lists; those of `twin … shared_file` stand in one list beside
somebody else in the other. All names are put together by chance.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from connectors.sandbox.school.draw import Draw
from connectors.sandbox.school.names import feminine, patronymic, tables
from mappings.people.facts import PersonFacts
from state.records import PersonName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MALE, FEMALE = "male", "female"
KEYBOARD = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")
EARS = {"о": "а", "а": "о", "е": "и", "и": "е", "д": "т", "т": "д", "б": "п", "в": "ф", "з": "с", "г": "к", "ж": "ш"}
LATIN = str.maketrans("АВСЕНКМОРТХасеорху", "ABCEHKMOPTXaceopxy")
TWINS = {
    MALE: (("Данил", "Денис"), ("Артур", "Артём"), ("Рамиль", "Рамис"), ("Ратмир", "Радмир"), ("Тимур", "Тимофей")),
    FEMALE: (("Алина", "Арина"), ("Дарья", "Марья"), ("Айлин", "Айлан"), ("Полина", "Галина"), ("Лиана", "Лилиана")),
}
RARE = {MALE: ("Ратибор", "Эрнест", "Любомир", "Аскольд", "Ян"), FEMALE: ("Любава", "Эвита", "Ия", "Веста", "Майя")}
VARIANTS = (("Наталья", "Наталия"), ("Софья", "София"), ("Дарья", "Дария"), ("Юлия", "Юлья"), ("Мария", "Марья"))
SHORT = ("Ким", "Ли", "Цой", "Пак", "Тен", "Гук")


@dataclass(frozen=True)
class Human:
    """Somebody as the registry office knows them; both lists are copies with faults."""

    facts: PersonFacts
    family: str
    """The masculine surname."""
    father: str


@dataclass(frozen=True)
class Pair:
    """Our person and theirs. `same`: one human."""

    kind: str
    ours: PersonFacts
    theirs: PersonFacts
    same: bool


class Registry:
    """Draws humans, one after another, of one school."""

    def __init__(self, seed: int) -> None:
        self.draw = Draw(seed, "labelled people")
        self._count = 0

    def human(self, *, sex: str = "", family: str = "", father: str = "", given: str = "", born: date | None = None):
        draw, names = self.draw, tables()
        sex = sex or draw.pick((MALE, FEMALE))
        family = family or self.family()
        father = father or draw.pick(names["boys"])
        given = given or draw.pick([*names["boys" if sex == MALE else "girls"], *RARE[sex]])
        self._count += 1
        grade = draw.between(1, 11)
        facts = PersonFacts(
            key=str(self._count),
            name=PersonName(
                family=family if sex == MALE else feminine(family),
                given=given,
                patronymic=patronymic(father, "М" if sex == MALE else "Ж"),
            ),
            birth_date=born or draw.day(date(2018 - grade, 9, 1), date(2019 - grade, 12, 31)),
            snils=self.snils(),
            personal_file=f"К-{self._count:05d}",
            sex=sex,
            forms=frozenset({f"{grade}{draw.pick('АБВГД')}"}),
        )
        return Human(facts, family, father)

    def family(self) -> str:
        draw, families = self.draw, tables()["families"]
        lot = draw.below(100)
        if lot < 4:
            return draw.pick(SHORT)
        one = draw.pick(families)
        return one if lot < 94 else f"{one}-{draw.pick([other for other in families if other != one])}"

    def snils(self) -> str:
        digits = f"{self.draw.between(2_000_000, 199_999_999):09d}"
        total = sum(int(digit) * weight for digit, weight in zip(digits, range(9, 0, -1), strict=True)) % 101 % 100
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:]} {total:02d}"

    def copy(self, human: Human, side: str) -> PersonFacts:
        """The human as a list of that side has them: the diary rarely knows numbers, a school's file often does."""
        draw, facts = self.draw, human.facts
        return dataclasses.replace(
            facts,
            key=f"{side}{facts.key}",
            snils=facts.snils if draw.chance(0.55) else "",
            personal_file=facts.personal_file if draw.chance(0.4) else "",
            sex=facts.sex if draw.chance(0.9) else "",
            forms=facts.forms if draw.chance(0.8) else frozenset(),
        )


# --- how one human is written twice -----------------------------------------------------------------------------------


def typo(word: str, draw: Draw) -> str:
    """One slip of a hand or an ear: a neighbouring key, a letter lost, doubled or heard as another."""
    place, lot = draw.between(1, max(1, len(word) - 1)) if len(word) > 1 else 0, draw.below(4)
    letter = word[place].lower()
    if lot == 0 and len(word) > 3:
        return word[:place] + word[place + 1 :]
    if lot == 1:
        return word[:place] + letter + word[place:]
    if lot == 2 and letter in EARS:
        return word[:place] + EARS[letter] + word[place + 1 :]
    row = next((keys for keys in KEYBOARD if letter in keys), KEYBOARD[0])
    return word[:place] + row[(row.find(letter) + 1) % len(row)] + word[place + 1 :]


def exchanged(word: str, draw: Draw) -> str:
    """Two letters beside each other have changed places."""
    places = [place for place in range(1, len(word) - 1) if word[place] != word[place + 1]]
    if not places:
        return typo(word, draw)
    place = draw.pick(places)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def renamed(facts: PersonFacts, **parts: str) -> PersonFacts:
    return dataclasses.replace(facts, name=dataclasses.replace(facts.name, **parts))


def _part(part: str, change: Callable[[str, Draw], str]) -> Callable[[PersonFacts, Registry], PersonFacts]:
    return lambda facts, registry: renamed(facts, **{part: change(getattr(facts.name, part), registry.draw)})


def _spelling(facts: PersonFacts, registry: Registry) -> PersonFacts:
    family, given = facts.name.family.replace("ё", "е"), facts.name.given.replace("ё", "е").replace("Ё", "Е")
    return renamed(facts, family=f" {family.upper()}" if registry.draw.chance(0.5) else family, given=given)


def _latin(facts: PersonFacts, registry: Registry) -> PersonFacts:
    part = registry.draw.pick(("family", "given", "patronymic"))
    return renamed(facts, **{part: getattr(facts.name, part).translate(LATIN)})


def _day_and_month(facts: PersonFacts, _registry: Registry) -> PersonFacts:
    """Exchanged; whoever was born on a day that is no month has the figures of the day exchanged."""
    born = facts.birth_date or date(2010, 1, 2)
    if born.day <= 12:
        return dataclasses.replace(facts, birth_date=born.replace(month=born.day, day=born.month))
    backwards = int(f"{born.day:02d}"[::-1])
    return dataclasses.replace(facts, birth_date=born.replace(day=backwards if 0 < backwards <= 28 else born.day - 10))


def _figure_of_birth(facts: PersonFacts, registry: Registry) -> PersonFacts:
    born = facts.birth_date or date(2010, 1, 2)
    lot = registry.draw.below(3)
    if lot == 0:
        return dataclasses.replace(facts, birth_date=born.replace(year=born.year + 1, day=min(born.day, 28)))
    if lot == 1:
        return dataclasses.replace(facts, birth_date=born.replace(year=born.year - 1, day=min(born.day, 28)))
    wrong = born.day + 1 if born.day % 10 < 8 and born.day < 28 else born.day - 10 if born.day > 10 else born.day + 10
    return dataclasses.replace(facts, birth_date=born.replace(day=wrong))


def _married(facts: PersonFacts, registry: Registry) -> PersonFacts:
    family = registry.family()
    return renamed(facts, family=family if facts.sex == MALE else feminine(family))


def _without(*names: str) -> Callable[[PersonFacts, Registry], PersonFacts]:
    blank = {"birth_date": None, "forms": frozenset()}
    return lambda facts, _registry: dataclasses.replace(facts, **{name: blank.get(name, "") for name in names})


def _initials(facts: PersonFacts, _registry: Registry) -> PersonFacts:
    return renamed(facts, given=f"{facts.name.given[0]}.", patronymic=f"{facts.name.patronymic[0]}.")


def _two_letters(facts: PersonFacts, registry: Registry) -> PersonFacts:
    return renamed(facts, family=typo(typo(facts.name.family, registry.draw), registry.draw))


def _double_trouble(facts: PersonFacts, registry: Registry) -> PersonFacts:
    """Two different faults in one row."""
    one, other = registry.draw.shuffled(
        [_part("family", typo), _day_and_month, _part("given", exchanged), _part("patronymic", typo)]
    )[:2]
    return other(one(facts, registry), registry)


FAULTS: Mapping[str, Callable[[PersonFacts, Registry], PersonFacts]] = {
    "exact": lambda facts, _registry: facts,
    "spelling": _spelling,
    "latin": _latin,
    "family_typo": _part("family", typo),
    "family_exchanged": _part("family", exchanged),
    "family_two_letters": _two_letters,
    "given_typo": _part("given", typo),
    "patronymic_typo": _part("patronymic", typo),
    "day_and_month": _day_and_month,
    "figure_of_birth": _figure_of_birth,
    "family_changed": _married,
    "no_patronymic": lambda facts, _registry: renamed(facts, patronymic=""),
    "no_birth_date": _without("birth_date"),
    "no_numbers": _without("snils", "personal_file"),
    "nothing_but_name": _without("birth_date", "snils", "personal_file", "sex", "forms"),
    "initials": _initials,
    "double_trouble": _double_trouble,
}


def _one_human_twice(kind: str, registry: Registry) -> Iterator[Pair]:
    human = registry.human()
    yield Pair(kind, registry.copy(human, "o"), FAULTS[kind](registry.copy(human, "t"), registry), True)


def _variant(kind: str, registry: Registry) -> Iterator[Pair]:
    one, other = registry.draw.pick(VARIANTS)
    human = registry.human(sex=FEMALE, given=one)
    yield Pair(kind, registry.copy(human, "o"), renamed(registry.copy(human, "t"), given=other), True)


def _double_surname(kind: str, registry: Registry) -> Iterator[Pair]:
    """In the other order, or with one half dropped."""
    families = registry.draw.shuffled(tables()["families"])[:2]
    human = registry.human(family="-".join(families))
    halves = human.facts.name.family.split("-")
    written = "-".join(reversed(halves)) if registry.draw.chance(0.5) else registry.draw.pick(halves)
    yield Pair(kind, registry.copy(human, "o"), renamed(registry.copy(human, "t"), family=written), True)


# --- people who are not each other ------------------------------------------------------------------------------------


def _twins(registry: Registry) -> tuple[Human, Human]:
    sex = registry.draw.pick((MALE, FEMALE))
    names = registry.draw.pick(TWINS[sex])
    one = registry.human(sex=sex, given=names[0])
    other = registry.human(sex=sex, given=names[1], family=one.family, father=one.father, born=one.facts.birth_date)
    same_form = dataclasses.replace(other.facts, forms=one.facts.forms)
    return one, dataclasses.replace(other, facts=same_form)


def _both_twins(kind: str, registry: Registry) -> Iterator[Pair]:
    """Both stand in both lists, one of them perhaps misspelt there."""
    one, other = _twins(registry)
    yield Pair(kind, registry.copy(one, "o"), registry.copy(one, "t"), True)
    theirs = registry.copy(other, "t")
    theirs = _part("family", typo)(theirs, registry) if registry.draw.chance(0.3) else theirs
    yield Pair(kind, registry.copy(other, "o"), theirs, True)


def _one_twin_each(kind: str, registry: Registry) -> Iterator[Pair]:
    one, other = _twins(registry)
    yield Pair(kind, registry.copy(one, "o"), registry.copy(other, "t"), False)


def _namesakes(kind: str, registry: Registry) -> Iterator[Pair]:
    """One full name, two birth dates; one of the dates is often not known."""
    one = registry.human()
    other = registry.human(sex=one.facts.sex, family=one.family, father=one.father, given=one.facts.name.given)
    if other.facts.birth_date == one.facts.birth_date:
        return
    theirs = registry.copy(other, "t")
    lot = registry.draw.below(3)
    yield Pair(kind, registry.copy(one, "o"), theirs if lot else _without("birth_date")(theirs, registry), False)


def _both_namesakes(kind: str, registry: Registry) -> Iterator[Pair]:
    """Both stand in both lists."""
    for first in _namesakes(kind, registry):
        ours, theirs = first.ours, first.theirs
        yield Pair(kind, ours, dataclasses.replace(ours, key=f"t{ours.key[1:]}"), True)
        yield Pair(kind, dataclasses.replace(theirs, key=f"o{theirs.key[1:]}"), theirs, True)


def _father_and_son(kind: str, registry: Registry) -> Iterator[Pair]:
    """«Иван Иванович» the elder and the younger."""
    name = registry.draw.pick(tables()["boys"])
    son = registry.human(sex=MALE, given=name, father=name)
    born = (son.facts.birth_date or date(2010, 1, 1)) - timedelta(days=365 * 28 + registry.draw.below(900))
    father = registry.human(sex=MALE, given=name, father=name, family=son.family, born=born)
    grown = dataclasses.replace(registry.copy(father, "t"), forms=frozenset())
    lot = registry.draw.below(3)
    yield Pair(kind, registry.copy(son, "o"), grown if lot else _without("birth_date")(grown, registry), False)


def _siblings(kind: str, registry: Registry) -> Iterator[Pair]:
    one = registry.human()
    other = registry.human(family=one.family, father=one.father)
    if other.facts.name.given != one.facts.name.given:
        yield Pair(kind, registry.copy(one, "o"), registry.copy(other, "t"), False)


def _shared_number(kind: str, registry: Registry) -> Iterator[Pair]:
    """The mother's number was typed for the child; or a sister's for the brother."""
    child = registry.human()
    mother = registry.human(sex=FEMALE, family=child.family, born=date(1985, 3, registry.draw.between(1, 28)))
    number = mother.facts.snils
    ours = dataclasses.replace(registry.copy(child, "o"), snils=number)
    theirs = dataclasses.replace(registry.copy(mother, "t"), snils=number, forms=frozenset())
    yield Pair(kind, ours, theirs, False)


def _shared_file(kind: str, registry: Registry) -> Iterator[Pair]:
    """A file number given out again after a pupil had left; sometimes to the twin."""
    one, other = _twins(registry) if registry.draw.chance(0.5) else (registry.human(), registry.human())
    ours = dataclasses.replace(registry.copy(one, "o"), personal_file=one.facts.personal_file)
    yield Pair(kind, ours, dataclasses.replace(registry.copy(other, "t"), personal_file=ours.personal_file), False)


KINDS: Mapping[str, Callable[[str, Registry], Iterator[Pair]]] = {
    **dict.fromkeys(FAULTS, _one_human_twice),
    "given_variant": _variant,
    "double_surname": _double_surname,
    "twins": _both_twins,
    "namesakes": _both_namesakes,
    "other_twin": _one_twin_each,
    "namesake": _namesakes,
    "father_and_son": _father_and_son,
    "sibling": _siblings,
    "shared_number": _shared_number,
    "shared_file": _shared_file,
}


def labelled(count: int, seed: int) -> list[Pair]:
    """About as many pairs of every kind, `count` in all."""
    registry = Registry(seed)
    pairs: list[Pair] = []
    kinds = list(KINDS)
    while len(pairs) < count:
        for kind in kinds:
            pairs.extend(KINDS[kind](kind, registry))
    return pairs[:count]


# --- how well they were told apart ------------------------------------------------------------------------------------


@dataclass
class Score:
    """Of one kind: how many pairs, and what became of the true ones and of the others."""

    pairs: int = 0
    true: int = 0
    linked: int = 0
    proposed: int = 0
    missed: int = 0
    linked_wrong: int = 0
    proposed_wrong: int = 0


def scores(pairs: list[Pair], links: set[tuple[str, str]], proposals: set[tuple[str, str]]) -> dict[str, Score]:
    """By kind. A wrong link or proposal counts under the kind of our person, whoever theirs is."""
    truth = {(pair.ours.key, pair.theirs.key) for pair in pairs if pair.same}
    kind_of = {pair.ours.key: pair.kind for pair in pairs}
    table = {kind: Score() for kind in KINDS}
    for pair in pairs:
        row, both = table[pair.kind], (pair.ours.key, pair.theirs.key)
        row.pairs += 1
        if pair.same:
            row.true += 1
            row.linked += both in links
            row.proposed += both in proposals
            row.missed += both not in links and both not in proposals
    for found, name in ((links, "linked_wrong"), (proposals, "proposed_wrong")):
        for ours, _theirs in found - truth:
            row = table[kind_of[ours]]
            setattr(row, name, getattr(row, name) + 1)
    return table
