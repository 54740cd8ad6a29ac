"""A lab's catalogues: what is translated, what is stale, and how a catalogue follows its source.

`labs/NN_slug/i18n/<code>.po` holds four contexts:

- `cell:<id>`: the whole text of a prose cell, or the question of a cell answered in words;
- `check`: what checks.py says to learners, `_("...")`;
- `grader`: what graders/NN_slug.py says in the feedback, `_("...")`;
- `lab`: title, objectives and needs of lab.toml.

A cell whose English has changed since it was translated is *stale*: its context is there with another
msgid, or it is marked fuzzy. Learners then read the English, which is right, rather than a translation that
may not be.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from string import Formatter

import polib

from medialit.course.source import Lab, Role
from medialit.errors import LabSourceError
from medialit.language import SOURCE, language, typeset

REVIEW = "X-Review"
"""Header that says `draft` until a native speaker has reviewed the catalogue, then who did.

`draft, second reading 2026-11-27` is a draft still, which somebody read who did not write it.
"""


class State(StrEnum):
    """How a message stands in one language."""

    TRANSLATED = "translated"
    STALE = "stale"
    UNTRANSLATED = "untranslated"


@dataclass(frozen=True, slots=True)
class Message:
    """One English text, and where it belongs."""

    context: str
    text: str


@dataclass(frozen=True, slots=True)
class Translated:
    """A text as learners will read it."""

    text: str
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How far one lab is in one language, in messages."""

    lab: str
    language: str
    total: int
    translated: int
    stale: int
    draft: bool
    review: str
    """What the catalogue says of its review: `draft`, `draft, second reading DATE`, or who read it."""

    @property
    def percent(self) -> int:
        """Share translated and up to date, 0 to 100, rounded down."""
        return 100 * self.translated // self.total if self.total else 100


class Catalogue:
    """The catalogue of one lab in one language, read and checked."""

    def __init__(self, lab: Lab, lang: str) -> None:
        self.language = language(lang)
        self.path = catalogue_path(lab, lang)
        self.review = ""
        self._texts: dict[tuple[str, str], str] = {}
        self._contexts: set[str] = set()
        if lang == SOURCE:
            return
        self.review = "draft"
        if self.path.is_file():
            self._read(_load(self.path))

    @property
    def draft(self) -> bool:
        """True until a native speaker has reviewed the catalogue."""
        return is_draft(self.review)

    def _read(self, catalogue: polib.POFile) -> None:
        self.review = catalogue.metadata.get(REVIEW, "draft").strip()
        for entry in catalogue:
            if entry.obsolete or not entry.msgstr:
                continue
            self._contexts.add(entry.msgctxt or "")
            if "fuzzy" in entry.flags:
                continue
            if _slots(entry.msgid) != _slots(entry.msgstr) and not (entry.msgctxt or "").startswith("cell:"):
                raise LabSourceError(
                    f"{self.path}, line {entry.linenum}: the translation of {entry.msgid!r} does not keep "
                    f"its slots {sorted(_slots(entry.msgid))}. Copy each {{slot}} unchanged."
                )
            self._texts[entry.msgctxt or "", entry.msgid] = typeset(entry.msgstr, lang=self.language.code)

    def look_up(self, message: Message) -> Translated:
        """Return the message in this language, or in English with the reason why."""
        if self.language.code == SOURCE:
            return Translated(message.text, State.TRANSLATED)
        text = self._texts.get((message.context, message.text))
        if text is not None:
            return Translated(text, State.TRANSLATED)
        stale = message.context.startswith("cell:") and message.context in self._contexts
        return Translated(message.text, State.STALE if stale else State.UNTRANSLATED)

    def translate(self, messages: Iterable[Message]) -> dict[str, str]:
        """Return English to translation, for the messages that have one."""
        found = {message.text: self._texts.get((message.context, message.text)) for message in messages}
        return {english: text for english, text in found.items() if text is not None}


def is_draft(review: str) -> bool:
    """Say whether a review header tells of a draft.

    Examples
    --------
    >>> is_draft("draft"), is_draft("draft, second reading 2026-11-27"), is_draft("A. Reader, 2027-01-15")
    (True, True, False)
    """
    return review.split(",")[0].strip().lower() == "draft"


def catalogue_path(lab: Lab, lang: str) -> Path:
    """Return where a lab keeps its catalogue for this language."""
    return lab.folder / "i18n" / f"{lang}.po"


def messages(lab: Lab, *, graders: Path) -> tuple[Message, ...]:
    """Return every text of a lab that learners read, in reading order, without repetitions."""
    found = [Message("lab", text) for text in (lab.title, *lab.objectives, *lab.needs)]
    found += [
        Message(f"cell:{cell.id}", cell.visible)
        for cell in lab.cells
        if cell.role in (Role.PROSE, Role.MANUAL) and cell.visible
    ]
    found += check_messages(lab)
    found += grader_messages(lab, graders=graders)
    return tuple(dict.fromkeys(found))


def check_messages(lab: Lab) -> list[Message]:
    """Return what checks.py says."""
    return [Message("check", text) for text in extract(lab.checks)] if lab.checks else []


def grader_messages(lab: Lab, *, graders: Path) -> list[Message]:
    """Return what the lab's grader says in the feedback."""
    path = graders / f"{lab.slug}.py"
    return [Message("grader", text) for text in extract(path)] if path.is_file() else []


def extract(path: Path) -> list[str]:
    """Return the literal texts that a module passes to `_()`, in order.

    Raises
    ------
    LabSourceError
        If a call passes something else than one literal: it could not be found in a catalogue.
    """
    return list(dict.fromkeys(_calls(path)))


def _calls(path: Path) -> Iterator[str]:
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise LabSourceError(
            f"{path}, line {error.lineno}: it is not Python: {error.msg}. Correct it."
        ) from None
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"):
            continue
        argument = node.args[0] if len(node.args) == 1 and not node.keywords else None
        if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
            raise LabSourceError(
                f"{path}, line {node.lineno}: `_()` is given something else than one literal text. "
                'Write the whole sentence there, with named slots: _("{n} clips").format(n=n)'
            )
        yield argument.value


def status(labs: Sequence[Lab], languages: Sequence[str], *, graders: Path) -> list[Status]:
    """Return how far each lab is in each language but the source's."""
    return [_status(lab, lang, graders=graders) for lab in labs for lang in languages if lang != SOURCE]


def _status(lab: Lab, lang: str, *, graders: Path) -> Status:
    catalogue = Catalogue(lab, lang)
    states = [catalogue.look_up(message).state for message in messages(lab, graders=graders)]
    return Status(
        lab=lab.slug,
        language=lang,
        total=len(states),
        translated=states.count(State.TRANSLATED),
        stale=states.count(State.STALE),
        draft=catalogue.draft,
        review=catalogue.review,
    )


def update(lab: Lab, lang: str, *, graders: Path) -> Path:
    """Bring a lab's catalogue up to its source, or begin one, and return its path.

    A translation whose English changed is kept, marked fuzzy, with the old English beside it for the
    translator. What the source no longer says is dropped.
    """
    if lang == SOURCE:
        raise LabSourceError(f"{lab.slug}: the labs are written in {SOURCE!r}, which needs no catalogue.")
    path = catalogue_path(lab, lang)
    old = _load(path) if path.is_file() else _begin(lab, lang)
    new = merge(old, messages(lab, graders=graders))
    path.parent.mkdir(exist_ok=True)
    new.save(str(path))
    return path


def merge(old: polib.POFile, wanted: Sequence[Message]) -> polib.POFile:
    """Return a catalogue with exactly these messages, keeping every translation that still belongs to one."""
    exact = {(entry.msgctxt, entry.msgid): entry for entry in old if not entry.obsolete}
    by_cell = {entry.msgctxt: entry for entry in old if (entry.msgctxt or "").startswith("cell:")}
    new = polib.POFile(wrapwidth=100)
    new.header, new.metadata = old.header, old.metadata
    for message in wanted:
        entry = exact.get((message.context, message.text))
        if entry is None:
            entry = polib.POEntry(msgctxt=message.context, msgid=message.text)
            if (before := by_cell.get(message.context)) is not None and before.msgstr:
                entry.msgstr = before.msgstr
                entry.previous_msgid = before.previous_msgid or before.msgid
                entry.flags = ["fuzzy"]
        new.append(entry)
    return new


def _begin(lab: Lab, lang: str) -> polib.POFile:
    catalogue = polib.POFile()
    catalogue.metadata = {
        "Project-Id-Version": f"medialit {lab.slug}",
        "Language": language(lang).code,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        REVIEW: "draft",
    }
    return catalogue


def _load(path: Path) -> polib.POFile:
    try:
        return polib.pofile(str(path), wrapwidth=100, encoding="utf-8", check_for_duplicates=True)
    except (OSError, ValueError, UnicodeDecodeError) as error:
        raise LabSourceError(f"{path} is not a PO catalogue: {error}. Correct that line.") from None


def _slots(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name}
    except ValueError:
        return set()
