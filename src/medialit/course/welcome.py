"""The first page that JupyterLab shows: what to click, for whoever learns and whoever teaches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from medialit.language import language, translator


def welcome(
    labs: Mapping[str, Mapping[str, Any]], *, lang: str, learner: bool, teacher: bool, by_file: bool = False
) -> str:
    """Return the first page, in Markdown.

    Parameters
    ----------
    labs : mapping
        As in medialit.json: slug to title, points and order.
    lang : str
        The course's language.
    learner, teacher : bool
        Which of the two parts to show.
    by_file : bool
        The labs lie in the learner's folder already, and are handed in as files.

    Examples
    --------
    >>> page = welcome({"01_x": {"title": "Seeing", "points": 7, "order": 1}}, lang="en", learner=True, teacher=False)
    >>> "- **Seeing** (`01_x`, 7 points)" in page
    True
    """
    _ = translator(lang)
    parts = [f"# {_('Welcome')}"]
    if language(lang).draft:
        parts.append("> " + _("Draft translation: no native speaker has reviewed it yet."))
    if learner:
        parts.append(_learner_alone(lang) if by_file else _learner(lang))
    if teacher:
        parts.append(_teacher(lang))
    parts.append(f"## {_('The labs')}")
    ordered = sorted(labs.items(), key=lambda pair: (pair[1]["order"], pair[0]))
    row = _("**{title}** (`{slug}`, {points} points)")
    parts.append(
        "\n".join(
            "- " + row.format(title=lab["title"], slug=slug, points=lab["points"]) for slug, lab in ordered
        )
    )
    return "\n\n".join(parts) + "\n"


def _learner(lang: str) -> str:
    _ = translator(lang)
    return _numbered(
        _("If you learn"),
        _("Open the menu **Nbgrader**, then **Assignment List**."),
        _("Under *Released assignments*, press **Fetch** beside a lab. It is copied to your folder."),
        _("Open the notebook, read it from top to bottom, and run each cell with Shift+Enter."),
        _("Press **Validate** in the notebook's toolbar. It says which of your answers do not run yet."),
        _("In the Assignment List, press **Submit**. You may submit again; the last one counts."),
        _("When your work is graded, press **Fetch Feedback** there to read what was found."),
    )


def _learner_alone(lang: str) -> str:
    _ = translator(lang)
    return _numbered(
        _("If you learn"),
        _("In the list of files on the left, open the folder of a lab, and in it the notebook."),
        _("Read it from top to bottom, and run each cell with Shift+Enter."),
        _("Press **Validate** in the notebook's toolbar. It says which of your answers do not run yet."),
        _("When you have finished, save, and give the notebook's file to your teacher."),
    )


def _teacher(lang: str) -> str:
    _ = translator(lang)
    return _numbered(
        _("If you teach"),
        _("Open the menu **Nbgrader**, then **Formgrader**."),
        _("Press the arrow under *Collect* beside a lab to take in what learners have submitted."),
        _("Press the number under *Submissions*, then **Autograde** beside each learner."),
        _("Under *Manual Grading*, read the answers in words and give their points."),
        _("Under *Manage Assignments*, press **Generate Feedback**, then **Release Feedback**."),
        _(
            "To grade a whole class at once, or to export the marks, use `medialit grade` and `nbgrader export`."
        ),
    )


def _numbered(title: str, *steps: str) -> str:
    return f"## {title}\n\n" + "\n".join(f"{number}. {step}" for number, step in enumerate(steps, start=1))
