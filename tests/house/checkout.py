"""Where the product and its documents lie. Under `ops/check` the tests run beside a built wheel, without documents."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import gateway

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOMS = ("state", "connectors", "mappings", "gateway")
PRODUCT = Path(gateway.__file__).parent.parent
"""The folder that holds the rooms: the checkout, or site-packages."""
TESTS = Path(__file__).parent.parent
CHECKOUT = TESTS.parent


def document(place: str) -> Path:
    """A file or folder of the repository that no wheel holds; without the repository around it the test is skipped."""
    if not (CHECKOUT / "README.md").exists():
        pytest.skip("the tests run beside a wheel, which holds no documents")
    return CHECKOUT / place


@cache
def modules(*rooms: str) -> tuple[Path, ...]:
    """All Python files of those rooms, of all four without an argument."""
    return tuple(sorted(path for room in rooms or ROOMS for path in (PRODUCT / room).rglob("*.py")))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def place(path: Path, node: ast.expr) -> str:
    return f"{path.relative_to(PRODUCT)}:{node.lineno}"


def texts(module: ast.Module) -> Iterator[tuple[ast.Constant, tuple[ast.AST, ...]]]:
    """Every string literal that is no docstring, with the nodes it stands in, innermost first."""
    outer: list[tuple[ast.AST, tuple[ast.AST, ...]]] = [(module, ())]
    while outer:
        node, around = outer.pop()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node, around
        outer += [(child, (node, *around)) for child in ast.iter_child_nodes(node)]
