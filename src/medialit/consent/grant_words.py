"""A permission in whole sentences, and the words that such sentences are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from medialit.consent.reasons import word_in
from medialit.consent.records import Action, Audience, Grant
from medialit.language import msgid as _msgid
from medialit.language import translator

Names = Mapping[str, str]

PLACES: Final = {
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


def place(code: str, *, lang: str) -> str:
    """Return a territory in words; a country that has none here is called by its code."""
    _ = translator(lang)
    return _(PLACES[code]) if code in PLACES else word_in(code, lang=lang)
