"""Catalogues: what is stale, what survives an update, and what is refused."""

from pathlib import Path

import polib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialit.course.i18n import (
    Catalogue,
    Message,
    State,
    catalogue_path,
    extract,
    merge,
    messages,
    status,
    update,
)
from medialit.course.project import Project
from medialit.course.source import Lab, read_lab
from medialit.errors import LabSourceError

QUESTION = Message("cell:ask_rates", "Of the synthetic clips, what share did you catch?")


def change_english(lab_folder: Path) -> Lab:
    path = lab_folder / "lab.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("what share did you catch?", "what share did you miss?"), encoding="utf-8")
    return read_lab(lab_folder)


def test_every_text_that_learners_read_is_in_the_catalogue(lab: Lab, project: Project) -> None:
    contexts = [message.context for message in messages(lab, graders=project.graders)]
    assert contexts == ["lab"] * 3 + ["cell:title", "cell:ask_rates", "cell:reflect"] + ["check"] * 2 + [
        "grader"
    ]


def test_no_solution_reaches_a_catalogue(lab: Lab, project: Project) -> None:
    assert not any("canary" in message.text for message in messages(lab, graders=project.graders))


def test_a_translated_cell_is_given_in_its_language(lab: Lab) -> None:
    found = Catalogue(lab, "fr").look_up(QUESTION)
    assert found.state is State.TRANSLATED
    assert found.text.startswith("Parmi les clips")


def test_a_cell_whose_english_changed_is_stale_and_given_in_english(
    lab_folder: Path, project: Project
) -> None:
    lab = change_english(lab_folder)
    changed = Message(QUESTION.context, "Of the synthetic clips, what share did you miss?")
    found = Catalogue(lab, "fr").look_up(changed)
    assert (found.state, found.text) == (State.STALE, changed.text)
    [french] = status([lab], ["en", "fr"], graders=project.graders)
    assert (french.total, french.translated, french.stale, french.percent) == (9, 8, 1, 88)


def test_an_update_keeps_a_stale_translation_as_fuzzy_and_it_stays_stale(
    lab_folder: Path, project: Project
) -> None:
    lab = change_english(lab_folder)
    path = update(lab, "fr", graders=project.graders)
    entry = next(entry for entry in polib.pofile(str(path)) if entry.msgctxt == QUESTION.context)
    assert entry.fuzzy
    assert entry.previous_msgid == QUESTION.text
    assert entry.msgstr.startswith("Parmi les clips")
    [french] = status([lab], ["fr"], graders=project.graders)
    assert (french.translated, french.stale) == (8, 1)


def test_an_update_of_an_unchanged_lab_changes_nothing(lab: Lab, project: Project) -> None:
    before = catalogue_path(lab, "ar").read_bytes()
    update(lab, "ar", graders=project.graders)
    assert catalogue_path(lab, "ar").read_bytes() == before


def test_a_new_language_begins_as_an_empty_draft(lab: Lab, project: Project) -> None:
    update(lab, "zgh", graders=project.graders)
    [begun] = status([lab], ["zgh"], graders=project.graders)
    assert (begun.translated, begun.percent, begun.draft) == (0, 0, True)


def test_a_reviewed_catalogue_is_no_draft(lab: Lab) -> None:
    path = catalogue_path(lab, "fr")
    path.write_text(
        path.read_text(encoding="utf-8").replace("X-Review: draft", "X-Review: A. Reader, 2026-11")
    )
    assert not Catalogue(lab, "fr").draft
    path.write_text(
        path.read_text(encoding="utf-8").replace("A. Reader, 2026-11", "draft, second reading 2026-11-27")
    )
    assert Catalogue(lab, "fr").draft
    assert Catalogue(lab, "fr").review == "draft, second reading 2026-11-27"
    assert Catalogue(lab, "ar").draft


def test_a_translation_that_loses_a_slot_is_refused(lab: Lab) -> None:
    path = catalogue_path(lab, "fr")
    path.write_text(
        path.read_text(encoding="utf-8").replace("Vous avez donné {answer}.", "Vous avez donné {reponse}.")
    )
    with pytest.raises(LabSourceError, match=r"does not keep its slots \['answer'\]"):
        Catalogue(lab, "fr")


def test_a_damaged_catalogue_is_refused_by_name(lab: Lab) -> None:
    catalogue_path(lab, "fr").write_text("msgstr before its msgid\n", encoding="utf-8")
    with pytest.raises(LabSourceError, match=r"fr\.po is not a PO catalogue"):
        Catalogue(lab, "fr")


def test_a_text_that_no_catalogue_could_hold_is_refused(tmp_path: Path) -> None:
    module = tmp_path / "checks.py"
    module.write_text('print(_("one"))\nprint(_("a" + name))\n', encoding="utf-8")
    with pytest.raises(LabSourceError, match=r"checks.py, line 2: .*one literal text"):
        extract(module)


texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=20)
cells = st.dictionaries(st.from_regex(r"[a-z]{1,6}", fullmatch=True), texts, max_size=6)


def catalogue_of(translations: dict[str, str]) -> polib.POFile:
    catalogue = polib.POFile()
    catalogue.extend(
        polib.POEntry(msgctxt=f"cell:{name}", msgid=text, msgstr=f"<{text}>")
        for name, text in translations.items()
    )
    return catalogue


@given(old=cells, new=cells)
def test_a_merge_translates_exactly_what_is_unchanged_and_loses_no_work(
    old: dict[str, str], new: dict[str, str]
) -> None:
    merged = {
        entry.msgctxt.removeprefix("cell:"): entry
        for entry in merge(catalogue_of(old), [Message(f"cell:{name}", text) for name, text in new.items()])
    }
    assert merged.keys() == new.keys()
    for name, entry in merged.items():
        assert entry.msgid == new[name]
        assert entry.msgstr == (f"<{old[name]}>" if name in old else "")
        assert entry.fuzzy == (name in old and old[name] != new[name])
