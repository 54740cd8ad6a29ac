"""Commands about the generator: make a clip from words, and train the model that does it."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from medialit.errors import GenerateError
from medialit.language import LANGUAGES, translator

if TYPE_CHECKING:
    from medialit.generate.sampler import Step, Take


@click.command()
@click.argument("prompt")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True,
              help="Draws the noise, and what the prompt leaves open; the same seed makes the same clip.")  # fmt: skip
@click.option("--model", type=click.Choice(["v1", "v2"]), default="v2", show_default=True,
              help="v1 dreams each frame alone; v2 sees all frames at once.")  # fmt: skip
@click.option("--steps", type=click.IntRange(1, 100), help="Steps from noise to clip. Default: 12.")
@click.option(
    "--guidance", type=click.FloatRange(0, 10), help="How strongly the words pull. Default: 1, as learnt."
)
@click.option("--out", type=click.Path(path_type=Path), default=Path("clip.mp4"), show_default=True,
              help="The file, .mp4.")  # fmt: skip
@click.option("--lang", type=click.Choice(list(LANGUAGES)),
              help="Language of the label and of what is said. Default: the prompt's own.")  # fmt: skip
@click.option("--unmarked", is_flag=True,
              help="No label, watermark or signature: for the project's own measurements only.")  # fmt: skip
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="For people, or one JSON object for programs.")  # fmt: skip
def generate(
    prompt: str,
    seed: int,
    model: str,
    steps: int | None,
    guidance: float | None,
    out: Path,
    lang: str | None,
    unmarked: bool,
    style: str,
) -> None:
    """Make a clip from PROMPT, label it, watermark it, sign it and register it.

    PROMPT is a sentence in English, French, Arabic, Darija or Tamazight: "a red ball bounces on the beach".
    """
    from medialit import pipeline

    made = pipeline.generate(
        prompt, out, seed=seed, model="v1" if model == "v1" else "v2", steps=steps, guidance=guidance, lang=lang,
        unmarked=unmarked, now=datetime.now(UTC), on_step=_tell if style == "text" else None,
    )  # fmt: skip
    if style == "json":
        marks = None if made.published is None else made.published.clip
        row = _row(made.take) | {
            "path": str(out),
            "id": marks and marks.id,
            "payload": marks and marks.payload,
        }
        click.echo(json.dumps(row, ensure_ascii=False))
        return
    for sentence in _sentences(made.take, lang or made.take.reading.language):
        click.echo(sentence)
    if not unmarked:
        _ = translator(lang or made.take.reading.language)
        click.echo(_("The file is labelled, watermarked, signed and registered as synthetic."))
    click.echo(str(out))


@click.command()
@click.argument("model", type=click.Choice(["v1", "v2"]))
def card(model: str) -> None:
    """Print the card of MODEL: what it learnt from, what was measured, and what it cannot do."""
    from medialit.generate import sampler

    click.echo(sampler.card("v1" if model == "v1" else "v2"))


@click.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("build/generate"),
              show_default=True, help="Folder for renders, checkpoints, logs and contact sheets.")  # fmt: skip
@click.option("--recipe", type=click.Choice(["laptop", "gpu", "trial"]), default="laptop", show_default=True,
              help="How much of everything: for 2 cores and hours, for one large GPU, or a minute's trial.")  # fmt: skip
def train(out: Path, recipe: str) -> None:
    """Train the generator from nothing, or go on where a training stopped.

    It needs PyTorch: pip install 'medialit[train]'. Weights to try are written to OUT/weights.
    """
    try:
        from medialit.generate.train import RECIPES
        from medialit.generate.train import train as run
    except ModuleNotFoundError as error:
        raise GenerateError(
            f"Training needs {error.name}, which is not installed: pip install 'medialit[train]'"
        ) from error
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    click.echo(f"Weights: {run(out, recipe=RECIPES[recipe], name=recipe).parent}")


def _tell(step: Step) -> None:
    click.echo(f"\r{step.done}/{step.of}", nl=step.done == step.of, err=True)


def _row(take: Take) -> dict[str, Any]:
    shot = take.shot
    return {
        "prompt": take.prompt, "language": take.reading.language, "seed": take.seed, "model": take.model,
        "steps": take.steps, "guidance": take.guidance,
        "objects": [{"kind": a.kind, "colour": a.colour, "action": a.action, "size": a.size} for a in shot.objects],
        "background": shot.background, "pan": shot.pan,
        "used": [span.text for span in take.reading.used], "unused": [span.text for span in take.reading.unused],
    }  # fmt: skip


def _sentences(take: Take, lang: str) -> list[str]:
    """Return what was asked of the model, and which words were not used."""
    from medialit.generate.shot import describe

    _ = translator(lang)
    seen = [_("Seed {seed}, model {model}, {steps} steps, guidance {guidance}.").format(
        seed=take.seed, model=take.model, steps=take.steps, guidance=f"{take.guidance:g}")]  # fmt: skip
    asked = _("Asked of the model: {sentence}.").format(sentence=describe(take.shot, language=lang))
    return [asked, *take.reading.explain(lang), *seen]


COMMANDS: Sequence[click.Command] = (generate, card, train)
