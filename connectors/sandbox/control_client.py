"""The other end of the sandbox's control door: what a trainer, the demo or a test does behind the diary's scenes."""

from __future__ import annotations

from typing import Any

import httpx

from connectors.faults import Rejected, Unavailable


class SandboxControl:
    """Talks to `/_sandbox/*` of a running sandbox; `root` is its scheme, host and port."""

    def __init__(self, root: str) -> None:
        self._client = httpx.Client(base_url=root.rstrip("/").removesuffix("/v2.0").removesuffix("/v2"), timeout=120)

    def __enter__(self) -> SandboxControl:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def info(self) -> dict[str, Any]:
        """{school_id, school_guid, school_name, tokens, client_id, client_secret, password, base_url, seed, now}."""
        return self._ask("GET", "info")

    def set_school(self, key: str, name: str, guid: str) -> dict[str, Any]:
        return self._ask("POST", "school", json={"key": key, "name": name, "guid": guid})

    def upload_persons(self, workbook: bytes) -> dict[str, Any]:
        """What the administrator does by hand in the real diary: {created, bound, updated, refused}."""
        return self._ask("POST", "persons", content=workbook)

    def add_person(self, group_id: str, family: str, given: str, patronymic: str = "") -> dict[str, Any]:
        names = {"family": family, "given": given, "patronymic": patronymic}
        return self._ask("POST", "admin/add-person", json={"group_id": group_id, **names})

    def remove_member(self, group_id: str, person_id: str) -> dict[str, Any]:
        return self._ask("POST", "admin/remove-member", json={"group_id": group_id, "person_id": person_id})

    def play(self, starts: str, ends: str, mistakes: dict[str, Any] | None = None) -> dict[str, Any]:
        """Teachers keep both registers; the answer holds the whole truth about the mistakes they made."""
        return self._ask("POST", "teachers/play", json={"from": starts, "to": ends, "mistakes": mistakes or {}})

    def correct(self, **options: Any) -> dict[str, Any]:
        return self._ask("POST", "teachers/correct", json=options)

    def paper(self, groups: list[str]) -> list[dict[str, Any]]:
        pages: list[dict[str, Any]] = self._answer("GET", "paper", params={"groups": ",".join(groups)})
        return pages

    def weather(
        self, kind: str, match: str = "", times: int = 1, seconds: float | None = None, lasts: float | None = None
    ) -> dict[str, Any]:
        """Trouble for the next `times` requests whose path or SOAPAction holds `match`: see weather.KINDS.

        With `lasts` it is a window: every such request for so many seconds.
        """
        waits = {name: value for name, value in (("seconds", seconds), ("lasts", lasts)) if value is not None}
        return self._ask("POST", "weather", json={"kind": kind, "match": match, "times": times, **waits})

    def storm(self, seed: int, **sizes: float) -> dict[str, Any]:
        """A schedule of troubles begins, in its own climate.

        `length` in requests, `bolts` in number, `seconds` of the longest pause and of the longest `window`.
        """
        return self._ask("POST", "storm", json={"seed": seed, **sizes})

    def storm_so_far(self) -> dict[str, Any]:
        """{seed, asked, climate, rejected, fallen, ahead, troubles, pending}."""
        return self._ask("GET", "storm")

    def fair_weather(self) -> dict[str, Any]:
        """No trouble is to come; what people did wrong is put right. Writes on their way still arrive: `pending`."""
        return self._ask("POST", "weather/fair")

    def disturb(self, kind: str) -> dict[str, Any]:
        """Somebody changes the diary for good: see disturbances.DISTURBANCES."""
        return self._ask("POST", "disturb", json={"kind": kind})

    def wide_ids(self) -> None:
        """Persons and accounts made from now on have numbers above 2^53."""
        self._ask("POST", "ids/wide", json={})

    def history(self, after: int = 0) -> list[dict[str, Any]]:
        """The accepted writes in order."""
        rows: list[dict[str, Any]] = self._answer("GET", "history", params={"after": after})
        return rows

    def runs(self) -> list[dict[str, Any]]:
        """{n, began, ended, calls, refused, writes} of each run: a silence of seconds parts one from the next."""
        rows: list[dict[str, Any]] = self._answer("GET", "runs")
        return rows

    def run(self, number: int) -> dict[str, Any]:
        """{n, calls: [{at, request, status, trouble}], writes} of one run."""
        return self._ask("GET", "runs", params={"n": number})

    def issue_token(self, login: str, scope: str) -> dict[str, Any]:
        """An Authorization without a browser: `login` as the sign-in page takes it, `scope` a comma list."""
        return self._ask("POST", "token/issue", json={"login": login, "scope": scope})

    def kill_token(self, token: str, refresh_too: bool = False, after: int = 0) -> int:
        """How many tokens die after so many more requests: `all`, a role's ready token, or one by its value."""
        body = {"token": token, "refresh": refresh_too, "after": after}
        return int(self._ask("POST", "token/kill", json=body)["killed"])

    def token_life(self, seconds: int) -> None:
        """Tokens issued from now on live so long."""
        self._ask("POST", "token/life", json={"seconds": seconds})

    def reset(self) -> dict[str, Any]:
        """The first day again: nobody, nothing, fair weather, equal ids for equal writes."""
        return self._ask("POST", "reset", json={})

    def quota(self, **rules: float | None) -> dict[str, Any]:
        """The rules (rate, latency, status, retry_after) hold from now on; without any, what is and was counted."""
        return self._ask("POST", "quota", json=rules) if rules else self._ask("GET", "quota")

    def dialect(self, **switches: str) -> dict[str, str]:
        """The named switches stand as wanted; the positions of all: see dialects.SWITCHES."""
        return self._ask("POST", "dialect", json=switches)

    def counters(self) -> dict[str, Any]:
        return self._ask("GET", "counters")

    def state_digest(self) -> str:
        return str(self._ask("GET", "state-digest")["digest"])

    def _ask(self, verb: str, path: str, **options: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self._answer(verb, path, **options)
        return answer

    def _answer(self, verb: str, path: str, **options: Any) -> Any:
        try:
            answer = self._client.request(verb, f"/_sandbox/{path}", **options)
        except httpx.TransportError as error:
            raise Unavailable("the sandbox does not answer", place=path) from error
        if answer.status_code >= 400:
            raise Rejected(answer.text[:300], place=path)
        return answer.json()
