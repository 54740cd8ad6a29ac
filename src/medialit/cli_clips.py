"""Commands about fakes with known truth, and packs of labelled clips."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from medialit.cli_words import LANG, fake_options, listed
from medialit.errors import FakeError, LabelError, MedialitError, MediaTooLargeError, UnreadableMediaError
from medialit.language import LANGUAGES, said, translator
from medialit.language import msgid as _msgid

if TYPE_CHECKING:
    from medialit.clips import Progress
    from medialit.fakes import Fake

_FILE = click.Path(path_type=Path, dir_okay=False)
_GIVEN = click.Path(path_type=Path, exists=True, dir_okay=False)
_PACK = click.Path(path_type=Path, file_okay=False)
_CAST, _SCENE = "cast:", "scene:"


class _Speaking(click.Command):
    """A command that says what went wrong in the language of its option ``--lang``."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; an error that a person can put right becomes a message and exit status 1."""
        try:
            return super().invoke(ctx)
        except MedialitError as error:
            raise click.ClickException(_in_words(error, lang=ctx.params.get("lang", "en"))) from error


class _SpeakingGroup(click.Group):
    command_class = _Speaking


def _in_words(error: MedialitError, *, lang: str) -> str:
    """Return what an error says; of the errors of files, what to do in the language, and the rest in English."""
    _ = translator(lang)
    if isinstance(error, UnreadableMediaError):
        todo = _("A file cannot be read as a video. Save it in another format, or name another one.")
    elif isinstance(error, MediaTooLargeError):
        todo = _("A file is too long or too large. Cut it first.")
    elif isinstance(error, LabelError):
        todo = _(
            "There is no room for a legible label, and nothing is published without. Take a larger clip."
        )
    else:
        return said(error, lang=lang)
    return f"{todo} ({error})"


@click.group(cls=_SpeakingGroup)
def fakes() -> None:
    """Make fakes with known truth, of fictional people, of scenes, or of your own clips."""


@fakes.command("list")
@LANG
def fakes_list(lang: str) -> None:
    """Print every method and what its strength stands for, and what is real but odd."""
    from medialit.fakes import METHODS, ODD
    from medialit.fakes.words import meaning, title

    _ = translator(lang)
    for number, (heading, table) in enumerate(((_("Fake"), METHODS), (_("Real but odd"), ODD))):
        click.echo(f"\n{heading}" if number else heading)
        for name in table:
            click.echo(f"  {name:18} {title(name, lang=lang)}")
            click.echo(f"  {'':18} {meaning(name, lang=lang)}")


@fakes.command("make")
@click.argument("clip")
@fake_options
@click.option(
    "--out", type=_FILE, required=True, help="The published file, .mp4; its truth is written beside it."
)
@click.option("--lang", type=click.Choice(list(LANGUAGES)), default="en", show_default=True,
              help="Language of the visible label, and of the words.")  # fmt: skip
def fakes_make(
    clip: str,
    method: str,
    strength: float,
    seed: int,
    other: str | None,
    box: tuple[int, int, int, int] | None,
    out: Path,
    lang: str,
) -> None:
    """Make a fake of CLIP, and publish it: labelled, watermarked, signed and registered.

    CLIP is a file, cast:ID for one of the fictional people who speaks, or scene:PLACE for a scene of the miniature
    world. The truth (method, strength, times, region) lies beside the result, as .truth.json and .truth.npz; it is
    true of the pictures before the label was drawn.
    """
    from medialit import pipeline
    from medialit.clips.build import what_was_faked
    from medialit.clips.manifest import save_region, write_json
    from medialit.fakes.words import title, unit_word
    from medialit.home import medialit_home

    if out.suffix.lower() != ".mp4":
        raise FakeError(_msgid("What is published is an .mp4 file: name one, not {path}."), path=out)
    fake, parent = _fake_of(clip, method, strength=strength, seed=seed, other=other, box=box)
    region = out.with_suffix(".truth.npz")
    made = pipeline.publish_clip(
        fake.clip,
        out,
        title=out.stem,
        description=f"{method}, strength {strength:g}, seed {seed}, of {clip}",
        kind="generated" if parent is None else "edited",
        parent=parent,
        lang="ar" if lang == "ary" else lang,
        now=datetime.now(UTC),
        home=medialit_home(),
    )
    save_region(region, fake.truth.region)
    truth = what_was_faked(fake.truth, region=region.name)
    label = "synthetic" if fake.truth.fake else "camera"
    write_json(out.with_suffix(".truth.json"), {"label": label, "seed": seed, "of": clip, **truth})
    _ = translator(lang)
    click.echo(_("{path}: {name} ({method}). Measured: {magnitude} ({unit}). Id: {id}.").format(
        path=out, name=title(fake.truth.method, lang=lang), method=fake.truth.method,
        magnitude=f"{fake.truth.magnitude:.4g}", unit=unit_word(fake.truth.unit, lang=lang),
        id=made.clip.id))  # fmt: skip


def _fake_of(
    clip: str,
    method: str,
    *,
    strength: float,
    seed: int,
    other: str | None,
    box: tuple[int, int, int, int] | None,
) -> tuple[Fake, Path | None]:
    """Return the fake, and the file that it was made of, if it was."""
    from medialit.clips import make
    from medialit.clips.make import make_of_world
    from medialit.media import read

    if clip.startswith((_CAST, _SCENE)):
        person = clip.removeprefix(_CAST) if clip.startswith(_CAST) else None
        place = "medina" if person else clip.removeprefix(_SCENE)
        donor = other.removeprefix(_CAST) if other else None
        fake = make_of_world(method, strength=strength, seed=seed, who=person, donor=donor, background=place)
        return fake, None
    path = Path(clip)
    if not path.is_file():
        raise FakeError(
            _msgid("There is no file {path}: name another, or cast:ID, or scene:PLACE."), path=clip
        )
    if other is not None and not Path(other).is_file():
        raise FakeError(
            _msgid("There is no file {path}: name another, or cast:ID, or scene:PLACE."), path=other
        )
    second = None if other is None else read(other)
    return make(read(path), method, strength=strength, seed=seed, other=second, box=box), path


@click.group(cls=_SpeakingGroup)
def clips() -> None:
    """Build packs of labelled clips, half of them fakes, and add your own."""


@clips.command("build")
@click.option(
    "--out", type=_PACK, required=True, help="Folder of the pack; a build that was stopped goes on in it."
)
@click.option(
    "--n", type=click.IntRange(min=2), default=300, show_default=True, help="Clips, an even number."
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True,
              help="The same seed gives the same files on the same machine.")  # fmt: skip
@click.option("--kinds", help="Only these kinds of fakes, with commas between. Default: all.")
@click.option("--as", "quality", type=click.Choice(["shared", "original"]), default="shared", show_default=True,
              help="Small, as clips are passed around; or large, as a camera keeps them, about 3.5 MB each.")  # fmt: skip
@LANG
def clips_build(out: Path, n: int, seed: int, kinds: str | None, quality: str, lang: str) -> None:
    """Build a pack of labelled clips. Ctrl+C stops it; the same command goes on where it stopped."""
    from medialit.clips import KINDS, build
    from medialit.clips.build import require_room

    require_room(out, n=n, quality=quality)
    chosen = KINDS if kinds is None else tuple(kind.strip() for kind in kinds.split(","))
    pack = build(out, n=n, seed=seed, kinds=chosen, quality=quality, on_progress=partial(_tell, lang=lang))
    n_fake = sum(entry.synthetic for entry in pack.entries)
    _ = translator(lang)
    click.echo(
        _("{path}: clips: {n}; synthetic ones among them: {n_fake}.").format(
            path=out, n=len(pack.entries), n_fake=n_fake
        )
    )


def _tell(progress: Progress, *, lang: str) -> None:
    from medialit.clips.words import pair_words

    line = f"\r{progress.done}/{progress.of} {pair_words(progress.pair, lang=lang):70}"
    click.echo(line, nl=progress.done == progress.of, err=True)


@clips.command("add")
@click.argument("file", type=_GIVEN)
@click.option("--pack", type=_PACK, required=True, help="Folder of a pack that was built.")
@click.option("--label", type=click.Choice(["camera", "synthetic"]), required=True, help="What FILE is.")
@click.option("--release", type=_GIVEN, required=True,
              help="The signed form of all who can be recognised. Only its SHA-256 goes into the pack.")  # fmt: skip
@click.option("--scene", required=True, help="A name for place and people; all their clips share it.")
@click.option("--split", type=click.Choice(["train", "calibrate", "test"]), default="test", show_default=True,
              help="Where the scene belongs.")  # fmt: skip
@click.option("--fake", help="Add a fake of it too, by this method, so that the pack stays balanced.")
@click.option("--strength", type=click.FloatRange(0, 1), default=1.0, show_default=True, help="Of that fake.")
@LANG
def clips_add(
    file: Path,
    pack: Path,
    label: str,
    release: Path,
    scene: str,
    split: str,
    fake: str | None,
    strength: float,
    lang: str,
) -> None:
    """Take FILE into a pack: its middle two seconds, fitted, without sound and tags."""
    from medialit.clips import add
    from medialit.clips.words import label_word, split_word

    added = add(
        pack,
        file,
        label="camera" if label == "camera" else "synthetic",
        release=release,
        scene=scene,
        split="train" if split == "train" else "calibrate" if split == "calibrate" else "test",
        fake=fake,
        strength=strength,
    )
    for entry in added:
        words = label_word(entry.truth["label"], lang=lang), split_word(entry.truth["split"], lang=lang)
        click.echo(f"{entry.path}: {listed(words, lang=lang)}")


@clips.command("check")
@click.argument("pack", type=_PACK)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="For people, or one JSON object for programs.")  # fmt: skip
@LANG
def clips_check(pack: Path, style: str, lang: str) -> None:
    """Compare every file of PACK with its SHA-256, and count what is in it. Exit status 3 if one is damaged."""
    from collections import Counter

    from medialit.clips import read_pack
    from medialit.clips.words import label_word, split_word

    _ = translator(lang)
    held = read_pack(pack)
    damaged = held.damaged()
    counts = Counter((str(e.truth["split"]), str(e.truth["label"])) for e in held.entries)
    if style == "json":
        named = {", ".join(key): n for key, n in counts.items()}
        click.echo(json.dumps({"clips": len(held.entries), "damaged": list(damaged), "counts": named}))
    else:
        for (split, label), n in sorted(counts.items()):
            words = split_word(split, lang=lang), label_word(label, lang=lang)
            click.echo(f"{n:5} {listed(words, lang=lang)}")
        click.echo(_("Clips: {n}; damaged: {n_damaged}.").format(n=len(held.entries), n_damaged=len(damaged)))
        for name in damaged:
            click.echo(f"  {name}")
    raise SystemExit(3 if damaged else 0)


@clips.command("sheet")
@click.argument("pack", type=_PACK)
@click.option("--out", type=_FILE, required=True, help="The picture, .png or .jpg.")
@click.option("--kinds", help="Only these kinds of fakes, with commas between. Default: all.")
@click.option(
    "--per-kind", type=click.IntRange(1, 40), default=1, show_default=True, help="Rows of each kind."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Draws which.")
@LANG
def clips_sheet(pack: Path, out: Path, kinds: str | None, per_kind: int, seed: int, lang: str) -> None:
    """Lay fakes of PACK out beside their twins, with region and difference, and say what each row shows."""
    from medialit.clips import read_pack
    from medialit.clips.sheet import COLUMNS, contact_sheet
    from medialit.media import write_image

    chosen = None if kinds is None else [kind.strip() for kind in kinds.split(",")]
    picture, rows = contact_sheet(read_pack(pack), kinds=chosen, per_kind=per_kind, seed=seed, lang=lang)
    write_image(picture, out)
    _ = translator(lang)
    columns = listed((_(column) for column in COLUMNS), lang=lang)
    click.echo(_("{path}. Columns: {columns}.").format(path=out, columns=columns))
    for number, row in enumerate(rows, 1):
        click.echo(f"{number:4} {row}")


COMMANDS: Sequence[click.Command] = (fakes, clips)
