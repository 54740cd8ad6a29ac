"""Hidden cases of "Content Credentials: who says so?": drawn for each learner, judged in the trusted process.

A check passes only if *all* its cases are right, and each holds cases that disagree, so that an answer which
does not look at its arguments passes none. Which wrong rule fails which check is laid down by how the cases are
built, not left to the draw; `06_credentials_mutants.py` holds the rules.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np

from medialit.grading import Cases, Check, Grader, Student, same, try_call

Found: TypeAlias = dict[str, Any]
Report: TypeAlias = dict[str, Any]

UNKNOWN = "signingCredential.untrusted"
BROKEN = (
    "assertion.dataHash.mismatch",
    "assertion.bmffHash.mismatch",
    "assertion.hashedURI.mismatch",
    "claimSignature.mismatch",
)
EXPIRED = ("signingCredential.expired", "signingCredential.revoked", "claimSignature.outsideValidity")
CHAIN = (*BROKEN[::2], BROKEN[3], UNKNOWN)
FIRST = {"picture": 0, "assertion": 1, "claim": 2, "signature": 2}
AI = ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia")
WITHOUT_AI = ("digitalCapture", "negativeFilm", "digitalCreation", "humanEdits")
NEITHER = ("screenCapture", "composite", "algorithmicMedia")

grader = Grader("06_credentials")


def _(message: str) -> str:
    """Mark a text for the catalogues; the feedback translates it."""
    return message


@grader.item("state", points=3, n_checks=4)
def state(student: Student, cases: Cases) -> Iterator[Check]:
    """Each of the five states, with what leads astray to another."""
    rng = cases.rng

    def broken() -> list[str]:
        return [str(rng.choice(BROKEN + EXPIRED))]

    blocks: tuple[tuple[str, list[tuple[Found, str]]], ...] = (
        (
            _("No manifest, or only an address"),
            [
                (_found(manifest=False), "none"),
                (_found(manifest=False, address=_address(rng)), "remote"),
                (_found(manifest=False, on_list=True), "none"),
                (_found(manifest=False, address=_address(rng), on_list=True), "remote"),
            ],
        ),
        (
            _("A check that failed"),
            [
                (_found(failures=broken(), on_list=True), "invalid"),
                (_found(failures=[UNKNOWN, *broken()]), "invalid"),
                (_found(failures=broken(), address=_address(rng), on_list=True), "invalid"),
                (_found(on_list=True), "trusted"),
            ],
        ),
        (
            _("A signer for whom a list vouches, or none does"),
            [
                (_found(failures=[UNKNOWN]), "valid"),
                (_found(), "valid"),
                (_found(on_list=True), "trusted"),
            ],
        ),
        (
            _("What failed in an ingredient"),
            [
                (_found(ingredient_failures=broken(), on_list=True), "trusted"),
                (_found(ingredient_failures=broken(), on_list=True), "trusted"),
                (_found(failures=broken(), ingredient_failures=broken()), "invalid"),
            ],
        ),
    )
    for category, rows in blocks:
        order = rng.permutation(len(rows))
        answers = [(try_call(student, "state", rows[i][0]), rows[i][1]) for i in order]
        yield Check(category, all(same(answer, wanted) for answer, wanted in answers))


@grader.item("binding", points=3, n_checks=3)
def binding(student: Student, cases: Cases) -> Iterator[Check]:
    """Bytes left out in the middle, at an end, or none."""
    rng = cases.rng
    n = [int(k) for k in rng.integers(60, 160, 6)]
    blocks = (
        (_("Bytes left out in the middle"), [(n[0], 23, 11), (n[1], 31, 7)]),
        (_("Bytes left out at the beginning or at the end"), [(n[2], 0, 17), (n[3], n[3] - 13, 13)]),
        (_("Nothing left out"), [(n[4], 19, 0), (n[5], 40, 0)]),
    )
    for category, rows in blocks:
        right = True
        for length_of_all, start, length in rows:
            data = [int(byte) for byte in rng.integers(1, 256, length_of_all)]
            wanted = hashlib.sha256(bytes(data[:start] + data[start + length :])).hexdigest()
            right &= same(try_call(student, "binding", data, start, length), wanted)
        yield Check(category, right)


@grader.item("breaks", points=3, n_checks=5)
def breaks(student: Student, cases: Cases) -> Iterator[Check]:
    """One byte in each kind of part, the edges of parts, forgers who repair, and padding."""
    rng = cases.rng
    parts = _layout(rng)

    def inside(name: str) -> int:
        """Return a byte well inside a part of this name."""
        _name, start, end = [part for part in parts if part[0] == name][-1]
        return int(rng.integers(start + 1, end - 1))

    edges = [part[1] for part in parts[1:]] + [part[2] - 1 for part in parts]
    blocks: tuple[tuple[str, list[tuple[int, int]]], ...] = (
        (_("One changed byte"), [(inside(name), 0) for name in FIRST]),
        (_("The first and the last byte of a part"), [(position, 0) for position in edges]),
        (
            _("A forger who repairs"),
            [(inside("picture"), k) for k in (1, 2, 3)] + [(inside("assertion"), 1), (inside("claim"), 1)],
        ),
        (
            _("Repairs beyond the last link"),
            [(inside("picture"), 5), (inside("signature"), 3), (inside("assertion"), 0)],
        ),
        (
            _("A byte that no check covers"),
            [(inside("padding"), 0), (inside("padding"), 2), (inside("claim"), 0)],
        ),
    )
    for category, rows in blocks:
        order = rng.permutation(len(rows))
        answers = [(try_call(student, "breaks", parts, *rows[i]), _broken(parts, *rows[i])) for i in order]
        yield Check(category, all(same(answer, wanted) for answer, wanted in answers))


@grader.item("says_ai", points=3, n_checks=4)
def says_ai(student: Student, cases: Cases) -> Iterator[Check]:
    """One part of AI among others, every origin told, a part left open, and a state that counts for nothing."""
    rng = cases.rng

    def one(of: Sequence[str]) -> str:
        return str(rng.choice(of))

    def counted() -> str:
        return one(("valid", "trusted"))

    blocks: tuple[tuple[str, list[tuple[str, list[str | None], bool | None]]], ...] = (
        (
            _("One part that AI made"),
            [
                ("trusted", [one(AI), one(WITHOUT_AI)], True),
                ("valid", [one(WITHOUT_AI), one(AI), None], True),
                (counted(), [one(AI), one(NEITHER)], True),
                (counted(), [one(WITHOUT_AI)], False),
            ],
        ),
        (
            _("An origin for every part"),
            [
                ("valid", [one(WITHOUT_AI), one(WITHOUT_AI)], False),
                ("trusted", [one(WITHOUT_AI)], False),
                (counted(), [one(AI)], True),
            ],
        ),
        (
            _("A part whose origin is not told"),
            [
                (counted(), [one(WITHOUT_AI), None], None),
                (counted(), [one(NEITHER), one(WITHOUT_AI)], None),
                (counted(), [], None),
                ("trusted", [one(WITHOUT_AI)], False),
            ],
        ),
        (
            _("A state in which nothing counts"),
            [
                ("invalid", [one(AI)], None),
                ("invalid", [one(WITHOUT_AI)], None),
                ("remote", [one(AI), one(WITHOUT_AI)], None),
                ("trusted", [one(AI)], True),
            ],
        ),
    )
    for category, rows in blocks:
        order = rng.permutation(len(rows))
        answers = [(try_call(student, "says_ai", *rows[i][:2]), rows[i][2]) for i in order]
        yield Check(category, all(same(answer, wanted) for answer, wanted in answers))


@grader.item("truthful", points=4, n_checks=4)
def truthful(student: Student, cases: Cases) -> Iterator[Check]:
    """Sentences with one claim too many, in each of the states."""
    rng = cases.rng
    broken, expired = [str(rng.choice(BROKEN))], [str(rng.choice(EXPIRED))]
    blocks: tuple[tuple[str, list[tuple[Report, str, tuple[str, str, str]]]], ...] = (
        (
            _("Without credentials, or with an address only"),
            [
                (_report("none"), "no credentials", ("is fake", "elsewhere", "no credentials + is real")),
                (_report("none"), "no credentials", ("no credentials + is fake", "is fake", "elsewhere")),
                (_report("remote"), "elsewhere", ("no credentials", "elsewhere + is fake", "unreliable")),
                (_report("remote"), "elsewhere", ("elsewhere + as signed", "no credentials", "is fake")),
            ],
        ),
        (
            _("Where a check failed"),
            [
                (
                    _report("invalid", broken),
                    "unreliable + changed",
                    ("is fake", "changed + is fake", "elsewhere"),
                ),
                (_report("invalid", expired), "unreliable", ("changed", "unreliable + changed", "as signed")),
                (_report("invalid", expired), "unreliable", ("unreliable + changed", "is fake", "changed")),
                (
                    _report("invalid", broken),
                    "changed",
                    ("changed + is fake", "unreliable + is fake", "elsewhere"),
                ),
            ],
        ),
        (
            _("Who signed"),
            [
                (_report("valid"), "as signed", ("as signed + known signer", "known signer", "unreliable")),
                (
                    _report("trusted"),
                    "as signed + known signer",
                    ("known signer + is real", "is real", "changed"),
                ),
                (_report("valid"), "as signed", ("known signer", "as signed + known signer", "changed")),
                (
                    _report("trusted"),
                    "known signer",
                    ("as signed + is real", "changed", "known signer + is real"),
                ),
            ],
        ),
        (
            _("What is said about AI"),
            [
                (_report("trusted"), "as signed", ("as signed + says no AI", "says no AI", "says AI")),
                (_report("trusted", ai=True), "says AI", ("says AI + is fake", "is fake", "says no AI")),
                (_report("valid", ai=False), "says no AI", ("says AI", "unreliable", "as signed + says AI")),
                (
                    _report("valid", ai=True),
                    "as signed + says AI",
                    ("says no AI", "is fake", "as signed + is fake"),
                ),
            ],
        ),
    )
    for category, rows in blocks:
        # Every case is asked twice, once with the true sentence last: a wrong rule meets what leads it astray
        # first. The other places are dealt out, so that no one place is right throughout.
        right = True
        places = [*rng.permutation(3).tolist(), 0]
        for number in rng.permutation(len(rows)):
            report, true, false = rows[number]
            for place in (3, places[number]):
                others = [false[i] for i in rng.permutation(3)]
                texts = [*others[:place], true, *others[place:]]
                sentences = [text.split(" + ") for text in texts]
                right &= same(try_call(student, "truthful", report, sentences), int(place))
        yield Check(category, right)


def _found(
    *,
    manifest: bool = True,
    address: str | None = None,
    failures: Sequence[str] = (),
    ingredient_failures: Sequence[str] = (),
    on_list: bool = False,
) -> Found:
    return {
        "manifest": manifest,
        "address": address,
        "failures": list(failures),
        "ingredient_failures": list(ingredient_failures),
        "on_list": on_list,
    }


def _address(rng: np.random.Generator) -> str:
    return f"https://archive.example/{int(rng.integers(10**6))}.c2pa"


def _report(state: str, failures: Sequence[str] = (), *, ai: bool | None = None) -> Report:
    return {"state": state, "failures": list(failures), "ai": ai}


def _layout(rng: np.random.Generator) -> list[list[Any]]:
    """Return the parts of a small signed file, one after the other."""
    names = ("picture", "assertion", "assertion", "claim", "signature", "padding", "picture")
    at, parts = 0, []
    for name in names:
        end = at + int(rng.integers(8, 60))
        parts.append([name, at, end])
        at = end
    return parts


def _broken(parts: list[list[Any]], position: int, repairs: int) -> str | None:
    [name] = [name for name, start, end in parts if start <= position < end]
    return None if name == "padding" else CHAIN[min(FIRST[name] + repairs, len(CHAIN) - 1)]
