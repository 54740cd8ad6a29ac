"""A verified receipt as a page for the person, in their language and direction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from medialit.consent.reasons import word_in
from medialit.consent.receipts import PARTS, Checked
from medialit.language import language, translator

_RECORD: Final = "dpv:hasRecordOfActivity"
_STYLE: Final = (
    "body{font:1rem/1.6 sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}"
    "th{text-align:start;vertical-align:top;padding-inline-end:1rem;font-weight:600}td,th{padding-block:.3rem}"
)


def _msgid(message: str) -> str:
    """Mark a sentence for the catalogues."""
    return message


_UNTIL_REVOKED: Final = _msgid("it is taken back")
_LABELS: Final[Mapping[str, str]] = {
    "name": _msgid("Whose likeness"),
    "guardian": _msgid("Who agreed in this person's place"),
    "recipients": _msgid("Who may use it"),
    "likeness": _msgid("What may be used"),
    "purposes": _msgid("What for"),
    "actions": _msgid("What may be done"),
    "controller": _msgid("Who keeps this consent and answers for it"),
    "given": _msgid("Given on"),
    "withdrawn": _msgid("Taken back on"),
    "until": _msgid("Until"),
    "notice": _msgid("What was read before agreeing"),
    "ask": _msgid("Where to ask, and to take it back"),
}


def receipt_text(checked: Checked, *, lang: str) -> str:
    """Return the findings, and what the receipt says, as plain text."""
    lines = [one.sentence for one in checked.findings]
    for label, value in rows(checked, lang=lang):
        lines += [label, f"    {value}"]
    return "\n".join(lines) + "\n"


def receipt_page(checked: Checked, *, lang: str) -> str:
    """Return the findings, and what the receipt says, as one HTML page without scripts.

    What somebody else wrote is escaped, and isolated, so that a name in another script turns nothing around.
    """
    _ = translator(lang)
    title = escape(_("Receipt of a consent"))
    found = "".join(f"<li>{escape(one.sentence)}</li>" for one in checked.findings)
    table = "".join(
        f"<tr><th scope='row'>{escape(label)}</th><td><bdi>{escape(value)}</bdi></td></tr>"
        for label, value in rows(checked, lang=lang)
    )
    small = escape(_("This page is information, not legal advice."))
    return (
        f"<!doctype html><html lang='{lang}' dir='{language(lang).direction}'><head><meta charset='utf-8'>"
        f"<meta name='viewport' content='width=device-width'><title>{title}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{title}</h1><ul>{found}</ul><table>{table}</table><p><small>{small}</small></p></body></html>"
    )


def rows(checked: Checked, *, lang: str) -> tuple[tuple[str, str], ...]:
    """Return labels and values, in order; a part that was kept back says so, and a refused receipt has none."""
    if checked.receipt is None:
        return ()
    _ = translator(lang)
    comma = "، " if lang in ("ar", "ary") else ", "
    record = checked.receipt.get(_RECORD)
    record = record if isinstance(record, Mapping) else {}
    process = record.get("dpv:hasProcess")
    process = process if isinstance(process, Mapping) else {}
    said = dict(_said(record, process, lang))
    found = []
    for name, label in _LABELS.items():
        if said.get(name):
            found.append((_(label), comma.join(said[name])))
        elif (
            name in PARTS and name != "guardian"
        ):  # most people have no guardian, and a page must not hint at one
            found.append((_(label), _("kept back")))
    return tuple(found)


def _said(
    record: Mapping[str, Any], process: Mapping[str, Any], lang: str
) -> Iterator[tuple[str, list[str]]]:
    subject = record.get("dpv:hasDataSubject")
    subject = subject if isinstance(subject, Mapping) else {}
    yield "name", _texts(subject.get("dpv:hasName"))
    yield "guardian", _texts(subject.get("dpv:hasRepresentative"))
    yield "recipients", [word_in(one, lang=lang) for one in _texts(process.get("dpv:hasRecipient"))]
    for name, key in (("likeness", "PersonalData"), ("purposes", "Purpose"), ("actions", "Processing")):
        yield name, [word_in(one, lang=lang) for one in _texts(process.get(f"dpv:has{key}"))]
    yield "controller", _texts(process.get("dpv:hasDataController"))
    for one in record.get("dpv:hasConsentStatus") or []:
        if isinstance(one, Mapping):
            name = {"dpv:ConsentGiven": "given", "dpv:ConsentWithdrawn": "withdrawn"}.get(
                str(one.get("@type")), ""
            )
            yield name, [str(one.get("dpv:isIndicatedAtTime"))[:10]]
    storage = process.get("dpv:hasStorageCondition")
    duration = storage.get("dpv:hasDuration") if isinstance(storage, Mapping) else None
    end = duration.get("rdf:value") if isinstance(duration, Mapping) else None
    yield "until", [str(end)[:10]] if end else [translator(lang)(_UNTIL_REVOKED)]
    notice = record.get("dpv:hasNotice")
    yield "notice", _texts(notice.get("dct:identifier") if isinstance(notice, Mapping) else None)
    control = process.get("dpv:hasConsentControl")
    yield "ask", _texts(control.get("dpv:isExercisedAt") if isinstance(control, Mapping) else None)


def _texts(value: Any) -> list[str]:
    """Return what a person can read of a value: a name, or else the last part of an identifier."""
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    if isinstance(value, Mapping):
        return _texts(value.get("dpv:hasName") or value.get("@id"))
    if not isinstance(value, str):
        return []
    return [value.rpartition(":")[2] if value.startswith("urn:medialit:") else value]
