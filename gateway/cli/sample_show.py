"""A sample on the screen: its frame, its claim or the refusal of one, and the same as JSON."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from gateway.cli import present
from gateway.i18n import _, language

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from fractions import Fraction

    from gateway.office import Office
    from gateway.register.sample_check import Part, Refused, SampleStatus
    from gateway.register.sample_draw import SamplePlan
    from gateway.register.sample_frame import Frame
    from gateway.register.values import Finding
    from state.samples import SampleDraw

SHOWN = 10


# --- what a person sees -----------------------------------------------------------------------------------------------


class Names:
    """Units as people call them."""

    def __init__(self, office: Office) -> None:
        self._names = office.directory()
        with office.store.begin() as work:
            self._pages, self._persons = work.pages(), work.persons()

    def unit(self, name: str) -> str:
        from gateway.register.sample_units import unit_of
        from state.register import unpack

        number, day, nth, _kind, person = unpack(unit_of(name))
        page = self._pages[number]
        words = [f"{self._names.group(page.group)}. {self._names.subject(page.subject)}", f"{day:%d.%m.%Y}"]
        words += [_("{nth}-й урок").format(nth=nth)] if nth > 1 else []
        return ", ".join([*words, *([self._names.pupil(self._persons[person])] if person else [])])

    def lessons(self, units: Sequence[str]) -> list[str]:
        """The lessons these units lie in, with how many cells of each."""
        from gateway.register.sample_units import lesson_of, unit_name, unit_of

        counted = Counter(unit_name(lesson_of(unit_of(unit))) for unit in units)
        known, single = set(units), _("{lesson}: клеток {count}")
        return [
            self.unit(lesson) if lesson in known else single.format(lesson=self.unit(lesson), count=count)
            for lesson, count in counted.items()
        ]

    def row(self, finding: Finding) -> tuple[object, ...]:
        from gateway.reports.words import words

        page = f"{self._names.group(finding.page.group)}. {self._names.subject(finding.page.subject)}"
        day = f"{finding.day:%d.%m.%Y}" if finding.day else ""
        pupil = self._names.pupil(finding.person) if finding.person else ""
        return page, day, pupil, finding.paper, finding.diary, words(language()).of("codes", finding.code.value)


def share_of(share: Fraction) -> str:
    from gateway.reports.sample_words import percent

    return percent(share)


def listed(numbers: Iterable[int]) -> str:
    return ", ".join(f"№ {number}" for number in numbers)


def show_frame(frame: Frame, office: Office) -> None:
    from gateway.register.sample_units import unit_name

    rows = [
        (_("единиц в рамке"), len(frame.units)),
        (_("уроков в рамке"), len(frame.lessons)),
        (_("из них по расписанию"), len(frame.timetable)),
        (_("из них в дневнике"), len(frame.diary)),
        (_("по расписанию, но не в дневнике"), len(frame.only_timetable)),
        (_("сверх расписания"), len(frame.beyond_timetable)),
        (_("клеток учеников без согласия, не в рамке"), frame.left_out),
        (_("уроков без бумажного журнала, не в рамке"), frame.without_paper),
    ]
    present.table(_("Рамка полна: каждый урок расписания и каждый ученик стоят в ней один раз"), ("", ""), rows)
    if frame.only_timetable:
        names = Names(office)
        present.say(_("Нет в дневнике, но на бумаге могут быть, поэтому в рамке:"))
        _show_units([unit_name(lesson) for lesson in frame.only_timetable], names)


def _show_units(units: Sequence[str], names: Names) -> None:
    _show_lines([names.unit(unit) for unit in units])


def _show_lines(lines: Sequence[str]) -> None:
    for line in lines[:SHOWN]:
        present.say(f"  {line}")
    if len(lines) > SHOWN:
        present.say(_("  …и ещё {count}").format(count=len(lines) - SHOWN))


def show_status(told: SampleStatus, names: Names) -> None:
    from gateway.register.sample_units import UnitKind
    from gateway.reports.sample_words import claim_sentence, several_draws

    part, made = told.unbiased, told.draw
    present.say(
        _("Выборка № {number}: посмотрено {entered} из {drawn}, расходится {differing}").format(
            number=made.number, entered=len(part.entered), drawn=len(part.units), differing=len(part.differing)
        )
    )
    for one in told.refused:
        _show_refusal(one, names)
    if told.claim:
        claim = told.claim
        present.say(
            claim_sentence(
                lessons=made.unit == UnitKind.LESSON,
                confidence=claim.confidence,
                share=claim.share,
                most=claim.most,
                population=claim.population,
            )
        )
        if len(told.draws) > 1:
            present.say(several_draws(len(told.draws), told.weakest))
    for share, more in told.tighter:
        present.say(
            _("Чтобы сказать «меньше {share} %», нужно ещё единиц: {more}").format(share=share_of(share), more=more)
        )
    if told.retyped:
        present.say(_("Перенесено заново иначе, чем сначала: {count}").format(count=told.retyped))
    if told.moved:
        present.say(
            _("После выборки в дневнике изменилось, сравнивалось прежнее: {count}").format(count=len(told.moved))
        )
        _show_units(told.moved, names)
    _show_findings(_("Расхождения выборки"), part.findings, names)
    _show_risk(told.risk, names)


def _show_refusal(refused: Refused, names: Names) -> None:
    from gateway.register.sample_check import Refusal

    if refused.why is Refusal.NOT_FOLLOWED:
        present.say(_("Утверждения нет: не посмотрено {count}").format(count=len(refused.units)))
        _show_units(refused.units, names)
    elif refused.why is Refusal.FRAME_CHANGED:
        present.say(
            _("Утверждения нет: рамка изменилась, прибавилось {added}, ушло {gone}").format(
                added=len(refused.added), gone=len(refused.units)
            )
        )
        for title, units in ((_("Прибавилось:"), refused.added), (_("Ушло:"), refused.units)):
            if units:
                present.say(title)
                _show_lines(names.lessons(units))
    else:
        present.say(
            _("Утверждения нет: запись о выборке не та, что в журнале аудита: {numbers}").format(
                numbers=listed(refused.draws)
            )
        )


def _show_findings(title: str, findings: Sequence[Finding], names: Names) -> None:
    columns = (_("Страница"), _("Дата"), _("Ученик"), _("На бумаге"), _("В ЭЖ"), _("Расхождение"))
    if findings:
        present.table(title, columns, [names.row(finding) for finding in findings])


def _show_risk(risk: Part, names: Names) -> None:
    if risk.units:
        present.say(
            _(
                "По признакам риска, в утверждение не входит: посмотрено {entered} из {count}, расходится {differing}"
            ).format(entered=len(risk.entered), count=len(risk.units), differing=len(risk.differing))
        )
        _show_findings("", risk.findings, names)


# --- what a program sees ----------------------------------------------------------------------------------------------


def plan_json(made: SamplePlan) -> dict[str, Any]:
    from gateway.register.sample_units import unit_name

    frame = made.frame
    return {
        "schema": "sample-plan/1",
        "unit": frame.kind.value,
        "population": len(frame.units),
        "lessons": len(frame.lessons),
        "timetable": len(frame.timetable),
        "diary": len(frame.diary),
        "only_timetable": [unit_name(lesson) for lesson in frame.only_timetable],
        "beyond_timetable": [unit_name(lesson) for lesson in frame.beyond_timetable],
        "left_out": frame.left_out,
        "without_paper": frame.without_paper,
        "frame_digest": frame.digest,
        "needed": made.needed,
        "table": [{"at_most": str(share), "needed": needed} for share, needed in made.table],
        "draws": list(made.former),
    }


def draw_json(made: SampleDraw) -> dict[str, Any]:
    from gateway.register.sample_draw import sealed

    return {**sealed(made), "seed": made.seed, "drawn_by": made.drawn_by, "drawn_at": made.drawn_at}


def status_json(told: SampleStatus) -> dict[str, Any]:
    claim = told.claim
    share = claim and {
        "confidence": float(claim.confidence),
        "at_most": claim.most,
        "population": claim.population,
        "share": str(claim.share),
        "weakest_confidence": float(told.weakest),
    }
    return {
        "schema": "sample-status/1",
        **draw_json(told.draw),
        "draws": list(told.draws),
        "claim": share,
        "refused": [
            {"why": one.why.value, "units": list(one.units), "added": list(one.added), "draws": list(one.draws)}
            for one in told.refused
        ],
        "tighter": [{"at_most": str(one), "more": more} for one, more in told.tighter],
        "retyped": told.retyped,
        "moved": list(told.moved),
        "unbiased": _part_json(told.unbiased),
        "risk": _part_json(told.risk),
    }


def _part_json(part: Part) -> dict[str, Any]:
    from gateway.register.rows import finding_row

    return {
        "units": len(part.units),
        "entered": len(part.entered),
        "differing": list(part.differing),
        "items": [finding_row(finding) for finding in part.findings],
    }
