"""The rules that a lab's source must keep, and the words in which it is refused."""

from pathlib import Path

import pytest

from medialit.course.project import Project, find_project, read_course
from medialit.course.source import Lab, Role, read_lab, read_labs
from medialit.errors import CourseError, LabSourceError


def test_a_lab_is_read_with_its_cells_in_order(lab: Lab) -> None:
    assert [(cell.id, cell.role) for cell in lab.cells] == [
        ("title", Role.PROSE),
        ("setup", Role.CODE),
        ("ask_rates", Role.PROSE),
        ("rates", Role.ITEM),
        ("rates_check", Role.CHECKS),
        ("reflect", Role.MANUAL),
    ]
    assert lab.items == {"rates": 3}
    assert (lab.title, lab.minutes, lab.points) == ("Counting what was seen", 5, 7)


def test_what_a_learner_may_see_of_a_cell_ends_where_its_solution_begins(lab: Lab) -> None:
    item = next(cell for cell in lab.cells if cell.role is Role.ITEM)
    assert item.visible == "def rates(hits, misses, false_alarms, correct_rejections):"
    assert item.solution[0].strip() == "hit_rate_canary = hits / (hits + misses)"
    assert len(item.solution) == 2


REFUSED = {
    "no id": ('# %% [markdown] id="ask_rates"', "# %% [markdown]", "cell 3: its id is None"),
    "an id in capitals": ('id="setup"', 'id="Setup"', "its id is 'Setup'"),
    "an id twice": ('id="ask_rates"', 'id="title"', "another cell has the same id"),
    "an unknown key": ('id="setup"', 'id="setup" locked="yes"', "'locked', which means nothing here"),
    "a broken marker": ('id="setup"', 'id="setup', "its marker cannot be read"),
    "points on an item": ('item="rates"', 'item="rates" points=3', "nothing grades it"),
    "points of zero": ("points=3", "points=0", "its points are 0"),
    "points as text": ("points=3", 'points="3"', "its points are '3'"),
    "a check without points": (" points=3", "", "its points are 0"),
    "a check of another item": ('checks="rates"', 'checks="ratios"', "no check follows the item 'rates'"),
    "an item without a check": ('checks="rates" points=3', "", "no check follows the item 'rates'"),
    "a check without an item": (
        'id="rates" item="rates"',
        'id="rates"',
        "it holds a solution, and is no item",
    ),
    "two roles": ('item="rates"', 'item="rates" checks="rates"', "it is item and checks at once"),
    "manual on code": (
        '# %% id="setup"',
        '# %% id="setup" manual="true" points=1',
        "`manual` stands on a code cell",
    ),
    "an item in prose": (
        '# %% [markdown] id="ask_rates"',
        '# %% [markdown] id="ask_rates" item="x"',
        "Put it on a code",
    ),
    "a solution left open": ("    ### END SOLUTION\n", "", "the marks of its solution do not pair"),
    "no solution": (
        "    hit_rate_canary = hits / (hits + misses)\n"
        "    return hit_rate_canary, false_alarms / (false_alarms + correct_rejections)\n",
        "",
        "an item without a solution",
    ),
    "a long visible check": ("check.rates(rates)", "check.rates(rates)\n" * 4, "not 1 to 3 lines"),
    "a hidden test in the source": (
        "check.rates(rates)",
        "### BEGIN HIDDEN TESTS",
        "the builder adds the hidden test",
    ),
    "broken Python": ("from checks import check", "from checks import", "it is not Python"),
    "an empty cell": ("# Of the synthetic clips, what share did you catch?", "", "it is empty"),
}


@pytest.mark.parametrize(("before", "after", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_a_source_that_breaks_a_rule_is_refused_by_name(
    lab_folder: Path, before: str, after: str, said: str
) -> None:
    path = lab_folder / "lab.py"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(LabSourceError, match=r"lab\.py") as refusal:
        read_lab(lab_folder)
    assert said in str(refusal.value)


def test_points_of_lab_toml_and_of_the_cells_must_agree(lab_folder: Path) -> None:
    path = lab_folder / "lab.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("points = 7", "points = 8"), encoding="utf-8")
    with pytest.raises(LabSourceError, match=r"`points` is 8, and the cells of lab.py add up to 7"):
        read_lab(lab_folder)


def test_a_slug_names_its_folder(lab_folder: Path) -> None:
    renamed = lab_folder.rename(lab_folder.with_name("02_tiny"))
    with pytest.raises(LabSourceError, match="the slug is '01_tiny' and the folder is '02_tiny'"):
        read_lab(renamed)


@pytest.mark.parametrize(
    ("line", "said"),
    [("minutes = 5", "`minutes` is missing"), ('title = "Counting what was seen"', "`title` is missing")],
)
def test_lab_toml_must_say_what_is_needed(lab_folder: Path, line: str, said: str) -> None:
    path = lab_folder / "lab.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(line, ""), encoding="utf-8")
    with pytest.raises(CourseError, match=said):
        read_lab(lab_folder)


def test_an_unknown_lab_is_refused_with_the_known_ones(project: Project) -> None:
    with pytest.raises(CourseError, match=r"no lab called '09_none'. It holds: 01_tiny"):
        read_labs(project, ["09_none"])


def test_a_language_without_a_course_is_refused(project: Project) -> None:
    path = project.course / "course.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"ar"', '"ary"'), encoding="utf-8")
    with pytest.raises(CourseError, match="no course can be built in 'ary'"):
        read_course(project)


def test_a_folder_without_a_course_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"No course/course\.toml was found"):
        find_project(tmp_path)
