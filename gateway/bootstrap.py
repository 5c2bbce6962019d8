"""The composition root: settings become a store and a diary; nothing else in the product knows both ends."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.dnevnik.account import Account
from connectors.dnevnik.hosts import import_service_url, rest_base
from connectors.dnevnik.imports import ImportService
from connectors.dnevnik.oauth import Application
from connectors.dnevnik.rest import DnevnikClient
from connectors.transport.client import Transport
from connectors.transport.secret import Secret
from connectors.transport.sign_in import SignIn
from gateway import settings as school_settings
from gateway.adapters.dnevnik import DnevnikRegister, DnevnikTarget, capabilities_of, school_guid
from gateway.auth.renewal import Renewal
from gateway.auth.vault import Vault
from gateway.clock import SystemClock
from gateway.errors import SettingsError
from gateway.faultmap import in_our_words
from gateway.i18n import _
from gateway.notebook import Notebook
from gateway.office import Office
from gateway.sync.values import Route
from state.records import RecordType
from state.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from connectors.dnevnik.unfamiliar import Unfamiliar
    from gateway.ports import Clock, RegisterSource, Target
    from gateway.settings import Settings


@dataclass(frozen=True)
class Diary:
    """One connection to the diary, bound into the two ports."""

    target: Target
    register: RegisterSource
    client: DnevnikClient
    account: Account
    imports: ImportService | None
    school_id: str

    def school_name(self) -> str:
        """What the diary calls our school: proves address, token and number at once."""
        return self.client.school(self.school_id).name


def vault(settings: Settings) -> Vault:
    """Where the sign-in of this school is kept. Raises SettingsError where its token comes from elsewhere."""
    if not settings.stored_token:
        raise SettingsError(
            _("Токен берётся не из хранилища, а из {reference}").format(reference=settings.diary.token),
            _('Чтобы входить командой sverka auth login, впишите в раздел [diary]: token = "store:diary"'),
        )
    return Vault(
        settings.folder / "state",
        settings.stored_token,
        school_key=settings.school.key,
        diary=rest_base(settings.diary.base_url),
    )


def application(settings: Settings) -> Application | None:
    """Our application at the diary, None where the settings name none. Raises SettingsError for a lost secret."""
    section = settings.sign_in
    if section is None:
        return None
    client_id, client_secret = (
        Secret(school_settings.secret(reference, settings.folder))
        for reference in (section.client_id, section.client_secret)
    )
    return Application(client_id, client_secret)


def renewal(settings: Settings, clock: Clock | None = None, carrier: type[Transport] = Transport) -> Renewal:
    """How the kept sign-in gets a new token. Raises SettingsError as `vault` does."""
    return Renewal(vault(settings), lambda: application(settings), clock or SystemClock(), carrier)


def sign_in(settings: Settings, carrier: type[Transport] = Transport) -> SignIn:
    """The token of the school; one that is kept renews itself. Raises SettingsError, SignInNeeded."""
    if settings.stored_token:
        return SignIn(vault(settings).read().access, renewal(settings, carrier=carrier))
    return SignIn(Secret(school_settings.secret(settings.diary.token, settings.folder)))


@contextmanager
def diary(settings: Settings, carrier: type[Transport] = Transport, signed_in: SignIn | None = None) -> Iterator[Diary]:
    """The school's diary, connected; closed afterwards. Raises SettingsError, SignInNeeded without a token.

    `carrier` is for who watches the requests (ops/bench) or sets the clock of their pauses, `signed_in` for who tries a
    token before it is kept.
    """
    section, base, owner = settings.diary, rest_base(settings.diary.base_url), signed_in or sign_in(settings, carrier)
    notes = notebook(settings)
    with carrier(base, owner, rate=section.rate, learned=notes.limit(owner, base)) as transport:
        client = DnevnikClient(transport)
        imports = _import_service(settings, transport, client.unfamiliar)
        made = Diary(
            target=DnevnikTarget(
                client,
                imports,
                profile=section.profile,
                school=section.school_id,
                school_key=settings.school.key,
                school_year=settings.school.year,
            ),
            register=DnevnikRegister(client, school=section.school_id),
            client=client,
            account=Account(transport, client.unfamiliar),
            imports=imports,
            school_id=section.school_id,
        )
        try:
            yield made
        finally:
            notes.keep(owner, base, transport.learned, client.unfamiliar.found)


def notebook(settings: Settings, clock: Clock | None = None) -> Notebook:
    """What earlier runs of this school noted of the diary."""
    return Notebook(settings.folder / "state" / "diary.json", clock or SystemClock())


def _import_service(settings: Settings, transport: Transport, unfamiliar: Unfamiliar) -> ImportService | None:
    capability = capabilities_of(settings.diary.profile).of(RecordType.FORM)
    if capability.create is not Route.IMPORT_SERVICE:
        return None
    guid = settings.diary.school_guid or school_guid(settings.school.key)
    return ImportService(transport, import_service_url(settings.diary.base_url), guid, unfamiliar)


def open_office(config: Path, clock: Clock | None = None, carrier: type[Transport] = Transport) -> Office:
    """The office of the school whose settings lie at `config`. Raises SettingsError. `carrier` as in `diary`."""
    settings = school_settings.load(config)
    moment = clock or SystemClock()
    with in_our_words():
        store = Store.open(settings.state_url, settings.school.key, moment.now)
    return Office(settings, store, moment, lambda: diary(settings, carrier))


def matching(settings: Settings, patterns: Iterable[str]) -> list[Path]:
    """Files of the school's folder that fit the patterns, sorted, each once; hidden and unfinished ones left out."""
    found = {path for pattern in patterns for path in settings.folder.glob(pattern) if path.is_file()}
    return sorted(path for path in found if not path.name.startswith((".", "~$")))
