"""Commands about detectors: ask them about clips, list them, read a card."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from medialit.cli_words import LANG, STYLE
from medialit.errors import MedialitError
from medialit.language import said, translator


@click.command()
@click.argument(
    "clips", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--detector", "names", multiple=True, help="Only this detector; repeat for more. Default: all.")
@click.option(
    "--where",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write a picture of each clip into DIR: the places that look most like a fake's to the network.",
)
@LANG
@STYLE
def detect(clips: Sequence[Path], names: Sequence[str], folder: Path | None, lang: str, style: str) -> None:
    """Ask the detectors about CLIPS, videos. "Cannot tell" is an answer, and often the right one."""
    from medialit.forensics import detectors as library
    from medialit.forensics.detectors import view

    for name in names:
        library.card(name)  # an unknown name shows before anything is read
    rows: list[dict[str, Any]] = []
    for number, path in enumerate(clips, start=1):
        try:
            footage = _footage(path)
            assessment = library.assess(footage, names=tuple(names) or None)
            shown = None if folder is None else _shown(footage, folder / f"{number:03d}-{path.stem}.png")
        except MedialitError as error:
            problem = said(error, lang=lang)
            rows.append({"path": str(path), "problem": problem})
            if style == "text":
                click.echo(f"{path}\n  {problem}")
            continue
        told = [*view.told(assessment, lang=lang)]
        rows.append({"path": str(path), **assessment.as_dict(lang=lang)})
        if folder is not None:
            rows[-1]["where"] = None if shown is None else {"path": str(shown[0]), "time_s": shown[1]}
            told.append(view.where_told(shown, lang=lang))
        if style == "text":
            click.echo("\n  ".join((str(path), *told)))
    if style == "json":
        click.echo(json.dumps(rows, ensure_ascii=False))


def _shown(footage: Any, path: Path) -> tuple[Path, float] | None:
    """Write the picture of where, and return its path and the moment that it shows; None where there is nothing."""
    from medialit.forensics.detectors import view

    found = view.where(footage)
    if found is None:
        return None
    time_s, picture = found
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture)
    except OSError as error:
        raise click.ClickException(
            f"{path} cannot be written: {error.strerror}. Name another folder with --where."
        ) from error
    return path, round(time_s, 2)


def _footage(path: Path) -> Any:
    from medialit import cueing
    from medialit.forensics.detectors.features import READ

    return cueing.footage(path, names=READ)


@click.group()
def detectors() -> None:
    """See what the detectors are, and how often each is right and wrong."""


@detectors.command("list")
@LANG
@STYLE
def detectors_list(lang: str, style: str) -> None:
    """List the detectors, with the areas under the curve that were measured for each (0.5 is guessing).

    The first is on clips as a camera kept them, the second on clips that were passed around.
    """
    from medialit.forensics import detectors as library

    _ = translator(lang)
    rows = [(name, library.card(name), library.measured(name)) for name in library.DETECTORS]
    if style == "json":
        shown = [{"name": name, "title": _(card.title), **worth} for name, card, worth in rows]
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    for name, card, worth in rows:
        areas = [
            one and "{:.2f} [{:.2f}, {:.2f}]".format(*one["auc_known"])
            for one in (worth, worth.get("shared"))
        ]
        click.echo(f"{name:12} {areas[0] or '-':18} {areas[1] or '-':18} {_(card.title)}")


@detectors.command("card")
@click.argument("name")
@LANG
def detectors_card(name: str, lang: str) -> None:
    """Say what the detector NAME does, what breaks it, and how often it was right and wrong."""
    from medialit.forensics import detectors as library
    from medialit.forensics.detectors import view

    click.echo(translator(lang)(library.card(name).title))
    for line in view.card_lines(name, lang=lang):
        click.echo(f"\n{line.label}\n  {line.value}")


COMMANDS = (detect, detectors)
