"""The report arranged for reading: sections with sentences and rows, the same for every renderer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from medialit.forensics.cues import card
from medialit.forensics.cues.shown import Frame, Shown, Spot
from medialit.forensics.cues.view import verdict
from medialit.language import language, translator
from medialit.provenance.records import Action, Credentials, Ingredient
from medialit.verify.findings import failure_words, fill, findings_of, say
from medialit.verify.report import SCHEMA_VERSION, Report
from medialit.verify.words import (
    ACTIONS,
    DRAFT,
    FOOTER,
    HEADING,
    INTRODUCTION,
    LABELS,
    NOTHING,
    OWN_NAMES,
    SENTENCES,
    SOURCE_WORDS,
    SUMMARY,
    TITLES,
    TRAINING,
    VALUES,
)

_SHOWN_TAGS = 24
_SHOWN_ITEMS = 40
_OF_CONTAINERS = (
    "major_brand",
    "minor_version",
    "compatible_brands",
)  # they stand among the encoder's traces


@dataclass(frozen=True, kw_only=True)
class Row:
    """A label and what stands beside it.

    Parameters
    ----------
    label : str
    values : tuple of str
        One line each.
    code : bool
        Digits and names that are read from left to right in every language.
    ordered : bool
        Whether the order of the values means something.
    """

    label: str
    values: tuple[str, ...]
    code: bool = False
    ordered: bool = False


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the report.

    Parameters
    ----------
    key : str
        The same in every language.
    title : str
    sentences : tuple of str
        Its findings.
    rows : tuple of Row
        The details that they rest on.
    evidence : tuple of Shown
        Readings of cues, for renderers that can show pictures.
    strip : tuple of Frame
        Small pictures of the clip, to go with them.
    where : Spot or None
        A frame, and where the network sees something in it.
    """

    key: str
    title: str
    sentences: tuple[str, ...]
    rows: tuple[Row, ...]
    evidence: tuple[Shown, ...] = ()
    strip: tuple[Frame, ...] = ()
    where: Spot | None = None


@dataclass(frozen=True, kw_only=True)
class Page:
    """All that a renderer needs.

    Parameters
    ----------
    lang, direction : str
    heading, introduction, footer : str
    draft : str or None
        Said where no native speaker has reviewed the words.
    summary : Section
        What matters most, in four or five lines.
    sections : tuple of Section
    """

    lang: str
    direction: str
    heading: str
    introduction: str
    footer: str
    draft: str | None
    summary: Section
    sections: tuple[Section, ...]


def page(report: Report, *, lang: str) -> Page:
    """Arrange a report in a language.

    Raises
    ------
    LanguageError
        If the platform does not speak it.
    """
    _ = translator(lang)
    one = language(lang)
    moment = report.inspected_at.strftime("%Y-%m-%d %H:%M")
    slots = {"software": report.software, "moment": moment, "version": SCHEMA_VERSION}
    return Page(
        lang=lang,
        direction=one.direction,
        heading=_(HEADING),
        introduction=_(INTRODUCTION),
        footer=fill(_(FOOTER), slots),
        draft=_(DRAFT) if one.draft else None,
        summary=Section(
            key="summary", title=_(SUMMARY), sentences=(), rows=tuple(_summary(report, _Words(lang)))
        ),
        sections=sections(report, lang=lang),
    )


def sections(report: Report, *, lang: str) -> tuple[Section, ...]:
    """Return the report's parts in the order in which they are read; each is there, even where it is empty."""
    _ = translator(lang)
    words = _Words(lang)
    sentences: dict[str, list[str]] = {key: [] for key in TITLES}
    for finding in findings_of(report):
        sentences[finding.section].append(say(finding, lang=lang))
    rows = {
        "file": _file_rows(report, words),
        "credentials": _credential_rows(report.credentials, words),
        "watermark": _watermark_rows(report, words),
        "fingerprint": _fingerprint_rows(report, words),
        "metadata": _metadata_rows(report, words),
        "encoding": _encoding_rows(report, words),
        "synthetic": _synthetic_rows(report, words),
        "cues": _cue_rows(report, words),
        "examined": _examined_rows(report, words),
    }
    kept = {key: tuple(row for row in rows[key] if row.values) for key in TITLES}
    return tuple(
        Section(
            key=key,
            title=_(title),
            sentences=tuple(sentences[key]) if sentences[key] or kept[key] else (_(NOTHING),),
            rows=kept[key],
            evidence=report.cues.readings if key == "cues" else (),
            strip=report.cues.strip if key == "cues" else (),
            where=report.synthetic.where if key == "synthetic" else None,
        )
        for key, title in TITLES.items()
    )


def _summary(report: Report, words: _Words) -> Iterator[Row]:
    """Say each part's outcome in a word or two; the sections say on what it rests, and what it does not say."""
    found, mark, matches = report.credentials, report.watermark, report.fingerprint.matches
    said = [words.value(found.state)]
    if found.state in ("valid", "trusted"):
        who = (found.signer.name or found.signer.organisation) if found.signer else None
        said += [who or "?", words.value(f"ai-{ {True: 'yes', False: 'no', None: 'unsaid'}[found.ai] }")]
    elif found.state == "none":
        said += [words.value("says-nothing")]
    yield words.titled("credentials", _joined(*said))
    looked = "found" if mark.found else "not-found" if mark.looked else "not-looked"
    nothing = None if mark.found else words.value("says-nothing")
    yield words.titled("watermark", _joined(words.value(looked), nothing))
    if matches:
        yield words.row("registered", words.value(f"by-{matches[0].by}", title=matches[0].title))
    if report.metadata.ai_marks or report.metadata.camera:
        yield words.titled("metadata", *report.metadata.ai_marks[:2], report.metadata.camera)
    yield words.titled("synthetic", words.value(report.synthetic.finding))
    if report.cues.readings:
        yield words.titled("cues", words.value("cues-in-short", **report.cues.balance.slots()))


class _Words:
    """Labels and values in one language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.say = translator(lang)

    def titled(self, section: str, *values: str | None) -> Row:
        """Return a row that bears a section's title."""
        return Row(label=self.say(TITLES[section]), values=self.row("state", *values).values)

    def named(self, name: str | None) -> str | None:
        """Return a name; those that this computer gave itself are words."""
        return self.say(VALUES[name]) if name in OWN_NAMES else name

    def row(self, label: str, *values: str | None, code: bool = False, ordered: bool = False) -> Row:
        kept = tuple(value for value in values if value)
        if not code:
            kept = tuple(value if "\u2068" in value else f"\u2068{value}\u2069" for value in kept)
        if len(kept) > _SHOWN_ITEMS:
            kept = (*kept[:_SHOWN_ITEMS], "…")
        return Row(label=self.say(LABELS[label]), values=kept, code=code, ordered=ordered)

    def value(self, key: str, **slots: str) -> str:
        return fill(self.say(VALUES[key]), slots)


def _file_rows(report: Report, words: _Words) -> Iterator[Row]:
    yield words.row("name", report.path, code=True)
    yield words.row("kind", words.value(report.kind))
    if report.n_bytes is not None:
        yield words.row("size", words.value("bytes", n=f"{report.n_bytes:,}".replace(",", "\u202f")))
    yield words.row("sha256", report.sha256, code=True)


def _credential_rows(found: Credentials, words: _Words) -> Iterator[Row]:
    yield words.row("state", words.value(found.state))
    signer = found.signer
    if signer:
        yield words.row("signer", _joined(signer.name, signer.organisation))
        yield words.row("authority", signer.authority)
        yield words.row("signed-at", _to_the_second(signer.signed_at), code=True)
    identities = [one for manifest in found.manifests for one in manifest.identities]
    yield words.row("identity", *(_joined(one.name, one.organisation, *one.roles) for one in identities))
    yield words.row("generator", found.generator)
    if found.trusted_by:
        yield words.row(
            "trusted-by", _list(found.trusted_by.name, found.trusted_by.file_date.isoformat(), words)
        )
    if found.active or found.trust_lists:
        lists = [_list(one.name, one.file_date.isoformat(), words) for one in found.trust_lists]
        yield words.row("lists", *(lists or [words.value("no-lists")]))
    yield words.row("history", *(_action(one, words) for one in found.history), ordered=True)
    yield words.row("ingredient", *(_ingredient(one, words) for one in found.ingredients))
    training = found.active.training if found.active else ()
    yield words.row("training", *_training(training, words))
    yield words.row("grants", *found.consent_grants, code=True)
    yield words.row(
        "binding", *(f"{one.algorithm}: {_short(one.value)}" for one in found.soft_bindings), code=True
    )


def _training(entries: Sequence[tuple[str, str]], words: _Words) -> Iterator[str]:
    """Say once what holds for every use; else each use with what holds for it."""
    uses = {use for _, use in entries}
    if len(uses) == 1 and len(entries) >= len(TRAINING) // 2:
        yield _use(entries[0][1], words)
        return
    for entry, use in entries:
        name = words.say(TRAINING[entry]) if entry in TRAINING else entry
        yield _joined(name, _use(use, words)) or use


def _use(use: str, words: _Words) -> str:
    return words.value(use) if use in ("allowed", "notAllowed", "constrained") else use


def _list(name: str, date: str, words: _Words) -> str:
    return words.value("list", name=words.named(name) or "?", date=date)


def _action(action: Action, words: _Words) -> str:
    known = ACTIONS.get(action.action)
    source = SOURCE_WORDS.get(action.source_type or "")
    what = words.say(known) if known else action.action
    origin = words.say(source) if source else action.source_type
    return (
        _joined(_to_the_second(action.when), what, origin, action.software, action.description)
        or action.action
    )


def _ingredient(one: Ingredient, words: _Words) -> str:
    failed = (failure_words(failure.code, lang=words.lang) for failure in one.failures)
    return _joined(one.title or "?", one.relationship, *failed) or "?"


def _watermark_rows(report: Report, words: _Words) -> Iterator[Row]:
    mark = report.watermark
    yield words.row("payload", mark.payload, code=True)
    yield words.row("p-value", None if mark.p_value is None else f"{mark.p_value:.2g}", code=True)
    yield words.row("key", words.named(mark.key))


def _fingerprint_rows(report: Report, words: _Words) -> Iterator[Row]:
    yield words.row("algorithm", report.fingerprint.algorithm, code=True)
    yield words.row("value", _short(report.fingerprint.value), code=True)


def _metadata_rows(report: Report, words: _Words) -> Iterator[Row]:
    found = report.metadata
    yield words.row("camera", found.camera)
    yield words.row("software", found.software)
    yield words.row("created", found.created, code=True)
    yield words.row("location", found.location, code=True)
    telling = [(key, value) for key, value in found.tags.items() if key not in _OF_CONTAINERS]
    for key, value in telling[:_SHOWN_TAGS]:
        yield Row(label=key, values=(value,))


def _encoding_rows(report: Report, words: _Words) -> Iterator[Row]:
    found = report.encoding
    yield words.row("container", found.container, code=True)
    yield words.row("codec", _joined(found.codec, found.pixel_format), code=True)
    yield words.row("audio", found.audio_codec, code=True)
    if found.width and found.height:
        size = f"{found.width} x {found.height}"
        shown = size if found.fps is None else words.value("rate", size=size, fps=f"{found.fps:.4g}")
        yield words.row("dimensions", shown)
    if found.duration_s is not None:
        yield words.row("duration", words.value("seconds", n=f"{found.duration_s:.1f}"))
    yield words.row("traces", *(_short(trace, limit=160) for trace in found.traces), code=True)


def _synthetic_rows(report: Report, words: _Words) -> Iterator[Row]:
    found = report.synthetic
    yield words.row("state", words.value(found.finding))
    yield words.row(
        "probability", None if found.probability is None else f"{found.probability:.2f}", code=True
    )
    yield words.row("spoke", *found.cues(words.lang))
    yield words.row("detectors", *(found.detectors or (words.value("no-lists"),)))


def _cue_rows(report: Report, words: _Words) -> Iterator[Row]:
    for one in report.cues.readings:
        said = f"{verdict(one, lang=words.lang)} {one.explain(words.lang)}"
        yield Row(label=words.say(card(one.cue).title), values=(said,))


def _examined_rows(report: Report, words: _Words) -> Iterator[Row]:
    yield words.row("frames", str(report.examined.n_frames), code=True)
    if report.examined.n_frames and report.kind == "video":
        yield words.row("duration", words.value("seconds", n=f"{report.examined.until_s:.1f}"))
    yield words.row("inspected", _to_the_second(report.inspected_at.isoformat()), code=True)


def _joined(*parts: str | None) -> str | None:
    return " · ".join(f"\u2068{part}\u2069" for part in parts if part) or None


def _to_the_second(moment: str | None) -> str | None:
    """Write a moment for people; what is no moment stays as it is."""
    try:
        then = datetime.fromisoformat(moment or "")
    except ValueError:
        return moment
    if then.tzinfo is None:
        return then.strftime("%Y-%m-%d %H:%M:%S")
    return then.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _short(value: str | None, *, limit: int = 48) -> str | None:
    return value if value is None or len(value) <= limit else value[: limit - 1] + "…"


assert set(TITLES) - {"file"} == {code.partition(".")[0] for code in SENTENCES}
