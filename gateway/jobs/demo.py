"""The whole of Sverka on a made-up school, told step by step: files, push, teachers, pull, paper, check, proof.

Nothing here is a special path: every step calls the verb of the office that the command line calls.
"""

from __future__ import annotations

import shutil
import time
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from connectors.sandbox.control_client import SandboxControl
from connectors.sandbox.school import generate, write_files
from connectors.sandbox.server import sandbox_process
from gateway import bootstrap
from gateway.errors import SettingsError
from gateway.i18n import _, language
from gateway.jobs import setup
from gateway.jobs.demo_papers import Names, type_over
from gateway.jobs.run import push
from gateway.reports.words import words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from connectors.sandbox.school import DemoSchool
    from gateway.office import Office
    from gateway.register.values import Finding

ACTOR = "demo"
MARKER = ".sverka-demo"
CODES_BY_HAND = ("NO_CONSENT_IN_DIARY", "ROSTER_DIFF")
"""Planted by a secretary's hand in the diary, not by teachers."""

Cause = tuple[str, str, str, str, int, str]
"""(code, group, subject, day, nth, person): what makes two findings the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """How the demo ended. It is `whole` when exactly the planted discrepancies were found and the log verifies."""

    planted: Counter[Cause]
    found: Counter[Cause]
    log_ok: bool
    reports: tuple[Path, ...]
    seconds: float

    @property
    def missed(self) -> list[Cause]:
        return sorted((self.planted - self.found).elements())

    @property
    def invented(self) -> list[Cause]:
        return sorted((self.found - self.planted).elements())

    @property
    def whole(self) -> bool:
        return self.planted == self.found and self.log_ok

    def as_json(self) -> dict[str, Any]:
        return {
            "schema": "demo/1",
            "whole": self.whole,
            "planted": dict(sorted(Counter(cause[0] for cause in self.planted.elements()).items())),
            "missed": [list(cause) for cause in self.missed],
            "invented": [list(cause) for cause in self.invented],
            "log_ok": self.log_ok,
            "reports": [str(path) for path in self.reports],
            "seconds": round(self.seconds, 1),
        }


@dataclass
class _Stage:
    """One telling of the demo: where, with whom, and since when."""

    folder: Path
    school: DemoSchool
    control: SandboxControl
    office: Office
    tell: Callable[[str], None]

    # --- push --------------------------------------------------------------------------------------------------------

    def send(self) -> None:
        """The diary holds what the school's files say."""
        taken = self.office.import_files(bootstrap.matching(self.office.settings, ["files/*"]), ACTOR)
        self.tell(_("  взято файлов: {count}").format(count=len(taken)))
        self._round()
        for workbook in sorted(self.office.reports_folder().glob("persons-*.xlsx")):
            answer = self.control.upload_persons(workbook.read_bytes())
            self.tell(
                _("  администратор загрузил {name}: создано людей {created}, узнано {bound}").format(
                    name=workbook.name, created=answer["created"], bound=answer["bound"]
                )
            )
        self._round()
        last = self.office.plan(self.office.days.scope(1), ACTOR)
        self.tell(
            _("  новый план пуст: дневник равен данным школы")
            if not last.steps
            else _("  в новом плане осталось шагов: {count}").format(count=len(last.steps))
        )
        kept = sum(last.withheld.values())
        self.tell(_("  без согласия остались на этой машине: записей {count}").format(count=kept))

    def _round(self) -> None:
        plans, reports = push(self.office, ACTOR, lambda _sentence: None, period=1)
        for report in reports:
            self.tell(
                _(
                    "  записано в дневник {done}, передано человеку {handed}, ждёт {waiting}, отклонено {refused}"
                ).format(done=report.done, handed=report.handed, waiting=report.waiting, refused=report.refused)
            )
        for plan in plans:
            if plan.hold:
                self.tell(_("  план {plan} задержан").format(plan=plan.plan_id))

    # --- the school lives --------------------------------------------------------------------------------------------

    def names(self) -> Names:
        with self.office.store.begin() as work:
            return Names.of(work.links())

    def groups_of(self, form: str, names: Names) -> list[str]:
        """The diary's ids of a form and its subgroups."""
        ours = form.casefold()
        return [
            remote
            for remote, sourced in names.groups.items()
            if sourced == f"form:{self.school.calendar.school_year}:{ours}"
            or sourced.startswith(f"subgroup:{self.school.calendar.school_year}:{ours}:")
        ]

    def live(self, forms: list[str]) -> Counter[Cause]:
        """Teachers keep both registers for the quarter; what they and the secretary got wrong comes back."""
        names, form = self.names(), forms[0]
        quarter = self.school.calendar.quarters[0]
        answer = self.control.play(
            quarter.starts.isoformat(),
            quarter.ends.isoformat(),
            {"groups": self.groups_of(form, names), "each": 1},
        )
        self.tell(
            _("  учителя выставили отметок {marks}, отметили пропусков {absences}").format(
                marks=answer["marks"], absences=answer["absences"]
            )
        )
        planted = Counter(_cause(item, names) for item in answer["mistakes"])
        planted.update(self._secretary(forms, names))
        self.tell(_("  и ошиблись на страницах {form}: {count}").format(form=form, count=planted.total()))
        return planted

    def _secretary(self, forms: list[str], names: Names) -> list[Cause]:
        """By hand: a pupil without consent is entered, and a pupil is dropped from the first form."""
        form = forms[0]
        pupil = min(
            (one for one in self.school.unconsented if one.form in forms), key=lambda one: forms.index(one.form)
        )
        entered, group = self._group(pupil.form, names), self._group(form, names)
        self.control.add_person(entered, pupil.name.family, pupil.name.given, pupil.name.patronymic)
        remote_by_file = {sourced: remote for remote, sourced in names.persons.items()}
        dropped = next(
            f"pupil:{number.casefold()}"
            for number in self.school.form(form).pupils
            if f"pupil:{number.casefold()}" in remote_by_file
        )
        self.control.remove_member(group, remote_by_file[dropped])  # type: ignore[index]
        return [
            ("NO_CONSENT_IN_DIARY", str(names.groups[entered]), "", "", 0, f"pupil:{pupil.personal_file.casefold()}"),
            ("ROSTER_DIFF", str(names.groups[group]), "", "", 0, dropped),
        ]

    def _group(self, form: str, names: Names) -> str:
        """The diary's id of the form itself."""
        return next(remote for remote in self.groups_of(form, names) if names.groups[remote].startswith("form:"))

    # --- check -------------------------------------------------------------------------------------------------------

    def bring_in(self) -> None:
        report = self.office.pull(self.office.days.scope(1), ACTOR)
        self.tell(
            _("  запросов {requests}, клеток журнала {cells}").format(requests=report.requests, cells=report.cells_seen)
        )

    def paper(self, forms: list[str]) -> None:
        names, period = self.names(), self.office.days.period(1)
        for form in forms:
            pages = self.office.paper_pages(form, None, period)
            path = self.office.settings.path("papers") / f"{form}.xlsx"
            type_over(pages, self.control.paper(self.groups_of(form, names)), names, path)
        papers = bootstrap.matching(self.office.settings, self.office.settings.files.papers)
        taken = self.office.import_papers(papers, ACTOR)
        self.tell(
            _("  перенесено страниц {pages} ({forms}), замечаний {problems}").format(
                pages=sum(item.whole for item in taken),
                forms=", ".join(forms),
                problems=sum(len(item.problems) for item in taken),
            )
        )

    def check(self) -> tuple[Counter[Cause], tuple[Path, ...]]:
        report = self.office.reconcile(ACTOR)
        result = report.result
        self.tell(
            _("  совпало клеток {equal} из {compared} ({percent} %); расхождений {found}").format(
                equal=result.equal,
                compared=result.compared,
                percent=words(language()).agreement(result.equal, result.compared),
                found=len(result.findings),
            )
        )
        for code, count in report.by_code.items():
            self.tell(f"    {code}: {count}")
        return Counter(map(_seen, result.findings)), tuple(self.office.report())

    def later(self) -> None:
        """The next day some teachers correct marks; that week is pulled again, and the ledger keeps old and new."""
        items = self.control.correct()["items"]
        if not items:
            return
        day = date.fromisoformat(items[0]["day"])
        monday = day - timedelta(days=day.weekday())
        report = self.office.pull(self.office.days.scope(starts=monday, ends=monday + timedelta(days=6)), ACTOR)
        self.tell(
            _("  новых записей {new}, изменённых {changed}, исчезнувших {vanished}; прежние значения сохранены").format(
                new=report.entries_new, changed=report.entries_changed, vanished=report.entries_vanished
            )
        )


def _cause(item: dict[str, Any], names: Names) -> Cause:
    person = names.persons[item["person_id"]] if item["person_id"] else ""
    group, subject = names.groups[item["group_id"]], names.subjects[item["subject_id"]]
    day = "" if item["code"] == "FINAL_DIFF" else str(item["day"])
    return item["code"], str(group), str(subject), day, 0 if not day else int(item["nth"]), str(person)


def _seen(finding: Finding) -> Cause:
    dated = finding.day is not None and finding.code.value not in ("FINAL_DIFF", *CODES_BY_HAND)
    day = finding.day.isoformat() if dated and finding.day else ""
    subject = "" if finding.code.value in CODES_BY_HAND else finding.page.subject
    return finding.code.value, finding.page.group, subject, day, finding.nth if day else 0, finding.person or ""


def play_demo(folder: Path, tell: Callable[[str], None], *, seed: int = 7, pupils: int = 1000) -> Story:
    """The story, told through `tell`, in `folder`, which is made anew. Raises SettingsError for a folder of others."""
    started = time.monotonic()
    _clear(folder)
    tell(_("1. Выдуманная школа: файлы, как у настоящей"))
    school = generate(seed, pupils=pupils)
    files = write_files(school, folder / "files")
    tell(
        _("  учеников {pupils}, сотрудников {staff}, классов {forms}, подгрупп {subgroups}; файлы: {folder}").format(
            pupils=len(school.pupils),
            staff=len(school.staff),
            forms=len(school.forms),
            subgroups=len(school.subgroups),
            folder=files.pupils.parent,
        )
    )
    tell(_("2. Учебный дневник на этой машине"))
    with sandbox_process(seed) as base_url, SandboxControl(base_url) as control:
        office = _open(folder, school, base_url)
        tell(f"  {base_url}")
        stage = _Stage(folder, school, control, office, tell)
        tell(_("3. Списки и расписание уходят в дневник"))
        stage.send()
        forms = _forms_to_check(school)
        tell(_("4. Четверть: учителя ведут бумажный и электронный журнал"))
        planted = stage.live(forms)
        tell(_("5. Электронный журнал забран"))
        stage.bring_in()
        tell(_("6. Завуч переносит бумажные страницы"))
        stage.paper(forms)
        tell(_("7. Сверка"))
        found, reports = stage.check()
        tell(_("8. Назавтра учителя исправили часть отметок"))
        stage.later()
        log = office.verify_log()
        office.store.close()
    return Story(planted=planted, found=found, log_ok=log.ok, reports=reports, seconds=time.monotonic() - started)


def _clear(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).exists():
        raise SettingsError(
            _("Папка {folder} занята не нами").format(folder=folder), _("Укажите другую: sverka demo --folder ПАПКА")
        )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / MARKER).touch()


def _open(folder: Path, school: DemoSchool, base_url: str) -> Office:
    answers = setup.Answers(
        key="demo",
        name=school.name,
        year=school.calendar.school_year,
        profile="",
        base_url="",
        token="",
        school_id="",
    )
    return bootstrap.open_office(setup.init_school(folder, setup.join_sandbox(folder, base_url, answers)))


def _forms_to_check(school: DemoSchool) -> list[str]:
    """A split form, where mistakes are planted; a first form; a senior form; one of them has a pupil without consent.

    The first is one with such a pupil, where there is one: a small school has few of them.
    """
    split = {subgroup.form for subgroup in school.subgroups}
    without = {pupil.form for pupil in school.unconsented}
    grades = {form.name: form.grade for form in school.forms}
    upper = [name for name, grade in grades.items() if grade >= 5 and name in split]
    planted = next((name for name in upper if name in without), upper[0])
    first = next(name for name, grade in grades.items() if grade == 1)
    senior = next((name for name, grade in grades.items() if grade >= 10 and name != planted), None)
    chosen = [name for name in (planted, first, senior) if name]
    return chosen if without.intersection(chosen) else [*chosen, min(without)]
