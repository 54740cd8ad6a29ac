"""The whole training, by one command: render, learn the codecs, write clips as tokens, learn the flow, export.

Each stage goes on where it stopped, so the same command after an interruption loses at most some minutes. A folder
holds the renders, the checkpoints, a log of each stage (``log.jsonl``) and contact sheets to look at.
"""

from __future__ import annotations

import json
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from medialit.errors import GenerateError
from medialit.generate import data, data_layers
from medialit.generate.export import export
from medialit.generate.flow import Floats
from medialit.generate.model import CodecConfig, FlowConfig, ThingCodec, ThingConfig
from medialit.generate.train_codec import CodecRun, load_codec, train_codec
from medialit.generate.train_flow import FlowRun, train_flow
from medialit.generate.train_places import PlaceRun, train_places
from medialit.generate.train_things import ThingRun, load_things, pictures, train_things

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How much of everything.

    Parameters
    ----------
    n_frames, n_portraits, n_clips : int
        Rendered for the codec, for the codec of things, and for the flow.
    codec, places, things, flow
        How each is trained.
    codec_config, things_config, flow_config
        How large each is.
    angles : int
        Steps of a full turn at which things are looked at for the flow.
    threads : int
        Of the trainer.
    workers : int
        Processes that render beside it.
    """

    n_frames: int
    n_portraits: int
    n_clips: int
    codec: CodecRun = field(default_factory=CodecRun)
    places: PlaceRun = field(default_factory=PlaceRun)
    things: ThingRun = field(default_factory=ThingRun)
    flow: FlowRun = field(default_factory=FlowRun)
    codec_config: CodecConfig = field(default_factory=CodecConfig)
    things_config: ThingConfig = field(default_factory=ThingConfig)
    flow_config: FlowConfig = field(default_factory=FlowConfig)
    angles: int = 72
    threads: int = 1
    workers: int = 1


RECIPES = {
    # For two processor cores in three hours: one trains, the other one renders.
    "laptop": Recipe(
        n_frames=40_000,
        n_portraits=24_000,
        n_clips=30_000,
        codec=CodecRun(steps=3_500, minutes=30),
        places=PlaceRun(steps=100_000, minutes=20),
        things=ThingRun(steps=100_000, minutes=26),
        flow=FlowRun(steps=100_000, minutes=80),
        codec_config=CodecConfig(seen=(48, 64), painted=(96, 48, 24)),
    ),
    # For one large GPU with 16 processor cores in about ten minutes; rendering is its limit. Put the folder on a fast
    # disk, or in memory (20 GB). Not run yet.
    "gpu": Recipe(
        n_frames=40_000,
        n_portraits=60_000,
        n_clips=100_000,
        codec=CodecRun(steps=100_000, minutes=1.3, batch=128, save_every=1500, device="cuda"),
        places=PlaceRun(steps=100_000, minutes=1.5, batch=64, save_every=1500, device="cuda"),
        things=ThingRun(steps=100_000, minutes=2, batch=256, save_every=1500, device="cuda"),
        flow=FlowRun(steps=100_000, minutes=5, batch=512, min_clips=8_000, save_every=500, device="cuda"),
        flow_config=FlowConfig(width=256, depth=8),
        threads=4,
        workers=15,
    ),
    # Minutes: it shows that everything runs, and learns next to nothing.
    "trial": Recipe(
        n_frames=64,
        n_portraits=64,
        n_clips=32,
        codec=CodecRun(steps=4, batch=4, min_frames=16),
        places=PlaceRun(steps=2, batch=4),
        things=ThingRun(steps=4, batch=4, min_portraits=16),
        flow=FlowRun(steps=4, batch=4, min_clips=8),
        codec_config=CodecConfig(seen=(8, 8), painted=(8, 8, 8)),
        things_config=ThingConfig(seen=(8, 8, 8), painted=(8, 8, 8), field=8),
        flow_config=FlowConfig(width=32, depth=1, heads=2),
        angles=6,
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
    with ThreadPoolExecutor(2) as beside:  # both wait for others most of the time
        rendering = beside.submit(_render, folder, recipe)
        codec_path = train_codec(
            folder / "codec", folder / "frames", run=recipe.codec, config=recipe.codec_config
        )
        places_path = train_places(folder / "places", load_codec(codec_path), run=recipe.places)
        things_path = train_things(
            folder / "things", folder / "portraits", run=recipe.things, config=recipe.things_config
        )
        rendering.result()
        things = load_things(things_path)
        encoding = beside.submit(_tokens, folder / "tokens", things, recipe)
        flow_path = train_flow(
            folder / "flow", folder / "tokens", things=load_things(things_path), run=recipe.flow,
            config=recipe.flow_config,
        )  # fmt: skip
        encoding.result()
    facts = {"recipe": name, "minutes": round((time.time() - began) / 60, 1), **asdict(recipe)}
    return export(
        codec_path, places_path, things_path, flow_path, folder / "weights", facts={"training": facts}
    )


def _tokens(folder: Path, codec: ThingCodec, recipe: Recipe) -> None:
    device = torch.device(recipe.things.device)
    encoder = codec.encoder.to(device)

    @torch.no_grad()
    def encode(portraits: NDArray[np.uint8]) -> Floats:
        return encoder(pictures(torch.from_numpy(portraits).to(device))).cpu().numpy()

    book = data_layers.Book.look(encode, angles=recipe.angles)
    data_layers.write_tokens(folder, n=recipe.n_clips, seeds=iter(data.CLIP_SEEDS), book=book)


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
    data_layers.render_portraits(folder / "portraits", n=recipe.n_portraits, workers=recipe.workers)
