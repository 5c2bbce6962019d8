"""Lessons: judged only inside the scope, never touched once they are past, deleted only when we made them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from gateway.sync import changes
from gateway.sync.changes import Change, Diff, merge
from gateway.sync.diff import Verdict, compare, conflict, create, three_way
from gateway.sync.fields import carried
from gateway.sync.values import Action
from state.records import Lesson, RecordType

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from gateway.sync.changes import Facts, Seen
    from state.identity import IdentityLink, RemoteId

KIND = RecordType.LESSON


def diff_lessons(facts: Facts) -> Diff:
    scope = facts.remote.scope

    def inside(lesson: Lesson) -> bool:
        return scope.lessons_from <= lesson.day <= scope.lessons_to

    seen = {one.remote_id: one for one in facts.seen.get(KIND, ()) if inside(_lesson(one))}
    local = [lesson for lesson in cast("tuple[Lesson, ...]", facts.local.of(KIND)) if inside(lesson)]
    return merge(
        [
            *(_of_local(lesson, seen, facts) for lesson in local),
            *(_of_remote(one, facts) for one in seen.values()),
        ]
    )


def _lesson(seen: Seen) -> Lesson:
    return cast("Lesson", seen.record)


def is_past(day: date, today: date) -> bool:
    """A lesson of an earlier day has been held and its page is history; today's may still be changed."""
    return day < today


def _of_local(lesson: Lesson, seen: Mapping[RemoteId, Seen], facts: Facts) -> Diff:
    if facts.is_undecided(KIND, lesson.sourced_id):
        return Diff()
    link = facts.links.get(KIND, lesson.sourced_id)
    if link is None:
        return Diff(changes=(create(KIND, lesson, facts, changes.NEW),))
    found = seen.get(link.remote_id)
    if found is None:
        return _vanished(lesson, link, facts)
    if is_past(_lesson(found).day, facts.today):
        return Diff()
    return compare(KIND, lesson, found, facts)


def _vanished(lesson: Lesson, link: IdentityLink, facts: Facts) -> Diff:
    if KIND not in facts.remote.complete:
        return Diff()
    if link.ours:
        return Diff(changes=(create(KIND, lesson, facts, changes.VANISHED),))
    ours = carried(KIND, lesson, facts.capabilities.of(KIND))
    return Diff(conflicts=(conflict(KIND, lesson.sourced_id, "vanished_remote", ours),))


def _of_remote(seen: Seen, facts: Facts) -> Diff:
    """A lesson of the diary that the timetable does not have: deleted when it is ours, else counted as foreign."""
    links = facts.known.of_remote(KIND, seen.remote_id)
    if not links:
        return Diff(foreign={KIND: 1})
    link = links[0]
    gone = link.sourced_id not in facts.local_ids[KIND] and KIND in facts.local.complete
    if not gone or is_past(_lesson(seen).day, facts.today):
        return Diff()
    return _delete(seen, link, facts) if link.ours else Diff(foreign={KIND: 1})


def _delete(seen: Seen, link: IdentityLink, facts: Facts) -> Diff:
    theirs = carried(KIND, seen.record, facts.capabilities.of(KIND))
    baseline = facts.baselines.get((KIND, link.sourced_id))
    if baseline is not None and three_way(baseline, theirs, baseline) is not Verdict.SAME:
        return Diff(conflicts=(conflict(KIND, link.sourced_id, "both_changed", None, theirs),))
    return Diff(
        changes=(
            Change(
                action=Action.DELETE,
                record_type=KIND,
                sourced_id=link.sourced_id,
                reason=changes.CANCELLED,
                before=theirs,
                remote_id=seen.remote_id,
            ),
        )
    )
