"""Commands about the generator: make a clip from words, and train the model that does it."""

from __future__ import annotations

import json
import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from medialit.errors import GenerateError
from medialit.language import LANGUAGES, said, translator

if TYPE_CHECKING:
    from medialit.batch import Outcome, Summary
    from medialit.generate.sampler import Step, Take


@click.command()
@click.argument("prompt", required=False)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True,
              help="Draws the noise, and what the prompt leaves open; the same seed makes the same clip.")  # fmt: skip
@click.option("--model", type=click.Choice(["v1", "v2"]), default="v2", show_default=True,
              help="v1 dreams each frame alone; v2 sees all frames at once.")  # fmt: skip
@click.option("--steps", type=click.IntRange(1, 100), help="Steps from noise to clip. Default: 12.")
@click.option(
    "--guidance", type=click.FloatRange(0, 10), help="How strongly the words pull. Default: 1, as learnt."
)
@click.option("--out", type=click.Path(path_type=Path),
              help="The file, .mp4; for a batch the folder. Default: clip.mp4, or the name of the batch.")  # fmt: skip
@click.option("--lang", type=click.Choice(list(LANGUAGES)),
              help="Language of the label and of what is said. Default: the prompt's own.")  # fmt: skip
@click.option("--unmarked", is_flag=True,
              help="No label, watermark or signature: for the project's own measurements only.")  # fmt: skip
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="For people, or one JSON object for programs; for a batch one a line.")  # fmt: skip
@click.option("--batch", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
              help="Make a clip of each line of FILE, .csv or .jsonl, which says prompt, seed and the like.")  # fmt: skip
@click.option("--strict", is_flag=True,
              help="With --batch: make nothing at all if a line is wrong or its prompt is refused.")  # fmt: skip
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True,
              help="With --batch: processes of this machine that make frames; each takes 350 MB.")  # fmt: skip
@click.option("--scheduler", metavar="URL",
              help="With --batch: a Dask scheduler whose workers make frames: tls://HOST:8786, or "
              "tcp://127.0.0.1:8786 here.")  # fmt: skip
@click.option("--tls", type=click.Path(path_type=Path, exists=True, file_okay=False),
              help="Folder of ca.pem, cert.pem and key.pem for tls://; without it, Dask's own configuration names "
              "them.")  # fmt: skip
@click.pass_context
def generate(
    ctx: click.Context,
    prompt: str | None,
    seed: int,
    model: str,
    steps: int | None,
    guidance: float | None,
    out: Path | None,
    lang: str | None,
    unmarked: bool,
    style: str,
    batch: Path | None,
    strict: bool,
    workers: int,
    scheduler: str | None,
    tls: Path | None,
) -> None:
    """Make a clip from PROMPT, label it, watermark it, sign it and register it.

    PROMPT is a sentence in English, French, Arabic, Darija or Tamazight: "a red ball bounces on the beach".

    With --batch it makes many, from a file of prompts. Ctrl+C finishes what is under way, and the same command goes on
    later. Exit status: 0 where every line has its clip, 3 where one has none.
    """
    from medialit import pipeline

    _require_fitting(ctx, batch=batch is not None)
    if batch is not None:
        folder = out or batch.with_suffix("")
        done = _make_batch(batch, folder, lang=lang, strict=strict, workers=workers, scheduler=scheduler, tls=tls,
                           style=style)  # fmt: skip
        ctx.exit(0 if done else 3)
    assert prompt is not None
    out = out or Path("clip.mp4")
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


_ONE_CLIP = ("prompt", "seed", "model", "steps", "guidance", "unmarked")
_MANY_CLIPS = ("strict", "workers", "scheduler", "tls")


def _require_fitting(ctx: click.Context, *, batch: bool) -> None:
    """Refuse options that belong to the other way of calling the command."""
    given = {name for name in ctx.params if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE}
    if batch and (alien := given.intersection(_ONE_CLIP)):
        raise click.UsageError(f"With --batch each line says its own {', '.join(sorted(alien))}.")
    if not batch and (alien := given.intersection(_MANY_CLIPS)):
        raise click.UsageError(f"Without --batch there is no {', '.join(sorted(alien))} to set.")
    if not batch and "prompt" not in given:
        raise click.UsageError("Say what is to be seen, or name a file of prompts with --batch.")


def _make_batch(
    source: Path,
    folder: Path,
    *,
    lang: str | None,
    strict: bool,
    workers: int,
    scheduler: str | None,
    tls: Path | None,
    style: str,
) -> bool:
    """Make a batch, say what comes of each line, and return whether every line has its clip."""
    from medialit.batch import make_batch, read
    from medialit.errors import BatchError
    from medialit.home import medialit_home

    spoken = lang or "en"
    try:
        progress = _Progress(len(read(source)), lang=spoken, style=style)
        with _stop_politely(spoken) as stop:
            summary = make_batch(
                source, out=folder, home=medialit_home(), clock=lambda: datetime.now(UTC), lang=lang, strict=strict,
                workers=workers, scheduler=scheduler, tls=tls, stopping=stop.is_set, on_outcome=progress.tell,
            )  # fmt: skip
    except BatchError as error:
        raise click.ClickException(said(error, lang=spoken)) from error
    n_done = summary.count("made", "kept")
    if style == "text":
        for sentence in _summed_up(summary, n_done=n_done, lang=spoken):
            click.echo(sentence)
    return n_done == len(summary.outcomes)


def _summed_up(summary: Summary, *, n_done: int, lang: str) -> list[str]:
    _ = translator(lang)
    told = []
    if summary.strict_stop:
        told.append(_("Nothing was made, because of the lines above."))
    told.append(_("{n} of {of} lines have their clip, in {folder}.").format(
        n=n_done, of=len(summary.outcomes), folder=summary.folder))  # fmt: skip
    counts = [summary.count(status) for status in ("refused", "wrong", "failed", "waiting")]
    if any(counts):
        refused, wrong, failed, waiting = counts
        told.append(_("Without: {refused} refused, {wrong} wrong, {failed} failed, {waiting} not begun.").format(
            refused=refused, wrong=wrong, failed=failed, waiting=waiting))  # fmt: skip
    if summary.count("failed", "waiting") and not summary.strict_stop:
        told.append(_("The same command goes on from here."))
    told.append(_("What came of each line stands in {receipt}.").format(receipt=summary.receipt))
    return told


class _Progress:
    """Says what came of each line, and how long the rest may take."""

    def __init__(self, n: int, *, lang: str, style: str) -> None:
        self._n, self._lang, self._style = n, lang, style
        self._n_told = self._n_made = 0
        self._begun = time.monotonic()

    def tell(self, outcome: Outcome) -> None:
        self._n_told += 1
        self._n_made += outcome.status == "made"
        if self._style == "json":
            click.echo(json.dumps(asdict(outcome), ensure_ascii=False))
            return
        _ = translator(self._lang)
        sentences = {
            "made": _("Line {line}: made {file}."),
            "kept": _("Line {line}: {file} was there already."),
            "refused": _("Line {line}: refused. {reason}"),
            "wrong": _("Line {line}: wrong. {reason}"),
            "failed": _("Line {line}: failed. {reason}"),
        }
        said_ = sentences[outcome.status].format(line=outcome.line, file=outcome.file, reason=outcome.reason)
        click.echo(" ".join(filter(None, (said_, self._left(_)))))

    def _left(self, _: Callable[[str], str]) -> str:
        n_left = self._n - self._n_told
        if not n_left or not self._n_made:
            return ""
        minutes = (time.monotonic() - self._begun) / self._n_made * n_left / 60
        form = _("{done} of {n}, less than a minute left.") if minutes < 1 else _(
            "{done} of {n}, about {minutes} min left.")  # fmt: skip
        return form.format(done=self._n_told, n=self._n, minutes=round(minutes))


@contextmanager
def _stop_politely(lang: str) -> Iterator[threading.Event]:
    """Let the first Ctrl-C ask for a stop, and the second one stop at once."""
    stop = threading.Event()

    def asked(_number: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        _ = translator(lang)
        click.echo(_("Finishing what is under way. Ctrl+C again stops at once."), err=True)

    before = signal.signal(signal.SIGINT, asked)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


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
