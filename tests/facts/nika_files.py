"""A small NIKA data file, made as the program makes them."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

USUAL: dict[str, Any] = {
    "SCHOOL_NAME": "Школа № 1",
    "EXPORT_DATE": "11.09.2026",
    "EXPORT_TIME": "10:22:01",
    "TEACHERS": {"010": "Ли Я.В.", "011": "Ким Ын", "012": "Цой В.Р."},
    "SUBJECTS": {"020": "Алгебра", "021": "Английский язык", "022": "Труд"},
    "CLASSES": {"030": "7б", "031": "10-11"},
    "ROOMS": {"040": "215", "041": "110"},
    "CLASSGROUPS": {"050": "1 группа", "051": "2 группа", "052": "Мальчики"},
    "CLASS_COURSES": {"030": "7", "031": "10"},
    "PERIODS": {"60": {"b": "01.09.2026", "e": "24.10.2026", "name": "1 четверть"}},
    "LESSON_TIMES": {"1": ["8:30", "9:15"], "2": ["9:25", "10:10"]},
    "CLASS_SCHEDULE": {
        "60": {
            "030": {
                "101": {"s": ["020"], "t": ["010"], "g": [""], "r": ["040"]},
                "402": {"s": ["021", "021"], "t": ["010", "011"], "g": ["050", "051"], "r": ["040", "041"]},
            }
        }
    },
}
"""Algebra on Mondays, English in two groups on Thursdays, one quarter."""


def nika_js(*, exchange: Any = None, tail: str = ";\n", head: str = "var NIKA=\n", **changes: Any) -> str:
    """The file; `exchange` are those of class 030."""
    told = deepcopy(USUAL) | changes
    if exchange is not None:
        told["CLASS_EXCHANGE"] = {"030": exchange}
    return head + json.dumps(told, ensure_ascii=False) + tail
