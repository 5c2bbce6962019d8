"""Whose account a sign-in means: a role's first person, or anybody's login."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sandbox.nouns import ADMIN, PARENT, STAFF

if TYPE_CHECKING:
    from connectors.sandbox.nouns import Person
    from connectors.sandbox.world import World

_ROLES = {"teacher": STAFF, "parent": PARENT}


def owner_of(world: World, role: str) -> Person | None:
    """The administrator, or the first teacher or parent who has an account."""
    if role == "admin":
        return world.admin
    wanted = _ROLES.get(role, "")
    return next((one for one in world.persons.values() if wanted in one.roles and one.user is not None), None)


def role_of(person: Person) -> str:
    """Rights go by the strongest role of the person."""
    if ADMIN in person.roles:
        return "admin"
    if STAFF in person.roles:
        return "teacher"
    return "parent" if PARENT in person.roles else "pupil"


def login_of(person: Person) -> str:
    return f"user{person.user}"


def account(world: World, login: str) -> Person | None:
    """Who signs in under this name: a login as `users/me` shows it, an e-mail, or a role for its first person."""
    name = login.strip().casefold()
    if name in ("admin", *_ROLES):
        return owner_of(world, name)
    if name.startswith("user") and name[4:].isdecimal():
        return world.persons.get(world.users.get(int(name[4:]), 0))
    found = (one for one in world.persons.values() if one.user is not None and one.email.casefold() == name != "")
    return next(found, None)
