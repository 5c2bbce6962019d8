"""Everything a person reads is Russian in the code and English in the catalogue."""

from __future__ import annotations

import ast
import gettext
import json
import re
import string
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po
from checkout import PRODUCT, modules, place, texts, tree

from gateway import i18n
from gateway.cli import present
from mappings.problems import problem_text
from mappings.tables import read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CATALOGUE = PRODUCT / "gateway" / "locale" / "en" / "LC_MESSAGES" / "sverka.po"
CYRILLIC = re.compile(r"[А-Яа-яЁё]")
QUOTED = re.compile(r"«[^»]*»|\b7Б\b")
"""What stands in Russian in a school's own files may be quoted as it is."""

COMPARED = ("gateway/register/rules/", "gateway/register/facts.py", "gateway/reports/directory.py")
"""Here Russian texts of the school are compared, none are told."""
SCHOOL_DATA = {
    "gateway/jobs/setup.py": {"quarters", "_TEMPLATE"},  # names of periods, holidays and shifts go to the diary
    "gateway/jobs/demo_papers.py": {"_entries"},  # who typed the made-up page over
}

HELP = """
import json, sys
from gateway import i18n
i18n.use(sys.argv[1])
from typer.main import get_command
from gateway.cli.main import build
def walk(command):
    yield command.help
    yield from (getattr(option, "help", None) for option in command.params if "completion" not in option.name)
    for inner in getattr(command, "commands", {}).values():
        yield from walk(inner)
json.dump([told for told in walk(get_command(build())) if told], sys.stdout)
"""


def spoken() -> Iterator[tuple[Path, ast.Call]]:
    """Every call of `_` in the gateway."""
    for path in modules("gateway"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
                yield path, node


@cache
def sentences() -> frozenset[str]:
    """What stands between the brackets of `_("…")`."""
    return frozenset(
        argument.value
        for _path, call in spoken()
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    )


@cache
def english() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        return {str(entry.id): str(entry.string) for entry in read_po(file, locale="en") if entry.id}


def test_a_sentence_is_given_whole() -> None:
    """`_` takes one literal: a name or an f-string could not be found by the catalogue."""
    odd = [place(path, call) for path, call in spoken() if len(call.args) != 1 or not _literal(call.args[0])]
    assert odd == []


def _literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_every_sentence_has_a_translation() -> None:
    """The catalogue holds the sentences of the code, all of them translated, and nothing else (`ops/messages`)."""
    assert {sentence for sentence, said in english().items() if said} == sentences()


def test_the_compiled_catalogue_is_the_written_one() -> None:
    """The .mo a program reads says what the .po a person edits says."""
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert {sentence: compiled.gettext(sentence) for sentence in english()} == english()


def test_a_translation_keeps_the_figures() -> None:
    """The places for figures and names are the same in both languages."""
    assert [said for sentence, said in english().items() if _places(sentence) != _places(said)] == []


def _places(text: str) -> list[tuple[str | None, str | None]]:
    return sorted((name, spec) for _text, name, spec, _as in string.Formatter().parse(text) if name is not None)


def test_a_translation_is_english() -> None:
    """No Russian letter stands in it but in a quotation from the school's own files."""
    assert [said for said in english().values() if CYRILLIC.search(QUOTED.sub("", said))] == []


def test_no_russian_passes_by_the_catalogue() -> None:
    """In the gateway a Russian sentence stands in `_()`; what is left is data of a school or is only compared."""
    silent = [
        place(path, text)
        for path in modules("gateway")
        if not _here(path).startswith(COMPARED)
        for text, around in texts(tree(path))
        if CYRILLIC.search(text.value) and not _told(around) and not _data(path, around)  # type: ignore[arg-type]
    ]
    assert silent == []


def _here(path: Path) -> str:
    return path.relative_to(PRODUCT).as_posix()


def _told(around: tuple[ast.AST, ...]) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_" for node in around
    )


def _data(path: Path, around: tuple[ast.AST, ...]) -> bool:
    names = {node.name for node in around if isinstance(node, ast.FunctionDef)}
    names |= {ast.unparse(target) for node in around if isinstance(node, ast.Assign) for target in node.targets}
    return bool(names & SCHOOL_DATA.get(_here(path), set()))


@pytest.mark.parametrize("table", ["problems", "problems_paper"])
def test_a_problem_is_told_in_english_too(table: str) -> None:
    """Sentence and advice of every code, as whole sentences, Russian only in quotations from the files."""
    for code in read(table):
        for text in problem_text(code, "en"):
            assert text.endswith("."), code
            assert not CYRILLIC.search(QUOTED.sub("", text)), code


def helps(language: str) -> list[str]:
    """All help texts of a fresh process, drawn when the commands are imported; Typer's own stay English."""
    told = subprocess.run([sys.executable, "-c", HELP, language], capture_output=True, check=True, text=True)
    found: list[str] = json.loads(told.stdout)
    return found


def test_help_speaks_the_language_asked_for() -> None:
    """With English nothing Russian is left in any help text; without, they are Russian."""
    assert [text for text in helps("en") if CYRILLIC.search(QUOTED.sub("", text))] == []
    assert [text for text in helps("ru") if not CYRILLIC.search(text)] == []


@pytest.mark.parametrize(
    ("line", "language"),
    [(["--lang", "en", "plan"], "en"), (["--lang=en"], "en"), (["plan"], "ru"), (["--lang"], "ru")],
)
def test_the_command_line_chooses_the_language(line: list[str], language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--lang` counts, in both spellings."""
    monkeypatch.delenv("SVERKA_LANG", raising=False)
    assert i18n.wanted(line) == language


def test_the_environment_chooses_where_the_command_line_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """SVERKA_LANG counts, and `--lang` more."""
    monkeypatch.setenv("SVERKA_LANG", "en")
    assert (i18n.wanted(["plan"]), i18n.wanted(["--lang", "ru"])) == ("en", "ru")


def test_the_language_in_use_is_heard(capsys: pytest.CaptureFixture[str]) -> None:
    """A sentence comes out in the language that was chosen last."""
    try:
        i18n.use("en")
        present.next_command("sverka plan")
    finally:
        i18n.use("ru")
    present.next_command("sverka plan")
    assert capsys.readouterr().err == "Next: sverka plan\nДальше: sverka plan\n"
