"""How people enter the sandbox: the persons workbook row by row, and the secretary's hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox_school import HEADER, MONDAY, SCHOOL, SmallSchool, Wire, guid, person_row, workbook

from connectors.sandbox.server import RunningSandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def running() -> Iterator[Wire]:
    with RunningSandbox(7) as sandbox, Wire(sandbox) as opened:
        yield opened


@pytest.fixture
def wire(running: Wire) -> Wire:
    """A school without people."""
    running.control("reset", {})
    running.control("school", {"key": "demo", "name": "Школа № 1", "guid": SCHOOL})
    return running


def upload(wire: Wire, *rows: dict[str, str]) -> dict[str, object]:
    answer: dict[str, object] = wire.control("persons", content=workbook(list(rows)))
    return answer


def test_uploading_the_same_workbook_again_makes_nobody_twice(wire: Wire) -> None:
    """A known GUID updates its person; without a difference nothing changes."""
    rows = [person_row("Иванов Иван Иванович"), person_row("Петрова Анна", "Сотрудник")]
    assert upload(wire, *rows)["created"] == 2
    again = upload(wire, *rows)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 2)
    assert len(wire.get("persons/search", lastName="Иванов")) == 1


def test_a_known_guid_updates_the_fields_and_the_search_follows(wire: Wire) -> None:
    """A new family name is found, the old one is not; a blank cell erases nothing."""
    row = person_row("Иванова Анна Петровна", СНИЛС="112-233-445 95")
    upload(wire, row)
    renamed = {**row, "Фамилия": "Смирнова", "СНИЛС": ""}
    assert upload(wire, renamed)["updated"] == 1
    assert wire.get("persons/search", lastName="Иванова") == []
    assert len(wire.get("persons/search", lastName="Смирнова", snils="11223344595")) == 1


def test_a_row_with_the_diarys_id_binds_the_guid_to_that_person(wire: Wire) -> None:
    """The person a secretary typed in gets our GUID instead of a double."""
    group = SmallSchool(wire, weeks=0).groups["7А"]
    names = {"family": "Новиков", "given": "Олег", "patronymic": "Ильич"}
    person = wire.control("admin/add-person", {"group_id": group, **names})["person_id"]
    assert "userId" not in wire.get(f"persons/{person}")
    assert upload(wire, person_row("Новиков Олег Ильич", **{"ID в дневнике": person}))["bound"] == 1
    assert wire.get("persons/search", lastName="Новиков") == [int(person)]
    assert wire.get(f"persons/{person}")["userId"]
    assert (
        wire.refused("insertGroupMembership", personGuid=guid("Новиков Олег Ильич"), groupGuid=guid("7А"))
        == "duplicate"
    )


def test_a_pupil_answers_to_one_guid_and_a_parent_to_several(wire: Wire) -> None:
    """A parent of two pupils stands in two rows; a pupil claimed by a second GUID is refused."""
    children = [person_row("Сидоров Пётр"), person_row("Сидорова Вера")]
    mother = person_row("Сидорова Инна", "Родитель", **{"GUID ученика": guid("Сидоров Пётр"), "Телефон": "+7900"})
    upload(wire, *children, mother)
    parent = str(wire.get("persons/search", lastName="Сидорова", firstName="Инна")[0])
    second = {**mother, "GUID": guid("вторая"), "ID в дневнике": parent, "GUID ученика": guid("Сидорова Вера")}
    assert upload(wire, second)["bound"] == 1
    assert len(wire.get(f"person/{parent}/children")) == 2
    pupil = str(wire.get("persons/search", lastName="Сидоров")[0])
    stolen = {**children[0], "GUID": guid("чужой"), "ID в дневнике": pupil}
    refused = upload(wire, stolen)["refused"]
    assert refused == [{"row": 2, "why": "человек с таким ID уже связан с другим GUID"}]


def test_a_bad_row_is_refused_with_its_number_and_the_others_are_taken(wire: Wire) -> None:
    """Row numbers are the sheet's own, the header being row 1; guardians may stand above their pupils."""
    good = person_row("Хороший Иван")
    rows = [
        person_row("Родитель Ранний", "Родитель", **{"GUID ученика": guid("Хороший Иван")}),
        {**good, "GUID": "не-guid"},
        {**good, "Роль": "Директор"},
        {**good, "Имя": ""},
        {**good, "Дата рождения": "2013-02-01"},
        {**good, "ID в дневнике": "1"},
        person_row("Родитель Ничей", "Родитель", **{"GUID ученика": guid("нет такого")}),
        person_row("Родитель Пустой", "Родитель"),
        good,
        {**good, "GUID": guid("пол"), "Пол": "X"},
    ]
    answer = upload(wire, *rows)
    assert answer["created"] == 2
    assert [row["row"] for row in answer["refused"]] == [3, 4, 5, 6, 7, 8, 9, 11]
    assert all(row["why"] for row in answer["refused"])


@pytest.mark.parametrize(
    "content",
    [b"", b"not a workbook", workbook([], sheet="Лист1"), workbook([], header=HEADER[1:])],
)
def test_a_file_that_is_not_the_workbook_is_refused_as_a_whole(wire: Wire, content: bytes) -> None:
    """Wrong bytes, wrong sheet, wrong header: parameterInvalid, nobody is created."""
    answer = wire.http.post("/_sandbox/persons", content=content)
    assert (answer.status_code, answer.json()["type"]) == (400, "parameterInvalid")


def test_guardians_without_a_way_to_reach_them_have_no_account(wire: Wire) -> None:
    """person ≠ user, and some persons have no user at all."""
    upload(
        wire,
        person_row("Тихий Пётр"),
        person_row("Тихая Анна", "Родитель", **{"GUID ученика": guid("Тихий Пётр"), "Степень родства": "мать"}),
    )
    silent = wire.get("persons/search", lastName="Тихая")[0]
    assert "userId" not in wire.get(f"persons/{silent}")
    pupil = wire.get("persons/search", lastName="Тихий")[0]
    assert len(wire.get(f"users/{wire.get(f'persons/{pupil}')['userId']}/relatives")) == 1


def test_removing_a_member_archives_and_paper_keeps_its_list(wire: Wire) -> None:
    """What happens behind the diary's scenes after the lessons does not reach the paper register."""
    school = SmallSchool(wire, weeks=1)
    wire.control("teachers/play", {"from": str(MONDAY), "to": "2026-09-12"})
    pupil = str(wire.get(f"edu-groups/{school.groups['7А']}/persons")[0]["id"])
    wire.control("admin/remove-member", {"group_id": school.groups["7А"], "person_id": pupil})
    wire.control("admin/add-person", {"group_id": school.groups["7А"], "family": "Ад", "given": "И", "patronymic": ""})
    listed = {str(row["id"]) for row in wire.get(f"edu-groups/{school.groups['7А']}/persons")}
    assert pupil not in listed
    for page in wire.control(f"paper?groups={school.groups['7А']}"):
        assert pupil in page["pupils"]
        assert len(listed - set(page["pupils"])) == 1
