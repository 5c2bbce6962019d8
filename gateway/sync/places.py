"""Which lesson is which where several stand in one place: a group's same subject in the same period of a day.

Their ids end in ordinals, drawn from the order of their teachers, so a teacher who goes or comes would shift the ids
of colleagues who teach on as before. Lessons are compared as a multiset (formats.md, fact 3): whoever is unchanged
keeps the id, and with it the diary's lesson and its marks.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import TYPE_CHECKING, cast

from gateway.sync.fields import carried
from mappings.references import translate
from state.identity import lesson_place
from state.records import Lesson, RecordType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gateway.sync.fields import Fields
    from gateway.sync.values import TypeCapability
    from mappings.references import LinkIndex
    from state.identity import SourcedId
    from state.records import Record
    from state.snapshot import RemoteRecord, Snapshot

KIND = RecordType.LESSON


def keep_places(
    local: Snapshot[Record], remote: Snapshot[RemoteRecord], links: LinkIndex, capability: TypeCapability
) -> Snapshot[Record]:
    """`local` with the lessons of crowded places under the ids that their equals in the diary bear.

    In each place: equal lessons first, then those that keep their own id, then whatever the diary has left; a lesson
    the diary has no room for is new under an id that no other lesson of the place bears.
    """
    held = _held(remote, links, capability)
    crowds: dict[str, list[Lesson]] = defaultdict(list)
    for lesson in cast("tuple[Lesson, ...]", local.of(KIND)):
        crowds[lesson_place(lesson.sourced_id)].append(lesson)
    renamed: dict[SourcedId, SourcedId] = {}
    for place, lessons in crowds.items():
        if _is_crowded(lessons, held.get(place, {})):
            renamed.update(_dealt(lessons, held[place], capability))
    if all(old == new for old, new in renamed.items()):
        return local
    ordered = [
        dataclasses.replace(lesson, sourced_id=renamed.get(lesson.sourced_id, lesson.sourced_id))
        for lessons in crowds.values()
        for lesson in lessons
    ]
    return dataclasses.replace(local, records={**local.records, KIND: tuple(_sorted(ordered))})


def _held(
    remote: Snapshot[RemoteRecord], links: LinkIndex, capability: TypeCapability
) -> Mapping[str, Mapping[SourcedId, Fields]]:
    """Place → our id → what the diary says under it."""
    held: dict[str, dict[SourcedId, Fields]] = defaultdict(dict)
    for seen in remote.of(KIND):
        for link in links.of_remote(KIND, seen.remote_id):
            fields = carried(KIND, translate(KIND, seen, links), capability)
            held[lesson_place(link.sourced_id)][link.sourced_id] = fields
    return held


def _is_crowded(lessons: Sequence[Lesson], held: Mapping[SourcedId, Fields]) -> bool:
    return bool(held) and (len(lessons) > 1 or len(held) > 1 or lessons[0].sourced_id not in held)


def _dealt(
    lessons: Sequence[Lesson], held: Mapping[SourcedId, Fields], capability: TypeCapability
) -> Mapping[SourcedId, SourcedId]:
    """The lessons' own ids → the ids they go by."""
    waiting = {lesson.sourced_id: carried(KIND, lesson, capability) for lesson in _sorted(lessons)}
    free = dict(sorted(held.items()))
    dealt: dict[SourcedId, SourcedId] = {}

    def deal(own: SourcedId, given: SourcedId) -> None:
        dealt[own] = given
        del waiting[own], free[given]

    for own, fields in tuple(waiting.items()):
        same = [given for given, theirs in free.items() if theirs == fields]
        if same:
            deal(own, own if own in same else same[0])
    for own in tuple(waiting):
        if own in free:
            deal(own, own)
    for own, given in tuple(zip(waiting, free, strict=False)):
        deal(own, given)
    spare = [lesson.sourced_id for lesson in _sorted(lessons) if lesson.sourced_id not in held]
    return {**dealt, **dict(zip(waiting, spare, strict=False))}


def _sorted(lessons: Sequence[Lesson]) -> list[Lesson]:
    return sorted(lessons, key=lambda lesson: lesson.sourced_id)
