"""The whole training, by one command: render, learn the codec, encode, learn the flow, export.

Each stage goes on where it stopped, so the same command after an interruption loses at most some minutes. A folder
holds the renders, the checkpoints, a log of each stage (``log.jsonl``) and contact sheets to look at.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch

from medialit.errors import GenerateError
from medialit.generate import data
from medialit.generate.export import export
from medialit.generate.model import CodecConfig, FlowConfig
from medialit.generate.train_codec import CodecRun, train_codec
from medialit.generate.train_flow import FlowRun, encode_clips, load_codec, train_flow

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How much of everything.

    Parameters
    ----------
    n_frames, n_clips : int
        Rendered for the codec and for the flow.
    codec, flow
        How each is trained.
    codec_config, flow_config
        How large each is.
    threads : int
        Of the trainer; rendering and encoding take one process beside it.
    """

    n_frames: int
    n_clips: int
    codec: CodecRun = field(default_factory=CodecRun)
    flow: FlowRun = field(default_factory=FlowRun)
    codec_config: CodecConfig = field(default_factory=CodecConfig)
    flow_config: FlowConfig = field(default_factory=FlowConfig)
    threads: int = 1


RECIPES = {
    # Meant for three hours on two processor cores; nobody has run it to its end yet.
    "laptop": Recipe(
        n_frames=40_000,
        n_clips=40_000,
        codec=CodecRun(steps=10_000),
        flow=FlowRun(steps=4_000),
    ),
    # For one large GPU and 16 cores; written for 25 minutes, and not run yet.
    "gpu": Recipe(
        n_frames=200_000,
        n_clips=200_000,
        codec=CodecRun(steps=20_000, batch=128, device="cuda"),
        flow=FlowRun(steps=20_000, batch=512, device="cuda"),
        threads=8,
    ),
    # Minutes: it shows that everything runs, and learns next to nothing.
    "trial": Recipe(
        n_frames=64,
        n_clips=32,
        codec=CodecRun(steps=4, batch=4, min_frames=16),
        flow=FlowRun(steps=4, batch=4, min_clips=8),
        codec_config=CodecConfig(seen=(8, 8), painted=(8, 8, 8)),
        flow_config=FlowConfig(width=32, depth=1, heads=2, eye=16, brush=16),
    ),
}


def train(folder: Path, *, recipe: Recipe, name: str) -> Path:
    """Run every stage that is not done yet.

    Parameters
    ----------
    folder : Path
        Made if it isn't there; several GB for the larger recipes.
    recipe : Recipe
    name : str
        Of the recipe, for the list of facts.

    Returns
    -------
    Path
        Of ``generator.json`` among the exported weights, in ``folder / "weights"``.

    Raises
    ------
    GenerateError
        If the folder holds a training by another recipe, or a helper process failed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _claim(folder, recipe)
    torch.set_num_threads(recipe.threads)
    began = time.time()
    context = multiprocessing.get_context("spawn")
    renderer = context.Process(target=_render, args=(folder, recipe.n_frames, recipe.n_clips), daemon=True)
    renderer.start()
    codec_path = train_codec(
        folder / "codec", folder / "frames", run=recipe.codec, config=recipe.codec_config
    )
    codec = load_codec(codec_path)
    encoder = context.Process(target=_encode, args=(folder, codec_path), daemon=True)
    encoder.start()
    flow_path = train_flow(
        folder / "flow", folder / "latents", codec, run=recipe.flow, config=recipe.flow_config
    )
    for process in (renderer, encoder):
        process.terminate()
        process.join()
    facts = {"recipe": name, "minutes": round((time.time() - began) / 60, 1), **asdict(recipe)}
    return export(codec_path, flow_path, folder / "weights", facts={"training": facts})


def _claim(folder: Path, recipe: Recipe) -> None:
    """Write the recipe into the folder, or refuse where another one is."""
    note = folder / "recipe.json"
    wanted = json.dumps(asdict(recipe), indent=1)
    if note.exists() and note.read_text(encoding="utf-8") != wanted:
        raise GenerateError(
            f"{folder} holds a training by another recipe; choose another folder, or remove that one to start anew."
        )
    note.write_text(wanted, encoding="utf-8")


def _render(folder: Path, n_frames: int, n_clips: int) -> None:
    os.nice(5)
    data.render_frames(folder / "frames", n=n_frames)
    data.render_clips(folder / "clips", n=n_clips, seeds=iter(data.CLIP_SEEDS))


def _encode(folder: Path, codec_path: Path) -> None:
    torch.set_num_threads(1)
    encode_clips(folder / "clips", load_codec(codec_path), folder / "latents")
