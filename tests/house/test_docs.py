"""What is written about the product equals the product."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

import pytest
from checkout import document
from typer.main import get_command

from connectors import faults
from gateway import errors
from gateway.cli.main import build
from state import errors as memory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

TOLD = re.compile(r"`([^`\n]+)`|^\s*\$ (.+)$", re.MULTILINE)
"""Code in a sentence, and lines of a console."""
LINK = re.compile(r"\]\(([^)#:\s]+)\)")


def commands(command: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command and group with the words that call it."""
    command = command or get_command(build())
    if path:
        yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*path, name))


def readme() -> str:
    return document("README.md").read_text(encoding="utf-8")


def test_every_command_has_help() -> None:
    """Each command and each group says what it is for, and so does each of its options."""
    silent = [path for path, command in commands() if not command.help]
    silent += [
        (*path, option.name)
        for path, command in commands()
        for option in command.params
        if not getattr(option, "help", None)
    ]
    assert silent == []


def test_every_command_is_in_the_readme() -> None:
    """A command stands there by its full name, or in backticks on a line that names its group."""
    text = readme()
    assert [path for path, _command in commands() if not _named(path, text)] == []


def _named(path: tuple[str, ...], text: str) -> bool:
    if f"sverka {' '.join(path)}" in text:
        return True
    return any(
        f"sverka {path[0]}" in line and (f"`{path[-1]}`" in line or f"`{' '.join(path)}`" in line)
        for line in text.splitlines()
    )


def test_every_command_of_the_readme_exists() -> None:
    """Whoever types what stands there is understood."""
    known = dict(commands())
    groups = {path for path, command in known.items() if getattr(command, "commands", {})}
    named = set()
    for code, line in TOLD.findall(readme()):
        for found in re.finditer(r"(?:^|\s)sverka((?: [a-z][a-z-]*)+)", code or line):
            words = tuple(found[1].split())
            named.add(words[:2] if words[:1] in groups else words[:1])
    assert len(named) > 15
    assert named <= set(known)


@pytest.mark.parametrize("place", ["README.md", "CHANGELOG.md"])
def test_links_lead_somewhere(place: str) -> None:
    """Every relative link is a file or a folder of the repository."""
    text = document(place).read_text(encoding="utf-8")
    assert [link for link in LINK.findall(text) if not document(link).exists()] == []


def test_the_changelog_keeps_its_shape() -> None:
    """Keep a Changelog: what is unreleased first, then releases by date, six kinds of changes, one bullet each."""
    lines = document("CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# Changelog"
    releases = [line for line in lines if line.startswith("## ")]
    assert releases[0] == "## [Unreleased]"
    dates = [re.fullmatch(r"## \[\d+\.\d+\.\d+\] - (\d{4}-\d{2}-\d{2})", line) for line in releases[1:]]
    assert all(dates), releases
    assert [found[1] for found in dates if found] == sorted((found[1] for found in dates if found), reverse=True)
    kinds = {line.removeprefix("### ") for line in lines if line.startswith("### ")}
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    body = lines[lines.index(releases[0]) :]
    assert [line for line in body if line and not line.startswith(("## [", "### ", "- ", "  "))] == []


def test_every_promise_has_a_page() -> None:
    """The README links each page of ops/promises, and the file each page names is there."""
    pages = {f"ops/promises/{page.name}" for page in document("ops/promises").glob("*.md")}
    assert {link for link in LINK.findall(readme()) if link.startswith("ops/promises/")} == pages
    assert len(pages) == 6
    for page in pages:
        text = document(page).read_text(encoding="utf-8")
        named = re.findall(r"`((?:tests|connectors|state|gateway|mappings)/[\w/]+\.\w+)`", text)
        assert [place for place in named if not document(place).exists()] == []


def kinds(module: ModuleType, root: type) -> dict[str, type]:
    """The classes of a module below `root`, by name."""
    found = inspect.getmembers(module, lambda item: inspect.isclass(item) and issubclass(item, root) and item != root)
    return dict(found)


def drawn(module: ModuleType, root: type) -> list[list[str]]:
    """The lines of the tree in the module's docstring, each as its words."""
    lines = str(module.__doc__).splitlines()
    below = lines[lines.index(root.__name__) + 1 :]
    return [line.split() for line in below if line.startswith("  ")]


def test_the_tree_of_errors_is_the_drawn_one() -> None:
    """Each family of `gateway.errors` stands there with its exit code and exactly its members."""
    classes = kinds(errors, errors.SverkaError)
    families: dict[str, set[str]] = {}
    for name, code, *rest in drawn(errors, errors.SverkaError):
        assert classes[name].__base__ is errors.SverkaError
        assert int(code) == classes[name].exit_code  # type: ignore[attr-defined]
        families[name] = {word for word in rest if word in classes}
        assert {word for word in rest if re.fullmatch(r"(?:[A-Z][a-z]+){2,}", word)} <= set(classes)
    assert {f"{cls.__base__.__name__}.{name}" for name, cls in classes.items() if cls.__base__} == {
        *(f"SverkaError.{name}" for name in families),
        *(f"{family}.{name}" for family, members in families.items() for name in members),
    }


def test_exit_codes_are_the_families_own() -> None:
    """No two families share a code, and none is that of success, of the unexpected or of a wrong command line."""
    codes = [cls.exit_code for cls in errors.SverkaError.__subclasses__() if cls.__module__ == errors.__name__]
    assert len(codes) == len(set(codes))
    assert not set(codes) & {0, 1, 2}


@pytest.mark.parametrize(("module", "root"), [(faults, faults.Fault), (memory, memory.StateError)])
def test_the_tree_of_a_lower_room_is_the_drawn_one(module: ModuleType, root: type) -> None:
    """`connectors.faults` and `state.errors` draw every class they have, each right under the root."""
    classes = kinds(module, root)
    assert [line[0] for line in drawn(module, root)] == sorted(classes, key=list(vars(module)).index)
    assert {cls.__base__ for cls in classes.values()} == {root}
