"""A report in a parent's words: one plain sentence, what is known, what is not, and what to do next.

It never says "real" or "fake", and nothing that is absent speaks for or against a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from medialit.language import translator
from medialit.verify.findings import findings_of, say
from medialit.verify.inspector import Budget
from medialit.verify.report import Report

BOUNDS: Final = Budget(seconds=60.0, cue_seconds=60.0, detect_seconds=60.0, max_bytes=256 * 2**20)
"""How much a file from a stranger may cost here; less than the inspector's own window allows."""
_PLAIN: Final = (
    "metadata.ai", "metadata.camera", "metadata.location", "examined.partly-seen", "examined.first-only",
    "examined.incomplete", "synthetic.signs", "synthetic.no-signs", "synthetic.cannot-tell", "synthetic.base-rate",
)  # fmt: skip
"""Findings whose sentences a parent can read as they are; the others stand under "everything that was looked at"."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a parent reads.

    Parameters
    ----------
    sentence : str
        In short.
    known, unknown : tuple of str
    do : tuple of str
        What helps next, whatever the file carries.
    """

    sentence: str
    known: tuple[str, ...]
    unknown: tuple[str, ...]
    do: tuple[str, ...]


def known(report: Report, *, lang: str) -> Known:
    """Return what a report comes to."""
    _ = translator(lang)
    return Known(
        sentence=_in_short(report, lang),
        known=_what_is_known(report, lang),
        unknown=_what_is_not(report, lang),
        do=(
            _("Ask who sent it where it comes from. Somebody filmed it, or somebody made it."),
            _("Look for the same event told by somebody else."),
            _("There is no hurry: passing it on tomorrow is early enough."),
        ),
    )


def _in_short(report: Report, lang: str) -> str:
    """Return one sentence, the strongest that the evidence bears."""
    _ = translator(lang)
    found = report.credentials
    match found.state:
        case "invalid":
            return _(
                "The file says where it comes from, but the seal on that is broken: it was changed, or damaged."
            )
        case "trusted" if found.ai:
            return _(
                "Whoever signed this file says that AI made it, or a part of it, and the signature is known here."
            )
        case "trusted":
            return _("The file says who signed it, and the signature is known here.")
        case "valid" if found.ai:
            return _(
                "Whoever signed this file says that AI made it, or a part of it. Who that is, nobody here can say."
            )
        case "valid":
            return _("The file is sealed, and the seal is whole. Who sealed it, nobody here can say.")
    if report.watermark.found:
        return _("The pictures carry the invisible mark of this computer: it, or a clip from here, was used.")
    if report.metadata.ai_marks:
        return _("The file itself says that an AI tool made it. Anybody can write that into a file.")
    if report.kind == "unknown" or not report.examined.n_frames:
        return _("The pictures in this file could not be read here, so it stays as unknown as it was.")
    return _(
        "Nothing in this file says where it comes from. That is usual: sending a file removes such notes."
    )


def _what_is_known(report: Report, lang: str) -> tuple[str, ...]:
    """Return what is there; what is absent says nothing."""
    _ = translator(lang)
    said = []
    signer = report.credentials.signer
    if report.credentials.state in ("valid", "trusted") and signer is not None:
        name = signer.name or signer.organisation or "?"
        said.append(_("It is sealed by “{name}”, and nothing was changed since.").format(name=name))
    if report.watermark.found:
        said.append(_("It carries the invisible mark of this computer."))
    said += [say(one, lang=lang) for one in findings_of(report) if one.code in _PLAIN]
    return tuple(said) or (_("What its pictures show, and nothing beyond that."),)


def _what_is_not(report: Report, lang: str) -> tuple[str, ...]:
    _ = translator(lang)
    said = [_("Whether what it shows happened, and when and where.")]
    if report.credentials.state in ("none", "remote", "unreadable", "invalid"):
        said.append(_("Who made it: it carries no signature that holds."))
    if report.credentials.ai is None:
        said.append(_("Whether AI was used: nobody vouches for that, either way."))
    if report.examined.n_frames and not report.examined.whole:
        said.append(_("What comes later in it: only a part was looked at."))
    return tuple(said)
