"""Consent receipts: what was agreed, in the fields of ISO/IEC TS 27560, signed so that the person can show a part.

A receipt is made when consent is given or taken back. It is JSON-LD in the words of the W3C's Data Privacy Vocabulary
(its guide to TS 27560), inside an SD-JWT. It proves what was agreed at one moment; **whether it still holds, only the
ledger knows**, so each receipt says where to ask, and each verification repeats it.

References
----------
ISO/IEC TS 27560:2023, read through the DPVCG guide "Consent Records and Receipts as per ISO/IEC TS 27560:2023 using
DPV" (W3C Community Group report, 1 August 2024); RFC 9901.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from medialit.consent import checks, sdjwt
from medialit.consent.odrl import policy_of
from medialit.consent.records import COUNTRIES, WORLDWIDE, Grant, Principal, Revocation
from medialit.consent.sdjwt import PrivateKey, PublicKey
from medialit.errors import ReceiptError, RecordError
from medialit.language import LANGUAGES, translator

KIND: Final = "consent-receipt+sd-jwt"
"""The header's `typ`. Ours: no such type is registered."""
SCHEMA: Final = "https://w3id.org/dpv/schema/dpv-27560"
CONTEXT: Final = {
    "dpv": "https://w3id.org/dpv#",
    "dct": "http://purl.org/dc/terms/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "loc": "https://w3id.org/dpv/loc#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
}
"""Prefixes only, so that a receipt is complete without the network."""
_RECORD: Final = "dpv:hasRecordOfActivity"
_SUBJECT: Final = (_RECORD, "dpv:hasDataSubject")
_PROCESS: Final = (_RECORD, "dpv:hasProcess")
PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": (*_SUBJECT, "dpv:hasName"),
    "guardian": (*_SUBJECT, "dpv:hasRepresentative"),
    "agreed_by": (_RECORD, "dpv:hasConsentStatus", "0", "dpv:isIndicatedBy"),
    "purposes": (*_PROCESS, "dpv:hasPurpose"),
    "recipients": (*_PROCESS, "dpv:hasRecipient"),
    "terms": (*_PROCESS, "dpv:hasPolicy"),
}
"""What the holder discloses or keeps back, by a short name, and where it stands."""


@dataclass(frozen=True, kw_only=True)
class Controller:
    """Who keeps the consent and answers for it.

    Parameters
    ----------
    id : str
    name, contact : str
        The contact is an address that a person can write to.
    ask : str
        Where to ask whether a consent still holds, and to take it back: an address or a place.
    authority : str
        To whom a person can complain.
    """

    id: str
    name: str
    contact: str
    ask: str
    authority: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", checks.ident(self.id, "A controller's id"))
        for field in ("name", "contact", "ask", "authority"):
            value = checks.text(getattr(self, field), f"A controller's `{field}`")
            if not value:
                raise ReceiptError(f"A receipt must give the controller's `{field}`. Fill it in.")
            object.__setattr__(self, field, value)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that a verification found: a code, and a sentence in the reader's language."""

    code: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The result of a verification.

    Parameters
    ----------
    ok : bool
        Whether the key signed it and it is unaltered. It never means that the consent still holds.
    findings : tuple of Finding
    receipt : dict, optional
        What was disclosed; none where `ok` is false.
    grant : str
        Which grant to ask about; empty where `ok` is false.
    ask : str
        Where to ask.
    """

    ok: bool
    findings: tuple[Finding, ...]
    receipt: dict[str, Any] | None = None
    grant: str = ""
    ask: str = ""


def make_receipt(
    grant: Grant,
    *,
    id: str,
    principal: Principal,
    controller: Controller,
    notice: str,
    lang: str,
    jurisdiction: str,
    now: datetime,
    names: Mapping[str, str] | None = None,
    revocation: Revocation | None = None,
) -> dict[str, Any]:
    """Return a receipt as JSON-LD, not yet signed.

    Parameters
    ----------
    grant : Grant
    id : str
        The receipt's own, never used again.
    principal : Principal
        Whose likeness it is.
    controller : Controller
    notice : str
        Which version of which notice the person read before agreeing.
    lang : str
        In which language it was read.
    jurisdiction : str
        ISO 3166-1 code of the country whose law applies.
    now : datetime
        Aware. When the receipt is made.
    names : mapping of str to str, optional
        Of those who agreed in the person's place and of those who are permitted.
    revocation : Revocation, optional
        Where consent was taken back: the receipt says so.

    Raises
    ------
    ReceiptError
        If the records do not belong together, or a required field is empty.
    """
    _check_together(grant, principal, revocation)
    if lang not in LANGUAGES:
        raise ReceiptError(f"The notice's language {lang!r} is none of {', '.join(LANGUAGES)}.")
    if jurisdiction not in COUNTRIES:
        raise ReceiptError(
            f"`jurisdiction` must be an ISO 3166-1 code such as MA, not {checks.shown(jurisdiction)}."
        )
    read = checks.text(notice, "`notice`")
    if not read:
        raise ReceiptError("Consent without a notice is none: say in `notice` which one was read.")
    called = dict(names or {})
    subject: dict[str, Any] = {
        "@id": _urn("person", principal.id),
        "@type": "dpv:DataSubject",
        "dpv:hasName": principal.name,
    }
    acting = [one for one in grant.granted_by if one != principal.id]
    role = "dpv:LegalAgent" if principal.dead else "dpv:GuardianOfDataSubject"
    # Empty for most people, but never absent: otherwise a receipt that keeps this back would tell who is a minor.
    subject["dpv:hasRepresentative"] = [_party(one, role, called) for one in acting]
    record = {
        "@id": _urn("record", grant.id),
        "@type": "dpv:ConsentRecord",
        "dct:conformsTo": f"{SCHEMA}#record",
        "dct:identifier": grant.id,
        "dpv:hasDataSubject": subject,
        "dpv:hasNotice": {"@type": "dpv:ConsentNotice", "dct:identifier": read, "dct:language": lang},
        "dpv:hasProcess": _process(grant, controller, jurisdiction, called),
        "dpv:hasConsentStatus": _statuses(grant, revocation),
    }
    return {
        "@context": CONTEXT,
        "@id": _urn("receipt", checks.ident(id, "A receipt's id")),
        "@type": "dpv:ConsentReceipt",
        "dct:conformsTo": f"{SCHEMA}#receipt",
        "dct:identifier": id,
        "dct:created": _time(checks.moment(now, "`now`")),
        "dct:publisher": {"@id": _urn("controller", controller.id), "dpv:hasName": controller.name},
        "dct:language": lang,
        _RECORD: record,
    }


def issue_receipt(
    receipt: Mapping[str, Any],
    *,
    key: PrivateKey,
    issuer: str,
    now: datetime,
    expires: datetime | None = None,
    holder: PublicKey | None = None,
) -> str:
    """Return a signed receipt, in which each of `PARTS` that it has can be kept back.

    Parameters
    ----------
    receipt : mapping
        From `make_receipt`.
    key : private key
        P-256 or Ed25519, of the controller.
    issuer : str
        Who signs, as the readers know them.
    expires : datetime, optional
        When the receipt, not the consent, is no longer to be accepted.
    holder : public key, optional
        Of the person, who alone can then prove to be the holder.
    """
    claims = dict(receipt) | {"iss": issuer, "iat": int(checks.moment(now, "`now`").timestamp())}
    claims["jti"] = receipt["dct:identifier"]
    if expires is not None:
        claims["exp"] = int(checks.moment(expires, "`expires`").timestamp())
    taken_back = (_RECORD, "dpv:hasConsentStatus", "1", "dpv:isIndicatedBy")
    hidden = [path for path in (*PARTS.values(), taken_back) if _at(receipt, path) is not None]
    return sdjwt.issue(claims, key=key, kind=KIND, hidden=hidden, holder=holder)


def present_receipt(
    text: str,
    *,
    show: tuple[str, ...],
    holder_key: PrivateKey | None = None,
    audience: str = "",
    nonce: str = "",
    now: datetime | None = None,
) -> str:
    """Return the receipt with only some of `PARTS`, and a proof of the holder's key where one is given.

    Raises
    ------
    ReceiptError
        If a part is unknown or the receipt has none of it, or the proof lacks audience, nonce or `now`.
    """
    if unknown := [one for one in show if one not in PARTS]:
        raise ReceiptError(f"A receipt has no part {unknown[0]!r}. Known: {', '.join(PARTS)}.")
    wanted = [PARTS[one][-1] for one in show]
    return sdjwt.present(text, show=wanted, holder_key=holder_key, audience=audience, nonce=nonce, now=now)


def verify_receipt(
    text: str,
    key: PublicKey,
    *,
    now: datetime,
    lang: str = "en",
    audience: str | None = None,
    nonce: str | None = None,
) -> Checked:
    """Return what a receipt proves, and what it does not.

    Parameters
    ----------
    text : str
        Anything; what is wrong becomes a finding.
    key : public key
        Of the controller, obtained elsewhere than in the receipt.
    now : datetime
        Aware.
    audience, nonce : str, optional
        Both, or neither: with them the holder must prove the key.
    """
    say = _sayer(lang)
    try:
        found = sdjwt.verify(text, key=key, kind=KIND, now=now, audience=audience, nonce=nonce)
        grant, where = _essentials(found.claims)
    except ReceiptError as error:
        return Checked(ok=False, findings=(say(error.code),))
    findings = [say("signed"), say("ask_ledger", grant=grant, where=where)]
    if found.holder_bound:
        findings.append(say("holder_proved"))
    if found.n_hidden:
        findings.append(say("hidden", n=found.n_hidden))
    findings += _period(found.claims, now, say)
    return Checked(ok=True, findings=tuple(findings), receipt=found.claims, grant=grant, ask=where)


class _Sayer:
    """Says a finding in one language."""

    def __init__(self, lang: str) -> None:
        self._ = translator(lang)

    def __call__(self, code: str, **slots: object) -> Finding:
        return Finding(code=code, sentence=self._(_SENTENCES[code]).format(**slots))


def _sayer(lang: str) -> _Sayer:
    return _Sayer(lang)


def _msgid(message: str) -> str:
    """Mark a sentence for the catalogues."""
    return message


_SENTENCES: Final[Mapping[str, str]] = {
    "signed": _msgid("The receipt was signed with the key that you gave, and has not been altered since."),
    "ask_ledger": _msgid(
        "Whether the consent still holds, a receipt cannot say. Ask here about the grant {grant}: {where}."
    ),
    "holder_proved": _msgid("Whoever shows the receipt proved to hold the key that it was made for."),
    "hidden": _msgid("Whoever shows the receipt keeps {n} of its parts back. That is their right."),
    "ended": _msgid("The period that was agreed ended on {day}."),
    "withdrawn": _msgid("This receipt says that the consent was taken back on {day}."),
    "malformed": _msgid(
        "This is no receipt, or a piece of it is missing. Ask for it again, and copy all of it."
    ),
    "too_large": _msgid("This is far larger than any receipt, so it was not read."),
    "algorithm": _msgid(
        "The receipt asks for a way of signing that is not accepted here. Do not rely on it."
    ),
    "critical": _msgid("The receipt demands an extension that is not known here, so it cannot be relied on."),
    "kind": _msgid("This is signed, but it is no consent receipt."),
    "signature": _msgid(
        "The receipt was not signed with the key that you gave, or was altered since. Do not rely on it."
    ),
    "disclosure": _msgid(
        "A part that is shown with the receipt was never signed, or was added or swapped. Do not rely on it."
    ),
    "expired": _msgid("The receipt itself has expired. Ask for a new one."),
    "future": _msgid("The receipt is dated in the future. Check the clock of the device."),
    "holder": _msgid("Whoever shows the receipt did not prove that it was made for them."),
}


def _process(
    grant: Grant, controller: Controller, jurisdiction: str, names: Mapping[str, str]
) -> dict[str, Any]:
    """Return the processing fields of TS 27560: why, with what, by and for whom, where, how long, which rights."""
    scope = grant.scope
    whom: list[Any] = [_party(one, "dpv:Recipient", names) for one in grant.grantees]
    if grant.grantee_audience is not None:
        whom = [
            {
                "@id": _urn("circle", f"{grant.principal}:{grant.grantee_audience.value}"),
                "@type": "dpv:Recipient",
            }
        ]
    duration: dict[str, Any] = {"@type": "dpv:EndlessDuration"}  # until it is taken back
    if scope.ends is not None:
        duration = {"@type": "dpv:UntilTimeDuration", "rdf:value": _time(scope.ends)}
    place = [] if scope.territories == {WORLDWIDE} else [f"loc:{code}" for code in sorted(scope.territories)]
    process: dict[str, Any] = {
        "@type": "dpv:Process",
        "dpv:hasLegalBasis": "dpv:ExplicitlyExpressedConsent",
        "dpv:hasPurpose": [
            {"@id": _urn("purpose", one), "@type": "dpv:Purpose"} for one in sorted(p.value for p in scope.purposes)
        ],
        "dpv:hasPersonalData": [
            {"@id": _urn("likeness", one.value), "@type": ["dpv:PersonalData", "dpv:SensitivePersonalData"]}
            for one in sorted(scope.modalities, key=str)
        ],
        "dpv:hasProcessing": [_urn("action", one) for one in sorted(a.value for a in scope.actions)],
        "dpv:hasDataSource": "dpv:DataSubjectDataSource",
        "dpv:hasStorageCondition": {"@type": "dpv:StorageDuration", "dpv:hasDuration": duration},
        "dpv:hasDataController": {
            "@id": _urn("controller", controller.id), "@type": "dpv:DataController", "dpv:hasName": controller.name,
            "dpv:hasContact": controller.contact,
        },
        "dpv:hasRecipient": whom,
        "dpv:hasConsentControl": {"@type": "dpv:WithdrawConsent", "dpv:isExercisedAt": controller.ask},
        "dpv:hasJurisdiction": f"loc:{jurisdiction}",
        "dpv:hasRight": {
            "@type": "dpv:DataSubjectRight", "dpv:isExercisedAt": controller.contact,
            "dct:description": f"Access, correction, erasure, objection; complaint to: {controller.authority}",
        },
        "dpv:hasPolicy": {"@type": "@json", "@value": policy_of(grant)},  # as it is, its `@context` never fetched
    }  # fmt: skip
    if place:
        process["dpv:hasProcessingCondition"] = {"@type": "dpv:ProcessingLocation", "dpv:hasLocation": place}
    return process


def _statuses(grant: Grant, revocation: Revocation | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "@type": "dpv:ConsentGiven",
            "dpv:isIndicatedBy": [_urn("person", one) for one in grant.granted_by],
            "dpv:isIndicatedAtTime": _time(grant.at),
            "dpv:hasIndicationMethod": "recorded in the consent ledger",
        }
    ]
    if revocation is not None:
        found.append({
            "@type": "dpv:ConsentWithdrawn", "dpv:isIndicatedBy": [_urn("person", revocation.by)],
            "dpv:isIndicatedAtTime": _time(revocation.at),
        })  # fmt: skip
    return found


def _check_together(grant: Grant, principal: Principal, revocation: Revocation | None) -> None:
    if grant.principal != principal.id:
        raise ReceiptError(f"The grant {grant.id} is of {grant.principal}, not of {principal.id}.")
    if revocation is None:
        return
    if revocation.principal != principal.id or revocation.grant not in (None, grant.id):
        raise ReceiptError(f"The revocation {revocation.id} is of another grant than {grant.id}.")
    if revocation.at < grant.at:
        raise ReceiptError(
            f"The revocation {revocation.id} is older than the grant {grant.id}, so it does not end it."
        )


def _essentials(claims: Mapping[str, Any]) -> tuple[str, str]:
    """Return the grant and where to ask, which are never kept back."""
    grant = _at(claims, (_RECORD, "dct:identifier"))
    where = _at(claims, (*_PROCESS, "dpv:hasConsentControl", "dpv:isExercisedAt"))
    if (
        claims.get("@type") != "dpv:ConsentReceipt"
        or not isinstance(grant, str)
        or not isinstance(where, str)
    ):
        raise ReceiptError("It is signed, but lacks what every receipt has.", code="kind")
    return grant, where


def _period(claims: Mapping[str, Any], now: datetime, say: _Sayer) -> list[Finding]:
    """Return what the disclosed terms and events say about the time."""
    found = []
    statuses = _at(claims, (_RECORD, "dpv:hasConsentStatus"))
    for one in statuses if isinstance(statuses, list) else []:
        if isinstance(one, dict) and one.get("@type") == "dpv:ConsentWithdrawn":
            found.append(say("withdrawn", day=str(one.get("dpv:isIndicatedAtTime"))[:10]))
    end = _moment(_at(claims, (*_PROCESS, "dpv:hasStorageCondition", "dpv:hasDuration", "rdf:value")))
    if end is not None and end <= now:
        found.append(say("ended", day=end.date().isoformat()))
    return found


def _moment(value: object) -> datetime | None:
    try:
        return checks.moment(datetime.fromisoformat(value), "a moment") if isinstance(value, str) else None
    except (ValueError, RecordError):
        return None


def _at(data: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        data = sdjwt.child(data, step)
    return data


def _party(one: str, role: str, names: Mapping[str, str]) -> dict[str, Any]:
    named = {"dpv:hasName": names[one]} if one in names else {}
    return {"@id": _urn("person", one), "@type": role} | named


def _urn(kind: str, one: str) -> str:
    return f"urn:medialit:{kind}:{one}"


def _time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
