"""Why a use may go ahead or not: a code for machines, and a whole sentence for people in their own language."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from medialit.consent.records import Decision, Reason
from medialit.errors import PolicyError
from medialit.language import translator


class Code(StrEnum):
    """What a decision can meet, the weightiest first. The order is that of `Decision.reasons`.

    Its `bit` is its place in a set of codes that is kept as an integer; the weightiest is 1.
    """

    bit: int

    REQUEST_FROM_FUTURE = "request_from_future"
    UNKNOWN_PERSON = "unknown_person"
    REQUESTER_DEAD = "requester_dead"
    NEVER = "never"
    MINOR_VOICE = "minor_voice"
    MINOR_EVERYONE = "minor_everyone"
    MINOR_TRAIN = "minor_train"
    MINOR_PURPOSE = "minor_purpose"
    MINOR_NOT_EXAMINED = "minor_not_examined"
    DEAD_TRAIN = "dead_train"
    DEAD_POLITICAL = "dead_political"
    PUBLIC_FIGURE_POLITICAL = "public_figure_political"
    PROHIBITED = "prohibited"
    PROHIBITED_TOPIC = "prohibited_topic"
    PROHIBITED_CONTEXT = "prohibited_context"
    PROHIBITED_APPEARANCE = "prohibited_appearance"
    NOT_EXAMINED = "not_examined"
    ORIGINAL_UNKNOWN_GRANT = "original_unknown_grant"
    ORIGINAL_WITHOUT_CONSENT = "original_without_consent"
    ORIGINAL_CONSENT_ENDED = "original_consent_ended"
    NO_GUARDIAN = "no_guardian"
    NO_ESTATE = "no_estate"
    REVOKED = "revoked"
    EXPIRED = "expired"
    NOT_STARTED = "not_started"
    GRANT_FROM_FUTURE = "grant_from_future"
    NOT_GIVEN_BY_ALL = "not_given_by_all"
    MINOR_PERIOD = "minor_period"
    MUST_BE_NAMED = "must_be_named"
    NOT_MUTUAL = "not_mutual"
    NOT_APPROVED = "not_approved"
    VOICE_NOT_GRANTED = "voice_not_granted"
    FACE_NOT_GRANTED = "face_not_granted"
    PURPOSE_NOT_GRANTED = "purpose_not_granted"
    ACTION_NOT_GRANTED = "action_not_granted"
    AUDIENCE_NOT_GRANTED = "audience_not_granted"
    TERRITORY_NOT_GRANTED = "territory_not_granted"
    MEDIUM_NOT_GRANTED = "medium_not_granted"
    GRANT_RESTRICTED = "grant_restricted"
    GRANT_NOT_EXAMINED = "grant_not_examined"
    NO_GRANT = "no_grant"
    GRANTED = "granted"
    OWN_LIKENESS = "own_likeness"


for _place, _code in enumerate(Code):
    _code.bit = 1 << _place

CODES: Final = tuple(code.value for code in Code)
"""Every code, the weightiest first."""


def _msgid(message: str) -> str:
    """Mark a sentence for the catalogues; `sentence` looks it up."""
    return message


_SENTENCES: Final[Mapping[Code, str]] = {
    Code.REQUEST_FROM_FUTURE: _msgid("The request is dated in the future. Check the clock of the device."),
    Code.UNKNOWN_PERSON: _msgid(
        "Nothing is known here about {name}, so nobody can have agreed. Enrol this person first."
    ),
    Code.REQUESTER_DEAD: _msgid("The request is made in the name of a person who has died."),
    Code.NEVER: _msgid("The clip would be intimate ({detail}). That is never made here, whoever agrees."),
    Code.MINOR_VOICE: _msgid("{name} is under 18. The voice of a minor is never imitated, whoever agrees."),
    Code.MINOR_EVERYONE: _msgid(
        "{name} is under 18. A clip of a minor is never shown to everyone, whoever agrees."
    ),
    Code.MINOR_TRAIN: _msgid("{name} is under 18. No model is ever trained on a minor, whoever agrees."),
    Code.MINOR_PURPOSE: _msgid("{name} is under 18. A minor is never used for this purpose: {detail}."),
    Code.MINOR_NOT_EXAMINED: _msgid(
        "{name} is under 18, and nobody has checked what the clip would show ({detail})."
    ),
    Code.DEAD_TRAIN: _msgid("{name} has died. No model is ever trained on a dead person."),
    Code.DEAD_POLITICAL: _msgid(
        "{name} has died. A dead person is never made to speak for a political purpose."
    ),
    Code.PUBLIC_FIGURE_POLITICAL: _msgid(
        "{name} is a public figure, whom nobody else may use for a political purpose."
    ),
    Code.PROHIBITED: _msgid("{name}, or somebody who acts for {name}, has forbidden this use."),
    Code.PROHIBITED_TOPIC: _msgid("{name} is never to be shown with this topic: {detail}."),
    Code.PROHIBITED_CONTEXT: _msgid("{name} is never to be shown in this context: {detail}."),
    Code.PROHIBITED_APPEARANCE: _msgid("{name} is never to be shown like this: {detail}."),
    Code.NOT_EXAMINED: _msgid(
        "{name} has set limits, and nobody has checked whether the clip keeps to them ({detail})."
    ),
    Code.ORIGINAL_UNKNOWN_GRANT: _msgid(
        "The original was made under a permission that is not known here: {detail}."
    ),
    Code.ORIGINAL_WITHOUT_CONSENT: _msgid("{name} is in the original, and had not agreed to it."),
    Code.ORIGINAL_CONSENT_ENDED: _msgid(
        "{name} is in the original, and the permission for it no longer holds."
    ),
    Code.NO_GUARDIAN: _msgid("{name} is under 18, and no guardian is recorded who could agree."),
    Code.NO_ESTATE: _msgid("{name} has died, and nobody is recorded who could agree."),
    Code.REVOKED: _msgid("The permission to use the likeness of {name} was taken back."),
    Code.EXPIRED: _msgid("The permission to use the likeness of {name} has expired."),
    Code.NOT_STARTED: _msgid("The permission to use the likeness of {name} has not begun yet."),
    Code.GRANT_FROM_FUTURE: _msgid("The permission to use the likeness of {name} is dated in the future."),
    Code.NOT_GIVEN_BY_ALL: _msgid(
        "The permission to use the likeness of {name} was not given by everyone who must agree."
    ),
    Code.MINOR_PERIOD: _msgid(
        "{name} is under 18: a permission must end within a year, and this one does not."
    ),
    Code.MUST_BE_NAMED: _msgid(
        "A permission to use the likeness of {name} must name you; one for a whole circle is not enough."
    ),
    Code.NOT_MUTUAL: _msgid("{name} permits this to mutuals. You and {name} do not follow each other."),
    Code.NOT_APPROVED: _msgid("{name} permits this to approved people, and has not approved you."),
    Code.VOICE_NOT_GRANTED: _msgid(
        "{name} has not agreed to the use of the voice. Agreeing to the face is not agreeing to the voice."
    ),
    Code.FACE_NOT_GRANTED: _msgid(
        "{name} has not agreed to the use of the face. Agreeing to the voice is not agreeing to the face."
    ),
    Code.PURPOSE_NOT_GRANTED: _msgid("{name} has not agreed to this purpose: {detail}."),
    Code.ACTION_NOT_GRANTED: _msgid("{name} has not agreed to this action: {detail}."),
    Code.AUDIENCE_NOT_GRANTED: _msgid("{name} has not agreed to an audience this wide: {detail}."),
    Code.TERRITORY_NOT_GRANTED: _msgid(
        "{name} has not agreed to its being shown everywhere it would be: {detail}."
    ),
    Code.MEDIUM_NOT_GRANTED: _msgid("{name} has not agreed to this medium: {detail}."),
    Code.GRANT_RESTRICTED: _msgid("The permission of {name} does not extend to this: {detail}."),
    Code.GRANT_NOT_EXAMINED: _msgid(
        "The permission of {name} has limits that nobody has checked the clip for ({detail})."
    ),
    Code.NO_GRANT: _msgid("{name} has not given you any permission to use this likeness."),
    Code.GRANTED: _msgid("{name} has agreed to this use."),
    Code.OWN_LIKENESS: _msgid("It is your own likeness, and nothing forbids this use."),
}

_WORDS: Final[Mapping[str, str]] = {
    "personal": _msgid("personal use"),
    "education": _msgid("education"),
    "journalism": _msgid("journalism"),
    "research": _msgid("research"),
    "art": _msgid("art"),
    "satire": _msgid("satire"),
    "commercial": _msgid("commercial use"),
    "advertising": _msgid("advertising"),
    "political": _msgid("politics"),
    "generate": _msgid("generating a clip"),
    "publish": _msgid("publishing"),
    "export": _msgid("exporting the file"),
    "remix": _msgid("remixing a clip"),
    "train": _msgid("training a model"),
    "only_me": _msgid("only the person"),
    "approved": _msgid("people whom the person approves"),
    "mutuals": _msgid("mutuals"),
    "everyone": _msgid("everyone"),
    "social": _msgid("social networks"),
    "messaging": _msgid("private messages"),
    "web": _msgid("a website"),
    "broadcast": _msgid("radio and television"),
    "cinema": _msgid("the cinema"),
    "print": _msgid("print"),
    "classroom": _msgid("a classroom"),
    "face": _msgid("the face"),
    "voice": _msgid("the voice"),
    "worldwide": _msgid("the whole world"),
    "topics": _msgid("its topics"),
    "contexts": _msgid("its situation"),
    "appearance": _msgid("how the person looks in it"),
}
_CODED: Final = frozenset(
    (
        Code.MINOR_PURPOSE,
        Code.MINOR_NOT_EXAMINED,
        Code.NOT_EXAMINED,
        Code.GRANT_NOT_EXAMINED,
        Code.PURPOSE_NOT_GRANTED,
        Code.ACTION_NOT_GRANTED,
        Code.AUDIENCE_NOT_GRANTED,
        Code.TERRITORY_NOT_GRANTED,
        Code.MEDIUM_NOT_GRANTED,
    )
)
"""Whose detail is words of our own vocabularies, to be said in the reader's language; the rest quotes somebody."""


def explain(decision: Decision, *, lang: str, names: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return a sentence for each reason of a decision, the weightiest first.

    Parameters
    ----------
    decision : Decision
    lang : str
        A code of `medialit.language.LANGUAGES`.
    names : mapping of str to str, optional
        The names of the people, by id; who has none is called by the id.

    Examples
    --------
    >>> no = Reason(code="no_grant", principal="p1")
    >>> explain(Decision(allowed=False, reason=no, reasons=(no,)), lang="en", names={"p1": "ⵜⵉⵣⵉⵔⵉ"})
    ('ⵜⵉⵣⵉⵔⵉ has not given you any permission to use this likeness.',)
    """
    return tuple(sentence(one, lang=lang, names=names) for one in decision.reasons)


def sentence(reason: Reason, *, lang: str, names: Mapping[str, str] | None = None) -> str:
    """Return one reason as a sentence.

    Raises
    ------
    PolicyError
        If its code is unknown.
    """
    try:
        code = Code(reason.code)
    except ValueError:
        raise PolicyError(
            f"No reason has the code {reason.code!r} here. A newer medialit may have decided; update this one."
        ) from None
    translate = translator(lang)
    detail = [word_in(one, lang=lang) if code in _CODED else one for one in reason.detail]
    name = reason.principal or ""
    comma = "، " if lang in ("ar", "ary") else ", "
    return translate(_SENTENCES[code]).format(name=(names or {}).get(name, name), detail=comma.join(detail))


def word_in(word: str, *, lang: str) -> str:
    """Return a word of the closed vocabularies in a language; a word of no vocabulary comes back as it is.

    Examples
    --------
    >>> word_in("only_me", lang="en"), word_in("MA", lang="en")
    ('only the person', 'MA')
    """
    return translator(lang)(_WORDS[word]) if word in _WORDS else word
