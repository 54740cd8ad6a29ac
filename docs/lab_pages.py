"""The labs as pages: each released notebook, run to its end with the reference solution, its answers left blank.

A page shows what a learner sees *when it works*: their own cells as they are handed out, and the outputs of a run in
which these cells held the reference. The check that guards releases (`medialit.course.leaks`) reads each page's notebook.

A lab is run again when its folder, its grader or the package has changed; `--keep-labs` shows the last run as it was.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import nbformat
from frozen import STATE, VIEW, Frozen
from nbclient import NotebookClient

import medialit
from medialit.course.build import build_courses
from medialit.course.leaks import check_release
from medialit.course.nbgrader import tools_on_path
from medialit.course.project import Project, read_course
from medialit.course.source import Lab, Role, read_labs
from medialit.language import language

LANGUAGES: Final = ("en", "fr", "ar")
SECONDS: Final = 300
"""That a cell may take."""
_NOTE: Final = {
    "en": "This page shows the lab as it runs once every question is answered. What learners write is left out: "
    "it is theirs to find. Buttons and sliders are switched off here; in JupyterLab they work.",
    "fr": "Cette page montre le TP tel qu’il s’exécute une fois toutes les réponses données. Ce que les "
    "apprenants écrivent n’y figure pas : c’est à eux de le trouver. Boutons et curseurs sont inactifs ici ; "
    "dans JupyterLab, ils fonctionnent.",
    "ar": "تعرض هذه الصفحة المختبر كما يعمل بعد الإجابة عن كل الأسئلة. حُذف ما يكتبه المتعلمون: عليهم أن "
    "يجدوه بأنفسهم. الأزرار والمنزلقات معطلة هنا، وهي تعمل في JupyterLab.",
}


def write_pages(
    project: Project,
    *,
    pages: Path,
    kept: Path,
    languages: Sequence[str] = LANGUAGES,
    keep: bool = False,
) -> tuple[str, ...]:
    """Write a folder of pages anew: a notebook for each lab and language, and the page of the course.

    Parameters
    ----------
    project : Project
    pages : Path
        Emptied first.
    kept : Path
        Where the runs are kept until something changes.
    languages : sequence of str
    keep : bool
        Show each lab's last run, whatever has changed since; a lab that never ran is run.

    Returns
    -------
    tuple of str
        The labs that were run.
    """
    labs = read_labs(project)
    shutil.rmtree(pages, ignore_errors=True)
    pages.mkdir(parents=True)
    ran = []
    for lab in labs:
        stamp = _stamp(lab, project)
        home = kept / lab.slug
        fresh = [lang for lang in languages if not _is_kept(home / lang, stamp=stamp, keep=keep)]
        if fresh:
            print(f"{lab.slug}: running it in {', '.join(fresh)}", file=sys.stderr, flush=True)
            _run(lab, project=project, languages=fresh, stamp=stamp, kept=home)
            ran.append(lab.slug)
        for lang in languages:
            (pages / lang).mkdir(exist_ok=True)
            shutil.copy(home / lang / f"{lab.slug}.ipynb", pages / lang)
    (pages / "index.md").write_text(_course_page(labs, languages), encoding="utf-8")
    return tuple(ran)


def _is_kept(folder: Path, *, stamp: str, keep: bool) -> bool:
    try:
        return (folder / "stamp").read_text(encoding="ascii") == stamp or keep
    except FileNotFoundError:
        return False


def _stamp(lab: Lab, project: Project) -> str:
    """Return a digest of all that a lab's run depends on, but for the packages of others."""
    digest = hashlib.sha256()
    package = Path(medialit.__file__).parent
    files = [path for folder in (lab.folder, package) for path in folder.rglob("*") if path.is_file()]
    files += [*Path(__file__).parent.glob("*.py"), *project.graders.glob(f"{lab.slug}*")]
    for path in sorted(path for path in files if "__pycache__" not in path.parts):
        digest.update(f"{path}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _run(lab: Lab, *, project: Project, languages: Sequence[str], stamp: str, kept: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="medialit-pages-") as scratch, tools_on_path():
        folder = Path(scratch)
        build_courses(
            [lab],
            course=read_course(project),
            project=project,
            languages=languages,
            destination=lambda lang: folder / lang,
            exchange=None,
        )
        for lang in languages:
            notebook = _solved(lab, folder / lang / "release" / lab.slug)
            page = folder / "pages" / lang
            page.mkdir(parents=True)
            nbformat.write(_frozen(notebook, lab=lab, lang=lang), page / f"{lab.slug}.ipynb")
            check_release(page, lab=lab, graders=project.graders)
            shutil.rmtree(kept / lang, ignore_errors=True)
            shutil.copytree(page, kept / lang)
            (kept / lang / "stamp").write_text(stamp, encoding="ascii")


def _solved(lab: Lab, release: Path) -> nbformat.NotebookNode:
    """Return the released notebook, run with the reference solution, its own cells as they were."""
    notebook: nbformat.NotebookNode = nbformat.read(release / f"{lab.slug}.ipynb", as_version=4)
    handed_out = {cell.id: cell.source for cell in notebook.cells}
    solutions = {cell.id: cell.source for cell in lab.cells if cell.role is Role.ITEM}
    for cell in notebook.cells:
        cell.source = solutions.get(cell.id, cell.source)
    client = NotebookClient(
        notebook, timeout=SECONDS, store_widget_state=True, resources={"metadata": {"path": str(release)}}
    )
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # of the client's own libraries, about one another
        client.execute()
    for cell in notebook.cells:
        cell.source = handed_out[cell.id]
        if cell.id in solutions:
            cell.outputs = []
    return notebook


def _frozen(notebook: nbformat.NotebookNode, *, lab: Lab, lang: str) -> nbformat.NotebookNode:
    """Put plain HTML in the place of widgets, and take out what is of no use on a page."""
    widgets = Frozen(notebook.metadata)
    for cell in notebook.cells:
        cell.metadata = nbformat.NotebookNode()
        if cell.cell_type == "code":
            cell.execution_count = None
            for output in cell.outputs:
                _freeze(output, widgets)
            cell.outputs = list(_joined(cell.outputs))
    notebook.metadata.get("widgets", {}).pop(STATE, None)
    note = nbformat.v4.new_markdown_cell(f'<p class="lab-note" lang="{lang}" dir="auto">{_NOTE[lang]}</p>')
    notebook.cells.insert(1, note)
    notebook.metadata = nbformat.NotebookNode(
        {"kernelspec": notebook.metadata.kernelspec, "language_info": {"name": "python"}}
    )
    return notebook


def _freeze(output: Any, widgets: Frozen) -> None:
    if output.get("output_type") not in ("display_data", "execute_result"):
        return
    output.output_type, output.execution_count = "display_data", None
    del output["execution_count"]
    if VIEW in output.data:
        html = widgets.html(output.data[VIEW]["model_id"])
        output.data = nbformat.NotebookNode({"text/html": f'<div class="frozen" dir="auto">{html}</div>'})


def _joined(outputs: Iterable[Any]) -> Iterator[Any]:
    """Put together what a kernel sent of one stream in several pieces."""
    last = None
    for output in outputs:
        if (
            last is not None
            and output.output_type == last.output_type == "stream"
            and output.name == last.name
        ):
            last.text += output.text
            continue
        last = output
        yield output


def _course_page(labs: Sequence[Lab], languages: Sequence[str]) -> str:
    """Return the page of the course: what each lab is about, how long it takes, and where it is shown."""
    hours, minutes = divmod(sum(lab.minutes for lab in labs), 60)
    lines = [
        "# The course",
        "",
        f"Number of labs: {len(labs)}; time: {hours} h {minutes:02d}. Each is shown as it runs once it "
        "is solved, with the answers left out; `python3 run.py start` opens the real ones. How a lesson goes, what "
        "to say and what is commonly wrong stands in `course/facilitator/`, in English and as drafts in French and "
        "Arabic; every lab has a short twin without code for families, in `medialit family`.",
        "",
    ]
    for number, lab in enumerate(labs, start=1):
        links = ", ".join(f"[{language(lang).name}]({lang}/{lab.slug}.ipynb)" for lang in languages)
        lines += [
            f"## {number}. {lab.title}",
            "",
            f"{lab.minutes} minutes, {lab.points} points. Read it: {links}.",
            "",
        ]
        lines += [*(f"- {objective}" for objective in lab.objectives), ""]
    for lang in languages:
        lines += ["```{toctree}", ":hidden:", f":caption: {language(lang).name}", ""]
        lines += [*(f"{lang}/{lab.slug}" for lab in labs), "```", ""]
    return "\n".join(lines)
