"""What travels between the grading machine and a cluster's workers: bytes, never paths, never a learner's name.

A **kit** is what a worker must know of an assignment: the released lab's files, its grader, how long code may
take. A **job** is one submission: the sources of its cells, the text files beside it, and the seeds of that
learner's hidden cases; the course's secret stays where it is. A **result** is plain data of
`medialit.grading.values`, and the cleaned outputs as JSON inside it.
"""

from __future__ import annotations

import base64
import importlib.metadata
import json
import platform
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from medialit.errors import ClusterError
from medialit.grading.judge import Check, Verdict
from medialit.grading.runner import Examined
from medialit.grading.sandbox.box import Allowance, Usage
from medialit.grading.values import NotPlainDataError, dumps, loads

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from medialit.grading.judge import Grader
    from medialit.grading.runner import Assignment
    from medialit.grading.submission import Submission

STARVED, UNCONTAINED, UNFIT, FAILED = "starved", "uncontained", "unfit", "failed"
# A mark may hang on the last bit of what these compute.
_SAME = (
    "medialit",
    "numpy",
    "scipy",
    "scikit-learn",
    "opencv-python-headless",
    "pillow",
    "av",
    "onnxruntime",
)


@dataclass(frozen=True)
class Kit:
    """What a worker must know of an assignment.

    Attributes
    ----------
    assignment : str
        Its name.
    release, graders : dict
        Files by name: of the released lab, and of its grader.
    sandbox : bool
        Whether students' code is contained.
    allowance : Allowance or None
        How long it may take.
    versions : dict
        Of what computes a mark, on the machine that sent it.
    """

    assignment: str
    release: Mapping[str, bytes] = field(repr=False)
    graders: Mapping[str, bytes] = field(repr=False)
    sandbox: bool
    allowance: Allowance | None
    versions: Mapping[str, str]

    @classmethod
    def gather(cls, assignment: Assignment, *, sandbox: bool, allowance: Allowance | None) -> Kit:
        """Collect an assignment's files."""
        name, graders = assignment.name, assignment.course.graders
        own = [p for p in sorted(graders.glob(f"{name}*")) if p.is_file() and _is_of(p.name, name)]
        lab = assignment.lab
        return cls(
            name,
            {p.relative_to(lab).as_posix(): p.read_bytes() for p in sorted(lab.rglob("*")) if p.is_file()},
            {p.name: p.read_bytes() for p in own},
            sandbox,
            allowance,
            versions(),
        )

    def pack(self) -> bytes:
        """Return it as JSON."""
        return json.dumps(
            {
                "assignment": self.assignment,
                "release": {name: base64.b64encode(data).decode() for name, data in self.release.items()},
                "graders": {name: base64.b64encode(data).decode() for name, data in self.graders.items()},
                "sandbox": self.sandbox,
                "allowance": asdict(self.allowance) if self.allowance else None,
                "versions": dict(self.versions),
            },
            sort_keys=True,
        ).encode()

    @classmethod
    def unpack(cls, content: bytes) -> Kit:
        """Return what `pack` packed."""
        told = json.loads(content)
        return cls(
            told["assignment"],
            {name: base64.b64decode(data) for name, data in told["release"].items()},
            {name: base64.b64decode(data) for name, data in told["graders"].items()},
            told["sandbox"],
            Allowance(**told["allowance"]) if told["allowance"] else None,
            told["versions"],
        )

    def lay_out(self, folder: Path) -> None:
        """Write the files into a folder as a course has them."""
        for place, files in (
            (folder / "release" / self.assignment, self.release),
            (folder / "graders", self.graders),
        ):
            for name, data in files.items():
                path = place / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)

    def check_versions(self) -> None:
        """Refuse to compute with other versions than the grading machine's.

        Raises
        ------
        ClusterError
            Naming each that differs.
        """
        here = versions()
        differing = [
            f"{name} {here.get(name, 'missing')} instead of {there}"
            for name, there in self.versions.items()
            if here.get(name) != there
        ]
        if differing:
            raise ClusterError(
                f"This worker has {', '.join(differing)}. Marks could differ: install the same versions "
                "as on the grading machine (requirements/base.txt)."
            )


def versions() -> dict[str, str]:
    """Return the versions of what computes a mark, on this machine."""
    found = {"python": ".".join(platform.python_version_tuple()[:2])}
    for name in _SAME:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _is_of(file: str, assignment: str) -> bool:
    """Return whether a file in the graders' folder belongs to an assignment's grader; its wrong answers do not."""
    rest = file.removeprefix(assignment)
    return rest == ".py" or (rest.startswith("_") and not rest.startswith("_mutants"))


def pack_job(submission: Submission, seeds: Mapping[str, int]) -> bytes:
    """Return one submission as a job."""
    return json.dumps(
        {"sources": submission.sources, "files": submission.files, "seeds": dict(seeds)}
    ).encode()


def unpack_job(content: bytes) -> dict[str, Any]:
    """Return the `sources`, `files` and `seeds` of a job."""
    told: dict[str, Any] = json.loads(content)
    return told


@dataclass(frozen=True)
class Refusal:
    """A worker's word that it has not judged a submission.

    Attributes
    ----------
    kind : str
        ``starved`` (no fair run), ``uncontained`` (no sandbox there), ``unfit`` (its versions or folders),
        ``failed`` (anything else).
    message : str
        Why.
    worker : str
        Its address.
    """

    kind: str
    message: str
    worker: str = ""


def pack_result(examined: Examined) -> bytes:
    """Return what came of a job as plain data."""
    outputs = [np.frombuffer(json.dumps(cell).encode(), np.uint8) for cell in examined.outputs]
    return dumps(
        {
            "verdicts": list(examined.verdicts.values()),
            "outputs": outputs,
            "usage": examined.usage,
            "walls": examined.walls,
        }
    )


def pack_refusal(refusal: Refusal) -> bytes:
    """Return a refusal as plain data."""
    return dumps({"refusal": refusal})


def unpack_result(content: bytes, *, grader: Grader, n_cells: int) -> Examined | Refusal:
    """Return what a worker sent, after looking at every part of it.

    Parameters
    ----------
    content : bytes
        What `pack_result` or `pack_refusal` packed.
    grader : Grader
        Whose items were to be judged.
    n_cells : int
        How many cells were to be run.

    Raises
    ------
    ClusterError
        If it is anything else: other items, other points, a score out of range.
    """
    try:
        told: Any = loads(content)
        if "refusal" in told:
            return Refusal(**{key: str(text) for key, text in told["refusal"].items()})
        verdicts = {verdict["item"]: _verdict(verdict, grader) for verdict in told["verdicts"]}
        outputs = [json.loads(cell.tobytes()) for cell in told["outputs"]]
        if verdicts.keys() != grader.items.keys() or len(outputs) != n_cells:
            raise ValueError("other items or cells than were asked for")
        return Examined(
            {name: verdicts[name] for name in grader.items},
            outputs,
            usage=Usage(**told["usage"]),
            walls=str(told["walls"]),
        )
    except (NotPlainDataError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ClusterError(
            f"A worker answered something that is no result ({type(error).__name__}: {error}). Nothing was "
            "marked; look at that machine, then run the command again."
        ) from None


def _verdict(told: dict[str, Any], grader: Grader) -> Verdict:
    verdict = Verdict(**{**told, "checks": tuple(Check(**check) for check in told["checks"])})
    points = grader.items[verdict.item].points
    if type(verdict.score) is not float or verdict.points != points or not 0 <= verdict.score <= points:
        raise ValueError(f"{verdict.score!r} of {verdict.points!r} points for {verdict.item!r}")
    return verdict
