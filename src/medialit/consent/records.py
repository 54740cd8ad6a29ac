"""Who is who, who agreed to what, who took it back, and what somebody asks to do: the records of consent.

The public contract, which the ledger, receipts, the market and the apps build on:

* `Principal` is a person with a likeness. `Grant`, `Prohibition`, `Revocation`, `Lifting` and `Relation` are
  statements about that person's likeness. `Request` asks; `Decision` answers, with a `Reason` for each thing that was
  met. `Scope`, `Restrictions` and `Original` are parts of these.
* Every record is frozen and keyword-only, and is valid once it exists: whatever is wrong raises `RecordError`, which
  says what to do. Ids are ASCII; names are in any script, in NFC; moments are aware and kept in UTC; collections of ids
  are sorted and hold each id once, so that equal statements are equal records.
* `record.to_dict()` gives plain data with `type` and `version`; `Grant.from_dict(data)` takes it back, and so does
  `record_from_dict(data)` for whichever type it is. A field that is missing, unknown or of another version is refused.
  `dumps(record)` gives the one canonical JSON text (sorted keys, no spaces, UTF-8 letters as they are), fit to be hashed
  or signed; `loads(text)` reads it and refuses doubled keys, NaN, and text that is too long or too deep.
* What records mean together is not said here but in `medialit.consent.policy`, by the numbered rules of
  docs/explanation/consent.md. A record may state what has no effect, such as a grant by somebody who may not grant.
* Fields may be added with a default, under the same version; a field never changes its meaning under the same version.

Examples
--------
>>> from datetime import UTC, datetime
>>> scope = Scope(
...     purposes=frozenset({Purpose.EDUCATION}), actions=frozenset({Action.GENERATE}), audience=Audience.APPROVED,
...     territories=frozenset({"MA"}), media=frozenset({Medium.CLASSROOM}), modalities=frozenset({Modality.FACE}),
...     starts=datetime(2026, 1, 1, tzinfo=UTC), ends=datetime(2027, 1, 1, tzinfo=UTC),
... )
>>> grant = Grant(
...     id="g1", principal="tiziri", grantees=("nadir",), scope=scope, granted_by=("tiziri",),
...     at=datetime(2026, 1, 1, tzinfo=UTC),
... )
>>> loads(dumps(grant)) == grant
True
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Final

from medialit.consent import checks
from medialit.consent.codec import Record
from medialit.consent.codec import dumps as dumps
from medialit.consent.codec import loads as loads
from medialit.consent.codec import record_from_dict as record_from_dict
from medialit.consent.vocabulary import COUNTRIES as COUNTRIES
from medialit.consent.vocabulary import WORLDWIDE as WORLDWIDE
from medialit.consent.vocabulary import Action as Action
from medialit.consent.vocabulary import Audience as Audience
from medialit.consent.vocabulary import Medium as Medium
from medialit.consent.vocabulary import Modality as Modality
from medialit.consent.vocabulary import Purpose as Purpose
from medialit.consent.vocabulary import RelationKind as RelationKind
from medialit.errors import RecordError

MAJORITY_YEARS: Final = 18
"""Full years after which a person decides alone: Moroccan Family Code, article 209."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Principal(Record):
    """A person whose likeness can be used, with whoever may speak for that person.

    Parameters
    ----------
    id : str
    name : str
        In any script.
    born : date, optional
        Day of birth. Give this or `minor`, not both.
    minor : bool, optional
        Where the day of birth is not kept: whether the person is under 18. True where nobody knows.
    died : date, optional
        Day of death, or the day on which it became known. A principal who has one is dead.
    guardians : tuple of str
        Ids of who acts for the person while a minor.
    public_figure : bool
        Whether the person is widely known.
    estate : tuple of str
        Ids of who acts for the person after death.
    """

    record_type: ClassVar[str] = "principal"

    id: str
    name: str
    born: date | None = None
    minor: bool | None = None
    died: date | None = None
    guardians: tuple[str, ...] = ()
    public_figure: bool = False
    estate: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self._set("id", checks.ident(self.id, "A principal's id"))
        self._set("name", checks.name(self.name, "A principal's name"))
        for field in ("born", "died"):
            if getattr(self, field) is not None:
                checks.day(getattr(self, field), f"`{field}`")
        if self.minor is not None:
            checks.flag(self.minor, "`minor`")
        checks.flag(self.public_figure, "`public_figure`")
        self._set("guardians", checks.idents(self.guardians, "`guardians`"))
        self._set("estate", checks.idents(self.estate, "`estate`"))
        if (self.born is None) == (self.minor is None):
            raise RecordError(
                f"{self.id} needs a day of birth or else a statement whether they are a minor. Give `born`, or `minor` "
                "(true where nobody knows), not both."
            )
        if self.born is not None and self.died is not None and self.died < self.born:
            raise RecordError(
                f"{self.id} died on {self.died} before being born on {self.born}. Check the two days."
            )
        if self.id in self.guardians or self.id in self.estate:
            raise RecordError(f"{self.id} is their own guardian or estate. Name somebody else, or nobody.")

    def is_minor(self, *, on: date) -> bool:
        """Return whether the person is under 18 on this day, or was when they died.

        Who was born on 29 February comes of age on 1 March.

        Examples
        --------
        >>> child = Principal(id="p", name="ⵉⵣⵉⵍ", born=date(2008, 2, 29))
        >>> child.is_minor(on=date(2026, 2, 28)), child.is_minor(on=date(2026, 3, 1))
        (True, False)
        """
        if self.born is None:
            return bool(self.minor)
        last = on if self.died is None else min(on, self.died)
        birthday = (self.born.year + MAJORITY_YEARS, self.born.month, self.born.day)
        return (last.year, last.month, last.day) < birthday

    @property
    def dead(self) -> bool:
        """Whether a day of death is recorded."""
        return self.died is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope(Record):
    """What a grant covers: a use must lie within every one of these limits.

    Parameters
    ----------
    purposes, actions, media : frozenset of Purpose, Action, Medium
        None of them empty.
    audience : Audience
        The widest circle that may see what is made.
    territories : frozenset of str
        ISO 3166-1 alpha-2 codes, or `worldwide` alone. Not empty.
    modalities : frozenset of Modality
        Face, voice or both; each is a consent of its own. Not empty.
    starts : datetime
        Aware. The first moment.
    ends : datetime, optional
        Aware, after `starts`. The first moment that is no longer covered; none means until it is revoked.
    """

    purposes: frozenset[Purpose]
    actions: frozenset[Action]
    audience: Audience
    territories: frozenset[str]
    media: frozenset[Medium]
    modalities: frozenset[Modality]
    starts: datetime
    ends: datetime | None = None

    def __post_init__(self) -> None:
        self._set("audience", checks.choice(self.audience, Audience, "A scope's `audience`"))
        for field, kind in (
            ("purposes", Purpose), ("actions", Action), ("media", Medium), ("modalities", Modality)
        ):  # fmt: skip
            self._set(field, checks.choices(getattr(self, field), kind, f"a scope's `{field}`"))
        self._set("territories", checks.territories(self.territories, "a scope's `territories`"))
        for field in ("purposes", "actions", "territories", "media", "modalities"):
            checks.some(getattr(self, field), f"A scope's `{field}`", "name at least one, or make no grant")
        self._set("starts", checks.moment(self.starts, "A scope's `starts`"))
        if self.ends is not None:
            self._set("ends", checks.moment(self.ends, "A scope's `ends`"))
            if self.ends <= self.starts:
                raise RecordError(
                    f"A scope ends at {self.ends}, not after its start {self.starts}. Swap the two?"
                )


@dataclass(frozen=True, kw_only=True, slots=True)
class Restrictions(Record):
    """What a likeness must never be shown with. Words are folded to lower case.

    Parameters
    ----------
    topics : frozenset of str
        What a clip is about, such as ``alcohol``.
    contexts : frozenset of str
        In what situation it shows the person, such as ``protest``.
    appearance : frozenset of str
        How it shows the person, such as ``without headscarf``.
    """

    topics: frozenset[str] = frozenset()
    contexts: frozenset[str] = frozenset()
    appearance: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for field in ("topics", "contexts", "appearance"):
            self._set(field, checks.words(getattr(self, field), f"`{field}`"))

    def __bool__(self) -> bool:
        return bool(self.topics or self.contexts or self.appearance)


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant(Record):
    """Permission to use a principal's likeness within a scope.

    Parameters
    ----------
    id : str
    principal : str
        Whose likeness.
    grantees : tuple of str
        Who is permitted, by id. Give this or `grantee_audience`, not both.
    grantee_audience : Audience, optional
        A circle around the principal, each of whom is permitted.
    scope : Scope
    restrictions : Restrictions
        What this grant does not extend to.
    granted_by : tuple of str
        Everyone who agreed: the principal, or all guardians of a minor, or the whole estate of the dead.
    at : datetime
        Aware. When it was given.
    """

    record_type: ClassVar[str] = "grant"

    id: str
    principal: str
    grantees: tuple[str, ...] = ()
    grantee_audience: Audience | None = None
    scope: Scope
    restrictions: Restrictions = Restrictions()
    granted_by: tuple[str, ...]
    at: datetime

    def __post_init__(self) -> None:
        self._idents("id", "principal")
        self._set("grantees", checks.idents(self.grantees, "`grantees`"))
        if self.grantee_audience is not None:
            self._set(
                "grantee_audience", checks.choice(self.grantee_audience, Audience, "`grantee_audience`")
            )
        if bool(self.grantees) == (self.grantee_audience is not None):
            raise RecordError(
                f"The grant {self.id} must name `grantees` or else a `grantee_audience`: one of the two."
            )
        self._part("scope", Scope)
        self._part("restrictions", Restrictions)
        self._set("granted_by", checks.idents(self.granted_by, "`granted_by`"))
        checks.some(self.granted_by, "`granted_by`", f"say who gave the grant {self.id}")
        self._set("at", checks.moment(self.at, "A grant's `at`"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Prohibition(Record):
    """A no that stands above every grant. What it leaves empty it does not limit: an empty one forbids everything.

    Parameters
    ----------
    id : str
    principal : str
        Whose likeness.
    by : str
        Who forbids.
    at : datetime
        Aware. When it was said.
    until : datetime, optional
        Aware, after `at`. The first moment at which it no longer stands; none means until it is lifted.
    whom : tuple of str
        Who is forbidden; empty for everybody.
    purposes, actions, audiences, media, modalities : frozenset of Purpose, Action, Audience, Medium, Modality
        Which uses; empty for all.
    territories : frozenset of str
        Where; empty for everywhere.
    restrictions : Restrictions
        Which topics, contexts or appearance; empty for any.
    """

    record_type: ClassVar[str] = "prohibition"

    id: str
    principal: str
    by: str
    at: datetime
    until: datetime | None = None
    whom: tuple[str, ...] = ()
    purposes: frozenset[Purpose] = frozenset()
    actions: frozenset[Action] = frozenset()
    audiences: frozenset[Audience] = frozenset()
    territories: frozenset[str] = frozenset()
    media: frozenset[Medium] = frozenset()
    modalities: frozenset[Modality] = frozenset()
    restrictions: Restrictions = Restrictions()

    def __post_init__(self) -> None:
        self._idents("id", "principal", "by")
        self._period("at", "until")
        self._set("whom", checks.idents(self.whom, "`whom`"))
        for field, kind in (
            ("purposes", Purpose), ("actions", Action), ("audiences", Audience), ("media", Medium),
            ("modalities", Modality),
        ):  # fmt: skip
            self._set(field, checks.choices(getattr(self, field), kind, f"a prohibition's `{field}`"))
        self._set("territories", checks.territories(self.territories, "a prohibition's `territories`"))
        self._part("restrictions", Restrictions)


@dataclass(frozen=True, kw_only=True, slots=True)
class Revocation(Record):
    """The end of one grant, or of every grant that a principal has given until then.

    Parameters
    ----------
    id : str
    principal : str
        Whose likeness.
    grant : str, optional
        Which grant; none means all of them.
    by : str
        Who revokes.
    at : datetime
        Aware.
    reason : str
        In the person's own words; nobody has to give one.
    """

    record_type: ClassVar[str] = "revocation"

    id: str
    principal: str
    grant: str | None = None
    by: str
    at: datetime
    reason: str = ""

    def __post_init__(self) -> None:
        self._idents("id", "principal", "by")
        if self.grant is not None:
            self._idents("grant")
        self._set("at", checks.moment(self.at, "A revocation's `at`"))
        self._set("reason", checks.text(self.reason, "A revocation's `reason`"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Lifting(Record):
    """The end of a prohibition, by the one who set it.

    Parameters
    ----------
    id : str
    principal : str
        Whose likeness.
    prohibition : str
        Which prohibition.
    by : str
        Who lifts it.
    at : datetime
        Aware.
    """

    record_type: ClassVar[str] = "lifting"

    id: str
    principal: str
    prohibition: str
    by: str
    at: datetime

    def __post_init__(self) -> None:
        self._idents("id", "principal", "prohibition", "by")
        self._set("at", checks.moment(self.at, "A lifting's `at`"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Relation(Record):
    """One person follows another, or approves of them.

    Parameters
    ----------
    kind : RelationKind
    from_id : str
        Who follows or approves.
    to_id : str
        Who is followed or approved of.
    at : datetime
        Aware. Since when.
    until : datetime, optional
        Aware, after `at`. The first moment at which it no longer holds.
    """

    record_type: ClassVar[str] = "relation"

    kind: RelationKind
    from_id: str
    to_id: str
    at: datetime
    until: datetime | None = None

    def __post_init__(self) -> None:
        self._set("kind", checks.choice(self.kind, RelationKind, "A relation's `kind`"))
        self._idents("from_id", "to_id")
        if self.from_id == self.to_id:
            raise RecordError(f"{self.from_id} cannot {self.kind.value} themselves. Name two people.")
        self._period("at", "until")


@dataclass(frozen=True, kw_only=True, slots=True)
class Original(Record):
    """The clip that a remix begins from.

    Parameters
    ----------
    maker : str
        Who made it.
    principals : tuple of str
        Everyone whose likeness is in it; may be empty.
    grant_ids : tuple of str
        The grants under which it was made.
    """

    maker: str
    principals: tuple[str, ...]
    grant_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self._idents("maker")
        self._set("principals", checks.idents(self.principals, "an original's `principals`"))
        self._set("grant_ids", checks.idents(self.grant_ids, "an original's `grant_ids`"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Request(Record):
    """What somebody asks to do with one or more likenesses.

    Parameters
    ----------
    id : str
    requester : str
        Who asks.
    principals : tuple of str
        Whose likenesses are used. Not empty, unless somebody is in the original of a remix.
    action : Action
    purpose : Purpose
    audience : Audience
        Who will see what is made.
    territories : frozenset of str
        Where it will be seen: ISO 3166-1 alpha-2 codes, or `worldwide` alone. Not empty.
    medium : Medium
    modalities : frozenset of Modality
        What is used of each likeness. Not empty.
    topics, contexts, appearance : frozenset of str or None
        What was found in the prompt or the clip. None says that nobody looked, which is not the same as nothing
        found: whoever restricts it is then asked in vain.
    original : Original, optional
        Required for a remix, refused for anything else.
    at : datetime
        Aware. When it was asked.
    """

    record_type: ClassVar[str] = "request"

    id: str
    requester: str
    principals: tuple[str, ...]
    action: Action
    purpose: Purpose
    audience: Audience
    territories: frozenset[str]
    medium: Medium
    modalities: frozenset[Modality]
    topics: frozenset[str] | None = None
    contexts: frozenset[str] | None = None
    appearance: frozenset[str] | None = None
    original: Original | None = None
    at: datetime

    def __post_init__(self) -> None:
        self._idents("id", "requester")
        self._set("principals", checks.idents(self.principals, "a request's `principals`"))
        self._set("action", checks.choice(self.action, Action, "A request's `action`"))
        self._set("purpose", checks.choice(self.purpose, Purpose, "A request's `purpose`"))
        self._set("audience", checks.choice(self.audience, Audience, "A request's `audience`"))
        self._set("medium", checks.choice(self.medium, Medium, "A request's `medium`"))
        self._set("territories", checks.territories(self.territories, "a request's `territories`"))
        self._set("modalities", checks.choices(self.modalities, Modality, "a request's `modalities`"))
        checks.some(self.territories, "A request's `territories`", "say where it will be seen")
        checks.some(self.modalities, "A request's `modalities`", "say whether the face or the voice is used")
        for field in ("topics", "contexts", "appearance"):
            if getattr(self, field) is not None:
                self._set(field, checks.words(getattr(self, field), f"`{field}`"))
        if self.original is not None:
            self._part("original", Original)
        if (self.action is Action.REMIX) != (self.original is not None):
            raise RecordError(
                f"The request {self.id} asks to {self.action.value} and names "
                f"{'no' if self.original is None else 'an'} original. A remix needs one; nothing else has one."
            )
        if self.original is None or not self.original.principals:
            checks.some(
                self.principals, "A request's `principals`", "say whose likeness is used, or ask nobody"
            )
        self._set("at", checks.moment(self.at, "A request's `at`"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason(Record):
    """One thing that a decision met.

    Parameters
    ----------
    code : str
        One of `medialit.consent.reasons.CODES`; which sentence it is in a language, `explain` says.
    principal : str, optional
        Whose likeness it concerns; none where it concerns the request as a whole.
    detail : tuple of str
        What fills the sentence's slot: words, codes of countries, a purpose.
    """

    code: str
    principal: str | None = None
    detail: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        checks.text(self.code, "A reason's `code`", longest=40)
        if self.principal is not None:
            self._idents("principal")
        self._set(
            "detail",
            tuple(sorted(checks.text(one, "`detail`") for one in checks.items(self.detail, "`detail`"))),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision(Record):
    """The answer to a request.

    Parameters
    ----------
    allowed : bool
    reason : Reason
        The weightiest one, the first of `reasons`.
    reasons : tuple of Reason
        Everything that was met, the weightiest first.
    grant_ids : tuple of str
        Where it is allowed: every grant that covers a part of the request, sorted; none for one's own likeness. Where
        it is refused: empty.
    """

    record_type: ClassVar[str] = "decision"

    allowed: bool
    reason: Reason
    reasons: tuple[Reason, ...]
    grant_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        checks.flag(self.allowed, "`allowed`")
        self._set("grant_ids", checks.idents(self.grant_ids, "`grant_ids`"))
        if not isinstance(self.reasons, tuple) or not all(isinstance(one, Reason) for one in self.reasons):
            raise RecordError("`reasons` must be a tuple of reasons.")
        if not self.reasons or self.reason != self.reasons[0]:
            raise RecordError("A decision's `reason` must be the first of its `reasons`.")
        if self.grant_ids and not self.allowed:
            raise RecordError("A refusal uses no grant. Leave `grant_ids` empty.")


AnyRecord = Principal | Grant | Prohibition | Revocation | Lifting | Relation | Request | Decision
"""What `record_from_dict` and `loads` may return."""

Plain = dict[str, Any]
"""JSON as Python holds it."""
