"""Every way a verb can end badly, arranged by what a person does next; the exit code repeats it (design §4).

SverkaError
  SetupError   78  Fix the setup       SettingsError UnknownConnector SchemaDrift
  DataError     4  Fix the data        RecordRejected MappingMissing AmbiguousMatch FileUnreadable
  WaitError    75  Wait and try again  Throttled Unavailable LeaseHeld
  AskError      3  Ask a person        Hold PlanStale PlanConsumed ConflictOpen SignInNeeded RightMissing
  LookError     5  Look first          InDoubt
  StopError     6  Stop and call       ChainBroken StateCorrupt ForeignOwner
"""

from __future__ import annotations

from typing import ClassVar


class SverkaError(Exception):
    """Root. `what` and `next_step` are Russian sentences for a clerk; `code` is stable for programs.

    Attributes:
        what: one sentence, no personal data.
        next_step: what to do now, with the command where there is one.
        request_id: the diary's own id of the failed request, where it gave one.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, next_step: str = "", *, request_id: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.next_step = next_step
        self.request_id = request_id

    @property
    def code(self) -> str:
        return type(self).__name__


class SetupError(SverkaError):
    exit_code = 78


class DataError(SverkaError):
    exit_code = 4


class WaitError(SverkaError):
    exit_code = 75


class AskError(SverkaError):
    exit_code = 3


class LookError(SverkaError):
    exit_code = 5


class StopError(SverkaError):
    exit_code = 6


class SettingsError(SetupError):
    """The TOML of the school is missing, unknown or contradicts itself."""


class UnknownConnector(SetupError):
    """No such diary profile."""


class SchemaDrift(SetupError):
    """The diary answered in a shape we do not know, or the database is older than the program."""


class RecordRejected(DataError):
    """The diary refused a record."""


class MappingMissing(DataError):
    """A value has no place in the tables."""


class AmbiguousMatch(DataError):
    """Two candidates fit and a person must choose."""


class FileUnreadable(DataError):
    """A local file is not what it should be."""


class Throttled(WaitError):
    """Over the diary's limit."""


class Unavailable(WaitError):
    """The diary does not answer."""


class LeaseHeld(WaitError):
    """Another run works on this school."""


class Hold(AskError):
    """The plan exceeds a safety limit."""


class PlanStale(AskError):
    """The basis of the plan changed since it was made."""


class PlanConsumed(AskError):
    """The plan was applied already."""


class ConflictOpen(AskError):
    """Both sides changed the same record."""


class SignInNeeded(AskError):
    """The token is dead: somebody signs in again."""


class RightMissing(AskError):
    """The token lives and may not do this: the diary's administrator gives the right, or its owner allows more."""


class InDoubt(LookError):
    """Writes whose outcome is not known yet."""


class ChainBroken(StopError):
    """The audit log does not verify."""


class StateCorrupt(StopError):
    """The database contradicts itself."""


class ForeignOwner(StopError):
    """The database belongs to another school or another diary."""
