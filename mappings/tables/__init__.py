"""The tables of the mappings as data: TOML files of this folder, read once, and their digest for a plan's basis."""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def read(name: str) -> dict[str, Any]:
    """The table `name` («vocabulary», «problems»); callers treat it as read-only."""
    return tomllib.loads(resources.files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


@cache
def tables_digest() -> str:
    """SHA-256 over all tables, hexadecimal: it changes whenever a rule kept as data changes."""
    entries = sorted(
        (item.name, item.read_bytes()) for item in resources.files(__package__).iterdir() if item.name.endswith(".toml")
    )
    total = hashlib.sha256()
    for name, content in entries:
        total.update(f"{name}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()
