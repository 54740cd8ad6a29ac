"""nbgrader with the trust boundary of this project, through nbgrader's own extension points.

`configure` is called at the end of a course's ``nbgrader_config.py``. From then on ``nbgrader autograde``
and formgrader's button rebuild each submission on the released notebook (`SubmissionExporter`), run it
behind walls and judge it in this process (`Judge`), and let nbgrader's own `SaveAutoGrades` write the marks.
What students' notebooks say is shown cleaned, in formgrader and in feedback.
"""

from __future__ import annotations

import atexit
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from jinja2 import ChoiceLoader, DictLoader
from nbconvert.exporters import HTMLExporter, NotebookExporter
from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties, NbGraderPreprocessor, SaveAutoGrades
from traitlets import Bool

from medialit.grading import submission as submissions
from medialit.grading.runner import Assignment, grade
from medialit.grading.sandbox import walls as sandbox_walls
from medialit.grading.settings import CourseSettings

if TYPE_CHECKING:
    from medialit.grading.sandbox.box import Box
    from medialit.grading.submission import Submission

RUN = "medialit-run"  # notebook metadata, between the two passes of one conversion


def configure(config: Any) -> None:
    """Set nbgrader up for contained grading.

    Parameters
    ----------
    config : traitlets Config
        What ``get_config()`` returns in ``nbgrader_config.py``.
    """
    config.Autograde.exporter_class = SubmissionExporter
    config.Autograde.sanitize_preprocessors = []
    config.Autograde.autograde_preprocessors = [Judge, SaveAutoGrades, FlagForReview, AssignLatePenalties]
    config.HTMLExporter.filters = {
        "markdown2html": "medialit.grading.feedback.safe_markdown",
        "clean_html": "medialit.grading.feedback.page_html",
    }
    config.HTMLExporter.sanitize_html = True
    config.HTMLExporter.mathjax_url = ""  # a course makes no request to anybody
    config.HTMLExporter.require_js_url = ""
    config.HTMLExporter.jquery_url = ""
    config.HTMLExporter.mermaid_js_url = ""
    config.HTMLExporter.mermaid_layout_elk_js_url = ""
    _show_no_mathjax()


def _show_no_mathjax() -> None:
    """Take MathJax out of nbgrader's pages: their templates load it from a public server, whatever is configured."""
    create: Any = HTMLExporter._create_environment
    if getattr(create, "without_mathjax", False):
        return

    def create_environment(self: HTMLExporter) -> Any:
        environment = create(self)
        empty = DictLoader({"mathjax.html.j2": "{% macro mathjax(url='') %}{% endmacro %}"})
        environment.loader = ChoiceLoader([empty, environment.loader])
        return environment

    create_environment.without_mathjax = True  # type: ignore[attr-defined]
    HTMLExporter._create_environment = create_environment  # type: ignore[method-assign, assignment]


class SubmissionExporter(NotebookExporter):
    """Reads a submitted notebook as the hostile file it may be, and rebuilds it on the released one."""

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **_: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Return a notebook as JSON text: rebuilt in nbgrader's first pass, graded in its second."""
        assert resources is not None
        if self._preprocessors:
            return super().from_filename(filename, resources=resources)
        about = resources["nbgrader"]
        assignment = _assignment(Path.cwd(), about["assignment"], about["notebook"])
        submission = submissions.read(Path(filename), assignment.skeleton)
        return json.dumps(pack(submission), ensure_ascii=False, indent=1), {
            **resources,
            "output_extension": ".ipynb",
        }


class Judge(NbGraderPreprocessor):  # type: ignore[misc]
    """Takes the place of nbgrader's ``Execute``: runs the cells behind walls and writes the verdicts."""

    sandbox = Bool(
        True,
        help="Whether students' code is contained. Without it, it runs with your rights; feedback says so.",
    ).tag(config=True)

    def preprocess(
        self, nb: nbformat.NotebookNode, resources: dict[str, Any]
    ) -> tuple[nbformat.NotebookNode, dict[str, Any]]:
        """Return the graded notebook."""
        about = resources["nbgrader"]
        assignment = _assignment(Path.cwd(), about["assignment"], about["notebook"])
        graded = grade(
            assignment,
            unpack(nb),
            student=about["student"],
            box=_box(assignment, sandbox=self.sandbox),
        )
        resources["medialit"] = graded
        return nbformat.from_dict(graded.notebook), resources


class FlagForReview(NbGraderPreprocessor):  # type: ignore[misc]
    """Marks the checks whose grader broke as needing a person."""

    def preprocess(
        self, nb: nbformat.NotebookNode, resources: dict[str, Any]
    ) -> tuple[nbformat.NotebookNode, dict[str, Any]]:
        """Return the notebook as it is."""
        about = resources["nbgrader"]
        flagged = resources["medialit"].needs_a_person
        if flagged:
            with Gradebook(about["db_url"]) as gradebook:
                for name in flagged:
                    found = gradebook.find_grade(
                        name, about["notebook"], about["assignment"], about["student"]
                    )
                    found.needs_manual_grade = True
                gradebook.db.commit()
        return nb, resources


def pack(submission: Submission) -> dict[str, Any]:
    """Return a rebuilt submission as a notebook that remembers how it is to be run."""
    run = {"runnable": submission.runnable, "files": submission.files, "notes": submission.notes}
    return submission.notebook | {"metadata": submission.notebook["metadata"] | {RUN: run}}


def unpack(notebook: Any) -> Submission:
    """Return the submission that `pack` packed."""
    content = json.loads(json.dumps(notebook))
    run = content["metadata"].pop(RUN)
    for cell in content["cells"]:
        if isinstance(cell["source"], list):
            cell["source"] = "".join(cell["source"])
    return submissions.Submission(content, tuple(run["runnable"]), run["files"], tuple(run["notes"]))


_loaded: dict[tuple[Path, str, str], tuple[float, Assignment]] = {}
_boxes: dict[tuple[Path, bool], Box] = {}


def _assignment(root: Path, name: str, notebook: str) -> Assignment:
    """Return an assignment, read again when its release has changed. nbgrader works in the course's folder."""
    released = root / "release" / name / f"{notebook}.ipynb"
    changed = released.stat().st_mtime if released.exists() else 0.0
    key = (root, name, notebook)
    if key not in _loaded or _loaded[key][0] != changed:
        _loaded[key] = (changed, Assignment.load(CourseSettings.load(root), name, notebook=notebook))
    return _loaded[key][1]


def _box(assignment: Assignment, *, sandbox: bool) -> Box:
    """Return this process's warm box for a lab."""
    key = (assignment.lab, sandbox)
    if key not in _boxes:
        walls = sandbox_walls.require() if sandbox else sandbox_walls.NONE
        _boxes[key] = box = assignment.open_box(walls)
        atexit.register(box.close)
    return _boxes[key]
