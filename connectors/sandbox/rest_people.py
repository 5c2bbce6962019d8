"""REST reads about users and persons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors.sandbox import shapes
from connectors.sandbox.moments import day_of
from connectors.sandbox.refusals import ApiRefusal, bad_parameter, missing
from connectors.sandbox.scopes import COMMON, CONTACT

if TYPE_CHECKING:
    from connectors.sandbox.call import Call
    from connectors.sandbox.nouns import Person
    from connectors.sandbox.shapes import Json

_IDS = ("id", "id_str", "personId", "personId_str")
_CONTACTS = ("email", "phone")
_QUESTIONS = ("lastName", "firstName", "middleName", "snils", "birthday")


def _subject_of(call: Call) -> Person:
    """The person behind `/users/me/…` or `/users/{user}/…`."""
    return call.user() if "user" in call.path else call.viewer.person


def user(call: Call) -> Json:
    """What the token's scopes show: ways to reach the person by ContactInfo, all else but the ids by CommonInfo."""
    shown = shapes.user(_subject_of(call))
    contacts = {} if CONTACT not in call.viewer.scopes else {key: shown[key] for key in _CONTACTS if key in shown}
    bare = [key for key in shown if key in _IDS or (COMMON in call.viewer.scopes and key not in _CONTACTS)]
    return {key: shown[key] for key in bare} | contacts


def users_many(call: Call) -> list[Json]:
    """Unknown ids are left out."""
    call.staff_only()
    known = [call.world.users[key] for key in call.id_list() if key in call.world.users]
    return [shapes.user(call.world.persons[key]) for key in known]


def roles(call: Call) -> list[str]:
    return sorted(_subject_of(call).roles)


def context(call: Call) -> Json:
    return shapes.context(call.world, _subject_of(call))


def schools(call: Call) -> list[int]:
    _subject_of(call)
    return [call.world.school.id]


def own_groups(call: Call) -> list[int]:
    """Classes only, not subgroups."""
    return [group.id for group in call.world.own_groups(_subject_of(call).id) if group.parent is None]


def memberships(call: Call) -> Json:
    one = call.person() if "person" in call.path else _subject_of(call)
    return shapes.school_memberships(call.world, one)


def relatives(call: Call) -> list[Json]:
    """A pupil's guardians with their kinship as entered; a guardian's children as `Child`."""
    one = _subject_of(call)
    world = call.world
    above = [(world.persons[key], kinship) for key, kinship in world.guardians.get(one.id, {}).items()]
    below = [(world.persons[key], "Child") for key in world.children.get(one.id, {})]
    return [shapes.relative(person, kinship) for person, kinship in (*above, *below)]


def own_children(call: Call) -> list[int]:
    return list(call.world.children.get(call.viewer.person.id, {}))


def children(call: Call) -> list[Json]:
    one = call.person("personID") if "personID" in call.path else call.user("userID")
    return [shapes.person(call.world.persons[key]) for key in call.world.children.get(one.id, {})]


def classmates(call: Call) -> list[int]:
    """User ids of the active members of the viewer's own groups, without the viewer's."""
    world, own = call.world, call.viewer.person
    mates = {pupil.id for group in world.own_groups(own.id) for pupil in world.pupils(group.id)} - {own.id}
    users = (world.persons[key].user for key in sorted(mates))
    return [key for key in users if key is not None]


def empty(call: Call) -> list[Any]:
    """Friends, social groups: the emulated people have none."""
    _subject_of(call)
    return []


def person(call: Call) -> Json:
    key = call.number("person")
    if key not in call.world.persons:
        raise missing("The person")
    bare = call.viewer.is_parent and key != call.viewer.person.id
    return shapes.person(call.world.persons[key], bare=bare)


def persons_of_group(call: Call) -> list[Json]:
    group = call.group_by(call.asked_number("eduGroup"))
    return [shapes.person(one, bare=call.viewer.is_parent) for one in call.world.pupils(group.id)]


def search(call: Call) -> list[int]:
    """Ids only. Every given question must be answered; a question with no answer anywhere gives an empty list."""
    call.admin_only()
    asked = {name: text for name in _QUESTIONS if (text := call.asked(name).strip())}
    born = day_of(asked["birthday"]) if "birthday" in asked else None
    if "birthday" in asked and born is None:
        raise bad_parameter("birthday", asked["birthday"])
    if not asked:
        raise ApiRefusal("parameterInvalid", "At least one parameter is required")
    return sorted(one.id for one in _candidates(call, asked) if _answers(one, asked) and born in (None, one.birthday))


def _candidates(call: Call, asked: dict[str, str]) -> list[Person]:
    world = call.world
    if "lastName" in asked:
        return [world.persons[key] for key in world.persons_by_family.get(asked["lastName"].casefold(), ())]
    return list(world.persons.values())


def _answers(one: Person, asked: dict[str, str]) -> bool:
    own = {"lastName": one.family, "firstName": one.given, "middleName": one.patronymic}
    if any(asked.get(key, value).casefold() != value.casefold() for key, value in own.items()):
        return False
    return "snils" not in asked or _digits(asked["snils"]) == _digits(one.snils)


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdecimal())


def students_of_teacher(call: Call) -> list[Json]:
    """Groups this person teaches from 7 days ago to 30 days ahead: not a roster source (behaviour.md §4)."""
    call.staff_only()
    one = call.person("teacher")
    groups = call.world.taught_by(one.id, *call.world.near())
    return [
        {**shapes.twin("id", key), "students": [shapes.person(pupil) for pupil in call.world.pupils(key)]}
        for key in sorted(groups)
    ]


ROUTES = (
    ("GET", "/users/me", user),
    ("GET", "/users/{user}", user),
    ("POST", "/users/many", users_many),
    ("POST", "/users", users_many),
    ("GET", "/users/me/roles", roles),
    ("GET", "/users/{user}/roles", roles),
    ("GET", "/users/me/context", context),
    ("GET", "/users/{user}/context", context),
    ("GET", "/users/me/schools", schools),
    ("GET", "/users/{user}/schools", schools),
    ("GET", "/users/me/edu-groups", own_groups),
    ("GET", "/users/{user}/edu-groups", own_groups),
    ("GET", "/users/me/school-memberships", memberships),
    ("GET", "/users/{user}/school-memberships", memberships),
    ("GET", "/users/{user}/education", memberships),
    ("GET", "/persons/{person}/school-memberships", memberships),
    ("GET", "/users/me/relatives", relatives),
    ("GET", "/users/{user}/relatives", relatives),
    ("GET", "/users/me/childrenrelatives", relatives),
    ("GET", "/users/me/children", own_children),
    ("GET", "/user/{userID}/children", children),
    ("GET", "/person/{personID}/children", children),
    ("GET", "/users/me/classmates", classmates),
    ("GET", "/users/me/friends", empty),
    ("GET", "/users/{user}/friends", empty),
    ("GET", "/users/{user}/groups", empty),
    ("GET", "/persons", persons_of_group),
    ("GET", "/persons/search", search),
    ("GET", "/persons/{person}", person),
    ("GET", "/teacher/{teacher}/students", students_of_teacher),
)
