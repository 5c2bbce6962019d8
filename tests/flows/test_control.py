"""The deputy head's day on the command line: from a finding to a slip, a correction, and a signed protocol."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from facts.source_files import pupil, write_table
from facts.test_reconcile_store import DAY, FORM, LIST, PAGE, cell, members
from flows.overheard import sverka
from flows.test_school_folder import ANSWERS
from pypdf import PdfReader

from connectors.sources import layouts
from gateway.bootstrap import open_office
from gateway.cli.control import Right
from gateway.jobs.setup import init_school
from state.decisions import Verdict
from state.identity import SourcedId, period_id, pupil_id
from state.paper import Transcription
from state.register import CellKind

if TYPE_CHECKING:
    from pathlib import Path

CHILD, NEWCOMER = pupil_id("1"), pupil_id("2")
DEPUTY = "Завуч А.А."
CONSENTED = date(2026, 8, 20)


class Deputy:
    """A school with one pupil, whose algebra lesson has one mark on each side."""

    def __init__(self, folder: Path) -> None:
        self.config = init_school(folder, ANSWERS)
        pupils = write_table(folder / "pupils.xlsx", layouts.PUPILS, [pupil("1", "Цой Инна", "7Б")])
        agreed = {"Кто": "ученик", "Фамилия": "Цой", "Имя": "Инна", "№ личного дела": "1", "Дата согласия": CONSENTED}
        kind = {"Вид согласия": "согласие на обработку персональных данных"}
        consents = write_table(folder / "consents.xlsx", layouts.CONSENTS, [{**agreed, **kind}])
        assert self.say("import", pupils, consents).code == 0
        self.office = open_office(self.config)

    def say(self, *words: object):
        return sverka("-c", self.config, *words)

    def paper(self, mark: str, name: str = "page-1") -> None:
        period = self.office.days.periods()[0]
        cells = (*_lesson(mark), *members(PAGE, (CHILD,)))
        kept = Transcription(
            page=PAGE, period=period.sourced_id, source="7Б.xlsx", sha256=name, whole=True, cells=cells
        )
        with self.office.store.begin() as work:
            work.save_transcription(kept)
            work.commit()

    def pull(self, mark: str, *newcomers: SourcedId) -> None:
        """What `sverka pull` would have brought."""
        cells = [*_lesson(mark), *members(LIST, (CHILD, *newcomers))]
        with self.office.store.begin() as work:
            run = work.start_run("pull")
            work.absorb(run, cells, [FORM], date(2026, 9, 1), date(2026, 12, 30))
            work.end_run(run, {})
            work.commit()

    def check(self) -> None:
        assert self.say("reconcile").code == 0

    def marks(self) -> list[str]:
        """Numbers of the open findings about marks."""
        told = self.say("findings", "--json").told
        return [item["finding_id"] for item in told["items"] if item["code"].startswith("MARK")]


def _lesson(mark: str):
    return [
        cell(CellKind.LESSON, None, "|", day=DAY),
        cell(CellKind.TOPIC, None, "Степень", day=DAY),
        cell(CellKind.MARKS, CHILD, mark, day=DAY),
    ]


@pytest.fixture
def deputy(tmp_path: Path) -> Deputy:
    made = Deputy(tmp_path)
    assert period_id(made.office.days.periods()[0].calendar, 1) == made.office.days.periods()[0].sourced_id
    made.paper("5")
    made.pull("4")
    made.check()
    return made


def test_a_check_says_what_it_did_not_judge_again(deputy: Deputy) -> None:
    """Only changed pages are judged, and it is told; `--afresh` judges all of them; the findings stay told."""
    word = "Изменились с прошлой сверки и сверены заново страниц"
    assert f"{word}: 0 из 1" in deputy.say("reconcile").out
    assert word not in deputy.say("reconcile", "--afresh").out
    assert len(deputy.marks()) == 1
    deputy.pull("3")
    assert word not in deputy.say("reconcile").out
    (finding,) = deputy.say("reconcile", "--json").told["items"]
    assert (finding["paper"], finding["diary"]) == ("5", "3")


def test_a_slip_goes_from_a_decision_to_its_close(deputy: Deputy, tmp_path: Path) -> None:
    """Decided, issued, printed, confirmed; closed only when a later pull shows the correction."""
    (finding,) = deputy.marks()
    assert deputy.say("decide", "paper", finding[:8], "--by", DEPUTY).code == 0
    assert "права бумага" in deputy.say("findings").out
    issued = deputy.say("slips", "issue", "--by", DEPUTY, "--json").told["slips"]
    assert [(one["number"], one["state"], one["left"]) for one in issued] == [(1, "open", 1)]
    printed = tmp_path / "slips.pdf"
    assert deputy.say("slips", "print", "-o", printed).code == 0
    text = PdfReader(printed).pages[0].extract_text()
    assert "Возвратный талон" in text
    assert "Цой Инна" in text
    assert deputy.say("slips", "confirm", 1, "--by", "Учитель").code == 0
    deputy.check()
    assert [one["state"] for one in deputy.say("slips", "list", "--json").told["slips"]] == ["unconfirmed"]
    deputy.pull("5")
    deputy.check()
    assert deputy.say("slips", "list", "--json").told["slips"] == []
    assert deputy.say("slips", "show", 1, "--json").told["state"] == "closed"
    assert deputy.say("log", "verify").code == 0


def test_the_words_of_the_command_are_those_memory_keeps() -> None:
    """The command line says them a second time, to be drawn before the database's library is there."""
    assert [one.value for one in Right] == [one.value for one in Verdict]


def test_a_signature_tells_which_cell_has_moved_since(deputy: Deputy) -> None:
    """Signed as it was; a pull that changes a cell makes it stale, and the cell is named."""
    assert deputy.say("protocol", "sign", "--by", DEPUTY).code == 0
    (kept,) = deputy.say("protocol", "status", "--json").told["signatures"]
    assert (kept["signed_by"], kept["stale"]) == (DEPUTY, False)
    deputy.pull("5")
    (kept,) = deputy.say("protocol", "status", "--json").told["signatures"]
    assert [(one["day"], one["kind"], one["person"]) for one in kept["changed"]] == [(DAY.isoformat(), "MARKS", CHILD)]
    said = deputy.say("protocol", "status").out
    assert "Подпись устарела" in said
    assert "Цой Инна" in said


def test_a_pupil_who_came_onto_the_list_makes_a_signature_stale(deputy: Deputy) -> None:
    """The group's list was laid on the signed page, so whoever joins it moves that page too."""
    deputy.say("protocol", "sign", "--by", DEPUTY)
    deputy.pull("4", NEWCOMER)
    (kept,) = deputy.say("protocol", "status", "--json").told["signatures"]
    assert [(one["kind"], one["person"]) for one in kept["changed"]] == [("MEMBER", NEWCOMER)]
    assert "Подпись устарела" in deputy.say("protocol", "status").out


def test_paper_typed_over_anew_makes_a_signature_stale(deputy: Deputy) -> None:
    """The signature names the page, although no cell of the diary moved."""
    deputy.say("protocol", "sign", "--by", DEPUTY)
    deputy.paper("4", "page-2")
    (kept,) = deputy.say("protocol", "status", "--json").told["signatures"]
    assert (kept["changed"], [one["group"] for one in kept["retyped"]]) == ([], [FORM])


def test_nobody_signs_figures_that_are_no_longer_true(deputy: Deputy) -> None:
    """The diary moved after the check: first check again."""
    deputy.pull("5")
    refused = deputy.say("protocol", "sign", "--by", DEPUTY)
    assert (refused.code, "sverka reconcile" in refused.err) == (3, True)
    assert deputy.say("protocol", "status", "--json").told["signatures"] == []
    deputy.check()
    assert deputy.say("protocol", "sign", "--by", DEPUTY).code == 0


def test_the_words_of_full_match_stand_only_where_it_is_one(deputy: Deputy) -> None:
    """A check with a finding is signed without them, one without any with them."""
    deputy.say("protocol", "sign", "--by", DEPUTY)
    assert "полное соответствие" not in deputy.say("protocol", "status").out
    deputy.pull("5")
    deputy.check()
    assert deputy.say("findings", "--json").told["items"] == []
    deputy.say("protocol", "sign", "--by", DEPUTY)
    assert "полное соответствие" in deputy.say("protocol", "status").out.splitlines()[1]


@pytest.mark.parametrize(
    "words",
    [
        ("decide", "explained", "--form", "7Б", "--by", DEPUTY),
        ("decide", "paper", "--form", "7Б"),
        ("decide", "paper", "f-nothing", "--by", DEPUTY),
        ("slips", "issue", "--by", DEPUTY),
        ("slips", "show", 9),
        ("slips", "print"),
    ],
)
def test_what_cannot_be_done_says_why_and_what_to_do(deputy: Deputy, words: tuple[object, ...]) -> None:
    """A reason, a name, a finding, a decision or a slip is missing: exit code 4, and nothing is kept."""
    refused = deputy.say(*words)
    assert refused.code == 4
    assert refused.err.count("\n") >= 2
    assert deputy.say("slips", "list", "--all", "--json").told["slips"] == []
