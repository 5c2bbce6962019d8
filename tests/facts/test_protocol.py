"""The protocol's figures: what the printed form says, before any writer touches it."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, date, datetime
from importlib import resources
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from protocol_case import (
    ALGEBRA,
    ANNA,
    EVERY_KIND,
    PERIOD,
    PHYSICS,
    ROOT,
    SCHOOL,
    SEVENTH,
    TEACHER,
    TENTH,
    check,
    figures,
    finding,
    page,
)

from gateway.errors import AskError
from gateway.register.values import Code, Severity
from gateway.reports.directory import by_alphabet, directory
from gateway.reports.protocol import last_check, protocol_figures
from gateway.reports.words import words
from state.identity import SourcedId, pupil_id
from state.records import Form, PersonName, Pupil, RecordType, Staff, Subgroup, Subject
from state.snapshot import Scope, Snapshot
from state.store import Store, migrate

if TYPE_CHECKING:
    from pathlib import Path


def test_the_head_tells_what_was_compared_and_its_anchor() -> None:
    """School, moment in the school's time zone, figures, result, and the audit log's size and root."""
    made = figures()
    assert (made.school, made.compared, made.equal, made.percent) == (SCHOOL, 2314, 2251, "97,27")
    assert f"{made.moment:%d.%m.%Y %H:%M}" == "27.10.2026 01:30"
    assert (made.result, made.full_match, made.left_out, made.skipped) == ("расхождений: 8", False, 31, 1)
    assert (made.log_size, made.log_root) == (1284, ROOT)


def test_agreement_is_never_rounded_up_to_a_hundred() -> None:
    """One unequal cell of a million is 99,99, not 100."""
    made = figures(check(EVERY_KIND, page(SEVENTH, ALGEBRA, 1_000_000, 999_999)))
    assert made.percent == "99,99"
    assert figures(check((), page(SEVENTH, ALGEBRA, 5, 5))).percent == "100,00"
    assert words("en").agreement(999_999, 1_000_000) == "99.99"
    assert words().agreement(0, 0) == ""


def test_no_findings_is_a_full_match_in_words() -> None:
    """R001: the statement «полное соответствие», with no rows."""
    made = figures(check((), page(SEVENTH, ALGEBRA, 10, 10)))
    assert (made.result, made.full_match, made.sections) == ("полное соответствие", True, ())
    assert [one.result for one in made.pages] == ["полное соответствие"]


def test_no_compared_page_is_no_full_match() -> None:
    """Nothing compared proves nothing."""
    kept = check((), page(SEVENTH, ALGEBRA, 1, 1))
    kept.summary["page_results"].clear()
    made = figures(kept)
    assert not made.full_match
    assert made.result.startswith("сверять нечего")


def test_sections_are_lists_first_then_pages_in_the_order_of_forms() -> None:
    """7Б stands before 10А; a page without rows has no section; every page is in the summary."""
    made = figures()
    assert [(one.group, one.subject) for one in made.sections] == [("7Б", "Список класса"), ("7Б", "Алгебра")]
    assert [(one.group, one.subject) for one in made.pages] == [("7Б", "Алгебра"), ("7Б", "Физика"), ("10А", "Физика")]


def test_a_page_that_differs_only_by_the_list_says_so() -> None:
    """Its cells of a pupil of one list are unequal, so it is no full match, yet it has no rows of its own."""
    by_page = {(one.group, one.subject): one for one in figures().pages}
    assert by_page["7Б", "Физика"].result == "расхождения в списке класса"
    assert not by_page["7Б", "Физика"].full_match
    assert by_page["10А", "Физика"].full_match


def test_rows_read_in_words() -> None:
    """Names, dates, both sides and the reason as a deputy head reads them; numbered by day within the page."""
    rows = figures().sections[1].rows
    first = rows[0]
    assert (first.number, first.day, first.lesson, first.pupil) == (1, "07.09.2026", "3", "Абрамова Дарья")
    assert (first.paper, first.diary, first.kind) == ("5", "4", "Отметки различаются")
    assert first.entered == "Образцова А.И., 07.09.2026 12:31"
    assert [(row.paper, row.diary, row.note) for row in rows[1:5]] == [
        ("3", "пусто", ""),
        ("урок записан: Многочлены", "урока нет", "записей: 26"),
        ("записей нет", "урок записан", "дата есть, записей под ней нет; в другом журнале записей: 24"),
        ("Степень", "=1+1", "сходство 83\u00a0%"),
    ]
    assert [row.number for row in rows] == [1, 2, 3, 4, 5, 6]
    assert rows[5].lesson == ""


def test_lists_read_in_words() -> None:
    """Who is on which list."""
    rows = figures().sections[0].rows
    assert [(row.pupil, row.paper, row.diary) for row in rows] == [
        ("Борисов Кирилл", "в списке", "нет в списке"),
        ("Новиков Иван", "в списке", "в списке"),
    ]


def test_kinds_are_counted_the_gravest_first() -> None:
    """The summary of kinds adds up to the findings."""
    kinds = figures(check((*EVERY_KIND, finding("MARK_DIFF", person=ANNA, day="2026-09-08")))).kinds
    assert [one.severity for one in kinds][:3] == ["критическое", "критическое", "высокое"]
    assert (kinds[2].kind, kinds[2].count) == ("Отметки различаются", 2)
    assert sum(one.count for one in kinds) == 9


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_every_code_has_words_in_both_languages(lang: str) -> None:
    """No code of the program reaches a reader: codes, severities and every reason the rules give."""
    said = words(lang)
    assert set(said.tables["codes"]) == {code.value for code in Code}
    assert set(said.tables["severities"]) == {severity.value for severity in Severity}
    given: set[str] = set()
    for module in (resources.files("gateway.register.rules")).iterdir():
        if module.name.endswith(".py"):
            code = re.sub(r"rules\.of\([^)]*\)", "", module.read_text(encoding="utf-8"))  # names of the school's rules
            given |= set(re.findall(r'"([a-z]+_[a-z_]+|grade1|entries|similarity)[":]', code))
    assert given - {"entries"} <= set(said.tables["why"]), "a rule gives a reason the catalogue lacks"
    assert len(given) >= 12


def test_both_languages_have_the_same_keys() -> None:
    """A text that is missing in English is found here and not by a reader."""
    catalogue = tomllib.loads((resources.files("gateway.reports") / "words.toml").read_text(encoding="utf-8"))
    keys = {
        lang: {(table, key) for table, texts in tables.items() for key in texts} for lang, tables in catalogue.items()
    }
    assert keys["ru"] == keys["en"]


def test_english_is_given_on_request() -> None:
    """The same figures, English words, ISO dates."""
    made = figures(lang="en")
    assert (made.result, made.percent) == ("discrepancies: 8", "97.27")
    assert made.sections[1].rows[0].kind == "Marks differ"
    assert made.sections[1].rows[0].day == "2026-09-07"


def test_names_come_from_the_schools_files() -> None:
    """Namesakes keep the patronymic; an id nobody knows is shown, not hidden; subgroups name their form."""
    pupils = tuple(
        Pupil(
            sourced_id=pupil_id(file), personal_file=file, name=PersonName(family=family, given="Анна", patronymic=last)
        )
        for file, family, last in (("1", "Ким", "Юрьевна"), ("2", "Ким", "Олеговна"), ("3", "Лис", "Ильинична"))
    )
    half = SourcedId("subgroup:x")
    records = {
        RecordType.PUPIL: pupils,
        RecordType.FORM: (Form(sourced_id=SEVENTH, name="7Б", grade=7),),
        RecordType.SUBGROUP: (Subgroup(sourced_id=half, name="девочки", form=SEVENTH),),
        RecordType.SUBJECT: (Subject(sourced_id=ALGEBRA, name="Алгебра"),),
        RecordType.STAFF: (Staff(sourced_id=TEACHER, name=PersonName(family="Образцова", given="Анна")),),
    }
    scope = Scope(school_year=2026, lessons_from=date(2026, 9, 1), lessons_to=date(2026, 10, 25))
    names = directory(Snapshot(scope=scope, records=records), {SourcedId("remote:5"): "Гость"})
    assert [names.pupil(pupil_id(file)) for file in "123"] == ["Ким Анна Юрьевна", "Ким Анна Олеговна", "Лис Анна"]
    assert (names.group(half), names.subject(ALGEBRA)) == ("7Б, девочки", "Алгебра")
    assert (names.pupil(SourcedId("remote:5")), names.pupil(SourcedId("remote:6"))) == ("Гость", "6")
    assert (names.teacher(TEACHER), names.initials(TEACHER)) == ("Образцова Анна", "Образцова А.")


def test_names_sort_as_people_expect() -> None:
    """Numbers by value, ё as е."""
    assert sorted(["10А", "7Б", "7А", "2В"], key=by_alphabet) == ["2В", "7А", "7Б", "10А"]
    assert sorted(["Жук", "Ёлкин", "Егоров"], key=by_alphabet) == ["Егоров", "Ёлкин", "Жук"]


def test_the_last_check_is_read_from_the_store(tmp_path: Path) -> None:
    """Without a check there is nothing to report; after two, the later one speaks, with its open findings."""
    url = f"sqlite:///{tmp_path / 'school.db'}"
    migrate(url)
    store = Store.open(url, "demo", lambda: datetime(2026, 10, 26, tzinfo=UTC))
    with store.begin() as work, pytest.raises(AskError):
        last_check(work, check().names, ())
    kept = check()
    for run, rows in (("reconcile-000009", EVERY_KIND), ("reconcile-000010", EVERY_KIND[:1])):
        with store.begin() as work:
            work.save_reconciliation(run, list(rows), dict(kept.summary))
            work.commit()
    with store.begin() as work:
        latest = last_check(work, kept.names, work.findings())
    assert (latest.run, len(latest.findings)) == ("reconcile-000010", 1)
    zone = ZoneInfo("Europe/Moscow")
    made = protocol_figures(latest, school=SCHOOL, zone=zone, periods={PERIOD: "1 четверть"})
    assert made.result == "расхождений: 1"
    assert (TENTH, PHYSICS) in {(one["group"], one["subject"]) for one in latest.summary["page_results"]}
