"""On the way from paper to the diary alone: the school's modes, its parallel run, and a form's readiness."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.errors import DataError
from gateway.faultmap import in_our_words
from gateway.i18n import _
from gateway.jobs.archive import copies
from gateway.register.modes import Modes
from gateway.register.parallel_run import parallel_runs
from gateway.register.readiness import gather, judge_readiness
from mappings.classes import normalise_form
from state.identity import form_id
from state.records import Lesson

if TYPE_CHECKING:
    from gateway.office import Office
    from gateway.register.parallel_run import ParallelRun
    from gateway.register.readiness import Condition, Evidence


def stored_modes(office: Office) -> Modes:
    """How the school's registers are kept, with the whole history."""
    with in_our_words(), office.store.begin() as work:
        return Modes(work.paperwork.modes())


def tracked(office: Office) -> tuple[ParallelRun, ...]:
    """R005 of every teacher whose pages the diary or the paper shows."""
    modes = stored_modes(office)
    with in_our_words(), office.store.begin() as work:
        return parallel_runs(work, office.days.periods(), modes, office.days.today)


def ready(office: Office, form: str) -> tuple[Evidence, tuple[Condition, ...]]:
    """R007 of one form, with what the verdict rests on. Raises DataError for a form the school's files do not have."""
    wanted = form_id(office.settings.school.year, normalise_form(form))
    known = office.directory().groups
    if wanted not in known:
        raise DataError(
            _("Класса {form} нет в файлах школы").format(form=form),
            _("Есть: {forms}").format(forms=", ".join(name for one, name in known.items() if one.startswith("form:"))),
        )
    periods, log = office.days.periods(), office.verify_log()
    year = office.days.scope(starts=periods[0].starts, ends=periods[-1].ends)
    lessons = tuple(office.assembled(year).snapshot.each(Lesson))
    kept = [copy.made for copy in copies(office.settings)]
    with in_our_words(), office.store.begin() as work:
        seen = gather(
            work,
            wanted,
            lessons,
            periods,
            copies=kept,
            log=log,
            today=office.days.today,
            zone=office.settings.zone,
        )
    return seen, judge_readiness(seen)
