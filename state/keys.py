"""The small integers that stand for register pages and people inside cell keys; given once, never changed."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from state.columns import insert_rows
from state.identity import SourcedId
from state.register import PERSON_BITS, Page
from state.tables import PAGE, PERSON

if TYPE_CHECKING:
    from collections.abc import Mapping

    from state.work import Work


class RegisterKeys:
    """The numbering within one transaction: read once, new numbers kept back until `flush`.

    Numbers start at 1: person 0 of a cell key means "nobody" (a column's own cell).
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._new_pages: list[tuple[str, str]] = []
        self._new_people: list[str] = []

    def page(self, group: SourcedId, subject: SourcedId) -> int:
        """The page's number, a new one for a new page."""
        pages = self._pages
        number = pages.get((group, subject))
        if number is None:
            number = pages[group, subject] = len(pages) + 1
            self._new_pages.append((group, subject))
        return number

    def person(self, sourced_id: SourcedId) -> int:
        """The person's number, a new one for a new person."""
        people = self.people
        number = people.get(sourced_id)
        if number is None:
            number = len(people) + 1
            if number >> PERSON_BITS:
                raise ValueError("more people than a cell key can tell apart")
            people[sourced_id] = number
            self._new_people.append(sourced_id)
        return number

    def pages_of(self, groups: frozenset[SourcedId]) -> list[int]:
        """The numbers of all pages of these groups stored before this transaction's new ones, ascending."""
        new = set(self._new_pages)
        return sorted(number for page, number in self._pages.items() if page[0] in groups and page not in new)

    def all_pages(self) -> dict[int, Page]:
        pages = self._pages
        return {
            number: Page(group=SourcedId(group), subject=SourcedId(subject))
            for (group, subject), number in pages.items()
        }

    def all_people(self) -> dict[int, SourcedId]:
        return {number: SourcedId(sourced_id) for sourced_id, number in self.people.items()}

    def flush(self) -> None:
        """Every number given so far is stored."""
        school = self._work.school
        pages = [
            {"school": school, "id": self._pages[page], "page_group": page[0], "page_subject": page[1]}
            for page in self._new_pages
        ]
        people = [
            {"school": school, "id": self.people[sourced], "sourced_id": sourced, "name": ""}
            for sourced in self._new_people
        ]
        insert_rows(self._work.connection, PAGE, pages)
        insert_rows(self._work.connection, PERSON, people)
        self._new_pages, self._new_people = [], []

    def put_names(self, names: Mapping[SourcedId, str]) -> None:
        """These display names are kept; others stay."""
        rows = [{"person": self.person(sourced_id), "shown": name} for sourced_id, name in names.items()]
        self.flush()
        if rows:
            mine = (PERSON.c.school == self._work.school, PERSON.c.id == bindparam("person"))
            self._work.connection.execute(PERSON.update().where(*mine).values(name=bindparam("shown")), rows)

    def names(self) -> dict[SourcedId, str]:
        """Display names of everybody who has one."""
        query = select(PERSON.c.sourced_id, PERSON.c.name).where(PERSON.c.school == self._work.school)
        rows = self._work.connection.execute(query.where(PERSON.c.name != "").order_by(PERSON.c.sourced_id))
        return {row.sourced_id: row.name for row in rows}

    @cached_property
    def _pages(self) -> dict[tuple[str, str], int]:
        query = select(PAGE.c.page_group, PAGE.c.page_subject, PAGE.c.id).where(PAGE.c.school == self._work.school)
        return {(group, subject): number for group, subject, number in self._work.connection.execute(query)}

    @cached_property
    def people(self) -> dict[str, int]:
        """Numbers by SourcedId; only `person` adds to it."""
        query = select(PERSON.c.sourced_id, PERSON.c.id).where(PERSON.c.school == self._work.school)
        return {sourced_id: number for sourced_id, number in self._work.connection.execute(query)}  # noqa: C416
