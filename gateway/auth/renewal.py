"""The renewal of a kept sign-in: a dead token becomes a living one, and the new pair is kept before it is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors import faults
from connectors.dnevnik.oauth import PLACE, TokenDesk
from connectors.transport.client import Transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.dnevnik.oauth import Application
    from connectors.transport.secret import Secret
    from gateway.auth.values import Kept
    from gateway.auth.vault import Vault
    from gateway.ports import Clock


@dataclass(frozen=True, slots=True)
class Renewal:
    """`application` is asked when it is needed: None where the settings name no application of ours."""

    vault: Vault
    application: Callable[[], Application | None]
    clock: Clock
    carrier: Callable[..., Transport] = Transport

    def __call__(self, dead: Secret) -> Secret:
        """The token after `dead`: one that was kept meanwhile, else a new one.

        Raises Unauthorised where a person must sign in, Unavailable and Throttled where it may work later, and
        SettingsError.
        """
        kept = self.vault.read()
        return kept.access if kept.access.reveal() != dead.reveal() else self.renewed(kept).access

    def renewed(self, kept: Kept) -> Kept:
        """The sign-in with a new pair of tokens, already kept. Raises as above."""
        application = self.application()
        if kept.refresh is None or application is None:
            raise faults.Unauthorised("this sign-in cannot renew itself", PLACE)
        self.vault.must_be_writable()
        try:
            with TokenDesk(kept.diary, application, self.carrier) as desk:
                grant = desk.refresh(kept.refresh)
        except faults.Unauthorised:
            return self._by_another(kept)
        fresh = kept.renewed(grant, self.clock.now())
        self.vault.write(fresh)
        return fresh

    def _by_another(self, kept: Kept) -> Kept:
        """What another process made of the same refresh token a moment ago, which killed it for us."""
        now = self.vault.read()
        if now.access.reveal() == kept.access.reveal():
            raise faults.Unauthorised("the refresh token is refused", PLACE)
        return now
