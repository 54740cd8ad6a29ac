"""People who enrolled before a camera: who of the register they are, and the recording that they lend.

::

    link: a person of the register ── an enrolment in the vault       one to one, adults only
    lend: a recording ── looked at, compared with that enrolment ── sealed until it is taken back or has run out
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from medialit.cameo.lending import cutter, face_reader, looked_at, read_lent
from medialit.cameo.lent import Lent, Link, Loan, new_loan_id
from medialit.cameo.trouble import trouble
from medialit.consent.ledger_state import State
from medialit.consent.records import Grant, Principal
from medialit.likeness.cast import cast
from medialit.likeness.models import FaceReader
from medialit.likeness.vault import Vault
from medialit.media import Clip

KEPT: Final = timedelta(days=30)
"""How long a recording is kept where nobody says."""
LONGEST: Final = timedelta(days=360)


class Lenders:
    """Those who are linked, and what they lent.

    Parameters
    ----------
    folder : Path
        Of the recordings.
    vault : Vault
    """

    def __init__(self, folder: Path, *, vault: Vault) -> None:
        self._vault, self._lent = vault, Lent(folder, vault=vault)

    def link(self, principal: str, enrolment: str, *, state: State, by: str, now: datetime) -> Link:
        """Say which enrolment by camera is a person's; see `Desk.link`."""
        _require_adult(principal, state, by=by, now=now)
        if any(one.id == principal for one in cast(minors=True)):
            raise trouble("of-the-cast", person=principal)
        if not any(one.id == enrolment and one.kind == "camera" for one in self._vault.list()):
            raise trouble("no-camera", enrolment=repr(enrolment[:60]))
        for one in self.links():
            if one.enrolment == enrolment and one.principal != principal:
                raise trouble("linked-already", enrolment=enrolment)
            if one.principal == principal:
                if one.enrolment == enrolment:
                    return one
                raise trouble("linked-otherwise", person=principal, enrolment=one.enrolment)
        return self._lent.link(Link(principal=principal, enrolment=enrolment, by=by, at=now))

    def links(self) -> tuple[Link, ...]:
        """Return those links whose enrolment is still there, be it damaged."""
        enrolled = {one.id for one in self._vault.list()} | set(self._vault.damaged())
        return tuple(one for one in self._lent.links() if one.enrolment in enrolled)

    def enrolment(self, principal: str) -> str | None:
        """Return which enrolment by camera is a person's."""
        return next((one.enrolment for one in self.links() if one.principal == principal), None)

    def looked_at(
        self, principal: str, file: Path, *, state: State, by: str, now: datetime, until: datetime | None,
        reader: FaceReader | None,
    ) -> tuple[Loan, Clip]:  # fmt: skip
        """Read a recording, look whether it can be lent, and return what is to be kept; see `Desk.lend`."""
        _require_adult(principal, state, by=by, now=now)
        enrolment = self.enrolment(principal)
        if enrolment is None:
            raise trouble("not-linked", person=principal)
        ends = now + KEPT if until is None else until
        if not now < ends <= now + LONGEST:
            raise trouble("lend-until", days=LONGEST.days)
        models = reader or face_reader(), cutter()
        clip = read_lent(file)
        face = self._vault.load(enrolment).face
        if face is None:
            raise trouble("no-camera", enrolment=enrolment)
        found = looked_at(clip, face=face, reader=models[0], model=models[1])
        loan = Loan(
            id=new_loan_id(), principal=principal, enrolment=enrolment, by=by, at=now, until=ends,
            seconds=round(clip.duration_s, 1), distance=round(found.distance, 3), face_px=round(found.face_px, 1),
        )  # fmt: skip
        return loan, clip

    def keep(self, loan: Loan, clip: Clip) -> Loan:
        """Keep a recording that was looked at, if its enrolment is still there."""
        if self.enrolment(loan.principal) != loan.enrolment:
            raise trouble("not-linked", person=loan.principal)
        return self._lent.keep(loan, clip)

    def loan(self, principal: str, *, now: datetime) -> Loan | None:
        """Return what a person has lent, if it has not run out and the enrolment is still there."""
        enrolment = self.enrolment(principal)
        found = [
            one
            for one in self._lent.loans()
            if (one.principal, one.enrolment) == (principal, enrolment) and now < one.until
        ]
        return found[-1] if found else None

    def recording(self, loan: Loan) -> Clip:
        """Return the pictures of a recording."""
        return self._lent.recording(loan)

    def erase(self, *, principal: str | None = None, enrolment: str | None = None) -> tuple[Loan, ...]:
        """Erase what a person lent, or what was lent by an enrolment; return it."""
        gone = tuple(
            one for one in self._lent.loans() if one.principal == principal or one.enrolment == enrolment
        )
        for one in gone:
            self._lent.erase(one)
        return gone

    def unlink(self, principal: str) -> None:
        """Forget whose an enrolment is."""
        self._lent.unlink(principal)

    def tidy(self, state: State, *, now: datetime) -> tuple[Loan, ...]:
        """Erase what has run out, whose enrolment is gone, and what nobody may use since something was taken back."""
        over = [one for one in self._lent.loans() if _is_over(one, state, now)]
        for one in over:
            self._lent.erase(one)
        return (*over, *self._lent.tidy(now=now))


def speakers(principal: Principal, now: datetime) -> tuple[str, ...]:
    """Return who may say no for a person: the person, or the estate; for a minor the guardians too."""
    if principal.dead:
        return principal.estate
    if principal.is_minor(on=now.date()):
        return (principal.id, *principal.guardians)
    return (principal.id,)


def require_grown(principal: str, state: State, *, now: datetime) -> Principal:
    """Return a person of the register who can lend: alive, and of age.

    Raises
    ------
    CameoError
        If they are not, or nobody knows them.
    """
    known = state.principal(principal)
    if known is None:
        raise trouble("unknown-person", person=repr(principal[:60]))
    if known.dead:
        raise trouble("dead", person=principal)
    if known.is_minor(on=now.date()):
        raise trouble("minor", person=principal)
    return known


def _require_adult(principal: str, state: State, *, by: str, now: datetime) -> None:
    if by not in speakers(require_grown(principal, state, now=now), now):
        raise trouble("speaks-not", who=by, person=principal)


def _is_over(loan: Loan, state: State, now: datetime) -> bool:
    """Return whether the person was erased, or has taken something back since and left nothing that is permitted."""
    if state.principal(loan.principal) is None:
        return True
    said_no = any(one.principal == loan.principal and one.at >= loan.at for one in state.revocations)
    return said_no and not any(
        _lasts(one, state, now) for one in state.grants if one.principal == loan.principal
    )


def _lasts(grant: Grant, state: State, now: datetime) -> bool:
    if grant.scope.ends is not None and grant.scope.ends <= now:
        return False
    return not any(
        one.principal == grant.principal
        and (one.grant == grant.id or (one.grant is None and one.at >= grant.at))
        for one in state.revocations
    )
