"""Whether a plan may be carried out without a person: limits per record type and kind of change (design §5).

A limit is a share and an absolute number, whichever is less, but never under a floor: in a class of 25 three changes
are everyday life, in a school of 1 000 thirty changes of names are a wrong file. Creating is unlimited, for an empty
diary is filled from nothing. The reasons stand beside the numbers.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gateway.sync.changes import BIND, PROMOTED, REGROUPED, REPEATS, SET_BACK, SKIPPED, TRANSFERRED
from gateway.sync.rollover import flows
from gateway.sync.values import Action, Hold, Limit
from state.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gateway.sync.values import Step

_CLASS = 30
"""No class is larger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """At most `percent` of what the diary holds and at most `absolute`; `floor` is always allowed."""

    percent: float = 10
    absolute: int | None = 10
    floor: int = 3

    def allowed(self, of: int) -> int:
        share = int(of * self.percent / 100)
        return max(self.floor, share if self.absolute is None else min(share, self.absolute))


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyPolicy:
    """`rules` by record type and action; everything else that is not a create falls under `otherwise`.

    `moves` by the reason of a membership's move: those are counted apart.
    """

    rules: Mapping[tuple[RecordType, Action], Rule]
    otherwise: Rule
    moves: Mapping[str, Rule] = field(default_factory=dict)

    def rule(self, record_type: RecordType, action: Action, reason: str = "") -> Rule | None:
        """None: unlimited."""
        if action is Action.CREATE:
            return None
        if reason:
            return self.moves[reason]
        return self.rules.get((record_type, action), self.otherwise)

    def rows(self) -> list[list[Any]]:
        """The same as JSON values, in a steady order: part of a plan's basis."""
        named = sorted((kind.value, action.value, rule) for (kind, action), rule in self.rules.items())
        by_reason = sorted(("move", reason, rule) for reason, rule in self.moves.items())
        rows = [*named, *by_reason, ("otherwise", "", self.otherwise)]
        return [[kind, action, rule.percent, rule.absolute, rule.floor] for kind, action, rule in rows]


def policy(persons_percent: float = 10, lessons_percent: float = 25, floor: int = 3) -> SafetyPolicy:
    """The policy a school's settings ask for, harmless by default.

    A whole class of 25 may change its letter in a school of 250 and more, two classes need a person. A new half-year
    changes half of the timetable's teachers; more than that, or a quarter of the lessons gone, is a wrong file.

    The 1st of September moves everybody up one grade. That is right, and once a year, so it is a figure of its own with
    the forms named, and one person approves it; a class that comes late needs nobody, and the limits of other moves
    stay what they are on that day. A second year in a grade is as rare as any change of a person; a jump over a grade
    or down is a wrong file until somebody says otherwise, whatever the settings allow.
    """
    between_forms = Rule(percent=persons_percent, absolute=_CLASS, floor=floor)
    never = Rule(percent=0, absolute=0, floor=0)
    return SafetyPolicy(
        rules={
            (RecordType.MEMBERSHIP, Action.MOVE): between_forms,
            (RecordType.LESSON, Action.UPDATE): Rule(percent=2 * lessons_percent, absolute=None, floor=floor),
            (RecordType.LESSON, Action.DELETE): Rule(percent=lessons_percent, absolute=None, floor=floor),
        },
        otherwise=Rule(percent=persons_percent, floor=floor),
        moves={
            PROMOTED: Rule(percent=100, absolute=_CLASS, floor=floor),
            TRANSFERRED: between_forms,
            REGROUPED: between_forms,
            REPEATS: Rule(percent=persons_percent, floor=floor),
            SKIPPED: never,
            SET_BACK: never,
        },
    )


def judge(steps: Iterable[Step], held: Mapping[RecordType, int], limits: SafetyPolicy) -> Hold | None:
    """The limits these steps break, None when there are none. `held`: records of each type in the diary, in scope.

    Binding a recognised person to our GUID changes nothing of that person and is not counted.
    """
    counted = [step for step in steps if step.reason != BIND]
    counts = Counter((step.record_type, step.action, _apart(step, limits)) for step in counted)
    order = {kind: number for number, kind in enumerate(RecordType)}
    ways = flows(counted)
    broken = []
    for (record_type, action, reason), count in sorted(counts.items(), key=lambda item: (order[item[0][0]], *item[0])):
        rule = limits.rule(record_type, action, reason)
        of = held.get(record_type, 0)
        if rule is not None and count > rule.allowed(of):
            limit = Limit(
                record_type=record_type,
                action=action,
                count=count,
                of=of,
                allowed=rule.allowed(of),
                reason=reason,
                lines=tuple(way.line for way in ways if reason and way.reason == reason),
            )
            broken.append(limit)
    return Hold(limits=tuple(broken)) if broken else None


def _apart(step: Step, limits: SafetyPolicy) -> str:
    """The reason, where moves of that kind are counted by themselves."""
    is_move = step.record_type is RecordType.MEMBERSHIP and step.action is Action.MOVE
    return step.reason if is_move and step.reason in limits.moves else ""
