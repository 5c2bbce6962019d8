"""Who is whom between two lists of people: links where exactly one fits on both sides, questions everywhere else.

Pure and deterministic. Candidates are found by keys they share, so that five thousand by five thousand takes seconds;
a pair that shares no key is never looked at, and would fit no rule.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mappings.people.likeness import Likeness, Spelt, compare
from mappings.people.rules import RULES, first_rule
from mappings.people.spelling import Grade

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence

    from mappings.people.facts import PersonFacts

MOST_CANDIDATES = 5
"""Shown to a person at once; the strongest come first."""
_NUMBER_CONTRADICTED = next(place for place, rule in enumerate(RULES) if rule.name == "snils-other-name")
_WEAK = frozenset({"name-form", "name-alone", "family-changed-unseen"})
"""Rules without a birth date or a number: silent where a stronger candidate is there."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One of ours and one of theirs who may be one person."""

    ours: str
    theirs: str
    strength: int
    """The place of the rule in `RULES`: 0 is the strongest."""
    likeness: Likeness

    @property
    def rule(self) -> str:
        return RULES[self.strength].name


@dataclass(frozen=True, slots=True)
class Question:
    """One of ours for a person to decide about. `ambiguous`: several fit a rule that would have linked one."""

    ours: str
    ambiguous: bool
    candidates: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Nobody is in both: who is linked is no question."""

    links: tuple[Pair, ...] = ()
    questions: tuple[Question, ...] = ()


def match(
    ours: Sequence[PersonFacts], theirs: Sequence[PersonFacts], refused: Collection[tuple[str, str]] = frozenset()
) -> Verdict:
    """`refused`: (our key, their key) of pairs a person has said no to. The order of the lists does not matter."""
    pairs = _pairs(ours, theirs, frozenset(refused))
    links = _links(pairs)
    return Verdict(links=tuple(links), questions=tuple(_questions(pairs, links)))


# --- which pairs are looked at ----------------------------------------------------------------------------------------


def _pairs(
    ours: Iterable[PersonFacts], theirs: Iterable[PersonFacts], refused: Collection[tuple[str, str]]
) -> list[Pair]:
    """Every pair that fits a rule, the strongest first."""
    mine = {facts.key: Spelt(facts) for facts in ours}
    their = {facts.key: Spelt(facts) for facts in theirs}
    found: list[Pair] = []
    for one, other in sorted(_meeting(mine.values(), their.values()) - set(refused)):
        likeness = compare(mine[one], their[other])
        place = first_rule(likeness, mine[one].facts, their[other].facts)
        if place is not None:
            found.append(Pair(one, other, place, likeness))
    return sorted(found, key=lambda pair: (pair.strength, pair.ours, pair.theirs))


def _meeting(ours: Iterable[Spelt], theirs: Iterable[Spelt]) -> set[tuple[str, str]]:
    blocks: defaultdict[Hashable, list[str]] = defaultdict(list)
    for person in theirs:
        for key in set(_keys(person)):
            blocks[key].append(person.facts.key)
    return {(person.facts.key, other) for person in ours for key in set(_keys(person)) for other in blocks.get(key, ())}


def _keys(person: Spelt) -> Iterator[Hashable]:
    """What people who may be one have in common, whichever single part of the rest is wrong."""
    facts = person.facts
    if facts.pupil:
        yield "pupil", facts.pupil
        return
    if person.snils:
        yield "snils", person.snils
    if person.personal_file:
        yield "file", person.personal_file
    if facts.birth_date:
        yield "born", facts.birth_date
    initial, other = person.given[:1], person.patronymic[:1]
    for half in {person.family, *person.family.split("-")}:
        yield "name", half, initial
    for form in facts.forms:
        yield "form", form, initial
    if other:
        yield "rest", person.given, person.patronymic
        yield "initials", initial, other, person.family[:2]


# --- which of them are links ------------------------------------------------------------------------------------------


def _links(pairs: Sequence[Pair]) -> list[Pair]:
    """Pairs alone under their rule on both sides, rule by rule; who is contested under one is linked by no weaker."""
    contested = _contested(pairs)
    taken_ours: set[str] = set()
    taken_theirs: set[str] = set()
    links: list[Pair] = []
    for place, rule in enumerate(RULES):
        if not rule.links:
            continue
        live = [
            pair
            for pair in pairs
            if pair.strength == place and pair.ours not in taken_ours and pair.theirs not in taken_theirs
        ]
        left, right = Counter(pair.ours for pair in live), Counter(pair.theirs for pair in live)
        for pair in live:
            alone = left[pair.ours] == right[pair.theirs] == 1
            if alone and (pair.ours, pair.theirs) not in contested:
                links.append(pair)
            taken_ours.add(pair.ours)
            taken_theirs.add(pair.theirs)
    return links


def _contested(pairs: Sequence[Pair]) -> set[tuple[str, str]]:
    """Linkable pairs one of whom shares a proven number with somebody else: a number outweighs a name."""
    numbers = [pair for pair in pairs if pair.strength == _NUMBER_CONTRADICTED]
    mine: Mapping[str, set[str]] = defaultdict(set)
    their: Mapping[str, set[str]] = defaultdict(set)
    for pair in numbers:
        mine[pair.ours].add(pair.theirs)
        their[pair.theirs].add(pair.ours)
    return {
        (pair.ours, pair.theirs)
        for pair in pairs
        if pair.likeness.snils.grade is not Grade.SAME and (pair.ours in mine or pair.theirs in their)
    }


# --- and which are questions ------------------------------------------------------------------------------------------


def _questions(pairs: Iterable[Pair], links: Iterable[Pair]) -> Iterator[Question]:
    links = tuple(links)
    settled, taken = {pair.ours for pair in links}, {pair.theirs for pair in links}
    open_pairs: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        if pair.ours not in settled and pair.theirs not in taken:
            open_pairs[pair.ours].append(pair)
    for key in sorted(open_pairs):
        candidates = _worth_showing(open_pairs[key])
        yield Question(key, RULES[candidates[0].strength].links, tuple(candidates))


def _worth_showing(candidates: list[Pair]) -> list[Pair]:
    """The strongest few; a mere likeness of names says nothing beside a birth date or a number."""
    if candidates[0].rule not in _WEAK:
        candidates = [pair for pair in candidates if pair.rule not in _WEAK]
    return candidates[:MOST_CANDIDATES]
