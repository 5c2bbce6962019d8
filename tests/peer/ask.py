"""Asks pydnevnikruapi what it is told and repeats what it heard. Run by the interpreter of the peer's own environment.

In, on stdin: {"host", "token", "style": "plain" | "async", "asked": [[name, method, arguments]]}; an argument
{"moment": …} is a datetime. Out: {name: {"heard": …} or {"raised": text}}. The host is set as its author meant it to be
set: it is an attribute of the client.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import datetime
from typing import Any

from pydnevnikruapi.aiodnevnik.dnevnik import AsyncDiaryAPI
from pydnevnikruapi.dnevnik.dnevnik import DiaryAPI


def plain(question: dict[str, Any]) -> dict[str, Any]:
    heard = {}
    with DiaryAPI(token=question["token"]) as api:
        api.host = question["host"]
        for name, method, arguments in question["asked"]:
            try:
                heard[name] = {"heard": getattr(api, method)(*map(moment, arguments))}
            except Exception as error:  # noqa: BLE001 - whatever it raises is its answer
                heard[name] = {"raised": f"{type(error).__name__}: {error}"}
    return heard


async def asynchronous(question: dict[str, Any]) -> dict[str, Any]:
    """Moments go in as the text that the other half of the client makes of them: its HTTP library takes no datetime."""
    heard = {}
    async with AsyncDiaryAPI(token=question["token"]) as api:
        api.host = question["host"]
        for name, method, arguments in question["asked"]:
            try:
                said = [str(one) if isinstance(one, datetime) else one for one in map(moment, arguments)]
                answer = await getattr(api, method)(*said)
                # A few of its methods forget to await their own request
                heard[name] = {"heard": await answer if asyncio.iscoroutine(answer) else answer}
            except Exception as error:  # noqa: BLE001 - whatever it raises is its answer
                heard[name] = {"raised": f"{type(error).__name__}: {error}"}
    return heard


def moment(argument: Any) -> Any:
    return datetime.fromisoformat(argument["moment"]) if isinstance(argument, dict) else argument


if __name__ == "__main__":
    question = json.load(sys.stdin)
    answer = asyncio.run(asynchronous(question)) if question["style"] == "async" else plain(question)
    json.dump(answer, sys.stdout)
