"""Structured logs with an allow-list: a key that is not listed here never reaches a log line (design §6).

Pupil names, marks, SNILS and tokens have no key of their own, so they cannot slip in; free text is limited to event
names written in the code.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import TextIO

ALLOWED = frozenset(
    {
        "attempt", "batch", "cells", "code", "count", "done", "endpoint", "event", "exit_code", "field", "host",
        "kind", "level", "method", "ms", "outcome", "path", "plan", "record_type", "request_id", "requests", "run",
        "schema", "seconds", "seq", "stage", "status", "step_id", "template", "timestamp", "total", "verb", "wait",
    }
)  # fmt: skip


def _allow(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: value for key, value in event.items() if key in ALLOWED}


def configure(level: str = "warning", stream: TextIO | None = None) -> None:
    """Logs go to `stream` (stderr by default) as one JSON object per line, allow-listed keys only."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _allow,
            structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
