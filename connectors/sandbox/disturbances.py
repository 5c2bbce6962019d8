"""People who work in the diary while Sverka does: what they change by mistake, they put right a little later.

Each disturbance changes the world and returns what takes the change back; where somebody else has changed the thing
meanwhile, it is left as it is. A world that has nothing to disturb is left alone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from connectors.sandbox.lessons import delete_group
from connectors.sandbox.tokens import ISSUED

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping

    from connectors.sandbox.world import World

    Undo = Callable[[], None]

TEACHER, RENAMER, REMOVER, CLOCK = "teacher-edits", "form-renamed", "group-deleted", "clock-skew"
TOKEN_DIES, TOKEN_REVOKED, WIDE_IDS = "token-dies", "token-revoked", "wide-ids"
_MARKS = 5
_MINUS, _OLD = "-", " (старый)"
_SKEW = timedelta(hours=5)


def _teacher_edits(world: World, draw: random.Random) -> Undo:
    """A teacher puts a minus behind a few pupils' marks, and takes it off again."""
    known = [mark for _, mark in sorted(world.marks.items()) if not mark.value.endswith(_MINUS)]
    chosen = draw.sample(known, min(_MARKS, len(known)))
    for mark in chosen:
        mark.value += _MINUS

    def undo() -> None:
        for mark in chosen:
            mark.value = mark.value.removesuffix(_MINUS)

    return undo


def _form_renamed(world: World, draw: random.Random) -> Undo:
    """An administrator gives a class another name, and thinks better of it."""
    classes = [one for _, one in sorted(world.groups.items()) if one.parent is None and not one.name.endswith(_OLD)]
    if not classes:
        return _nothing
    group = draw.choice(classes)
    group.name += _OLD

    def undo() -> None:
        group.name = group.name.removesuffix(_OLD)

    return undo


def _group_deleted(world: World, draw: random.Random) -> Undo:
    """An administrator deletes a class or a subgroup in which nobody has a mark yet; it is not brought back."""
    marked = {world.works[mark.work].group for mark in world.marks.values()}
    free = [
        group
        for _, group in sorted(world.groups.items())
        if not marked & {group.id, *(one.id for one in world.subgroups_of(group))}
    ]
    if free:
        delete_group(world, draw.choice(free).guid)
    return _nothing


def _clock_skew(world: World, draw: random.Random) -> Undo:
    """The diary's clock goes wrong by hours, ahead or behind."""
    world.skew = draw.choice((-_SKEW, _SKEW))

    def undo() -> None:
        world.skew = timedelta()

    return undo


def _token_dies(world: World, _: random.Random) -> Undo:
    """Every token that somebody signed in for is dead at once; what it can be renewed with lives on."""
    world.book.kill(ISSUED)
    return _nothing


def _token_revoked(world: World, _: random.Random) -> Undo:
    """The owner withdraws the permission: dead beyond renewal, a person must sign in again."""
    world.book.kill(ISSUED, refresh_too=True)
    return _nothing


def _wide_ids(world: World, _: random.Random) -> Undo:
    """Persons and accounts made from now on have numbers above 2^53, too."""
    world.issue.widen()
    return _nothing


def _nothing() -> None:
    """There was nothing to change, or it stays changed."""


DISTURBANCES: Mapping[str, Callable[[World, random.Random], Undo]] = {
    TEACHER: _teacher_edits,
    RENAMER: _form_renamed,
    REMOVER: _group_deleted,
    CLOCK: _clock_skew,
    TOKEN_DIES: _token_dies,
    TOKEN_REVOKED: _token_revoked,
    WIDE_IDS: _wide_ids,
}
"""Ready tokens never die by chance: nobody could sign in for them anew (`token/kill` is for them)."""
