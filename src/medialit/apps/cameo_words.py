"""What the consent desk says: choices, and grants, prohibitions and relations as whole sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from medialit.consent.ledger_state import State
from medialit.consent.reasons import word_in
from medialit.consent.records import (
    WORLDWIDE,
    Action,
    Audience,
    Grant,
    Principal,
    Prohibition,
    Relation,
    RelationKind,
)
from medialit.language import translator
from medialit.likeness.cast import cast

Names = Mapping[str, str]
_NOBODY: Final[Names] = MappingProxyType({})

STEPS: Final = (Action.GENERATE, Action.PUBLISH, Action.EXPORT)
"""What the desk's window can do with a likeness, in the order in which it happens."""


def _msgid(message: str) -> str:
    """Mark a sentence for the catalogues."""
    return message


_PLACES: Final = {
    "MA": _msgid("Morocco"),
    "DZ": _msgid("Algeria"),
    "TN": _msgid("Tunisia"),
    "SN": _msgid("Senegal"),
    "FR": _msgid("France"),
    "ES": _msgid("Spain"),
    "BE": _msgid("Belgium"),
    "NL": _msgid("the Netherlands"),
    "CA": _msgid("Canada"),
}
_LENGTHS: Final = {
    "day": (_msgid("one day"), timedelta(days=1)),
    "week": (_msgid("one week"), timedelta(days=7)),
    "month": (_msgid("one month (30 days)"), timedelta(days=30)),
    "year": (_msgid("almost a year (360 days)"), timedelta(days=360)),
    "open": (_msgid("until I take it back"), None),
}
_DOINGS: Final = {
    "wave": _msgid("waves"),
    "stand": _msgid("stands there"),
    "turn": _msgid("turns the head"),
    "nod": _msgid("nods"),
    "talk": _msgid("talks"),
    "walk": _msgid("walks"),
}
_CIRCLES: Final = {
    Audience.APPROVED: _msgid("everybody whom I approve"),
    Audience.MUTUALS: _msgid("everybody who follows me and whom I follow"),
    Audience.EVERYONE: _msgid("everybody"),
}
_TO_CIRCLE: Final = {
    Audience.ONLY_ME: _msgid("Only {name} may use the likeness of {name} ({parts}) for: {purposes}."),
    Audience.APPROVED: _msgid(
        "Everybody whom {name} approves may use the likeness of {name} ({parts}) for: {purposes}."
    ),
    Audience.MUTUALS: _msgid(
        "Everybody who follows {name} and is followed back may use the likeness of {name} ({parts}) for: {purposes}."
    ),
    Audience.EVERYONE: _msgid("Everybody may use the likeness of {name} ({parts}) for: {purposes}."),
}

Choices = list[tuple[str, str]]


def length(key: str) -> timedelta | None:
    """Return how long a choice of `lengths` is; None is without an end."""
    return _LENGTHS[key][1]


def lengths(lang: str) -> Choices:
    """Return how long a permission may last, in words, with the keys of `length`."""
    _ = translator(lang)
    return [(_(words), key) for key, (words, _length) in _LENGTHS.items()]


def doings(lang: str) -> Choices:
    """Return what people can do in a clip."""
    _ = translator(lang)
    return [(_(words), key) for key, words in _DOINGS.items()]


def places(lang: str) -> Choices:
    """Return where a clip may be seen: some countries, and the whole world."""
    return [(place(code, lang=lang), code) for code in (*_PLACES, WORLDWIDE)]


def place(code: str, *, lang: str) -> str:
    """Return a territory in words; a country that has none here is called by its code."""
    _ = translator(lang)
    return _(_PLACES[code]) if code in _PLACES else word_in(code, lang=lang)


def words_of(kind: type[StrEnum], lang: str) -> Choices:
    """Return the words of a closed vocabulary."""
    return [(word_in(one.value, lang=lang), one.value) for one in kind]


def steps(lang: str) -> Choices:
    """Return the steps that can be allowed here."""
    return [(word_in(one.value, lang=lang), one.value) for one in STEPS]


def people(lang: str, *, without: str = "", minors: bool = False, others: Names = _NOBODY) -> Choices:
    """Return the cast by name, children marked, and then those who enrolled with a camera."""
    _ = translator(lang)
    child = _("{name} (under 18)")
    drawn = [
        (child.format(name=one.name(lang)) if one.minor else one.name(lang), one.id)
        for one in cast(minors=minors)
    ]
    return [one for one in (*drawn, *((name, id) for id, name in others.items())) if one[1] != without]


def grantees(lang: str, *, without: str, others: Names = _NOBODY) -> Choices:
    """Return whom one can allow: a person, or a circle, whose value begins with ``circle:``."""
    _ = translator(lang)
    circles = [(_(words), f"circle:{one.value}") for one, words in _CIRCLES.items()]
    return [*people(lang, without=without, others=others), *circles]


def names_in(lang: str, known: Names) -> dict[str, str]:
    """Return names by id: the cast's in the script of the language, others as they were enrolled."""
    return {**known, **{one.id: one.name(lang) for one in cast(minors=True)}}


def listed(words: Iterable[str], *, lang: str) -> str:
    """Return words with commas between them.

    Examples
    --------
    >>> listed(["a", "b"], lang="ar")
    'a، b'
    """
    return ("، " if lang in ("ar", "ary") else ", ").join(words)


def day(moment: datetime) -> str:
    """Return a moment's day and minute where this computer is.

    Examples
    --------
    >>> from datetime import UTC
    >>> day(datetime(2026, 11, 27, 9, tzinfo=UTC))[1:5]
    '2026'
    """
    return ltr(f"{moment.astimezone():%Y-%m-%d %H:%M}")


def ltr(text: str) -> str:
    """Return what reads from left to right in any text: Arabic would turn a date or a path round."""
    return f"\u2066{text}\u2069"


def grant_sentences(grant: Grant, *, lang: str, names: Names) -> tuple[str, ...]:
    """Return a grant in sentences: who, for what, which steps, before whom and where, how long."""
    _ = translator(lang)
    scope = grant.scope
    parts = listed((word_in(one.value, lang=lang) for one in sorted(scope.modalities)), lang=lang)
    purposes = listed((word_in(one.value, lang=lang) for one in sorted(scope.purposes)), lang=lang)
    name = names.get(grant.principal, grant.principal)
    if grant.grantee_audience is None:
        who = listed((names.get(one, one) for one in grant.grantees), lang=lang)
        first = _("{who} may use the likeness of {name} ({parts}) for: {purposes}.")
    else:
        who, first = "", _(_TO_CIRCLE[grant.grantee_audience])
    order = [one for one in Action if one in scope.actions]
    said = [
        first.format(who=who, name=name, parts=parts, purposes=purposes),
        _("Allowed steps: {steps}.").format(
            steps=listed((word_in(one.value, lang=lang) for one in order), lang=lang)
        ),
        _("May be seen by: {audience}. Where: {places}. Shown in: {media}.").format(
            audience=word_in(scope.audience.value, lang=lang),
            places=listed((place(one, lang=lang) for one in sorted(scope.territories)), lang=lang),
            media=listed((word_in(one.value, lang=lang) for one in sorted(scope.media)), lang=lang),
        ),
    ]
    if scope.ends is None:
        said.append(_("From {start} until it is taken back.").format(start=day(scope.starts)))
    else:
        said.append(_("From {start} until {end}.").format(start=day(scope.starts), end=day(scope.ends)))
    limits = sorted(grant.restrictions.topics | grant.restrictions.contexts | grant.restrictions.appearance)
    if limits:
        said.append(_("But not together with: {words}.").format(words=listed(limits, lang=lang)))
    return tuple(said)


def prohibition_sentences(one: Prohibition, *, lang: str, names: Names) -> tuple[str, ...]:
    """Return a prohibition in sentences: what, to whom, in which cases, how long."""
    _ = translator(lang)
    name = names.get(one.principal, one.principal)
    words = sorted(one.restrictions.topics | one.restrictions.contexts | one.restrictions.appearance)
    if words:
        said = [
            _("{name} is never to be shown with: {words}.").format(name=name, words=listed(words, lang=lang))
        ]
    else:
        said = [_("It is forbidden to use the likeness of {name}.").format(name=name)]
    if one.whom:
        who = listed((names.get(who, who) for who in one.whom), lang=lang)
        said.append(_("This concerns only: {who}.").format(who=who))
    sets = (one.purposes, one.actions, one.audiences, one.media, one.modalities)
    cases = [word_in(str(word.value), lang=lang) for words_ in sets for word in sorted(words_)]
    cases += [place(code, lang=lang) for code in sorted(one.territories)]
    if cases:
        said.append(_("Only in these cases: {cases}.").format(cases=listed(cases, lang=lang)))
    if one.until is not None:
        said.append(_("It stands until {end}.").format(end=day(one.until)))
    return tuple(said)


def relation_sentence(one: Relation, *, lang: str, names: Names) -> str:
    """Return who follows or approves whom."""
    _ = translator(lang)
    sentence = (
        _("{name} follows {who}.") if one.kind is RelationKind.FOLLOW else _("{name} approves of {who}.")
    )
    return sentence.format(name=names.get(one.from_id, one.from_id), who=names.get(one.to_id, one.to_id))


def ended(grant: Grant, state: State, *, now: datetime) -> str | None:
    """Return why a grant is not in force: ``revoked``, ``expired``, ``not_started``; None where it is."""
    for one in state.revocations:
        if one.principal == grant.principal and (
            one.grant == grant.id or (one.grant is None and one.at >= grant.at)
        ):
            return "revoked"
    if grant.scope.ends is not None and grant.scope.ends <= now:
        return "expired"
    return "not_started" if grant.scope.starts > now else None


def standing(one: Prohibition, state: State, *, now: datetime) -> bool:
    """Return whether a prohibition stands."""
    lifted = any(
        lifting.prohibition == one.id and lifting.principal == one.principal for lifting in state.liftings
    )
    return not lifted and (one.until is None or now < one.until)


def wards(me: str) -> tuple[str, ...]:
    """Return the children of the cast for whom somebody decides."""
    return tuple(one.id for one in cast(minors=True) if one.minor and one.guardian == me)


def is_minor(principal: Principal | None, *, now: datetime) -> bool:
    """Return whether somebody who is known is under 18."""
    return principal is not None and principal.is_minor(on=now.date())
