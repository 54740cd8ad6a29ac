"""The whole training, by one command: render, learn the codec, encode, learn the flow, export.

Each stage goes on where it stopped, so the same command after an interruption loses at most some minutes. A folder
holds the renders, the checkpoints, a log of each stage (``log.jsonl``) and contact sheets to look at.
"""

from __future__ import annotations

import copy
import json
import logging
import time
from concurrent.futures import ThreadPoolExecutor
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
        Of the trainer.
    workers : int
        Processes that render beside it.
    """

    n_frames: int
    n_clips: int
    codec: CodecRun = field(default_factory=CodecRun)
    flow: FlowRun = field(default_factory=FlowRun)
    codec_config: CodecConfig = field(default_factory=CodecConfig)
    flow_config: FlowConfig = field(default_factory=FlowConfig)
    threads: int = 1
    workers: int = 1


RECIPES = {
    # For two processor cores in three hours: one trains, the other one renders. Its flow was run for 78 minutes.
    "laptop": Recipe(
        n_frames=40_000,
        n_clips=40_000,
        codec=CodecRun(steps=10_000, minutes=50),
        flow=FlowRun(steps=20_000, minutes=120, batch=32),
        codec_config=CodecConfig(seen=(48, 64), painted=(96, 48, 24)),
        flow_config=FlowConfig(width=192, depth=6, heads=3),
    ),
    # For one large GPU with 16 processor cores in ten minutes; rendering is its limit. Put the folder on a fast disk,
    # or in memory (60 GB).
    "gpu": Recipe(
        n_frames=40_000,
        n_clips=100_000,
        codec=CodecRun(steps=100_000, minutes=1.3, batch=128, save_every=1500, device="cuda"),
        flow=FlowRun(steps=100_000, minutes=6.5, batch=512, min_clips=8_000, save_every=500, device="cuda"),
        threads=4,
        workers=15,
    ),
    # Minutes: it shows that everything runs, and learns next to nothing.
    "trial": Recipe(
        n_frames=64,
        n_clips=32,
        codec=CodecRun(steps=4, batch=4, min_frames=16),
        flow=FlowRun(steps=4, batch=4, min_clips=8),
        codec_config=CodecConfig(seen=(8, 8), painted=(8, 8, 8)),
        flow_config=FlowConfig(width=32, depth=1, heads=2),
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
        If the folder holds a training by another recipe, or a helper failed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _claim(folder, recipe)
    torch.set_num_threads(recipe.threads)
    began = time.time()
    frames, clips, latents = folder / "frames", folder / "clips", folder / "latents"
    with ThreadPoolExecutor(2) as beside:  # both wait for others most of the time
        rendering = beside.submit(_render, folder, recipe)
        codec_path = train_codec(folder / "codec", frames, run=recipe.codec, config=recipe.codec_config)
        codec = load_codec(codec_path).to(recipe.flow.device)
        device = torch.device(recipe.flow.device)
        encoding = beside.submit(encode_clips, clips, copy.deepcopy(codec), latents, device=device)
        flow_path = train_flow(folder / "flow", latents, codec, run=recipe.flow, config=recipe.flow_config)
        rendering.result()
        encoding.result()
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


def _render(folder: Path, recipe: Recipe) -> None:
    data.render_frames(folder / "frames", n=recipe.n_frames, workers=recipe.workers)
    seeds = iter(data.CLIP_SEEDS)
    data.render_clips(folder / "clips", n=recipe.n_clips, seeds=seeds, workers=recipe.workers)
