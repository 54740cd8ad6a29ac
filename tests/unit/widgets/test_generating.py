"""The generator's widget, with the shipped weights."""

from medialit.widgets.generating import GeneratorWidget


def test_both_models_side_by_side_with_what_was_asked_and_not_used(tmp_path):
    widget = GeneratorWidget(
        tmp_path / "clips", prompt="a blue cat spins in the souk with a dragon", home=tmp_path
    )
    widget._models.value, widget._steps.value = ("v1", "v2"), 2
    widget.make()
    assert set(widget.made) == {"v1", "v2"} and len(widget._clips.children) == 2
    assert all(one.path.is_file() and one.published is not None for one in widget.made.values())
    assert "dragon" in widget._said.value and "blue" in widget._said.value
    assert widget._progress.value == 2 and len(widget._preview.value) > 1000
    assert not widget._button.disabled


def test_a_refusal_is_a_sentence_in_the_reader_s_direction_and_nothing_is_made(tmp_path):
    widget = GeneratorWidget(
        tmp_path / "clips", prompt="ليونيل ميسي يرقص على الشاطئ", lang="ar", home=tmp_path
    )
    widget.make()
    assert "role='alert'" in widget._said.value and "ميسي" not in str(widget.made)
    assert not widget.made and not list((tmp_path / "clips").glob("*"))
    assert widget.layout.align_items == "flex-end"


def test_a_prompt_cannot_write_html_into_the_notebook(tmp_path):
    widget = GeneratorWidget(tmp_path / "clips", prompt="a cat <script>alert(1)</script>", home=tmp_path)
    widget._steps.value = 1
    widget.make()
    assert "<script" not in widget._said.value


def test_another_prompt_with_the_same_seed_overwrites_nothing(tmp_path):
    widget = GeneratorWidget(tmp_path / "clips", prompt="a cat", home=tmp_path)
    widget._steps.value = 1
    widget.make()
    widget._prompt.value = "a car"
    widget.make()
    assert len(list((tmp_path / "clips").glob("*.mp4"))) == 2
