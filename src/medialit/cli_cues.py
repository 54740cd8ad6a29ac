"""Commands about cues: list them, read a card, let them look at a clip."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from medialit.cli_words import LANG, STYLE, fake_options, tell, told
from medialit.errors import SayableError
from medialit.language import said, translator

if TYPE_CHECKING:
    from medialit.forensics.cues.beside import Beside
    from medialit.forensics.cues.shown import Shown


@click.group()
def cues() -> None:
    """See each cue of forgery at work, with how often it is wrong."""


@cues.command("list")
@LANG
@STYLE
def cues_list(lang: str, style: str) -> None:
    """List the cues, with the area under the curve that was measured for each (0.5 is guessing)."""
    from medialit.forensics import cues as library

    _ = translator(lang)
    rows = [(name, library.card(name), library.measured(name)) for name in library.CUES]
    if style == "json":
        shown = [
            {
                "name": name,
                "title": _(card.title),
                "heavy": card.heavy,
                "debunked": card.debunked,
                "auc": None if worth is None else [worth.auc.value, worth.auc.low, worth.auc.high],
                "threshold": None if worth is None else worth.threshold,
                "false_positive_rate": rate.value if worth and (rate := worth.false_positive_rate) else None,
            }
            for name, card, worth in rows
        ]
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    for name, card, worth in rows:
        auc = "-" if worth is None else str(worth.auc)
        click.echo(f"{name:14} {auc:18} {_(card.title)}")


@cues.command("card")
@click.argument("name")
@LANG
def cues_card(name: str, lang: str) -> None:
    """Say what the cue NAME measures, what breaks it, and how well it was measured to do."""
    from medialit.forensics import cues as library
    from medialit.forensics.cues import view

    click.echo(translator(lang)(library.card(name).title))
    for line in view.card_lines(name, lang=lang):
        click.echo(f"\n{line.label}\n  {line.value}")


@cues.command("run")
@click.argument("clip", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--cue", "names", multiple=True, help="Only this cue; repeat for more. Default: all that are quick."
)
@click.option("--all", "everything", is_flag=True, help="The slow ones too.")
@click.option(
    "--reference", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A video of the same camera and size, for the sensor pattern.",
)  # fmt: skip
@click.option(
    "--against", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The original that CLIP was made of: what each cue says of both, side by side.",
)  # fmt: skip
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write cues.html and a PNG a cue into DIR.",
)
@LANG
@STYLE
def cues_run(
    clip: Path,
    names: Sequence[str],
    everything: bool,
    reference: Path | None,
    against: Path | None,
    out: Path | None,
    lang: str,
    style: str,
) -> None:
    """Let the cues look at CLIP, a video. None of them says fake: each says what it measured."""
    from medialit import cueing
    from medialit.forensics import cues as library
    from medialit.forensics.cues import beside, page, view
    from medialit.forensics.cues.figure import figure
    from medialit.forensics.cues.shown import shown, strip
    from medialit.media import read

    chosen = tuple(names) or (library.CUES if everything else library.light())
    for name in chosen:
        library.card(name)  # an unknown name shows before the clip is read
    if against is not None:
        pairs = beside.pair_up(_look(against, chosen), _look(clip, chosen))
        _put_beside(pairs, names=(against.name, clip.name), out=out, lang=lang, style=style)
        return
    footage = cueing.footage(
        clip,
        names=chosen,
        reference=None if reference is None else read(reference, audio=False),
        on_progress=tell,
    )
    readings = list(library.read_all(footage, names=chosen, on_progress=tell))
    told()
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for reading in readings:
            if reading.heat or reading.series is not None:
                (out / f"{reading.cue}.png").write_bytes(figure(reading, lang=lang))
        written = page.to_html(
            [shown(one) for one in readings], lang=lang, name=clip.name, strip=strip(footage)
        )
        (out / "cues.html").write_text(written, encoding="utf-8")
    if style == "json":
        rows = [
            {"cue": one.cue, "score": one.score, "said": one.explain(lang), "features": dict(one.features)}
            for one in readings
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for one in readings:
        score = "-" if one.score is None else f"{one.score:.2f}"
        click.echo(f"{one.cue:14} {score:>8}  {view.verdict(one, lang=lang)} {one.explain(lang)}")
    if out is not None:
        click.echo(str(out / "cues.html"))


@cues.command("try")
@click.argument("clip")
@fake_options
@click.option(
    "--cue", "names", multiple=True, help="Only this cue; repeat for more. Default: all that are quick."
)
@click.option("--all", "everything", is_flag=True, help="The slow ones too.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write cues.html into DIR.")
@LANG
@STYLE
def cues_try(
    clip: str,
    method: str,
    strength: float,
    seed: int,
    other: str | None,
    box: tuple[int, int, int, int] | None,
    names: Sequence[str],
    everything: bool,
    out: Path | None,
    lang: str,
    style: str,
) -> None:
    """Make a fake of CLIP and see which cues catch it, beside the original.

    CLIP is a file, cast:ID for one of the fictional people who speaks, or scene:PLACE for a scene of the miniature world.
    The fake is not kept; `medialit fakes make` makes one to keep, labelled and signed.
    """
    from medialit import cueing
    from medialit.clips import trial
    from medialit.fakes.words import title
    from medialit.forensics import cues as library
    from medialit.forensics.cues import beside

    chosen = tuple(names) or (library.CUES if everything else library.light())
    for name in chosen:
        library.card(name)
    try:
        made = trial(clip, method, strength=strength, seed=seed, other=other, box=box)
    except SayableError as error:
        raise click.ClickException(said(error, lang=lang)) from error
    first, second = cueing.coded_alike(made.original, made.fake.clip, names=chosen, on_progress=tell)
    told()
    names_ = (translator(lang)("Original"), title(method, lang=lang))
    _put_beside(beside.pair_up(first, second), names=names_, out=out, lang=lang, style=style)


def _look(clip: Path, chosen: Sequence[str]) -> list[Shown]:
    from medialit import cueing
    from medialit.forensics import cues as library
    from medialit.forensics.cues.shown import shown

    footage = cueing.footage(clip, names=chosen, on_progress=tell)
    readings = [shown(one) for one in library.read_all(footage, names=chosen, on_progress=tell)]
    told()
    return readings


def _put_beside(
    pairs: Sequence[Beside], *, names: tuple[str, str], out: Path | None, lang: str, style: str
) -> None:
    """Print what each cue says of both clips, and write the page if it is wanted."""
    from medialit.forensics import cues as library
    from medialit.forensics.cues import beside
    from medialit.forensics.cues.view import standing

    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "cues.html").write_text(beside.to_html(pairs, lang=lang, names=names), encoding="utf-8")
    if style == "json":
        rows = [
            {
                "cue": pair.cue,
                "original": pair.first.score,
                "score": pair.second.score,
                "standing": standing(pair.second),
                "catches": pair.catches,
                "said": pair.second.explain(lang),
            }
            for pair in pairs
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    _ = translator(lang)
    for pair in pairs:
        first, second = (
            "-" if one.score is None else f"{one.score:.2f}" for one in (pair.first, pair.second)
        )
        mark = "*" if pair.catches else " "
        click.echo(f"{mark} {pair.cue:14} {first:>8} {second:>8}  {_(library.card(pair.cue).title)}")
    for sentence in beside.summary(pairs, lang=lang):
        click.echo(sentence)
    if out is not None:
        click.echo(str(out / "cues.html"))


COMMANDS = (cues,)
