"""R007: may a form give up its paper register? Three conditions, each with its evidence; one that fails forbids it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from gateway.i18n import _
from gateway.register.keys import COLUMN_STEP
from gateway.register.teaching import kept_columns, lesson_columns
from state.identity import form_id, form_of, group_year
from state.register import CellKind, Page, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from state.identity import SourcedId
    from state.records import GradingPeriod, Lesson
    from state.store import LogCheck, UnitOfWork

COMPLETENESS, BACKUPS, CORRECTIONS = "completeness", "backups", "corrections"
WATCHED = timedelta(days=7)
"""A correction is seen when a pull comes between two values: pulls further apart than a week watch nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A lesson of the timetable or the diary without a topic in the diary."""

    page: Page
    day: date
    nth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the verdict rests on; days are the school's."""

    today: date
    lessons: int
    """Lessons held on the days looked at, by the timetable or the diary."""
    missing: tuple[Missing, ...]
    copies: tuple[date, ...]
    """Days of the proven copies of the database."""
    since: date
    """First day of the last finished reporting period: a copy is due once in a period (R080)."""
    log: LogCheck
    pulls: tuple[date, ...]
    """Days of the finished pulls."""
    corrections: int
    """How many entries of the form's pages were seen changed or withdrawn."""

    @property
    def percent(self) -> float | None:
        """Share of lessons kept; None where none was held."""
        return 100 * (self.lessons - len(self.missing)) / self.lessons if self.lessons else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    code: str
    holds: bool
    says: str
    advice: str = ""


def judge_readiness(seen: Evidence) -> tuple[Condition, ...]:
    """The three conditions of the order, in its words; paper may be dropped when all of them hold."""
    return _completeness(seen), _backups(seen), _corrections(seen)


def _completeness(seen: Evidence) -> Condition:
    kept = seen.lessons - len(seen.missing)
    says = _("уроков с темой: {kept} из {lessons} ({percent} %)").format(
        kept=kept, lessons=seen.lessons, percent=100 * kept // seen.lessons if seen.lessons else 0
    )
    if not seen.lessons:
        says = _("ни одного урока ещё не было")
    return Condition(
        code=COMPLETENESS,
        holds=bool(seen.lessons) and not seen.missing,
        says=says,
        advice=_("Допишите темы в ЭЖ и заберите журнал: sverka pull"),
    )


def _backups(seen: Evidence) -> Condition:
    last = max(seen.copies, default=None)
    says = _("нет записи о резервной копии")
    if last is not None:
        says = _("копий базы: {count}, последняя от {last:%d.%m.%Y}").format(count=len(seen.copies), last=last)
    return Condition(
        code=BACKUPS,
        holds=last is not None and last >= seen.since,
        says=says,
        advice=_("Копия нужна раз в учебный период, начиная с {since:%d.%m.%Y}: sverka upgrade сохранит её").format(
            since=seen.since
        ),
    )


def _corrections(seen: Evidence) -> Condition:
    last = max(seen.pulls, default=None)
    if not seen.log.ok:
        says = _("журнал аудита нарушен на событии № {number}").format(number=seen.log.first_bad)
    elif last is None:
        says = _("журнал из дневника ещё не забирали: исправлений никто не видит")
    else:
        says = _("журнал аудита цел, заборов: {pulls}, последний {last:%d.%m.%Y}, исправлений: {count}").format(
            pulls=len(seen.pulls), last=last, count=seen.corrections
        )
    return Condition(
        code=CORRECTIONS,
        holds=seen.log.ok and last is not None and seen.today - last <= WATCHED,
        says=says,
        advice=_("Забирайте журнал не реже раза в {days} дней: sverka run; проверка: sverka log verify").format(
            days=WATCHED.days
        ),
    )


# --- what is seen -----------------------------------------------------------------------------------------------------


def gather(
    work: UnitOfWork,
    form: SourcedId,
    lessons: Iterable[Lesson],
    periods: Sequence[GradingPeriod],
    *,
    copies: Iterable[datetime],
    log: LogCheck,
    today: date,
    zone: ZoneInfo,
) -> Evidence:
    """The evidence about one form: its lessons from the first day of the last finished period up to yesterday.

    `lessons` are those of the whole school's timetable. Before the first period has ended it counts itself.
    """
    finished = [one for one in periods if one.ends < today]
    since = finished[-1].starts if finished else periods[0].starts
    counted, missing = _kept(work, form, lessons, since, today)
    pulls = [run["ended_at"] for run in work.runs("pull") if run["ended_at"]]
    return Evidence(
        today=today,
        lessons=counted,
        missing=missing,
        copies=tuple(sorted(one.astimezone(zone).date() for one in copies)),
        since=since,
        log=log,
        pulls=tuple(sorted(one.astimezone(zone).date() for one in pulls)),
        corrections=_corrected(work, form),
    )


def _kept(
    work: UnitOfWork, form: SourcedId, lessons: Iterable[Lesson], since: date, today: date
) -> tuple[int, tuple[Missing, ...]]:
    """How many lessons the form and its subgroups had on these days, and those without a topic in the diary."""
    pages = {number: page for number, page in work.pages().items() if page.subject and _is_of(page.group, form)}
    numbers = {page: number for number, page in pages.items()}
    diary = work.register_frame(None, sorted(pages))
    held = {
        (pages[page], day, nth)
        for page, day, nth, *_ in (unpack(column * COLUMN_STEP) for column in lesson_columns(diary))
        if since <= day < today
    }
    held |= {place for place in _timetabled(lessons, form) if since <= place[1] < today}
    topics = kept_columns(diary, (int(CellKind.TOPIC),))
    missing = [
        Missing(page=page, day=day, nth=nth)
        for page, day, nth in held
        if page not in numbers or pack(numbers[page], day, nth, CellKind(0), 0) // COLUMN_STEP not in topics
    ]
    return len(held), tuple(sorted(missing, key=lambda one: (one.day, one.page.group, one.page.subject, one.nth)))


def _timetabled(lessons: Iterable[Lesson], form: SourcedId) -> set[tuple[Page, date, int]]:
    """The places of the form's lessons; those of one subject on one day are counted by lesson number."""
    days: dict[tuple[Page, date], int] = defaultdict(int)
    for lesson in lessons:
        if _is_of(lesson.group, form):
            days[Page(group=lesson.group, subject=lesson.subject), lesson.day] += 1
    return {(page, day, nth) for (page, day), count in days.items() for nth in range(1, count + 1)}


def _corrected(work: UnitOfWork, form: SourcedId) -> int:
    """Entries of the form's pages that are not what they were when first seen."""
    numbers = [number for number, page in work.pages().items() if _is_of(page.group, form)]
    return work.entries_frame(sorted(numbers)).get_column("seen_to").count()


def _is_of(group: SourcedId, form: SourcedId) -> bool:
    year, named = group_year(group), form_of(group)
    return group == form or (year is not None and named is not None and form_id(year, named[0]) == form)
