"""What several contracts are tried on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from diary_school import School

from connectors.sandbox.server import RunningSandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    with RunningSandbox() as sandbox:
        one = School(sandbox, tmp_path)
        with one.transport, one.control:
            one.furnish()
            yield one
