"""One request held against a book, rule by rule; a comment names the rule of docs/explanation/consent.md.

What is met is collected as bits of `Code`, person by person, and written out as reasons at the end: most decisions are
refusals, and most refusals have several reasons.
"""

from __future__ import annotations

from typing import Final

from medialit.consent.book import (
    ALL_ACTIONS,
    ALL_AUDIENCES,
    ALL_MEDIA,
    ALL_PURPOSES,
    Book,
    Card,
    Limit,
    StandingGrant,
    territory_bits,
    territory_reach,
)
from medialit.consent.reasons import Code
from medialit.consent.records import (
    Action,
    Audience,
    Decision,
    Modality,
    Original,
    Purpose,
    Reason,
    Request,
)

NEVER_WORDS: Final = frozenset(("intimate", "nudity", "sexual"))
"""Found among a request's topics, contexts or appearance they end it, whoever agrees."""
MINOR_PURPOSES: Final = frozenset((Purpose.COMMERCIAL, Purpose.ADVERTISING, Purpose.POLITICAL))
"""What a minor is never used for."""

KINDS: Final = ("topics", "contexts", "appearance")

# Looking a member up in its class takes longer than the rule it stands for.
_FACE: Final = Modality.FACE.bit
_VOICE: Final = Modality.VOICE.bit
_FACE_NOT_GRANTED: Final = Code.FACE_NOT_GRANTED.bit
_VOICE_NOT_GRANTED: Final = Code.VOICE_NOT_GRANTED.bit
_TERRITORY_NOT_GRANTED: Final = Code.TERRITORY_NOT_GRANTED.bit
_GRANTED: Final = Code.GRANTED.bit
_OWN_LIKENESS: Final = Code.OWN_LIKENESS.bit
_NO_GRANT: Final = Code.NO_GRANT.bit
_NOT_MUTUAL: Final = Code.NOT_MUTUAL.bit
_NOT_APPROVED: Final = Code.NOT_APPROVED.bit

_Words = dict[tuple[int, str], set[str]]  # (bit of a code, person or ""): what fills its slot


class Clerk:
    """Answers requests from one book, and remembers the reasons that were written before.

    Parameters
    ----------
    book : Book
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._dead = frozenset(person for person, card in book.cards.items() if card.dead)
        self._territories: dict[frozenset[str], tuple[int, int]] = {}
        self._reasons: dict[tuple[int, str, int | frozenset[str]], Reason] = {}
        self._refused: dict[tuple[str, int, int, frozenset[str] | None], Decision] = {}
        self._allowed: dict[tuple[tuple[str, ...], str, tuple[str, ...]], Decision] = {}

    def decide(self, request: Request) -> Decision:
        """Return the decision on one request."""
        book, requester, original = self._book, request.requester, request.original
        places = self._territories.get(request.territories) or self._places(request.territories)
        asked = _Asked(request, places)
        words: _Words = {}
        met: list[tuple[str, int]] = []
        used: set[str] = set()
        owned = False
        whole = 0
        if request.at > book.latest:  # rule 2
            whole |= Code.REQUEST_FROM_FUTURE.bit
        if requester in self._dead:  # rule 3
            whole |= Code.REQUESTER_DEAD.bit
        for found in (request.topics, request.contexts, request.appearance):  # rule 12
            if found and not NEVER_WORDS.isdisjoint(found):
                whole |= Code.NEVER.bit
                words.setdefault((Code.NEVER.bit, ""), set()).update(found & NEVER_WORDS)
        people = request.principals
        if original is not None:  # rule 17
            people = tuple(sorted({*people, *original.principals}))
            if unknown := [one for one in original.grant_ids if one not in book.grants]:
                words[Code.ORIGINAL_UNKNOWN_GRANT.bit, ""] = set(unknown)
                whole |= Code.ORIGINAL_UNKNOWN_GRANT.bit
        if whole:
            met.append(("", whole))
        for person in people:
            card = book.cards.get(person)
            if card is None:  # rule 3
                met.append((person, Code.UNKNOWN_PERSON.bit))
                continue
            own = card.decides_alone and person == requester  # rule 8
            bits = card.speechless  # rule 4
            if card.protected:
                bits |= _protection(asked, person, card, own=own, words=words)
            if card.prohibitions:
                bits |= _prohibited(asked, person, card, words)
            if original is not None and not own and person in original.principals:
                bits |= self._original(original, person, card)
            if own:
                owned = True
            else:
                bits |= _coverage(asked, person, card, words, used)
            if bits:
                met.append((person, bits))
        if met:
            return self._refusal(asked, met, words)
        return self._permission(people, requester if owned else "", tuple(sorted(used)))

    def _original(self, original: Original, person: str, card: Card) -> int:
        """Return what the original of a remix lacks: rule 17."""
        if person == original.maker and card.decides_alone:
            return 0
        under = [self._book.grants[id] for id in original.grant_ids if id in self._book.grants]
        theirs = [one for one in under if one.principal == person]
        if not theirs:
            return Code.ORIGINAL_WITHOUT_CONSENT.bit
        return Code.ORIGINAL_CONSENT_ENDED.bit if any(one.lacks for one in theirs) else 0

    def _places(self, territories: frozenset[str]) -> tuple[int, int]:
        bits = self._territories[territories] = (territory_bits(territories), territory_reach(territories))
        return bits

    def _permission(self, people: tuple[str, ...], owner: str, grant_ids: tuple[str, ...]) -> Decision:
        key = (people, owner, grant_ids)
        decision = self._allowed.get(key)
        if decision is None:
            reasons = [_made_reason(_GRANTED, person) for person in people if person != owner]
            if owner:
                reasons.append(_made_reason(_OWN_LIKENESS, owner))
            decision = self._allowed[key] = _decision(True, tuple(reasons), grant_ids)
        return decision

    def _refusal(self, asked: _Asked, met: list[tuple[str, int]], words: _Words) -> Decision:
        if words or len(met) > 1:
            return _decision(False, self._write(asked, met, words), ())
        person, bits = met[0]
        places = asked.request.territories if bits & _TERRITORY_NOT_GRANTED else None
        key = (person, bits, asked.words & _MENTIONED[bits], places)
        decision = self._refused.get(key)
        if decision is None:
            decision = self._refused[key] = _decision(False, self._write(asked, met, words), ())
        return decision

    def _write(self, asked: _Asked, met: list[tuple[str, int]], words: _Words) -> tuple[Reason, ...]:
        """Return the reasons in their order: by weight, then by person; `met` is in the order of the people."""
        union = 0
        for _person, bits in met:
            union |= bits
        known, found = self._reasons, []
        for bit in _BITS_OF[union]:
            mentioned = (
                asked.request.territories if bit == _TERRITORY_NOT_GRANTED else asked.words & _MENTIONED[bit]
            )
            for person, bits in met:
                if bits & bit:
                    reason = known.get((bit, person, mentioned))
                    if reason is None:
                        reason = _reason(asked.request, bit, person, words)
                        if not bit & _QUOTING:
                            known[bit, person, mentioned] = reason
                    found.append(reason)
        return tuple(found)


class _Asked:
    """A request and its bits."""

    __slots__ = ("modalities", "reach", "request", "territories", "words")

    def __init__(self, request: Request, places: tuple[int, int]) -> None:
        self.request = request
        self.words = request.purpose.bit | request.action.bit | request.audience.bit | request.medium.bit
        self.territories, self.reach = places
        modalities = 0
        for one in request.modalities:
            modalities |= one.bit
        self.modalities = modalities


def _protection(asked: _Asked, person: str, card: Card, *, own: bool, words: _Words) -> int:
    """Return what refuses minors, the dead and public figures whatever was granted."""
    request, bits = asked.request, 0
    if card.minor:  # rule 13
        if Modality.VOICE in request.modalities:
            bits |= Code.MINOR_VOICE.bit
        if request.audience is Audience.EVERYONE:
            bits |= Code.MINOR_EVERYONE.bit
        if request.action is Action.TRAIN:
            bits |= Code.MINOR_TRAIN.bit
        if request.purpose in MINOR_PURPOSES:
            bits |= Code.MINOR_PURPOSE.bit
        if unseen := {kind for kind in KINDS if getattr(request, kind) is None}:
            bits |= Code.MINOR_NOT_EXAMINED.bit
            words[Code.MINOR_NOT_EXAMINED.bit, person] = unseen
    if card.dead:  # rule 14
        if request.action is Action.TRAIN:
            bits |= Code.DEAD_TRAIN.bit
        if request.purpose is Purpose.POLITICAL:
            bits |= Code.DEAD_POLITICAL.bit
    if card.public_figure and not own and request.purpose is Purpose.POLITICAL:  # rule 15
        bits |= Code.PUBLIC_FIGURE_POLITICAL.bit
    return bits


def _prohibited(asked: _Asked, person: str, card: Card, words: _Words) -> int:
    """Return what forbids the request: rule 7."""
    bits = 0
    for one in card.prohibitions:
        if (
            (not one.whom or asked.request.requester in one.whom)
            and asked.words & one.words == asked.words
            and asked.reach & one.territories
            and asked.modalities & one.modalities
        ):
            if one.limits:
                bits |= _limited(asked.request, one.limits, person, words)
            else:
                bits |= Code.PROHIBITED.bit
    return bits


def _coverage(asked: _Asked, person: str, card: Card, words: _Words, used: set[str]) -> int:
    """Note the grants that cover the request, or else return what all of them lack: rules 9 to 11."""
    requester = asked.request.requester
    heard = card.open
    lacking = card.lapsed | card.named_lapsed.get(requester, 0)
    if named := card.named.get(requester):
        heard = heard + named
    if card.to_approved:
        if requester in card.approved:
            heard = heard + card.to_approved
        else:
            lacking |= _NOT_APPROVED
    if card.to_mutuals:
        if requester in card.mutuals:
            heard = heard + card.to_mutuals
        else:
            lacking |= _NOT_MUTUAL
    if heard:
        return _covered(asked, person, heard, lacking, words, used)
    return lacking or _NO_GRANT


def _covered(
    asked: _Asked, person: str, heard: list[StandingGrant], lacking: int, words: _Words, used: set[str]
) -> int:
    """Hold a request against the scopes of the grants that reach the requester: rule 11."""
    wanted = uncovered = offered = asked.modalities
    noted: _Words = {}
    for grant in heard:
        lacks = 0
        if left := asked.words & grant.refused:
            lacks = _WORDS_LEFT[left]
        if asked.territories & grant.refused_territories:
            lacks |= _TERRITORY_NOT_GRANTED
        if grant.limits:
            lacks |= _limited(asked.request, grant.limits, person, noted)
        offered &= grant.modalities
        if lacks:
            lacking |= lacks
        elif grant.modalities & wanted:
            used.add(grant.id)
            uncovered &= ~grant.modalities
    if not uncovered:
        return 0
    words.update(noted)
    missing = uncovered & ~offered
    if missing & _FACE:
        lacking |= _FACE_NOT_GRANTED
    if missing & _VOICE:
        lacking |= _VOICE_NOT_GRANTED
    return lacking


class _WordsLeft(dict[int, int]):
    """What it means that some of a request's words were not covered: bits of words to bits of codes."""

    def __missing__(self, left: int) -> int:
        bits = 0
        for mask, code in (
            (ALL_PURPOSES, Code.PURPOSE_NOT_GRANTED),
            (ALL_ACTIONS, Code.ACTION_NOT_GRANTED),
            (ALL_AUDIENCES, Code.AUDIENCE_NOT_GRANTED),
            (ALL_MEDIA, Code.MEDIUM_NOT_GRANTED),
        ):
            if left & mask:
                bits |= code.bit
        self[left] = bits
        return bits


_WORDS_LEFT: Final = _WordsLeft()


def _limited(request: Request, limits: tuple[Limit, ...], person: str, words: _Words) -> int:
    """Return which limits a request meets, and note the words."""
    bits = 0
    for kind, forbidden, met, unseen in limits:
        found: frozenset[str] | None = getattr(request, kind)
        if found is None:
            bits |= unseen
            words.setdefault((unseen, person), set()).add(kind)
        elif found and not forbidden.isdisjoint(found):
            bits |= met
            words.setdefault((met, person), set()).update(forbidden & found)
    return bits


_FIELDS: Final = {
    Code.MINOR_PURPOSE.bit: "purpose",
    Code.PURPOSE_NOT_GRANTED.bit: "purpose",
    Code.ACTION_NOT_GRANTED.bit: "action",
    Code.AUDIENCE_NOT_GRANTED.bit: "audience",
    Code.MEDIUM_NOT_GRANTED.bit: "medium",
}
_QUOTING: Final = sum(
    code.bit
    for code in (
        Code.NEVER,
        Code.MINOR_NOT_EXAMINED,
        Code.PROHIBITED_TOPIC,
        Code.PROHIBITED_CONTEXT,
        Code.PROHIBITED_APPEARANCE,
        Code.NOT_EXAMINED,
        Code.ORIGINAL_UNKNOWN_GRANT,
        Code.GRANT_RESTRICTED,
        Code.GRANT_NOT_EXAMINED,
    )
)
_CODE_OF: Final = {code.bit: code for code in Code}


class _BitsOf(dict[int, tuple[int, ...]]):
    """A set of codes taken apart, the weightiest first."""

    def __missing__(self, bits: int) -> tuple[int, ...]:
        self[bits] = apart = tuple(bit for bit in _CODE_OF if bits & bit)
        return apart


_BITS_OF: Final = _BitsOf()


class _Mentioned(dict[int, int]):
    """Which words of a request stand in the sentences of a set of codes: bits of codes to bits of words."""

    def __missing__(self, bits: int) -> int:
        masks = {
            "purpose": ALL_PURPOSES,
            "action": ALL_ACTIONS,
            "audience": ALL_AUDIENCES,
            "medium": ALL_MEDIA,
        }
        mask = 0
        for bit in _BITS_OF[bits]:
            if bit in _FIELDS:
                mask |= masks[_FIELDS[bit]]
        self[bits] = mask
        return mask


_MENTIONED: Final = _Mentioned()


def _reason(request: Request, bit: int, person: str, words: _Words) -> Reason:
    if bit & _QUOTING:
        detail = tuple(sorted(words[bit, person]))
    elif bit == _TERRITORY_NOT_GRANTED:
        detail = tuple(sorted(request.territories))
    elif bit in _FIELDS:
        detail = (str(getattr(request, _FIELDS[bit]).value),)
    else:
        detail = ()
    return _made_reason(bit, person, detail)


def _made_reason(bit: int, person: str, detail: tuple[str, ...] = ()) -> Reason:
    """Make a reason of parts that are known to be right: checking them costs more than deciding."""
    reason = _new(Reason)
    _put(reason, "code", _CODE_OF[bit].value)
    _put(reason, "principal", person or None)
    _put(reason, "detail", detail)
    return reason


def _decision(allowed: bool, reasons: tuple[Reason, ...], grant_ids: tuple[str, ...]) -> Decision:
    """Make a decision likewise."""
    decision = _new(Decision)
    _put(decision, "allowed", allowed)
    _put(decision, "reason", reasons[0])
    _put(decision, "reasons", reasons)
    _put(decision, "grant_ids", grant_ids)
    return decision


_new: Final = object.__new__
_put: Final = object.__setattr__
