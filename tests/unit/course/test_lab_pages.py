"""The labs as pages of the documentation: run, frozen, and without a solution."""

import base64
import sys
from pathlib import Path

import ipywidgets
import nbformat
import pytest
from ipywidgets.embed import dependency_state

from medialit.course.project import Project
from medialit.course.source import Role, read_lab

DOCS = Path(__file__).parents[3] / "docs"
sys.path.insert(0, str(DOCS))  # these modules belong to the documentation, and are in no package

from frozen import STATE, Frozen  # noqa: E402
from lab_pages import write_pages  # noqa: E402


def drawn(widget: ipywidgets.Widget) -> str:
    """A real widget's state, as a notebook keeps it, drawn."""
    state = {"state": dependency_state([widget], drop_defaults=False)}
    return Frozen({"widgets": {STATE: state}}).html(f"IPY_MODEL_{widget.model_id}")


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> tuple[Path, Path, Project]:
    root = tmp_path_factory.mktemp("pages")
    project = Project(root=Path(__file__).parents[2] / "fixtures" / "labs")
    assert write_pages(project, pages=root / "pages", kept=root / "kept") == ("01_tiny",)
    return root / "pages", root / "kept", project


@pytest.mark.parametrize(
    ("widget", "shown"),
    [
        (ipywidgets.Label("a < b"), "a &lt; b"),
        (
            ipywidgets.Button(description="Say & look"),
            '<button class="widget" disabled>Say &amp; look</button>',
        ),
        (ipywidgets.Checkbox(value=True, description="mine"), "disabled checked> mine"),
        (ipywidgets.IntSlider(3, 0, 10, description="speed"), 'max="10" step="1" value="3"> 3</label>'),
        (
            ipywidgets.Dropdown(options=["one", "two"], value="two"),
            "<option>one</option><option selected>two</option>",
        ),
        (
            ipywidgets.ToggleButtons(options=["yes", "no"]),
            "<button disabled class=chosen>yes</button> <button disabled>no",
        ),
        (ipywidgets.SelectionSlider(options=["soon", "late"]), "<option selected>soon</option>"),
        (ipywidgets.Text('"><script>'), 'value="&quot;&gt;&lt;script&gt;"'),
        (ipywidgets.Textarea("<i>"), "&lt;i&gt;</textarea>"),
        (ipywidgets.IntProgress(value=4, max=8), '<progress max="8" value="4">'),
        (
            ipywidgets.Image(value=b"GIF", format="gif"),
            f"data:image/gif;base64,{base64.b64encode(b'GIF').decode()}",
        ),
        (
            ipywidgets.Video(value=b"film", format="mp4"),
            f"data:video/mp4;base64,{base64.b64encode(b'film').decode()}",
        ),
        (ipywidgets.Accordion([ipywidgets.Label("in it")], titles=["more"]), "<summary>more</summary><span"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, ipywidgets.Widget) else "",
)
def test_a_widget_is_drawn_with_what_it_holds(widget, shown):
    assert shown in drawn(widget)
    assert shown in drawn(ipywidgets.VBox([ipywidgets.HBox([widget])]))


def test_what_is_hidden_is_not_drawn():
    label = ipywidgets.Label("a secret")
    label.layout.display = "none"
    assert drawn(ipywidgets.VBox([label, ipywidgets.Label("seen")])).count("<span") == 1


def test_a_widget_that_nobody_has_said_how_to_draw_stops_the_build():
    with pytest.raises(LookupError, match="ColorPicker"):
        drawn(ipywidgets.ColorPicker())


def test_every_lab_has_a_page_in_each_language_and_a_place_in_the_course(written):
    pages, _, project = written
    course = (pages / "index.md").read_text(encoding="utf-8")
    lab = read_lab(project.labs / "01_tiny")
    assert lab.title in course and all(objective in course for objective in lab.objectives)
    for lang in ("en", "fr", "ar"):
        assert f"({lang}/01_tiny.ipynb)" in course
        assert (pages / lang / "01_tiny.ipynb").is_file()


def test_a_page_shows_what_the_solved_lab_put_out_and_no_solution(written):
    pages, _, project = written
    lab = read_lab(project.labs / "01_tiny")
    text = (pages / "en" / "01_tiny.ipynb").read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    (check,) = (cell for cell in notebook.cells if cell.id == "rates_check")
    assert [out.text for out in check.outputs] == ["You gave (0.75, 0.25).\n"]
    for cell in lab.cells:
        if cell.role is Role.ITEM:
            assert [one.outputs for one in notebook.cells if one.id == cell.id] == [[]]
            assert "hit_rate_canary" in "".join(cell.solution)
    assert "canary" not in text


def test_a_lab_is_run_again_only_when_something_has_changed(written):
    pages, kept, project = written
    assert write_pages(project, pages=pages, kept=kept) == ()
    stamp = kept / "01_tiny" / "fr" / "stamp"
    stamp.write_text("of another day", encoding="ascii")
    assert write_pages(project, pages=pages, kept=kept, languages=["fr"], keep=True) == ()
    assert write_pages(project, pages=pages, kept=kept, languages=["fr"]) == ("01_tiny",)
    assert stamp.read_text(encoding="ascii") != "of another day"
