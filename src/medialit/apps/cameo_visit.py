"""A visit to the consent desk, and what it is told."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Final, Literal

from medialit.apps.cameo_words import ltr, names_in
from medialit.cameo import Aftermath, Desk
from medialit.cameo.trouble import sentence
from medialit.consent.reasons import explain
from medialit.consent.records import WORLDWIDE, Decision
from medialit.errors import CameoError, ConsentRefusedError, MedialitError, RefusedPromptError
from medialit.language import translator

Kind = Literal["yes", "no", "info", "error"]
SWEEP_EVERY: Final = timedelta(minutes=1)
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Who stands at the desk, for whom, in which language, and when.

    Parameters
    ----------
    me : str
        Id of a person of the cast, or of somebody who enrolled with a camera.
    principal : str
        Whose likeness it is about: one's own, or that of a child for whom one decides.
    lang : str
    now : datetime
        Aware.
    home : Path or None
        `$MEDIALIT_HOME` when None.
    """

    me: str
    principal: str
    lang: str
    now: datetime
    home: Path | None = None

    def desk(self) -> Desk:
        """Open the desk."""
        return Desk(self.home)

    def names(self, desk: Desk) -> dict[str, str]:
        """Return names by id, in the script of the visit's language."""
        return names_in(self.lang, desk.names())


@dataclass(frozen=True, kw_only=True)
class Told:
    """What came of an act, in whole sentences."""

    kind: Kind
    sentences: tuple[str, ...]


def lenders(home: Path | None) -> dict[str, str]:
    """Return those who enrolled with a camera and take part here: names by id, the first first."""
    with Desk(home) as desk:
        names = desk.names()
        return {one.principal: names[one.principal] for one in desk.links() if one.principal in names}


class Sweeping:
    """Looks at everything again when the window opens and when somebody visits, at most once a minute.

    What has run out acts then without anybody asking for it.

    Parameters
    ----------
    home : Path or None
    """

    def __init__(self, home: Path | None) -> None:
        self._home = home
        self._last: datetime | None = None
        self._lock = Lock()

    def visit(self, now: datetime) -> Aftermath | None:
        """Sweep if it is time; return what that reached, None where it was not time or could not be done."""
        with self._lock:
            if self._last is not None and now - self._last < SWEEP_EVERY:
                return None
            self._last = now
        try:
            with Desk(self._home) as desk:
                return desk.sweep(now=now)
        except MedialitError:
            # Whoever visits next is told: each act opens the same files.
            _LOG.exception("what has run out could not be withdrawn")
            return None


def refusal(error: MedialitError, *, lang: str, names: dict[str, str]) -> Told:
    """Return why something was not done: the reasons of a decision in the reader's language, or the error's words."""
    _ = translator(lang)
    if isinstance(error, ConsentRefusedError) and isinstance(error.decision, Decision):
        reasons = explain(error.decision, lang=lang, names=names)
        return Told(
            kind="no", sentences=(_("This is not allowed, and nothing was made or changed."), *reasons)
        )
    if isinstance(error, CameoError) and error.code:
        said = sentence(error, lang=lang, mark=lambda word: names.get(word) or ltr(word))
        return Told(kind="error", sentences=(said,))
    if isinstance(error, RefusedPromptError):
        return Told(kind="no", sentences=(str(error),))
    return Told(kind="error", sentences=(_("This did not work. The program says:"), str(error)))


def reached_by(aftermath: Aftermath, lang: str) -> tuple[str, ...]:
    """Say what was withdrawn, and what could not be."""
    _ = translator(lang)
    said = []
    if aftermath.destroyed:
        said.append(_("Drafts that were destroyed: {n}.").format(n=len(aftermath.destroyed)))
    if aftermath.unpublished:
        said.append(_("Published clips that were taken down here: {n}.").format(n=len(aftermath.unpublished)))
    if aftermath.recordings:
        said.append(_("Recordings that were erased: {n}.").format(n=len(aftermath.recordings)))
    if aftermath.out_of_reach:
        said.append(out_of_reach(aftermath.out_of_reach, lang))
    return tuple(said)


def out_of_reach(paths: Sequence[str], lang: str) -> str:
    """Say which copies nobody here can call back."""
    _ = translator(lang)
    return _("Copies out of reach: {n}. Whoever has them must be asked: {paths}").format(
        n=len(paths), paths=" · ".join(ltr(one) for one in paths)
    )


def whole_world(territories: Sequence[str], lang: str) -> tuple[str, ...]:
    """Say so where both the whole world and countries are chosen."""
    _ = translator(lang)
    mixed = WORLDWIDE in territories and len(territories) > 1
    return (_("Choose the whole world alone, or countries."),) if mixed else ()


def not_enrolled(visit: Visit, desk: Desk) -> Told:
    """Say that the person has to be enrolled first."""
    _ = translator(visit.lang)
    return Told(
        kind="info",
        sentences=(
            _("{name} is not enrolled yet. Do that first, under “Me”.").format(
                name=visit.names(desk).get(visit.principal, visit.principal)
            ),
        ),
    )
