"""What the consent desk says: choices, and grants, prohibitions and relations as whole sentences."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from medialit.consent.grant_words import PLACES
from medialit.consent.grant_words import Names as Names
from medialit.consent.grant_words import day as day
from medialit.consent.grant_words import grant_sentences as grant_sentences
from medialit.consent.grant_words import listed as listed
from medialit.consent.grant_words import ltr as ltr
from medialit.consent.grant_words import place as place
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

_NOBODY: Final[Names] = MappingProxyType({})

STEPS: Final = (Action.GENERATE, Action.PUBLISH, Action.EXPORT)
"""What the desk's window can do with a likeness, in the order in which it happens."""


def _msgid(message: str) -> str:
    """Mark a sentence for the catalogues."""
    return message


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
    return [(place(code, lang=lang), code) for code in (*PLACES, WORLDWIDE)]


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
