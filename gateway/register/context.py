"""What the check must know beside the cells: who stands behind the integers of a key, and the school's own facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from gateway.register.rules.table import Rules, rules_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.register.facts import SchoolFacts
    from state.identity import SourcedId
    from state.register import Page


def context_of(
    pages: Mapping[int, Page], persons: Mapping[int, SourcedId], facts: SchoolFacts, rules: Rules
) -> Context:
    """The context of these numbers: what the school's files say, and its rules."""
    return Context(
        pages=pages,
        persons=persons,
        consentless=facts.consentless,
        grades=facts.grades,
        divisions=facts.divisions,
        rules=rules,
    )


@dataclass(frozen=True, kw_only=True)
class Context:
    pages: Mapping[int, Page]
    """Every page number of the two sides. Pages with a subject are compared; list pages carry the diary's lists."""
    persons: Mapping[int, SourcedId]
    consentless: frozenset[SourcedId] = frozenset()
    """Pupils without a consent that holds: expected on paper, forbidden in the diary."""
    grades: Mapping[SourcedId, int] = field(default_factory=dict)
    """Grade of each group; a group that is missing has none of the rules of a grade."""
    divisions: Mapping[SourcedId, tuple[SourcedId, str]] = field(default_factory=dict)
    """Each subgroup's form and division: a pupil is in one subgroup of a division."""
    rules: Rules = field(default_factory=rules_of)

    @cached_property
    def first_grade(self) -> list[int]:
        """Numbers of the pages of first forms, where no marks are given (§F GRADE1_MARK)."""
        return [number for number, page in self.pages.items() if self.grades.get(page.group) == 1]

    @cached_property
    def compared(self) -> list[int]:
        """Numbers of the pages that have cells to compare, and not only a group's list."""
        return [number for number, page in self.pages.items() if page.subject]

    @cached_property
    def halves(self) -> list[int]:
        """Numbers of the pages of subgroups."""
        return [number for number, page in self.pages.items() if page.group in self.divisions]
