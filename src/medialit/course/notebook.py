"""The instructor's nbgrader notebook of one lab in one language."""

from __future__ import annotations

import re

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from medialit.course.i18n import Catalogue, Message, State
from medialit.course.source import BEGIN_SOLUTION, END_SOLUTION, Cell, Lab, Role
from medialit.language import Language, language, translator

SCHEMA_VERSION = 3
"""Of the `nbgrader` key in a cell's metadata."""

UNWRAPPED = ("en", "fr")
"""Languages that any page shows rightly, so that learners need not edit around a <div>."""


def source_notebook(lab: Lab, catalogue: Catalogue) -> nbformat.NotebookNode:
    """Return nbgrader's *source* notebook: solutions, visible checks and hidden checks, prose translated.

    Parameters
    ----------
    lab : Lab
        Read and checked.
    catalogue : Catalogue
        Of that lab; its language is the notebook's.

    Returns
    -------
    NotebookNode
        nbformat 4.5. Code is the same in every language; cell ids are those of the source.
    """
    cells = [_cell(cell, lab=lab, catalogue=catalogue) for cell in lab.cells]
    if catalogue.draft:
        _say_draft(lab, cells=cells, catalogue=catalogue)
    notebook: nbformat.NotebookNode = new_notebook(
        cells=cells,
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
            "medialit": {"lab": lab.slug, "language": catalogue.language.code},
        },
    )
    nbformat.validate(notebook)
    return notebook


def hidden_check(slug: str, item: str) -> str:
    """Return the hidden part of a check cell, which nbgrader removes from the release."""
    return (
        "### BEGIN HIDDEN TESTS\n"
        "from medialit.grading.plain import grade\n"
        f'grade("{slug}", "{item}", globals())\n'
        "### END HIDDEN TESTS"
    )


def answer_stub(lang: str) -> str:
    """Return what stands where a learner answers in words."""
    _ = translator(lang)
    return _own(_("Write your answer here."), language(lang))


def wrap(markdown: str, lang: Language) -> str:
    """Return Markdown that reads in its own direction, whatever the page around it.

    Examples
    --------
    >>> print(wrap("نص و `d_prime(1, 2)`", language("ar")))
    <div dir="rtl" lang="ar">
    <BLANKLINE>
    نص و <span dir="ltr">`d_prime(1, 2)`</span>
    <BLANKLINE>
    </div>
    """
    if lang.direction == "rtl":
        markdown = _keep_code_ltr(markdown)
    return f'<div dir="{lang.direction}" lang="{lang.code}">\n\n{markdown}\n\n</div>'


_FENCE = re.compile(r"^(```+|~~~+).*?^\1[`~]*[ \t]*$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)


def _keep_code_ltr(markdown: str) -> str:
    """Mark code as left-to-right: the browser would reorder `01_x` or `f(a, b)` in right-to-left prose."""
    parts: list[str] = []
    end = 0
    for fence in _FENCE.finditer(markdown):
        parts.append(_SPAN.sub(r'<span dir="ltr">\g<0></span>', markdown[end : fence.start()]))
        parts.append(f'<div dir="ltr">\n\n{fence.group()}\n\n</div>')
        end = fence.end()
    parts.append(_SPAN.sub(r'<span dir="ltr">\g<0></span>', markdown[end:]))
    return "".join(parts)


def _cell(cell: Cell, *, lab: Lab, catalogue: Catalogue) -> nbformat.NotebookNode:
    tags: dict[str, object] = {"tags": list(cell.tags)} if cell.tags else {}
    made: nbformat.NotebookNode
    if cell.role is Role.PROSE:
        made = new_markdown_cell(_prose(cell, catalogue), id=cell.id, metadata=tags)
    elif cell.role is Role.MANUAL:
        source = f"{_prose(cell, catalogue)}\n\n{_model_answer(cell)}".lstrip()
        made = new_markdown_cell(source, id=cell.id, metadata=tags | _nbgrader(cell, cell_type="markdown"))
    else:
        source = cell.source
        if cell.role is Role.CHECKS:
            assert cell.item is not None  # source.py gives every check its item
            source = f"{source.rstrip()}\n{hidden_check(lab.slug, cell.item)}"
            tags = tags | {"medialit": {"checks": cell.item}}  # how grading finds the item's grader
        made = new_code_cell(source, id=cell.id, metadata=tags | _nbgrader(cell, cell_type="code"))
    return made


def _nbgrader(cell: Cell, *, cell_type: str) -> dict[str, object]:
    graded = cell.role in (Role.CHECKS, Role.MANUAL)
    answered = cell.role in (Role.ITEM, Role.MANUAL)
    metadata: dict[str, object] = {
        "schema_version": SCHEMA_VERSION,
        "grade": graded,
        "solution": answered,
        "locked": not answered,
        "task": False,
        "grade_id": cell.id,
        "cell_type": cell_type,
    }
    if graded:
        metadata["points"] = cell.points
    return {"nbgrader": metadata}


def _prose(cell: Cell, catalogue: Catalogue) -> str:
    """Return a cell's text in the course's language; English, marked as such, where there is none."""
    if not cell.visible:
        return ""
    found = catalogue.look_up(Message(f"cell:{cell.id}", cell.visible))
    if found.state is State.TRANSLATED:
        return _own(found.text, catalogue.language)
    english = wrap(found.text, language("en"))
    if found.state is State.UNTRANSLATED:
        return english
    _ = translator(catalogue.language.code)
    note = _("This part has changed since it was translated. You read the English text, which is up to date.")
    return f"{_own(_quote(note), catalogue.language)}\n\n{english}"


def _own(text: str, lang: Language) -> str:
    return text if lang.code in UNWRAPPED else wrap(text, lang)


def _quote(note: str) -> str:
    return f"> {note}"


def _model_answer(cell: Cell) -> str:
    answer = "\n".join(cell.solution).strip()
    return "\n".join(part for part in (BEGIN_SOLUTION, answer, END_SOLUTION) if part)


def _say_draft(lab: Lab, *, cells: list[nbformat.NotebookNode], catalogue: Catalogue) -> None:
    first = next((cell for cell in cells if cell.cell_type == "markdown"), None)
    if first is None:
        return
    prose = [cell for cell in lab.cells if cell.role in (Role.PROSE, Role.MANUAL) and cell.visible]
    done = sum(
        catalogue.look_up(Message(f"cell:{cell.id}", cell.visible)).state is State.TRANSLATED
        for cell in prose
    )
    _ = translator(catalogue.language.code)
    note = _(
        "Draft translation: no native speaker has reviewed it yet. "
        "{percent} % of this lab's text is translated; "
        "the rest is in English."
    ).format(percent=100 * done // len(prose))
    first.source = f"{_own(_quote(note), catalogue.language)}\n\n{first.source}"
