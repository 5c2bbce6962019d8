"""Summary sheets on the command line: typed or from report cards, compared whole, told three ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from facts.card_files import heads, subject, write_cards
from facts.paper_pages import page
from flows.test_control import CHILD, DAY, FORM, LIST, PAGE, Deputy, cell, members

from connectors.paper.template import write_template
from connectors.paper.wire import SummaryEntries
from gateway.register.summaries import summary_sheets
from state.paper import Transcription
from state.register import CellKind

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


@pytest.fixture
def deputy(tmp_path: Path) -> Deputy:
    """Page and diary agree: a «5» that day, and «4» for the period."""
    made = Deputy(tmp_path)
    made.paper("5")
    made.pull("5")
    final(made, "4", "4")
    return made


def final(deputy: Deputy, paper: str, diary: str) -> None:
    period = deputy.office.days.periods()[0]
    kept = [*_lesson(), *members(PAGE, (CHILD,)), cell(CellKind.FINAL, CHILD, paper, day=period.ends)]
    with deputy.office.store.begin() as work:
        work.save_transcription(
            Transcription(
                page=PAGE, period=period.sourced_id, source="7Б.xlsx", sha256=f"final {paper}", whole=True,
                cells=tuple(kept),
            )
        )  # fmt: skip
        shown = [*_lesson(), *members(LIST, (CHILD,)), cell(CellKind.FINAL, CHILD, diary, day=period.ends)]
        run = work.start_run("pull")
        work.absorb(run, shown, [FORM], *_year(deputy))
        work.end_run(run, {})
        work.commit()


def _year(deputy: Deputy) -> tuple[date, date]:
    known = deputy.office.days.periods()
    return known[0].starts, known[-1].ends


def _lesson() -> list[Any]:
    return [
        cell(CellKind.LESSON, None, "|", day=DAY),
        cell(CellKind.TOPIC, None, "Степень", day=DAY),
        cell(CellKind.MARKS, CHILD, "5", day=DAY),
    ]


def sheet(deputy: Deputy, folder: Path, mark: str, *, whole: bool = True) -> Path:
    """The summary sheet of 7Б as somebody typed it."""
    period = deputy.office.days.periods()[0]
    printed = page(PAGE.subject, "Алгебра", group=FORM, period=period.sourced_id, pupils=((CHILD, "Цой Инна"),))
    (one,) = summary_sheets([printed], FORM, "7Б", [period])
    path = folder / f"summary-{mark}.xlsx"
    marks: dict[tuple[str, str], str] = {(CHILD, PAGE.subject): mark}
    write_template([], path, summaries={one: SummaryEntries(marks=marks, whole=whole, by="завуч")})
    return path


def items(deputy: Deputy) -> list[tuple[str, str, str, str]]:
    told = deputy.say("reconcile", "--json").told
    return [(one["code"], one["paper"], one["diary"], one["why"]) for one in told["items"]]


def test_a_summary_sheet_is_the_third_side(deputy: Deputy, tmp_path: Path) -> None:
    """Imported, compared, told in words; agreeing again it tells nothing."""
    assert items(deputy) == []
    taken = deputy.say("paper", "import", sheet(deputy, tmp_path, "5"), "--json").told
    assert [(one["summaries"], one["pages"], one["changed"]) for one in taken["files"]] == [(1, 0, 1)]
    assert items(deputy) == [("FINAL_DIFF", "4 · 5", "4", "three_way:4|5|4")]
    said = deputy.say("findings").out
    assert "ведомость 5" in " ".join(said.split())
    assert "Сверено сводных ведомостей: 1" in deputy.say("reconcile").out
    deputy.say("paper", "import", sheet(deputy, tmp_path, "4"))
    assert items(deputy) == []


def test_one_finding_stands_for_all_three(deputy: Deputy, tmp_path: Path) -> None:
    """Page against diary is the same finding; a decision about it lapses when the summary says something else."""
    final(deputy, "4", "3")
    assert items(deputy) == [("FINAL_DIFF", "4", "3", "values_differ")]
    (known,) = deputy.say("findings", "--json").told["items"]
    assert deputy.say("decide", "paper", known["finding_id"][:8], "--by", "Образцова О.О.").code == 0
    deputy.say("paper", "import", sheet(deputy, tmp_path, "4"))
    assert items(deputy) == [("FINAL_DIFF", "4", "3", "three_way:4|4|3")]
    (same,) = deputy.say("findings", "--json").told["items"]
    assert same["finding_id"] == known["finding_id"]
    assert "права бумага" in " ".join(deputy.say("findings").out.split())
    deputy.say("paper", "import", sheet(deputy, tmp_path, "5"))
    assert items(deputy) == [("FINAL_DIFF", "4 · 5", "3", "three_way:4|5|3")]
    assert "права бумага" not in " ".join(deputy.say("findings").out.split())


def test_paper_that_differs_from_itself_is_no_measure(deputy: Deputy, tmp_path: Path) -> None:
    """Page «4», summary «5»: no return slip can ask the diary for both; paper is corrected, or it is explained."""
    deputy.say("paper", "import", sheet(deputy, tmp_path, "5"))
    deputy.check()
    (known,) = deputy.say("findings", "--json").told["items"]
    refused = deputy.say("decide", "paper", known["finding_id"][:8], "--by", "Образцова О.О.")
    assert (refused.code, "Бумага здесь расходится" in refused.err) == (4, True)
    assert deputy.say("decide", "diary", known["finding_id"][:8], "--by", "О.", "--why", "описка").code == 0


def test_a_sheet_that_is_not_whole_is_never_compared(deputy: Deputy, tmp_path: Path) -> None:
    """Somebody is still at it."""
    deputy.say("paper", "import", sheet(deputy, tmp_path, "5", whole=False))
    assert items(deputy) == []


def test_a_summary_typed_anew_makes_the_signature_stale(deputy: Deputy, tmp_path: Path) -> None:
    """What was signed is bound to the summary sheet too."""
    deputy.say("paper", "import", sheet(deputy, tmp_path, "4"))
    deputy.check()
    assert deputy.say("protocol", "sign", "--by", "Образцова О.О.").code == 0
    (kept,) = deputy.say("protocol", "status", "--json").told["signatures"]
    with deputy.office.store.begin() as work:
        (signature,) = work.control.signatures()
    assert (kept["stale"], len(signature.digests["summaries"])) == (False, 64)
    deputy.say("paper", "import", sheet(deputy, tmp_path, "5"))
    (kept,) = deputy.say("protocol", "status", "--json").told["signatures"]
    assert (kept["stale"], [one["group"] for one in kept["retyped"]]) == (True, [FORM])


def test_report_cards_are_a_summary_of_each_period(deputy: Deputy, tmp_path: Path) -> None:
    """The marks of the quarter that has any; a subject nobody teaches and a stranger are named."""
    marks = subject(1, "Алгебра", [(4.0, 0.0, "5")])
    rows = [["Табель успеваемости учащегося (весь класс)"], *heads("Цой Инна", "7Б", "2026/2027"), marks]
    rows += [subject(2, "Чистописание", [(4.0, 0.0, "5")]), [], *heads("Чужой Тимур", "7Б", "2026/2027"), marks]
    taken = deputy.say("paper", "import", write_cards(tmp_path / "cards.xlsx", rows), "--json").told
    assert [(one["file"], one["summaries"]) for one in taken["files"]] == [("cards.xlsx", 1)]
    assert sorted(one["code"] for one in taken["findings"]) == ["PUPIL_NOT_LISTED", "SUBJECT_NOT_TAUGHT"]
    assert items(deputy) == [("FINAL_DIFF", "4 · 5", "4", "three_way:4|5|4")]


def test_cards_of_another_form_or_year_are_refused(deputy: Deputy, tmp_path: Path) -> None:
    """Named, and nothing of them is kept."""
    for form, year in (("9Я", "2026/2027"), ("7Б", "2019/2020")):
        rows = [["Табель успеваемости учащегося (весь класс)"], *heads("Цой Инна", form, year)]
        rows.append(subject(1, "Алгебра", [(4.0, 0.0, "5")]))
        taken = deputy.say("paper", "import", write_cards(tmp_path / "cards.xlsx", rows), "--json").told
        assert [one["code"] for one in taken["findings"]] == ["GROUP_UNKNOWN"]
        assert taken["files"][0]["summaries"] == 0
