"""The verbs that plan and draw a sample: from a proved frame, by a seed, told to the audit log before anyone looks."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from gateway.errors import AskError, DataError
from gateway.i18n import _
from gateway.register.history import last_pull
from gateway.register.sample_frame import Frame, frame_of, missing_units
from gateway.register.sample_risk import risk_led, risky_units
from gateway.register.sample_units import UnitKind, frame_digest
from gateway.register.sampling import draw as draw_units
from gateway.register.sampling import units_needed
from state.records import digest
from state.samples import SampleDraw

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from gateway.register.sample_frame import SampleScope
    from state.store import Store, UnitOfWork

JOURNAL_KIND = "sample_drawn"
SHARES = (Fraction(5, 100), Fraction(2, 100), Fraction(1, 100), Fraction(5, 1000))
"""The claims a plan tells the price of, besides the one asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What is to be said in the end: «fewer than `share` differ», though `differing` of the drawn units do."""

    share: Fraction = Fraction(1, 100)
    differing: int = 0
    count: int | None = None
    """So many units, whatever they prove; None: as many as the claim needs."""
    risk: int = 20
    """How many units to look at besides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePlan:
    frame: Frame
    aim: Aim
    needed: int | None
    """Units to draw; None: not even all of them would do."""
    table: tuple[tuple[Fraction, int | None], ...]
    """Claim → what it takes."""
    former: tuple[int, ...]
    """Numbers of the draws of this period there have been."""


def plan(store: Store, scope: SampleScope, aim: Aim) -> SamplePlan:
    """What a draw would be taken from and how many it takes; nothing is written.

    Raises DataError for a frame that is not complete.
    """
    with store.begin() as work:
        frame = _proved(work, scope)
        former = tuple(one.number for one in same_days(work.control.samples.draws(), scope))
    size = len(frame.units)
    shares = sorted({*SHARES, aim.share}, reverse=True)
    return SamplePlan(
        frame=frame,
        aim=aim,
        needed=units_needed(size, aim.share, aim.differing),
        table=tuple((share, units_needed(size, share, aim.differing)) for share in shares),
        former=former,
    )


def draw(store: Store, scope: SampleScope, aim: Aim, *, seed: str, who: str, again: str = "") -> SampleDraw:
    """The draw, kept in memory and in the audit log in one transaction, with the digest of its frame.

    A blank seed is made up at once, so that nobody can try several. Raises AskError for a second draw of a period
    without its reason (`again`): whoever draws until the result pleases has no sample. Raises DataError for a frame
    that is not complete or too small for the claim.
    """
    words = " ".join(seed.split())
    with store.begin() as work:
        samples = work.control.samples
        former = same_days(samples.draws(), scope)
        if former and not again.strip():
            raise AskError(
                _("Выборка этого периода уже сделана: № {number}").format(number=former[-1].number),
                _("Новая нужна только с причиной, в записи останутся обе: --again «причина»"),
            )
        frame = _proved(work, scope)
        chosen = words or made_seed(scope.until)
        drawn = draw_units(frame.units, _count(frame, aim), chosen)
        risky = {unit: why for unit, why in risky_units(work, scope, frame).items() if unit not in set(drawn)}
        made = SampleDraw(
            number=samples.next_number(),
            period=scope.period,
            unit=scope.kind.value,
            starts=scope.starts,
            until=scope.until,
            seed=chosen,
            frame=frame.units,
            drawn=drawn,
            risk=risk_led(risky, aim.risk, chosen),
            terms={"share": str(aim.share), "differing": aim.differing, "seed_made": not words},
            why=again.strip() if former else "",
            drawn_by=who,
        )
        samples.add(made)
        work.record(JOURNAL_KIND, sealed(made), who)
        work.commit()
        return samples.draws()[-1]


def same_days(draws: Iterable[SampleDraw], scope: SampleScope) -> list[SampleDraw]:
    """Those of the same period, however its days stood in the settings, or of some of the same days."""
    return [
        one for one in draws if one.period == scope.period or (one.starts <= scope.until and scope.starts <= one.until)
    ]


def sealed(made: SampleDraw) -> dict[str, Any]:
    """What the audit log keeps of a draw: figures and digests, so that no word of it can be changed later."""
    return {
        "draw": made.number,
        "period": made.period,
        "unit": made.unit,
        "starts": made.starts.isoformat(),
        "until": made.until.isoformat(),
        "population": len(made.frame),
        "drawn": len(made.drawn),
        "frame_digest": frame_digest(made.frame),
        "drawn_digest": digest(list(made.drawn)),
        "risk_digest": digest([[unit, list(why)] for unit, why in made.risk.items()]),
        "seed_digest": digest(made.seed),
        "terms": dict(made.terms),
        "again": digest(made.why) if made.why else "",
    }


def made_seed(day: date) -> str:
    """A seed nobody chose: the day, and 64 bits of the operating system's chance in groups to read aloud."""
    chance = secrets.token_hex(8)
    return " ".join((day.isoformat(), *(chance[at : at + 4] for at in range(0, len(chance), 4))))


def _count(frame: Frame, aim: Aim) -> int:
    size = len(frame.units)
    needed = units_needed(size, aim.share, aim.differing) if aim.count is None else aim.count
    if needed is None or not 0 < needed <= size:
        raise DataError(
            _("Из {size} единиц столько не вытянуть").format(size=size),
            _("Возьмите другую долю (--at-most) или число (--count): sverka sample plan"),
        )
    return needed


def _proved(work: UnitOfWork, scope: SampleScope) -> Frame:
    """The frame, complete: nothing the timetable asks for is missing, and everybody's cell can be told."""
    frame = frame_of(work, scope)
    if not frame.timetable:
        raise DataError(
            _("На эти дни нет ни одного урока расписания: полноту рамки не доказать"),
            _("Возьмите расписание в работу: sverka import"),
        )
    pulled = last_pull(work, None)
    if not frame.diary or pulled is None or pulled.astimezone(scope.zone).date() <= scope.until:
        raise DataError(
            _("Дневник ещё не забран по {until:%d.%m.%Y} включительно").format(until=scope.until),
            _("Выполните: sverka pull; или тяните из оконченной четверти: -p 1"),
        )
    if scope.kind is UnitKind.CELL and frame.without_list:
        raise DataError(
            _("У {count} уроков неизвестен ни один ученик: рамка неполна").format(count=len(frame.without_list)),
            _("Заполните списки (sverka subgroups) или тяните уроки: --unit lesson"),
        )
    missing = missing_units(work, scope, frame.units)
    if missing:
        raise DataError(
            _("Рамка неполна, в ней нет: {units}").format(units=", ".join(missing[:5])),
            _("Сообщите об этом разработчикам: так быть не должно"),
        )
    return frame
