"""What can be said at the consent desk: enrol me, this is allowed, that is forbidden, I take it back.

Each is a function that changes the state through `Desk`, and tells what came of it.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from medialit.apps.cameo_visit import Told, Visit, not_enrolled, reached_by, refusal, whole_world
from medialit.apps.cameo_words import day
from medialit.cameo.trouble import trouble
from medialit.consent.records import (
    Action,
    Audience,
    Grant,
    Lifting,
    Medium,
    Modality,
    Principal,
    Prohibition,
    Purpose,
    Relation,
    RelationKind,
    Restrictions,
    Scope,
)
from medialit.errors import MedialitError
from medialit.generate import text
from medialit.language import translator
from medialit.likeness.cast import cast
from medialit.likeness.challenge import Challenge
from medialit.likeness.enrol import issue

_MOST_WORDS: Final = 40


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What somebody is about to allow, as the fields of the window give it.

    Parameters
    ----------
    grantee : str
        An id, or ``circle:`` and an audience.
    purposes, actions, territories, media : sequence of str
    audience : str
    lasts : timedelta or None
        None until it is taken back.
    """

    grantee: str
    purposes: Sequence[str]
    actions: Sequence[str]
    audience: str
    territories: Sequence[str]
    media: Sequence[str]
    lasts: timedelta | None


def enrol(visit: Visit) -> Told:
    """Enrol the person, or the child, that the visit is about."""
    _ = translator(visit.lang)
    with visit.desk() as desk:
        if not any(one.id == visit.principal for one in cast(minors=True)):
            return Told(kind="info", sentences=(_("This person enrolled with a camera."),))
        desk.enrol_cast(visit.principal, by=visit.me, now=visit.now)
        name = visit.names(desk)[visit.principal]
    return Told(
        kind="yes",
        sentences=(
            _("{name} is enrolled.").format(name=name),
            _("Nobody may use this likeness yet. Under “Who may” you say who may do what with it."),
        ),
    )


def draw(visit: Visit, light: bool) -> Challenge | Told:
    """Draw a challenge for whoever wants to enrol with a camera; the same as `medialit likeness challenge`."""
    with visit.desk() as desk:
        try:
            return issue(desk.vault, now=visit.now, light=light)
        except MedialitError as error:
            return refusal(error, lang=visit.lang, names=visit.names(desk))


def join(visit: Visit, enrolment: str, adult: bool) -> Told:
    """Enter somebody who enrolled with a camera in the register, under the enrolment's own id, and link the two."""
    _ = translator(visit.lang)
    if not enrolment:
        return Told(kind="info", sentences=(_("Choose an enrolment."),))
    if not adult:
        return Told(
            kind="info",
            sentences=(
                _("Only adults take part with a camera. If this person is one, say so by ticking the box."),
            ),
        )
    with visit.desk() as desk:
        found = next((one for one in desk.vault.list() if one.id == enrolment), None)
        try:
            if found is None or found.kind != "camera":
                raise trouble("no-camera", enrolment=repr(enrolment[:60]))
            if enrolment not in desk.names():
                record = Principal(id=enrolment, name=found.name, minor=False)
                desk.ledger.append(record, by=enrolment, now=visit.now)
            desk.link(enrolment, enrolment, by=enrolment, now=visit.now)
        except MedialitError as error:
            return refusal(error, lang=visit.lang, names=visit.names(desk))
    return Told(
        kind="yes",
        sentences=(
            _("{name} takes part now. Nobody may use this likeness yet.").format(name=found.name),
            _("Choose {name} under “I am”, and lend a recording.").format(name=found.name),
        ),
    )


def lend(visit: Visit, file: Path) -> Told:
    """Lend a recording: look at it, and keep it sealed if it can be lent. The file is the caller's to delete."""
    _ = translator(visit.lang)
    with visit.desk() as desk:
        try:
            loan = desk.lend(visit.principal, file, by=visit.me, now=visit.now)
        except MedialitError as error:
            return refusal(error, lang=visit.lang, names=visit.names(desk))
    return Told(
        kind="yes",
        sentences=(
            _(
                "The face matches the enrolled one, and {seconds} seconds are kept, encrypted, until {day}."
            ).format(seconds=f"{loan.seconds:g}", day=day(loan.until)),
            _("That allows nobody anything. Under “Who may” you say who may do what with it."),
        ),
    )


def unlend(visit: Visit) -> Told:
    """Take the recording back, and tell what went with it."""
    _ = translator(visit.lang)
    with visit.desk() as desk:
        try:
            reached = desk.take_back(visit.principal, by=visit.me, now=visit.now)
        except MedialitError as error:
            return refusal(error, lang=visit.lang, names=visit.names(desk))
    return Told(
        kind="yes",
        sentences=(
            _("The recording is erased. Published clips stand until you take the permission back."),
            *reached_by(reached, visit.lang),
        ),
    )


def grant_of(visit: Visit, terms: Terms) -> Grant:
    """Return the grant that these terms make.

    Raises
    ------
    RecordError
        If a field is empty or does not fit.
    """
    circle = terms.grantee.removeprefix("circle:")
    named = circle == terms.grantee
    scope = Scope(
        purposes=frozenset(Purpose(one) for one in terms.purposes),
        actions=frozenset(Action(one) for one in terms.actions),
        audience=Audience(terms.audience),
        territories=frozenset(terms.territories),
        media=frozenset(Medium(one) for one in terms.media),
        modalities=frozenset({Modality.FACE}),
        starts=visit.now,
        ends=None if terms.lasts is None else visit.now + terms.lasts,
    )
    return Grant(
        id=f"grant-{secrets.token_hex(8)}",
        principal=visit.principal,
        grantees=(terms.grantee,) if named else (),
        grantee_audience=None if named else Audience(circle),
        scope=scope,
        granted_by=(visit.me,),
        at=visit.now,
    )


def lacking(terms: Terms, *, lang: str) -> tuple[str, ...]:
    """Return what has to be filled in before something can be allowed."""
    _ = translator(lang)
    asked = (
        (terms.grantee, _("Choose who may use the likeness.")),
        (terms.purposes, _("Choose at least one purpose.")),
        (terms.actions, _("Choose at least one step.")),
        (terms.territories, _("Choose at least one place.")),
        (terms.media, _("Choose at least one medium.")),
    )
    return tuple(sentence for value, sentence in asked if not value) + whole_world(terms.territories, lang)


def allow(visit: Visit, terms: Terms) -> Told:
    """Write down a grant."""
    _ = translator(visit.lang)
    if missing := lacking(terms, lang=visit.lang):
        return Told(kind="info", sentences=missing)
    with visit.desk() as desk:
        if visit.principal not in desk.names():
            return not_enrolled(visit, desk)
        desk.ledger.append(grant_of(visit, terms), by=visit.me, now=visit.now)
    return Told(
        kind="yes", sentences=(_("It is allowed from now on. It stands in the list, and can be taken back."),)
    )


def forbid(visit: Visit, words: str, whom: Sequence[str]) -> Told:
    """Write down that a likeness is never to be shown with some words, and withdraw what no longer stands."""
    _ = translator(visit.lang)
    topics = topics_in(words)
    if not topics:
        return Told(kind="info", sentences=(_("Write at least one word that must not occur."),))
    with visit.desk() as desk:
        if visit.principal not in desk.names():
            return not_enrolled(visit, desk)
        record = Prohibition(
            id=f"no-{secrets.token_hex(8)}",
            principal=visit.principal,
            by=visit.me,
            at=visit.now,
            whom=tuple(whom),
            restrictions=Restrictions(topics=topics),
        )
        desk.ledger.append(record, by=visit.me, now=visit.now)
        reached = desk.sweep(now=visit.now)
    return Told(
        kind="yes",
        sentences=(
            _("It is forbidden from now on, whatever was allowed before."),
            *reached_by(reached, visit.lang),
        ),
    )


def topics_in(words: str) -> frozenset[str]:
    """Return the words of a field, and what they mean in this world.

    Examples
    --------
    >>> sorted(topics_in("plage, Alcohol"))
    ['alcohol', 'beach', 'plage']
    """
    folded = unicodedata.normalize("NFC", words.casefold())  # as `cameo.examine` splits a prompt
    written = "".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in folded).split()
    written = written[:_MOST_WORDS]
    known: set[str] = set()
    for word in written:
        shot = text.read(word).shot
        known |= {one for one in (shot.background, *(thing.kind for thing in shot.objects)) if one}
    return frozenset((*written, *known))


def relate(visit: Visit, kind: RelationKind, other: str, *, on: bool) -> Told:
    """Follow or approve somebody, or stop it and withdraw what no longer stands."""
    _ = translator(visit.lang)
    if not other or other == visit.principal:
        return Told(kind="info", sentences=(_("Choose somebody else."),))
    with visit.desk() as desk:
        if visit.principal not in desk.names():
            return not_enrolled(visit, desk)
        names = visit.names(desk)
        name, who = names[visit.principal], names.get(other, other)
        if visit.principal != visit.me:
            return Told(
                kind="info",
                sentences=(
                    _("Nobody follows or approves in the name of a child here: name people instead."),
                ),
            )
        before = next(
            (
                one
                for one in desk.ledger.state().relations
                if (one.kind, one.from_id, one.to_id) == (kind, visit.me, other)
            ),
            None,
        )
        if not on and (before is None or (before.until is not None and before.until <= visit.now)):
            return Told(kind="info", sentences=(_("There was nothing to end."),))
        at = visit.now if on or before is None else before.at
        until = None if on else max(visit.now, at + timedelta(microseconds=1))
        desk.ledger.append(
            Relation(kind=kind, from_id=visit.me, to_id=other, at=at, until=until), by=visit.me, now=visit.now
        )
        reached = desk.sweep(now=visit.now)
    if not on:
        said = (
            _("{name} no longer follows {who}.")
            if kind is RelationKind.FOLLOW
            else _("{name} no longer approves of {who}.")
        )
    elif kind is RelationKind.FOLLOW:
        said = _("{name} follows {who}. Only if both follow each other are they mutuals.")
    else:
        said = _("{name} approves of {who}. That allows nothing by itself.")
    return Told(kind="yes", sentences=(said.format(name=name, who=who), *reached_by(reached, visit.lang)))


def take_back(visit: Visit, what: str) -> Told:
    """Revoke a grant, or all (``all``), or lift a prohibition; tell what the revocation reached."""
    _ = translator(visit.lang)
    if not what:
        return Told(kind="info", sentences=(_("Choose what is to be taken back."),))
    with visit.desk() as desk:
        if what.startswith("no-"):
            record = Lifting(
                id=f"lift-{secrets.token_hex(8)}",
                principal=visit.principal,
                prohibition=what,
                by=visit.me,
                at=visit.now,
            )
            desk.ledger.append(record, by=visit.me, now=visit.now)
            return Told(
                kind="yes",
                sentences=(_("It is no longer forbidden. What was allowed before counts again."),),
            )
        reached = desk.revoke(
            visit.principal, by=visit.me, now=visit.now, grant=None if what == "all" else what
        )
    told = reached_by(reached, visit.lang) or (_("Nothing had been made under it."),)
    return Told(kind="yes", sentences=(_("It is taken back, from this moment on."), *told))
