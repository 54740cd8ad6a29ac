"""From the report's data to sentences: what is known, by which evidence, and what that does not say.

A finding is a code and slots; `say` gives its sentence in a language. Every absence says that it says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from medialit.forensics.cues import card
from medialit.forensics.cues.footage import MAX_SMALL
from medialit.forensics.cues.records import Said
from medialit.language import translator
from medialit.provenance.records import Credentials, Failure, Identity
from medialit.verify.detected import BASE_RATES
from medialit.verify.traces import ENCODERS
from medialit.verify.words import FAILURES, OWN_NAMES, SENTENCES

if TYPE_CHECKING:
    from medialit.verify.report import Match, Report

_ISOLATE, _POP = "\u2068", "\u2069"  # first strong isolate: a value keeps its own direction inside a sentence
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is known.

    Parameters
    ----------
    code : str
        A key of `medialit.verify.words.SENTENCES`.
    slots : mapping of str to str
        What goes into the sentence; made safe to print, not escaped for any markup.
    failure : str or None
        Code of a failed check, whose own sentence fills the slot ``what``.
    why : Said or None
        A sentence that fills the slot ``why``.
    """

    code: str
    slots: Mapping[str, str] = field(default_factory=dict, hash=False)
    failure: str | None = None
    why: Said | None = None

    @property
    def section(self) -> str:
        """The part of the report that it belongs to."""
        return self.code.partition(".")[0]


def say(finding: Finding, *, lang: str, isolate: bool = True) -> str:
    """Return the finding's sentence in a language.

    Parameters
    ----------
    finding : Finding
    lang : str
    isolate : bool
        Put direction marks around values, so that a Latin name does not turn an Arabic sentence around.

    Examples
    --------
    >>> say(Finding(code="encoding.written-by", slots={"software": "Lavf61"}), lang="en", isolate=False)[:32]
    'The file was last written by Lav'
    """
    _ = translator(lang)
    slots = dict(finding.slots)
    if slots.get("list") in OWN_NAMES:
        slots["list"] = _(slots["list"])
    if "cues" in slots:
        slots["cues"] = _(", ").join(_(card(name).title) for name in slots["cues"].split())
    if "{why}" in SENTENCES[finding.code]:
        slots["why"] = finding.why.say(lang) if finding.why else ""
    if finding.failure is not None:
        slots["what"] = failure_words(finding.failure, lang=lang)
    return fill(_(SENTENCES[finding.code]), slots, isolate=isolate)


def fill(sentence: str, slots: Mapping[str, str], *, isolate: bool = True) -> str:
    """Put values into a sentence's named slots; a value's own braces stay as they are."""
    before, after = (_ISOLATE, _POP) if isolate else ("", "")
    return _SLOT.sub(lambda slot: f"{before}{slots[slot[1]]}{after}", sentence)


def failure_words(code: str, *, lang: str) -> str:
    """Return what a failed check means, with its C2PA code."""
    words = FAILURES.get(code)
    return f"{translator(lang)(words)} ({code})" if words else code


def findings_of(report: Report) -> tuple[Finding, ...]:
    """Return everything that the report has to say, the most telling first."""
    return (
        *credential_findings(report.credentials),
        *_watermark(report),
        *_fingerprint(report),
        *_metadata(report),
        *_encoding(report),
        *_synthetic(report),
        *_cues(report),
        *_examined(report),
    )


def credential_findings(found: Credentials) -> Iterator[Finding]:
    """Yield what a file's Content Credentials have to say, the state first."""
    signer = found.signer
    who = (signer.name or signer.organisation or "?") if signer else "?"
    match found.state:
        case "trusted":
            one = found.trusted_by
            assert one is not None
            slots = {"signer": who, "list": one.name, "date": one.file_date.isoformat()}
            yield Finding(code="credentials.trusted", slots=slots)
        case "valid":
            yield Finding(code="credentials.valid", slots={"signer": who})
        case "remote":
            yield Finding(code="credentials.remote", slots={"address": found.remote or "?"})
        case "none" if found.reason and found.reason.startswith("Content Credentials are not read"):
            yield Finding(code="credentials.not-read")
        case state:
            yield Finding(code=f"credentials.{state}")
    if found.state == "valid" and not found.trust_lists:
        yield Finding(code="credentials.no-list")
    for failure in _telling(found.failures, state=found.state):
        yield Finding(code="credentials.failure", failure=failure.code)
    for code in dict.fromkeys(failure.code for failure in found.ingredient_failures):
        yield Finding(code="credentials.ingredient-failure", failure=code)
    if found.state in ("valid", "trusted"):
        for identity in dict.fromkeys(one for manifest in found.manifests for one in manifest.identities):
            yield _identity(identity)
        yield Finding(code=f"credentials.ai-{ {True: 'yes', False: 'no', None: 'unsaid'}[found.ai] }")
        if found.remote:
            yield Finding(code="credentials.fetched", slots={"address": found.remote})


def _identity(one: Identity) -> Finding:
    who = " · ".join(filter(None, (one.name, one.organisation))) or "?"
    if one.state == "invalid":
        telling = [failure.code for failure in one.failures if not failure.code.endswith(".untrusted")]
        return Finding(code="credentials.identity-invalid", slots={"who": who}, failure=telling[0])
    return Finding(code=f"credentials.identity-{one.state or 'unchecked'}", slots={"who": who})


def _telling(failures: tuple[Failure, ...], *, state: str) -> tuple[Failure, ...]:
    """Leave out what the state's own sentence already says, and say each thing once."""
    said = {"signingCredential.untrusted"} if state == "valid" else set()
    return tuple({one.code: one for one in failures if one.code not in said}.values())


def _watermark(report: Report) -> Iterator[Finding]:
    mark = report.watermark
    if mark.found and mark.payload is not None and mark.p_value is not None:
        slots = {"payload": mark.payload, "p": f"{mark.p_value:.1g}"}
        yield Finding(code="watermark.found", slots=slots)
        registered = [one for one in report.fingerprint.matches if one.by == "watermark"]
        for match in registered:
            state = {True: "registered", False: "elsewhere", None: "registered"}[match.alike]
            yield Finding(code=f"watermark.{state}", slots=_named(match))
        if report.fingerprint.searched and not registered:
            yield Finding(code="watermark.unregistered")
    elif mark.looked:
        yield Finding(code="watermark.absent")
    else:
        yield Finding(code=f"watermark.{mark.reason or 'no-pictures'}")


def _fingerprint(report: Report) -> Iterator[Finding]:
    near = [one for one in report.fingerprint.matches if one.by == "fingerprint"]
    for match in near[:3]:
        yield Finding(code="fingerprint.near", slots=_named(match))
    if report.fingerprint.searched and not report.fingerprint.matches:
        yield Finding(code="fingerprint.none-near")


def _named(match: Match) -> dict[str, str]:
    percent = "?" if match.similarity is None else f"{100 * match.similarity:.0f}"
    return {"title": match.title, "date": match.registered_at[:10], "percent": percent}


def _metadata(report: Report) -> Iterator[Finding]:
    found = report.metadata
    for mark in found.ai_marks:
        yield Finding(code="metadata.ai", slots={"what": mark})
    if found.camera:
        yield Finding(code="metadata.camera", slots={"what": found.camera})
    if found.location:
        yield Finding(code="metadata.location")
    if not (found.ai_marks or found.camera) and report.kind != "unknown":
        yield Finding(code="metadata.no-origin")


def _encoding(report: Report) -> Iterator[Finding]:
    traces = report.encoding.traces
    software = next((trace for trace in traces if trace.startswith(ENCODERS)), None)
    writer = report.metadata.software or software
    if writer and report.kind != "unknown":
        short = writer.partition(" - H.264")[0].partition(" - options")[0]
        yield Finding(code="encoding.written-by", slots={"software": short})


def _synthetic(report: Report) -> Iterator[Finding]:
    found = report.synthetic
    if not found.detectors or found.rates is None:
        yield Finding(code="synthetic.failed" if found.asked else "synthetic.no-detector")
        return
    rates = found.rates
    match found.finding:
        case "signs":
            yield Finding(code="synthetic.signs", slots={"alarms": _percent(rates.false_alarm)})
            names = ("rare", "some", "half")
            right = {name: _percent(rates.ppv(base)) for name, base in zip(names, BASE_RATES, strict=True)}
            yield Finding(code="synthetic.base-rate", slots=right)
        case "no-signs":
            yield Finding(code="synthetic.no-signs", slots={"misses": _percent(rates.miss)})
        case _:
            yield Finding(code="synthetic.cannot-tell", why=found.said)
    if found.where is not None:
        yield Finding(code="synthetic.where", slots={"seconds": f"{found.where.time_s:.1f}"})


def _percent(share: float | None) -> str:
    if share is None:
        return "?"
    return f"{share:.1%}" if share < 0.1 else f"{share:.0%}"


def _cues(report: Report) -> Iterator[Finding]:
    seen = report.cues
    if seen.asked == "none":
        yield Finding(code="cues.not-asked")
        return
    if not seen.n_frames:
        yield Finding(code="cues.no-pictures")
        return
    counted = seen.balance
    yield Finding(code="cues.balance" if counted.n_told else "cues.nothing-told", slots=counted.slots())
    if report.kind == "picture":
        yield Finding(code="cues.picture")
    elif not seen.whole:
        yield Finding(code="cues.part", slots={"seconds": f"{seen.until_s:.0f}"})
    elif seen.n_frames > MAX_SMALL:
        first_s = seen.until_s * MAX_SMALL / seen.n_frames
        yield Finding(code="cues.long", slots={"seconds": f"{first_s:.0f}"})
    for code, names in (("cues.unread", seen.unread), ("cues.broken", seen.broken)):
        if names:
            yield Finding(code=code, slots={"cues": " ".join(names)})


def _examined(report: Report) -> Iterator[Finding]:
    for problem in report.problems:
        slots = {"reason": problem.detail or "-"}
        if problem.code == "partly-seen":
            total = report.encoding.duration_s
            slots = {
                "seconds": f"{report.examined.until_s:.0f}",
                "total": "?" if total is None else f"{total:.0f}",
            }
        yield Finding(code=f"examined.{problem.code}", slots=slots)
