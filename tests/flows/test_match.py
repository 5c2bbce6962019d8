"""Who is who against a real diary: a secretary was quicker and made a slip, and a person puts it right by commands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from flows.overheard import Said, sverka
from flows.practice import little_school

from connectors.sandbox.control_client import SandboxControl
from connectors.sandbox.school import write_files
from connectors.sandbox.server import RunningSandbox
from state.identity import pupil_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connectors.sandbox.nouns import Person
    from connectors.sandbox.school import DemoSchool
    from connectors.sandbox.school.values import DemoPupil


@dataclass
class Story:
    """A school already in its diary, but for two pupils whom a secretary has typed in by hand."""

    folder: Path
    school: DemoSchool
    sandbox: RunningSandbox
    control: SandboxControl
    slipped: DemoPupil
    spelt: DemoPupil

    def do(self, *words: object) -> Said:
        said = sverka("-c", self.folder / "sverka.toml", *words)
        assert said.code == 0, said.err
        return said

    def asked(self) -> dict[str, Any]:
        """Open questions by our id."""
        return {one["sourced_id"]: one for one in self.do("match", "--json").told["open"]}

    def named(self, family: str) -> list[Person]:
        return [person for person in self.sandbox.world.persons.values() if person.family == family]

    def push(self) -> None:
        """Until nothing is left to do: plan, apply, upload."""
        for _ in range(4):
            if not self.do("plan", "--json").told["counts"]:
                return
            self.do("apply", "--json")
            for workbook in (self.folder / "reports").glob("persons-*.xlsx"):
                assert self.control.upload_persons(workbook.read_bytes())["refused"] == []


def _without(school: DemoSchool, late: set[str]) -> DemoSchool:
    groups = (replace(one, pupils=tuple(set(one.pupils) - late)) for one in school.subgroups)
    pupils = tuple(one for one in school.pupils if one.personal_file not in late)
    return replace(school, pupils=pupils, subgroups=tuple(groups))


def _slip(family: str) -> str:
    return family[:2] + family[3] + family[2] + family[4:]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("match") / "school"
    school = little_school(pupils=40)
    hidden = {pupil.personal_file for pupil in school.unconsented}
    slipped, spelt = [
        pupil
        for pupil in school.pupils
        if pupil.personal_file not in hidden
        and not pupil.has_left
        and len(pupil.name.family) > 6
        and "ё" not in pupil.name.full
        and _slip(pupil.name.family) != pupil.name.family
    ][:2]
    late = {slipped.personal_file, spelt.personal_file}
    with RunningSandbox(7) as sandbox, SandboxControl(sandbox.root) as control:
        told = Story(folder, school, sandbox, control, slipped, spelt)
        assert sverka("init", folder, "--sandbox", sandbox.root, "--key", "match", "--year", 2026).code == 0
        told.do("import", *write_files(_without(school, late), folder / "early").all)
        told.push()
        groups = {group.name: str(group.id) for group in sandbox.world.groups.values() if group.parent is None}
        for pupil, family in ((slipped, _slip(slipped.name.family)), (spelt, spelt.name.family)):
            form = next(form.name for form in school.forms if pupil.personal_file in form.pupils)
            control.add_person(groups[form], family, pupil.name.given, pupil.name.patronymic)
        told.do("import", *write_files(school, folder / "files").all)
        yield told


def test_a_matching_day(story: Story) -> None:
    """Both are asked about and nobody is made twice; linked and refused by hand, the plan does what was said."""
    ours = pupil_id(story.slipped.personal_file), pupil_id(story.spelt.personal_file)
    said = story.do("plan")
    assert "sverka match" in said.out
    asked = story.asked()
    assert set(asked) == set(ours)
    typed = story.named(_slip(story.slipped.name.family))
    (candidate,) = asked[ours[0]]["candidates"]
    assert (candidate["remote_id"], candidate["rule"]) == (str(typed[0].id), "name-form")
    assert candidate["differs"]["family"] == "typo"
    assert {"given", "patronymic", "form"} <= set(candidate["agrees"])

    shown = story.do("match").out
    assert f"{story.slipped.name.family} / {_slip(story.slipped.name.family)} (описка)" in shown
    decided = ("--by", "Петрова", "--why", "сверено с личным делом")
    told = story.do("match", "link", asked[ours[0]]["id"], candidate["remote_id"], *decided, "--json").told
    assert (told["schema"], told["decision"], told["by"]) == ("match-decision/1", "linked", "Петрова")
    assert sverka("-c", story.folder / "sverka.toml", "match", "link", ours[0], "1", *decided).code == 4
    all_alike = story.do("match", "link-all", "--rule", "name-form", *decided, "--json").told
    assert [one["sourced_id"] for one in all_alike["decisions"]] == [ours[1]]
    assert story.asked() == {}

    story.push()
    assert [person.family for person in typed] == [story.slipped.name.family]
    assert len(story.named(story.spelt.name.family)) == len(
        {one.name.full for one in _everybody(story.school) if one.name.family == story.spelt.name.family}
    )
    story.do("match", "split", ours[0], *decided)
    assert str(typed[0].id) not in str(story.asked())
    assert story.do("log", "verify", "--json").told["ok"]


def test_a_renumbered_pupil_is_the_same_pupil(story: Story) -> None:
    """A new personal file number: asked once, linked, and then there is nothing left to change in the diary."""
    hidden = {pupil.personal_file for pupil in story.school.unconsented}
    apart = hidden | {story.slipped.personal_file, story.spelt.personal_file}
    chosen = next(one for one in story.school.pupils if one.personal_file not in apart and not one.has_left)
    old, new = pupil_id(chosen.personal_file), pupil_id("Я-9999")
    story.do("plan", "--json")
    before = story.do("plan", "--json").told["counts"]
    story.do("import", *write_files(_renumbered(story.school, chosen.personal_file), story.folder / "renumbered").all)
    story.do("plan", "--json")
    (candidate,) = story.asked()[new]["candidates"]
    assert (candidate["rule"], candidate["holder"]) == ("left-and-came", old)
    story.do("match", "link", new, candidate["remote_id"], "--by", "Петрова", "--why", "приказ о перенумерации")
    assert story.do("plan", "--json").told["counts"] == before


def _renumbered(school: DemoSchool, old: str) -> DemoSchool:
    def number(file: str) -> str:
        return "Я-9999" if file == old else file

    pupils = (replace(one, personal_file=number(one.personal_file)) for one in school.pupils)
    consents = (replace(one, personal_file=number(one.personal_file)) for one in school.consents)
    groups = (replace(one, pupils=tuple(map(number, one.pupils))) for one in school.subgroups)
    return replace(school, pupils=tuple(pupils), consents=tuple(consents), subgroups=tuple(groups))


def _everybody(school: DemoSchool) -> list[Any]:
    guardians = [guardian for pupil in school.pupils for guardian in pupil.guardians]
    return [*school.pupils, *school.staff, *guardians]
