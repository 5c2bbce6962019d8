"""The composition root: settings become a store and a diary; nothing else in the product knows both ends."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.dnevnik.hosts import import_service_url, rest_base
from connectors.dnevnik.imports import ImportService
from connectors.dnevnik.rest import DnevnikClient
from connectors.transport.client import Transport
from connectors.transport.secret import Secret
from gateway import settings as school_settings
from gateway.adapters.dnevnik import DnevnikRegister, DnevnikTarget, capabilities_of, school_guid
from gateway.clock import SystemClock
from gateway.faultmap import in_our_words
from gateway.office import Office
from gateway.sync.values import Route
from state.records import RecordType
from state.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from gateway.ports import Clock, RegisterSource, Target
    from gateway.settings import Settings


@dataclass(frozen=True)
class Diary:
    """One connection to the diary, bound into the two ports."""

    target: Target
    register: RegisterSource
    client: DnevnikClient
    school_id: str

    def school_name(self) -> str:
        """What the diary calls our school: proves address, token and number at once."""
        return self.client.school(self.school_id).name


@contextmanager
def diary(settings: Settings, carrier: type[Transport] = Transport) -> Iterator[Diary]:
    """The school's diary, connected; closed afterwards. Raises SettingsError when the token cannot be read.

    `carrier` is for who wants to watch the requests (ops/bench).
    """
    section = settings.diary
    token = Secret(school_settings.secret(section.token, settings.folder))
    with carrier(rest_base(section.base_url), token, rate=section.rate) as transport:
        client = DnevnikClient(transport)
        yield Diary(
            target=DnevnikTarget(
                client,
                _import_service(settings, transport),
                profile=section.profile,
                school=section.school_id,
                school_key=settings.school.key,
                school_year=settings.school.year,
            ),
            register=DnevnikRegister(client, school=section.school_id),
            client=client,
            school_id=section.school_id,
        )


def _import_service(settings: Settings, transport: Transport) -> ImportService | None:
    capability = capabilities_of(settings.diary.profile).of(RecordType.FORM)
    if capability.create is not Route.IMPORT_SERVICE:
        return None
    guid = settings.diary.school_guid or school_guid(settings.school.key)
    return ImportService(transport, import_service_url(settings.diary.base_url), guid)


def open_office(config: Path, clock: Clock | None = None) -> Office:
    """The office of the school whose settings lie at `config`. Raises SettingsError."""
    settings = school_settings.load(config)
    moment = clock or SystemClock()
    with in_our_words():
        store = Store.open(settings.state_url, settings.school.key, moment.now)
    return Office(settings, store, moment, lambda: diary(settings))


def matching(settings: Settings, patterns: Iterable[str]) -> list[Path]:
    """Files of the school's folder that fit the patterns, sorted, each once; hidden and unfinished ones left out."""
    found = {path for pattern in patterns for path in settings.folder.glob(pattern) if path.is_file()}
    return sorted(path for path in found if not path.name.startswith((".", "~$")))
