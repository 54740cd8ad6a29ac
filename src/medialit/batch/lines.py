"""A file of prompts: what each line asks for, and what is wrong with a line that asks for nothing that can be made.

CSV as a spreadsheet saves it (`,` `;` or tabs, a first line with the columns' names), or JSON Lines (an object a line).
A line that is wrong never hides the others. Line numbers are the file's own, as an editor shows them.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from medialit.cameo import Setting
from medialit.consent.records import Audience, Medium, Purpose
from medialit.errors import BatchError
from medialit.generate import sampler
from medialit.language import LANGUAGES
from medialit.language import msgid as _msgid

COLUMNS: Final = ("prompt", "seed", "model", "steps", "guidance", "size", "lang", "name")
"""What a line may hold; `prompt` is required."""
PEOPLE: Final = ("with", "as", "purpose", "audience", "territory", "medium", "doing")
"""What a line with people in it holds besides, as `medialit likeness make` takes it."""
Kind = Literal["csv", "jsonl"]
KINDS: Final[Mapping[str, Kind]] = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
MAX_BYTES: Final = 64 * 2**20
_ALSO: Final = {"generator": "model", "language": "lang"}
_ALL: Final = (*COLUMNS, *PEOPLE)
_NAME: Final = re.compile(r"\w[\w .()-]{0,99}")
_SIZES: Final = ("256", "256x256")
_SLUG: Final = 40  # letters of a prompt in a file's name


@dataclass(frozen=True, kw_only=True)
class Company:
    """Who is to be seen in a clip, and what for; whether they agree is the desk's to find out.

    Parameters
    ----------
    people : tuple of str
        Ids of enrolled people.
    requester : str
        Who asks.
    setting : Setting
    doing : str
    """

    people: tuple[str, ...]
    requester: str
    setting: Setting
    doing: str = "wave"

    @property
    def words(self) -> tuple[str, ...]:
        """All of it, in words."""
        setting = self.setting
        where = (setting.purpose, setting.audience, setting.medium, *sorted(setting.territories))
        return (*self.people, self.requester, self.doing, *where)


@dataclass(frozen=True, kw_only=True)
class Line:
    """What one line asks for.

    Parameters
    ----------
    number : int
        Where it begins in the file, from 1.
    prompt : str
    seed : int
    model : {"v1", "v2"}
    steps : int or None
    guidance : float or None
    lang : str or None
        Of the label and of a refusal; the prompt's own where there is none.
    name : str
        Of its file, without ``.mp4``.
    company : Company or None
        Who is to be seen in it.
    """

    number: int
    prompt: str
    seed: int = 0
    model: sampler.Model = "v2"
    steps: int | None = None
    guidance: float | None = None
    lang: str | None = None
    name: str = ""
    company: Company | None = None

    @property
    def sum(self) -> str:
        """12 hexadecimal digits that hang on all that the clip hangs on."""
        settings = (self.prompt, self.seed, self.model, self.steps, self.guidance, self.lang)
        company = () if self.company is None else self.company.words
        return hashlib.sha256(json.dumps([*settings, *company]).encode()).hexdigest()[:12]


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """A line that asks for nothing that can be made.

    Parameters
    ----------
    number : int
        Where it begins in the file, from 1.
    error : BatchError
        What is wrong with it.
    """

    number: int
    error: BatchError


def kind_of(path: Path) -> Kind:
    """Return how a file is written, by the end of its name.

    Raises
    ------
    BatchError
        If it ends otherwise.
    """
    try:
        return KINDS[path.suffix.lower()]
    except KeyError:
        raise BatchError(
            _msgid("{file} is neither .csv nor .jsonl: save the prompts as one of these."), file=path.name
        ) from None


def read(path: Path) -> list[Line | Wrong]:
    """Return what each line of a file asks for, in order; empty lines are passed over.

    Two lines never share a name. A line without one is named after its prompt, its seed and a short sum of all it
    says, so that other lines may come and go above it.

    Raises
    ------
    BatchError
        If the file cannot be read, or its columns are others than `COLUMNS`.
    """
    kind = kind_of(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BatchError(
            _msgid("{file} cannot be read: {why}."), file=path.name, why=error.strerror
        ) from error
    if len(data) > MAX_BYTES:
        raise BatchError(
            _msgid("{file} is larger than {most} MB: make several files of it."),
            file=path.name, most=MAX_BYTES // 2**20,
        )  # fmt: skip
    text = data.decode("utf-8-sig", errors="surrogateescape")  # what isn't UTF-8 is wrong in its line alone
    rows = _csv_rows(text, path.name) if kind == "csv" else _json_rows(text)
    found: list[Line | Wrong] = []
    taken: dict[str, int] = {}
    for number, row in rows:
        try:
            if isinstance(row, BatchError):
                raise row
            line = _line(number, row)
            found.append(_named(line, taken))
        except BatchError as error:
            found.append(Wrong(number=number, error=error))
    if not found:
        raise BatchError(_msgid("{file} holds no prompt."), file=path.name)
    return found


def _csv_rows(text: str, file: str) -> Iterator[tuple[int, dict[str, Any] | BatchError]]:
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    columns = [_column(name) for name in next(reader, [])]
    unknown = [name for name in columns if name not in _ALL]
    if unknown or "prompt" not in columns or len(set(columns)) < len(columns):
        raise BatchError(
            _msgid(
                "The first line of {file} names the columns: prompt, and whichever you need of {known}, each once. "
                "It says: {found}."
            ),
            file=file, known=", ".join(_ALL[1:]), found=_shown(first.strip()),
        )  # fmt: skip
    while True:
        number = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield number, BatchError(_msgid("This cannot be read as a line of a table."))
            continue
        if not any(cell.strip() for cell in row):
            continue
        if len(row) > len(columns) and any(cell.strip() for cell in row[len(columns) :]):
            yield number, BatchError(
                _msgid("There are {n} cells for {of} columns: put a prompt with a separator in it in quotation marks."),
                n=len(row), of=len(columns),
            )  # fmt: skip
            continue
        yield number, {name: cell for name, cell in zip(columns, row, strict=False) if cell.strip()}


def _json_rows(text: str) -> Iterator[tuple[int, dict[str, Any] | BatchError]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            yield number, BatchError(_msgid('This is no JSON object such as {example}.'),
                                     example='{"prompt": "a red ball bounces", "seed": 1}')  # fmt: skip
            continue
        row = {_column(name): value for name, value in told.items() if value is not None}
        unknown = [name for name in row if name not in _ALL]
        if unknown or len(row) < sum(value is not None for value in told.values()):
            yield number, BatchError(
                _msgid("There is no {unknown} to set: use {known}, each once."),
                unknown=_shown(", ".join(unknown or told)), known=", ".join(_ALL),
            )  # fmt: skip
            continue
        yield number, row


def _column(name: str) -> str:
    plain = name.strip().lower()
    return _ALSO.get(plain, plain)


def _line(number: int, row: Mapping[str, Any]) -> Line:
    """Return a row, looked at.

    Raises
    ------
    BatchError
        If something of it is not as it has to be.
    """
    prompt = row.get("prompt", "")
    if not isinstance(prompt, str) or not prompt.strip():
        raise BatchError(_msgid("The prompt is missing."))
    texts = [value for value in row.values() if isinstance(value, str)]
    if any("\ud800" <= letter <= "\udfff" for text in texts for letter in text):
        raise BatchError(_msgid("It holds letters that are not UTF-8: save the file as UTF-8."))
    if len(prompt.strip().splitlines()) > 1:
        raise BatchError(_msgid("The prompt goes over several lines: is a quotation mark left open?"))
    if str(row.get("size", _SIZES[0])).replace(" ", "").replace("×", "x").lower() not in _SIZES:
        raise BatchError(_msgid("The generator makes clips of 256 x 256 pixels, no other size."))
    model = str(row.get("model", "v2")).strip().lower()
    lang = None if "lang" not in row else str(row["lang"]).strip().lower()
    if model not in sampler.MODELS:
        raise BatchError(_msgid("There is no model {model}: use v1 or v2."), model=_shown(model))
    if lang is not None and lang not in LANGUAGES:
        raise BatchError(_msgid("There is no language {lang}: use one of {known}."),
                         lang=_shown(lang), known=", ".join(LANGUAGES))  # fmt: skip
    steps = _number(row, "steps", whole=True, most=sampler.MAX_STEPS, least=1)
    return Line(
        number=number,
        prompt=prompt.strip(),
        seed=int(_number(row, "seed", whole=True, most=2**63 - 1) or 0),
        model="v1" if model == "v1" else "v2",
        steps=None if steps is None else int(steps),
        guidance=_number(row, "guidance", whole=False, most=sampler.MAX_GUIDANCE),
        lang=lang,
        name=_name(row.get("name", "")),
        company=_company(row),
    )


def _company(row: Mapping[str, Any]) -> Company | None:
    """Return who is to be seen.

    Raises
    ------
    BatchError
        If that is said in part only, or a word is none of the vocabulary.
    """
    told = {name: str(row[name]).strip() for name in PEOPLE if name in row and name != "with"}
    people = _words(row.get("with", ""))
    if not people and not told:
        return None
    for name in ("with", "as", "purpose", "territory"):
        if name not in row:
            raise BatchError(
                _msgid(
                    "A line with people in it needs the columns with, as, purpose and territory; {missing} is missing."
                ),
                missing=name,
            )
    if "steps" in row or "guidance" in row:
        raise BatchError(_msgid("A line with people in it has neither steps nor guidance to set."))
    try:
        setting = Setting(
            purpose=Purpose(told["purpose"]),
            audience=Audience(told.get("audience", Audience.ONLY_ME)),
            territories=frozenset(_words(row["territory"])),
            medium=Medium(told.get("medium", Medium.CLASSROOM)),
        )
    except ValueError as error:
        raise BatchError(_msgid("The register knows no such word: {why}."), why=_shown(error)) from None
    return Company(people=people, requester=told["as"], setting=setting, doing=told.get("doing", "wave"))


def _words(value: object) -> tuple[str, ...]:
    """Return ids or codes, given as a list or with spaces, commas or semicolons between them."""
    told = value if isinstance(value, list) else re.split(r"[\s,;]+", str(value))
    return tuple(dict.fromkeys(word for one in told if (word := str(one).strip())))


def _number(
    row: Mapping[str, Any], column: str, *, whole: bool, most: float, least: int = 0
) -> float | int | None:
    """Return a number of a row; a comma before the decimals is as good as a point."""
    if column not in row:
        return None
    value = row[column]
    try:
        if isinstance(value, bool) or (isinstance(value, float) and whole and not value.is_integer()):
            raise ValueError
        text = str(value).strip()
        number = (
            (int(value) if isinstance(value, int | float) else int(text))
            if whole
            else float(text.replace(",", "."))
        )
        if not least <= number <= most:
            raise ValueError
    except (ValueError, OverflowError):
        form = (
            _msgid("{column} is a whole number from {least} to {most}, not {value}.")
            if whole
            else _msgid("{column} is a number from {least} to {most}, not {value}.")
        )
        raise BatchError(form, column=column, least=least, most=f"{most:g}" if most < 1e6 else most,
                         value=_shown(value)) from None  # fmt: skip
    return number


def _name(value: object) -> str:
    text = unicodedata.normalize("NFC", str(value)).strip().removesuffix(".mp4")
    if text and not _NAME.fullmatch(text):
        raise BatchError(
            _msgid("{name} cannot be a file's name here: use letters, digits, spaces and . _ - ( ), at most 100."),
            name=_shown(text),
        )  # fmt: skip
    return text.rstrip(" .")


def _named(line: Line, taken: dict[str, int]) -> Line:
    """Return a line with a name that no line before it has."""
    named = line if line.name else replace(line, name=_own_name(line))
    other = taken.setdefault(named.name.casefold(), line.number)
    if other == line.number:
        return named
    if line.name:
        raise BatchError(
            _msgid("Line {other} has the name {name} already."), other=other, name=_shown(line.name)
        )
    raise BatchError(_msgid("Line {other} asks for the same clip: change the seed."), other=other)


def _own_name(line: Line) -> str:
    """Return a name that says the prompt and the seed, and hangs on all that the line says.

    Examples
    --------
    >>> _own_name(Line(number=2, prompt="A red ball bounces!", seed=7))
    'a-red-ball-bounces-7-cabe25'
    """
    words = "-".join(re.findall(r"\w+", line.prompt.casefold()))[:_SLUG].strip("-_")
    return "-".join(filter(None, (words, str(line.seed), line.sum[:6])))


def _shown(value: object) -> str:
    text = str(value)
    return "".join(
        letter if letter.isprintable() else "�" for letter in (text if len(text) < 80 else f"{text[:77]}...")
    )
