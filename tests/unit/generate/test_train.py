"""The smallest recipe, from nothing to weights; it needs PyTorch."""

import json

import pytest

pytest.importorskip("torch", reason="training needs PyTorch: pip install 'medialit[train]'")
pytest.importorskip("onnxscript", reason="export needs onnxscript: pip install 'medialit[train]'")


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")  # PyTorch's exporter warns of itself
def test_a_training_runs_goes_on_and_guards_its_folder(tmp_path):
    from dataclasses import replace

    from medialit.errors import GenerateError
    from medialit.generate.train import RECIPES, train

    recipe = RECIPES["trial"]
    listing = train(tmp_path / "t", recipe=recipe, name="trial")
    facts = json.loads(listing.read_text())
    assert set(facts["files"]) == {
        f"{name}.onnx" for name in ("encoder", "decoder", "places", "portrait", "painter", "light", "flow")
    }
    assert facts["training"]["recipe"] == "trial"
    log = (tmp_path / "t" / "flow" / "flow.pt").stat().st_mtime_ns
    train(tmp_path / "t", recipe=recipe, name="trial")  # nothing is left to do
    assert (tmp_path / "t" / "flow" / "flow.pt").stat().st_mtime_ns == log
    with pytest.raises(GenerateError, match="another recipe"):
        train(tmp_path / "t", recipe=replace(recipe, n_clips=9), name="trial")
