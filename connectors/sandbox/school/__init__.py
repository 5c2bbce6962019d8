"""The demo school: generated from a seed, believable, of real size, nobody in it is real."""

from __future__ import annotations

from connectors.sandbox.school.build import generate
from connectors.sandbox.school.files import write_all, write_files
from connectors.sandbox.school.roster import roster_for
from connectors.sandbox.school.values import DemoFiles, DemoSchool

__all__ = ["DemoFiles", "DemoSchool", "generate", "roster_for", "write_all", "write_files"]
