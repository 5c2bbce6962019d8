"""One school's office: every verb with the school's settings, memory, clock and diary already bound.

The doors (command line, jobs, later the web) call these and show the value that comes back. Each verb raises
`gateway.errors` only.
"""

from __future__ import annotations

import os
import socket
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from gateway.days import SchoolDays
from gateway.errors import DataError, PlanStale
from gateway.faultmap import in_our_words
from gateway.i18n import _, language
from gateway.intake import each
from gateway.papers import take_papers
from gateway.register.control import controlled
from gateway.register.findings import run_reconcile
from gateway.register.pull import pull_register, window_from
from gateway.register.template import rosters, template_pages
from gateway.reports.directory import Directory, directory
from gateway.reports.protocol import last_check, protocol_figures
from gateway.reports.protocol_files import write_protocol
from gateway.reports.slips import slip_figures
from gateway.rulebook import keeping_scope, school_rules
from gateway.sync import safety
from gateway.sync.apply import apply_plan
from gateway.sync.approve import approve
from gateway.sync.importing import import_file
from gateway.sync.order_queue import desk
from gateway.sync.planfile import plan_from_bytes
from gateway.sync.planning import local_digest, plan_push, rules_digest
from gateway.sync.quality.examine import examine_data
from gateway.sync.table_map import load_maps
from mappings.classes import normalise_form
from mappings.references import LinkIndex
from mappings.sources.assemble import assemble
from mappings.sources.seating import Agreed
from state.identity import form_id, subject_id
from state.matches import aliases
from state.records import PERSON_TYPES, Form, GradingPeriod, Pupil, RecordType
from state.snapshot import Scope
from state.store import verify_log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from connectors.paper.wire import TemplatePage
    from gateway.bootstrap import Diary
    from gateway.intake import Skip
    from gateway.ports import Clock, Progress
    from gateway.register.findings import ReconcileReport
    from gateway.register.pull import PullReport
    from gateway.register.transcribe import Transcribed
    from gateway.reports.figures import ProtocolFigures
    from gateway.reports.slips import SlipFigures
    from gateway.settings import Settings
    from gateway.sync.approve import Approval
    from gateway.sync.importing import Imported
    from gateway.sync.orders import OrderDesk
    from gateway.sync.quality.remarks import DataReport
    from gateway.sync.report import ApplyReport
    from gateway.sync.values import Plan
    from mappings.sources.assemble import Assembled
    from state.identity import SourcedId
    from state.lease import Plate
    from state.local import Problem
    from state.records import PersonName
    from state.store import LogCheck, Store


def _holder(actor: str) -> str:
    """What another run is told about this one."""
    return f"{actor}, {socket.gethostname()}, PID {os.getpid()}"


class Office:
    def __init__(
        self,
        settings: Settings,
        store: Store,
        clock: Clock,
        connect: Callable[[], AbstractContextManager[Diary]],
    ) -> None:
        self.settings = settings
        self.store = store
        self.clock = clock
        self.days = SchoolDays(settings, clock)
        self._connect = connect
        self._assembled: tuple[object, Assembled] | None = None
        """The last assembled school with what it was made from: one run asks for the same several times."""

    @contextmanager
    def alone(self, actor: str) -> Iterator[Plate | None]:
        """Inside it no other run talks to this school's diary; entered again inside itself it changes nothing.

        Yields the plate of a run that was killed and left its work to this one. Raises LeaseHeld.
        """
        with in_our_words(), self.store.lease(_holder(actor)) as lease:
            yield lease.interrupted

    # --- the school's own files --------------------------------------------------------------------------------------

    def import_files(
        self, paths: Iterable[Path], actor: str, progress: Progress | None = None, skip: Skip | None = None
    ) -> list[Imported]:
        """Each file is the current one of its kind; the same file again changes nothing.

        A file that cannot be read raises FileUnreadable; with `skip` it is told there, and the others are taken.
        """

        own = load_maps(self.settings.table_files)

        def take(path: Path) -> Imported:
            with in_our_words(), self.store.begin() as work:
                imported = import_file(path, work, actor, self.settings.school.year, own)
                work.commit()
            return imported

        return each(list(paths), take, progress, skip)

    def assembled(self, scope: Scope) -> Assembled:
        """The school's side as its files tell it, over those days."""
        with in_our_words(), self.store.begin() as work:
            agreed = Agreed(recorded=work.subgroup_agreements(), always=self.settings.subgroups.agreement == "always")
            renamed = aliases(work.match_decisions())
            known = (work.part_digests(), agreed, scope, renamed)
            if self._assembled is not None and self._assembled[0] == known:
                return self._assembled[1]
            parts = work.parts()
        assembled = assemble(parts, self.days.timeframe(), scope, agreed, renamed)
        self._assembled = (known, assembled)
        return assembled

    def problems(self, scope: Scope) -> tuple[Problem, ...]:
        """What is wrong with the files taken in: each by itself, then one against another on those days."""
        with in_our_words(), self.store.begin() as work:
            parts = work.parts()
        return (*(problem for part in parts for problem in part.problems), *self.assembled(scope).problems)

    def data_report(self, scope: Scope) -> DataReport:
        """What is wrong with the school's data, heaviest first; the diary is not asked."""
        problems = self.problems(scope)
        with in_our_words(), self.store.begin() as work:
            links = LinkIndex(work.links())
        return examine_data(self.assembled(scope), problems, links, self.days.today)

    # --- push --------------------------------------------------------------------------------------------------------

    def partial(self, scope: Scope) -> tuple[RecordType, ...]:
        """What the school's files may not tell in full: of these nothing is taken out of the diary (design §5).

        Persons are not among them: nobody is ever taken out of the diary.
        """
        local = self.assembled(scope).snapshot
        return tuple(
            kind for kind in RecordType if local.of(kind) and kind not in local.complete and kind not in PERSON_TYPES
        )

    def plan(self, scope: Scope, actor: str, progress: Progress | None = None) -> Plan:
        """What would change in the diary; nothing is written there. Alone: it settles writes without an outcome."""
        local = self.assembled(scope)
        with self.alone(actor), self._connect() as diary:
            return plan_push(
                self.store,
                diary.target,
                local,
                school=self.settings.school.key,
                policy=self._policy(),
                clock=self.clock,
                today=self.days.today,
                actor=actor,
                orders=self._orders(local),
                grace=self.settings.safety.grace_seconds,
                progress=progress,
            )

    def _policy(self) -> safety.SafetyPolicy:
        section = self.settings.safety
        return safety.policy(section.persons_percent, section.lessons_percent, section.floor)

    def _orders(self, local: Assembled) -> OrderDesk:
        """What changes of rosters may rest on, and which of them must."""
        return desk(self.store, local.orders, map(RecordType, self.settings.orders.required))

    def stored_plan(self, plan_id: str | None = None) -> Plan:
        """The plan of that id, or the latest one. Raises PlanStale where there is none."""
        with in_our_words(), self.store.begin() as work:
            known = plan_id or work.latest_plan()
            found = work.plan(known) if known else None
        if found is None:
            raise PlanStale(_("Нет такого плана"), _("Сделайте план: sverka plan"))
        return plan_from_bytes(found[0])

    def approve(self, plan_id: str, who: str, why: str) -> Approval:
        return approve(self.store, plan_id, who=who, why=why)

    def apply(
        self, plan: Plan, actor: str, progress: Progress | None = None, *, just_planned: bool = False
    ) -> ApplyReport:
        """The plan carried out; people's part lies in the reports folder.

        `just_planned`: this very process made the plan a moment ago, so the diary need not be read again.
        """
        local = self.assembled(plan.scope or self.days.scope())
        with self._connect() as diary:
            return apply_plan(
                self.store,
                diary.target,
                plan,
                holder=_holder(actor),
                actor=actor,
                today=self.days.today,
                local_digest_now=local_digest(local, self.days.today),
                rules_digest_now=rules_digest(self._policy(), diary.target.capabilities, self._orders(local)),
                out_dir=self.reports_folder(),
                fresh_remote=just_planned,
                progress=progress,
            )

    def reports_folder(self) -> Path:
        folder = self.settings.path(self.settings.files.reports)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    # --- pull and check ----------------------------------------------------------------------------------------------

    def pull(self, scope: Scope, actor: str, progress: Progress | None = None) -> PullReport:
        """The ledger equals what the diary shows on those days. Alone: of two readings the older must not come last."""
        with self.alone(actor), self._connect() as diary:
            with self.store.begin() as work:
                links = work.links()
            window = window_from(links, scope, self.settings.school.timezone)
            return pull_register(self.store, diary.register, window, actor=actor, progress=progress)

    def paper_pages(self, form: str, subject: str | None, period: GradingPeriod) -> tuple[TemplatePage, ...]:
        """The blank pages of a form, or of one of its subjects. Raises DataError naming what there is."""
        local = self.assembled(
            Scope(school_year=self.settings.school.year, lessons_from=period.starts, lessons_to=period.ends)
        )
        sourced = form_id(self.settings.school.year, normalise_form(form))
        known = {item.sourced_id: item.name for item in local.snapshot.of(RecordType.FORM) if isinstance(item, Form)}
        if sourced not in known:
            raise DataError(
                _("Класса {form} нет в файлах школы").format(form=form),
                _("Есть: {forms}").format(forms=", ".join(known.values())) if known else _("Сначала: sverka import"),
            )
        pages = template_pages(local.snapshot, self._pupil_names(), period, sourced)
        wanted = tuple(page for page in pages if subject is None or page.subject == subject_id(subject))
        if not wanted:
            subjects = sorted({page.subject_label for page in pages})
            raise DataError(
                _("У класса {form} в этом периоде нет уроков: {subject}").format(form=form, subject=subject or "—"),
                _("Есть: {subjects}").format(subjects=", ".join(subjects)) if subjects else _("Сначала: sverka import"),
            )
        return wanted

    def import_papers(
        self,
        paths: Iterable[Path],
        actor: str,
        progress: Progress | None = None,
        skip: Skip | None = None,
        *,
        form: str | None = None,
        period: int | None = None,
    ) -> list[Transcribed]:
        """Each file's touched pages are the latest transcriptions; `skip` as in `import_files`.

        `form` and `period` say what the report of an electronic register must be of, and tell nothing of other files.
        """
        return take_papers(self, list(paths), actor, progress, skip, form=form, period=period)

    def rosters(self) -> dict[SourcedId, dict[str, SourcedId]]:
        """Who is on a group's list under which name, over the whole school year."""
        known = self.days.periods()
        year = GradingPeriod(
            sourced_id=known[0].calendar,
            calendar=known[0].calendar,
            name="",
            number=0,
            starts=known[0].starts,
            ends=known[-1].ends,
        )
        return rosters(self._people().snapshot, self._pupil_names(), year)

    def _people(self) -> Assembled:
        """The assembled school without a single lesson: a scope of no days."""
        first = self.days.periods()[0].starts
        return self.assembled(self.days.scope(starts=first, ends=first - timedelta(days=1)))

    def _pupil_names(self) -> dict[SourcedId, PersonName]:
        """Every pupil of the school's files, whether or not a consent is recorded: paper lists them all."""
        pupils = self._people().snapshot.of(RecordType.PUPIL)
        return {record.sourced_id: record.name for record in pupils if isinstance(record, Pupil)}

    def reconcile(self, actor: str, *, control: bool = False, afresh: bool = False) -> ReconcileReport:
        """Every whole transcribed page against the ledger; the findings are kept.

        With `control` it also tells how the diary is kept, which the lessons of the whole year are laid out for.
        `afresh`: pages that did not change since an earlier check are judged again too.
        """
        rules, school = school_rules(self.settings), self._people()
        known = self.days.periods()
        year = self.days.scope(starts=known[0].starts, ends=known[-1].ends)
        keeping = keeping_scope(self.settings, self.assembled(year).snapshot) if control else None
        with in_our_words():
            return run_reconcile(
                self.store,
                periods=known,
                local=school.snapshot,
                consents=school.consents,
                now=self.clock.now(),
                zone=self.settings.zone,
                actor=actor,
                rules=rules,
                keeping=keeping,
                afresh=afresh,
            )

    def findings(self, *, open_only: bool = True) -> list[dict[str, Any]]:
        """The findings kept by the checks so far, in their stored form."""
        with in_our_words(), self.store.begin() as work:
            return list(work.findings(open_only=open_only))

    def directory(self) -> Directory:
        """What reports and tables call pupils, teachers, groups and subjects."""
        school = self._people()
        with in_our_words(), self.store.begin() as work:
            return directory(school.snapshot, work.person_names())

    def protocol(self) -> ProtocolFigures:
        """The protocol of the last check as figures. Raises AskError before the first check."""
        names = self.directory()
        with in_our_words(), self.store.begin() as work:
            check = last_check(work, names, [one.as_row() for one in controlled(work)])
        return protocol_figures(
            check,
            school=self.settings.school.name,
            zone=self.settings.zone,
            periods={item.sourced_id: item.name for item in self.days.periods()},
            lang=language(),
        )

    def slips(self) -> tuple[SlipFigures, ...]:
        """Every return slip as it stands today, by number."""
        names = self.directory()
        with in_our_words(), self.store.begin() as work:
            issued, check = work.control.slips(), work.last_reconciliation()
        checked = check["made_at"] if check else None
        zone, today = self.settings.zone, self.days.today
        return tuple(
            slip_figures(slip, names, zone=zone, today=today, checked=checked, lang=language()) for slip in issued
        )

    def report(self, folder: Path | None = None) -> list[Path]:
        """The protocol of the last check as XLSX, CSV and PDF; each file is whole or absent."""
        return write_protocol(self.protocol(), folder or self.reports_folder())

    def verify_log(self, expect: tuple[int, str] | None = None) -> LogCheck:
        """Does the audit log verify, and does it continue the head printed earlier?"""
        with in_our_words():
            return verify_log(self.settings.state_url, self.settings.school.key, expect)
