"""People who work in the diary while Sverka does: what they change by mistake, they put right a little later.

Each disturbance changes the world and returns what takes the change back; where somebody else has changed the thing
meanwhile, it is left as it is. A world that has nothing to disturb is left alone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from connectors.sandbox.lessons import delete_group

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping

    from connectors.sandbox.world import World

    Undo = Callable[[], None]

TEACHER, RENAMER, REMOVER, CLOCK = "teacher-edits", "form-renamed", "group-deleted", "clock-skew"
_MARKS = 5
_SKEW = timedelta(hours=5)


def _teacher_edits(world: World, draw: random.Random) -> Undo:
    """A teacher gives a few pupils another mark, and corrects it."""
    known = sorted(world.marks)
    chosen = [world.marks[key] for key in draw.sample(known, min(_MARKS, len(known)))]
    before = [(mark, mark.value) for mark in chosen]
    for mark in chosen:
        mark.value = "2" if mark.value != "2" else "3"

    def undo() -> None:
        for mark, value in before:
            mark.value = value

    return undo


def _form_renamed(world: World, draw: random.Random) -> Undo:
    """An administrator gives a class another name, and thinks better of it."""
    classes = [group for _, group in sorted(world.groups.items()) if group.parent is None]
    if not classes:
        return _nothing
    group = draw.choice(classes)
    name, wrong = group.name, f"{group.name} (старый)"
    group.name = wrong

    def undo() -> None:
        if group.name == wrong:
            group.name = name

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


def _nothing() -> None:
    """There was nothing to change, or it stays changed."""


DISTURBANCES: Mapping[str, Callable[[World, random.Random], Undo]] = {
    TEACHER: _teacher_edits,
    RENAMER: _form_renamed,
    REMOVER: _group_deleted,
    CLOCK: _clock_skew,
}
