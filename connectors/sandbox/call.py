"""One REST request after admission: who asks, which path, and readers that turn its parts into rows of the world."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connectors.sandbox.moments import day_of
from connectors.sandbox.owners import owner_of, role_of
from connectors.sandbox.refusals import ApiRefusal, bad_parameter, missing
from connectors.sandbox.scopes import needed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from connectors.sandbox.nouns import Group, Lesson, Person, Subject, Work
    from connectors.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Viewer:
    """A token is a user's token: rights are that user's, cut down to the token's scopes (behaviour.md §2)."""

    role: str
    """`admin`, `teacher`, `parent` or `pupil`."""
    person: Person
    scopes: frozenset[str]

    @property
    def is_parent(self) -> bool:
        """A parent or a pupil: sees the own family alone."""
        return self.role in ("parent", "pupil")


def viewer_of(world: World, token: str) -> Viewer:
    """The owner of a living token. The teacher's and the parent's ready token come alive with the first such person.

    Raises tokenRequired or invalidToken.
    """
    grant = world.book.admit(token, world.now())
    owner = owner_of(world, grant.role) if grant.role else world.persons.get(world.users.get(grant.user, 0))
    if owner is None:
        raise ApiRefusal("invalidToken", "Access token is invalid")
    return Viewer(grant.role or role_of(owner), owner, grant.scopes)


def admitted(world: World, token: str, pattern: str) -> Viewer:
    """The token's owner, where its scopes cover the resource of this route. Raises outOfScope too."""
    viewer = viewer_of(world, token)
    if not needed(pattern) <= viewer.scopes:
        raise ApiRefusal("outOfScope", "The token's scope does not cover this")
    return viewer


@dataclass(frozen=True, slots=True)
class Call:
    """Readers raise ApiRefusal: parameterInvalid for what cannot be read, resourceUnavailable for what is not there."""

    world: World
    viewer: Viewer
    path: Mapping[str, str]
    query: Mapping[str, list[str]]
    body: bytes

    # --- plain values -----------------------------------------------------------------------------------------------

    def number(self, name: str) -> int:
        return _number(name, self.path[name])

    def asked(self, name: str, default: str = "") -> str:
        return self.query.get(name, [default])[-1]

    def asked_number(self, name: str) -> int:
        return _number(name, self.asked(name))

    def asked_numbers(self, name: str) -> list[int]:
        return [_number(name, value) for value in self.query.get(name, [])]

    def wanted_numbers(self, name: str) -> list[int]:
        """A repeated parameter that the resource cannot do without."""
        numbers = self.asked_numbers(name)
        if not numbers:
            raise bad_parameter(name, "")
        return numbers

    def day(self, name: str) -> date:
        text = self.path.get(name) or self.asked(name)
        day = day_of(text)
        if day is None:
            raise bad_parameter(name, text)
        return day

    def window(self, starts: str = "from", ends: str = "to") -> tuple[date, date]:
        """Both days are included (behaviour.md §4)."""
        window = self.day(starts), self.day(ends)
        if window[1] < window[0]:
            raise bad_parameter(ends, str(window[1]))
        return window

    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            raise ApiRefusal("invalidRequest", "The body is not JSON") from None

    def id_list(self) -> list[int]:
        """The bare JSON array of bulk reads."""
        ids = self.json()
        if not isinstance(ids, list):
            raise ApiRefusal("invalidRequest", "The body is not an array of ids")
        return [_number("ids", str(one)) for one in ids]

    def body_object(self) -> dict[str, Any]:
        body = self.json()
        if not isinstance(body, dict):
            raise ApiRefusal("invalidRequest", "The body is not an object")
        return body

    def number_in(self, body: dict[str, Any], name: str) -> int:
        """The text twin is the key where there is one (models.md)."""
        return _number(name, str(body.get(f"{name}_str") or body.get(name, "")))

    # --- rights -----------------------------------------------------------------------------------------------------

    def staff_only(self) -> None:
        if self.viewer.is_parent:
            raise ApiRefusal("notOwner", "These data belong to somebody else")

    def admin_only(self) -> None:
        self.staff_only()
        if self.viewer.role != "admin":
            raise ApiRefusal("outOfScope", "The token's rights do not cover this")

    def may_see(self, person: int) -> bool:
        return not self.viewer.is_parent or person in self._family()

    def _family(self) -> set[int]:
        own = self.viewer.person.id
        return {own, *self.world.children.get(own, {})}

    # --- rows -------------------------------------------------------------------------------------------------------

    def person(self, name: str = "person") -> Person:
        return self.person_by(self.number(name))

    def user(self, name: str = "user") -> Person:
        """`me` is the viewer under every path of users; there is no `persons/me` (behaviour.md §4)."""
        if self.path[name].lower() == "me":
            return self.viewer.person
        found = self.world.users.get(self.number(name))
        if found is None:
            raise missing("The user")
        return self.person_by(found)

    def person_by(self, key: int) -> Person:
        if key not in self.world.persons:
            raise missing("The person")
        if not self.may_see(key):
            raise ApiRefusal("notOwner", "This person is not yours")
        return self.world.persons[key]

    def group(self, name: str = "group") -> Group:
        return self.group_by(self.number(name))

    def group_by(self, key: int) -> Group:
        if key not in self.world.groups:
            raise missing("The group")
        if self.viewer.is_parent and not self._family() & self.world.members.get(key, {}).keys():
            raise ApiRefusal("notOwner", "This group is not yours")
        return self.world.groups[key]

    def lesson(self, key: int) -> Lesson:
        if key not in self.world.lessons:
            raise missing("The lesson")
        lesson = self.world.lessons[key]
        self.group_by(lesson.group)
        return lesson

    def work(self, key: int) -> Work:
        if key not in self.world.works:
            raise missing("The work")
        work = self.world.works[key]
        self.group_by(work.group)
        return work

    def subject(self, name: str = "subject") -> Subject:
        return self.subject_by(self.number(name) if name in self.path else self.asked_number(name))

    def subject_by(self, key: int) -> Subject:
        if key not in self.world.subjects:
            raise missing("The subject")
        return self.world.subjects[key]

    def own_school(self) -> None:
        if self.number("school") != self.world.school.id:
            raise missing("The school")


def _number(name: str, text: str) -> int:
    if not text.isdecimal() or len(text) > 19:
        raise bad_parameter(name, text)
    return int(text)
