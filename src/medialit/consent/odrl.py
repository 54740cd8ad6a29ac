"""Terms that machines of others can read: grants and prohibitions as ODRL 2.2 policies, and back.

A grant to named people is an `Agreement`; a grant to a circle is an `Offer`, which each of them may take up; a
prohibition is a `Set`. Purpose, territory, medium, audience and period are constraints of ODRL's own vocabulary; what
ODRL has no word for (our actions, topics, contexts, appearance) stands under our profile. `@context` is named by its
address and never fetched.

References
----------
ODRL Information Model 2.2 and ODRL Vocabulary & Expression 2.2, W3C Recommendations, 15 February 2018.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from medialit.consent import checks
from medialit.consent.records import (
    WORLDWIDE,
    Grant,
    Prohibition,
    Restrictions,
    Scope,
)
from medialit.consent.vocabulary import Action, Audience, Medium, Modality, Purpose
from medialit.errors import ReceiptError, RecordError

CONTEXT: Final = ["http://www.w3.org/ns/odrl.jsonld", {"dct": "http://purl.org/dc/terms/"}]
PROFILE: Final = "urn:medialit:odrl-profile:1"
_COUNTRY: Final = "https://www.iso.org/obp/ui/#iso:code:3166:"
_WORDS: Final = ("topics", "contexts", "appearance")


class DutyKind(StrEnum):
    """What must be done in return, each one an action of ODRL's own vocabulary."""

    ATTRIBUTE = "attribute"
    WATERMARK = "watermark"
    INFORM = "inform"
    COMPENSATE = "compensate"


@dataclass(frozen=True, kw_only=True)
class Duty:
    """A duty that comes with a permission.

    Parameters
    ----------
    kind : DutyKind
    centimes : int
        How much to pay, for `COMPENSATE` only; hundredths of a dirham.
    """

    kind: DutyKind
    centimes: int = 0

    def __post_init__(self) -> None:
        if isinstance(self.centimes, bool) or not isinstance(self.centimes, int) or self.centimes < 0:
            raise ReceiptError(f"A sum is a whole number of centimes, not {checks.shown(self.centimes)}.")
        if (self.kind is DutyKind.COMPENSATE) != (self.centimes > 0):
            raise ReceiptError("A duty to compensate names a sum; no other duty does.")


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a policy says: a record, and the duties that come with it."""

    record: Grant | Prohibition
    duties: tuple[Duty, ...] = ()


def policy_of(record: Grant | Prohibition, *, duties: tuple[Duty, ...] = ()) -> dict[str, Any]:
    """Return a record as an ODRL policy, in JSON-LD.

    Raises
    ------
    ReceiptError
        If a prohibition is given duties.
    """
    if isinstance(record, Prohibition):
        if duties:
            raise ReceiptError("A prohibition has no duties: what it forbids cannot be earned.")
        return _head("Set", record.id, "prohibition", record.at) | {"prohibition": [_forbidden(record)]}
    kind = "Offer" if record.grantee_audience is not None else "Agreement"
    return _head(kind, record.id, "grant", record.at) | {"permission": [_permitted(record, duties)]}


def terms_of(policy: object) -> Terms:
    """Return the record that a policy of ours holds.

    Raises
    ------
    ReceiptError
        If it is no policy of this profile, or says more or less than a record can: nothing is guessed.
    """
    try:
        data = _object(policy)
        if data.get("profile") != PROFILE:
            raise ReceiptError(
                f"Only policies of the profile {PROFILE} are read, not {checks.shown(data.get('profile'))}."
            )
        terms = _prohibition(data) if data.get("@type") == "Set" else _grant(data)
    except (
        RecordError,
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
        ArithmeticError,
    ) as error:
        raise ReceiptError(f"The policy holds no record: {checks.shown(str(error))}.") from error
    if policy_of(terms.record, duties=terms.duties) != data:
        raise ReceiptError(
            "The policy says more, or other things, than a record can hold. It was not made here."
        )
    return terms


def _head(kind: str, id: str, record: str, at: datetime) -> dict[str, Any]:
    return {
        "@context": CONTEXT, "@type": kind, "uid": _urn(record, id), "profile": PROFILE, "conflict": "prohibit",
        "dct:issued": _time(at),
    }  # fmt: skip


def _permitted(grant: Grant, duties: tuple[Duty, ...]) -> dict[str, Any]:
    scope, limits = grant.scope, grant.restrictions
    constraints = [
        _any("purpose", "purpose", scope.purposes),
        _any("media", "medium", scope.media),
        {
            "leftOperand": "recipient",
            "operator": "eq",
            "rightOperand": {"@id": _urn("audience", scope.audience)},
        },
        *_spatial(scope.territories),
        *_period(scope.starts, scope.ends),
        *(_words(name, "isNoneOf", getattr(limits, name)) for name in _WORDS if getattr(limits, name)),
    ]
    whom: Any = [_urn("person", one) for one in grant.grantees]
    if grant.grantee_audience is not None:
        whom = {
            "@type": "PartyCollection",
            "uid": _urn("circle", f"{grant.principal}:{grant.grantee_audience}"),
        }
    rule = {
        "target": _targets(grant.principal, scope.modalities), "action": _actions(scope.actions),
        "assigner": [_urn("person", one) for one in grant.granted_by], "assignee": whom, "constraint": constraints,
    }  # fmt: skip
    return rule | ({"duty": [_duty(one) for one in duties]} if duties else {})


def _forbidden(record: Prohibition) -> dict[str, Any]:
    limits = record.restrictions
    constraints = [
        *_period(record.at, record.until),
        *([_any("purpose", "purpose", record.purposes)] if record.purposes else []),
        *([_any("media", "medium", record.media)] if record.media else []),
        *([_any("recipient", "audience", record.audiences)] if record.audiences else []),
        *_spatial(record.territories),
    ]
    words = [_words(name, "isAnyOf", getattr(limits, name)) for name in _WORDS if getattr(limits, name)]
    if words:  # one of the kinds is enough
        constraints.append({"@type": "LogicalConstraint", "or": words})
    rule: dict[str, Any] = {
        "target": _targets(record.principal, record.modalities or frozenset(Modality)),
        "action": _actions(record.actions) if record.actions else ["use"],
        "assigner": [_urn("person", record.by)], "constraint": constraints,
    }  # fmt: skip
    return rule | ({"assignee": [_urn("person", one) for one in record.whom]} if record.whom else {})


def _any(operand: str, kind: str, words: frozenset[Any]) -> dict[str, Any]:
    return {
        "leftOperand": operand, "operator": "isAnyOf",
        "rightOperand": [{"@id": _urn(kind, one)} for one in sorted(str(word) for word in words)],
    }  # fmt: skip


def _words(name: str, operator: str, words: frozenset[str]) -> dict[str, Any]:
    return {"leftOperand": _urn("operand", name), "operator": operator, "rightOperand": sorted(words)}


def _spatial(territories: frozenset[str]) -> list[dict[str, Any]]:
    """Return where; everywhere needs no constraint, which every reader understands."""
    if not territories or territories == {WORLDWIDE}:
        return []
    return [
        {
            "leftOperand": "spatial", "operator": "isAnyOf",
            "rightOperand": [{"@id": _COUNTRY + code} for code in sorted(territories)],
        }
    ]  # fmt: skip


def _period(first: datetime, last: datetime | None) -> list[dict[str, Any]]:
    return [
        {
            "leftOperand": "dateTime", "operator": operator,
            "rightOperand": {"@value": _time(one), "@type": "http://www.w3.org/2001/XMLSchema#dateTime"},
        }
        for operator, one in (("gteq", first), ("lt", last))
        if one is not None
    ]  # fmt: skip


def _duty(duty: Duty) -> dict[str, Any]:
    if duty.kind is not DutyKind.COMPENSATE:
        return {"action": duty.kind.value}
    paid = {
        "leftOperand": "payAmount", "operator": "eq", "unit": "urn:iso:std:iso:4217:MAD",
        "rightOperand": {
            "@value": f"{Decimal(duty.centimes) / 100:.2f}", "@type": "http://www.w3.org/2001/XMLSchema#decimal"
        },
    }  # fmt: skip
    return {"action": duty.kind.value, "constraint": [paid]}


def _targets(principal: str, modalities: frozenset[Modality]) -> list[str]:
    return [_urn("likeness", f"{principal}#{one}") for one in sorted(one.value for one in modalities)]


def _actions(actions: frozenset[Action]) -> list[str]:
    return [_urn("action", one) for one in sorted(one.value for one in actions)]


def _grant(data: Mapping[str, Any]) -> Terms:
    (rule,) = data["permission"]
    given = _read_constraints(rule["constraint"])
    whom, circle = rule["assignee"], None
    if isinstance(whom, dict):
        circle, whom = Audience(whom["uid"].rpartition(":")[2]), []
    scope = Scope(
        purposes=frozenset(Purpose(one) for one in given["purpose"]),
        actions=frozenset(Action(_tail(one, "action")) for one in rule["action"]),
        audience=Audience(given["recipient"][0]),
        territories=frozenset(given.get("spatial", [WORLDWIDE])),
        media=frozenset(Medium(one) for one in given["media"]),
        modalities=_modalities(rule),
        starts=datetime.fromisoformat(given["gteq"][0]),
        ends=datetime.fromisoformat(given["lt"][0]) if "lt" in given else None,
    )
    record = Grant(
        id=_tail(data["uid"], "grant"), principal=_principal(rule), scope=scope,
        grantees=tuple(_tail(one, "person") for one in whom), grantee_audience=circle,
        restrictions=Restrictions(**{name: frozenset(given.get(name, [])) for name in _WORDS}),
        granted_by=tuple(_tail(one, "person") for one in rule["assigner"]),
        at=datetime.fromisoformat(data["dct:issued"]),
    )  # fmt: skip
    return Terms(record=record, duties=tuple(_read_duty(one) for one in rule.get("duty", [])))


def _prohibition(data: Mapping[str, Any]) -> Terms:
    (rule,) = data["prohibition"]
    given = _read_constraints(rule["constraint"])
    modalities = _modalities(rule)
    record = Prohibition(
        id=_tail(data["uid"], "prohibition"), principal=_principal(rule), by=_tail(rule["assigner"][0], "person"),
        at=datetime.fromisoformat(given["gteq"][0]),
        until=datetime.fromisoformat(given["lt"][0]) if "lt" in given else None,
        whom=tuple(_tail(one, "person") for one in rule.get("assignee", [])),
        purposes=frozenset(Purpose(one) for one in given.get("purpose", [])),
        actions=frozenset(Action(_tail(one, "action")) for one in rule["action"] if one != "use"),
        audiences=frozenset(Audience(one) for one in given.get("recipient", [])),
        territories=frozenset(given.get("spatial", [])),
        media=frozenset(Medium(one) for one in given.get("media", [])),
        modalities=frozenset() if modalities == frozenset(Modality) else modalities,
        restrictions=Restrictions(**{name: frozenset(given.get(name, [])) for name in _WORDS}),
    )  # fmt: skip
    return Terms(record=record)


def _read_constraints(constraints: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the right operands by their left operand; the two ends of the period by their operators."""
    found: dict[str, list[str]] = {}
    for one in constraints:
        if "or" in one:
            found |= _read_constraints(one["or"])
            continue
        left, values = one["leftOperand"], one["rightOperand"]
        name = one["operator"] if left == "dateTime" else left.rpartition(":")[2]
        found[name] = [_value(value) for value in (values if isinstance(values, list) else [values])]
    return found


def _value(value: Any) -> str:
    if isinstance(value, str):
        return value
    return str(value["@value"]) if "@value" in value else str(value["@id"]).rpartition(":")[2]


def _read_duty(data: Mapping[str, Any]) -> Duty:
    kind = DutyKind(data["action"])
    if kind is not DutyKind.COMPENSATE:
        return Duty(kind=kind)
    amount = Decimal(data["constraint"][0]["rightOperand"]["@value"]) * 100
    return Duty(kind=kind, centimes=int(amount))


def _principal(rule: Mapping[str, Any]) -> str:
    (principal,) = {_tail(one, "likeness").rpartition("#")[0] for one in rule["target"]}
    return principal


def _modalities(rule: Mapping[str, Any]) -> frozenset[Modality]:
    return frozenset(Modality(one.rpartition("#")[2]) for one in rule["target"])


def _object(policy: object) -> Mapping[str, Any]:
    if not isinstance(policy, Mapping):
        raise ReceiptError(f"A policy is a JSON object, not {checks.shown(policy)}.")
    return policy


def _urn(kind: str, one: str) -> str:
    return f"urn:medialit:{kind}:{one}"


def _tail(urn: str, kind: str) -> str:
    start = _urn(kind, "")
    if not urn.startswith(start):
        raise ValueError(f"{checks.shown(urn)} does not begin with {start}")
    return urn[len(start) :]


def _time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
