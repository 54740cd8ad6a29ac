"""Commands about files: inspect, publish, recover, watermark; and windows: the inspector, the consent desk."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from medialit.cli_words import LANG, logged, tell, told
from medialit.errors import MediaError

if TYPE_CHECKING:
    from medialit.provenance.trust import TrustList
    from medialit.verify import Depth, Report

_FILE = click.Path(path_type=Path)
_GIVEN = click.Path(path_type=Path, exists=True, dir_okay=False)
_TRUST = click.option(
    "--trust-list", "lists", type=_GIVEN, multiple=True,
    help="PEM file with certificates of signers to rely on; repeat for more.",
)  # fmt: skip
_STAMPS = click.option(
    "--time-stamp-list", "stamps", type=_GIVEN, multiple=True,
    help="PEM file with certificates of time-stamp authorities; repeat for more.",
)  # fmt: skip
_NAMES = click.option(
    "--identity-list", "names", type=_GIVEN, multiple=True,
    help="PEM file with certificates of who vouches for named persons and organisations (CAWG); repeat for more.",
)  # fmt: skip
_COURSE = click.option(
    "--trust-course", is_flag=True, help="Rely on this computer's own course authority too."
)
_KEY_FILES = click.option(
    "--key-file", "key_files", type=_GIVEN, multiple=True,
    help="A watermark key from another computer (its $MEDIALIT_HOME/watermark.key); repeat for more.",
)  # fmt: skip
_KEY = click.option(
    "--key",
    help="A secret in words, instead of this computer's own key. It is the same wherever it is typed.",
)


@click.command()
@click.argument("files", nargs=-1, required=True, type=_FILE, metavar="FILE...")
@click.option(
    "--format", "style", type=click.Choice(["text", "html", "pdf", "json"]), default="text", show_default=True,
    help="For a terminal, a browser, paper or programs.",
)  # fmt: skip
@_TRUST
@_STAMPS
@_NAMES
@_COURSE
@_KEY_FILES
@LANG
@click.option("--out", type=_FILE, help="Write the report to this file instead of printing it.")
@click.option(
    "--cues", type=click.Choice(["none", "light", "all"]), default="none", show_default=True,
    help="Let the cues look at the pixels too: those that are quick, or all. HTML shows where.",
)  # fmt: skip
@click.option(
    "--fetch-remote", is_flag=True,
    help="Fetch Content Credentials that are kept elsewhere. Whoever keeps them then learns that you looked.",
)  # fmt: skip
def inspect(
    files: Sequence[Path],
    style: str,
    lists: Sequence[Path],
    stamps: Sequence[Path],
    names: Sequence[Path],
    trust_course: bool,
    key_files: Sequence[Path],
    lang: str,
    out: Path | None,
    cues: Depth,
    fetch_remote: bool,
) -> None:
    """Say what is known about each FILE, a picture or a video, and by which evidence.

    It never says real or fake, and the absence of a mark says nothing. Exit status: 0 for any file that
    exists, however broken; 1 where one does not.
    """
    from medialit import pipeline, verify

    with pipeline.inspector(
        trust=_read_lists(lists, stamps, names),
        trust_course=trust_course,
        key_files=key_files,
        fetch_remote=fetch_remote,
    ) as one:
        progress = tell if cues != "none" and sys.stderr.isatty() else None
        reports = [one.inspect(path, cues=cues, on_progress=progress) for path in files]
    if progress is not None:
        told()
    match style:
        case "json":
            _put(verify.to_json(reports, lang=lang).encode() + b"\n", out)
        case "html":
            _put(verify.to_html(reports, lang=lang).encode(), out)
        case "pdf":
            _put(verify.to_pdf(reports, lang=lang), out)
        case _:
            _put("\n".join(verify.to_text(report, lang=lang) for report in reports).encode(), out)
    sys.exit(0 if all(path.exists() for path in files) else 1)


@click.command()
@click.argument("clip", type=_GIVEN)
@click.option("--out", type=_FILE, help="The published file, .mp4. Default: CLIP's name with -published.")
@click.option("--title", help="What readers are shown as its name. Default: CLIP's name.")
@click.option("--description", default="", help="The prompt, or what was done.")
@click.option(
    "--kind", type=click.Choice(["generated", "edited"]), default="generated", show_default=True,
    help="What the label and the Content Credentials say of it.",
)  # fmt: skip
@click.option(
    "--training", type=click.Choice(["allowed", "notAllowed"]), default="notAllowed", show_default=True,
    help="Whether others may train on it.",
)  # fmt: skip
@click.option(
    "--grant", "grants", multiple=True, help="Id of a consent grant that covers it; repeat for more."
)
@click.option(
    "--lang", type=click.Choice(["en", "fr", "ar", "zgh"]), default="en", show_default=True,
    help="Language of the visible label.",
)  # fmt: skip
def publish(
    clip: Path,
    out: Path | None,
    title: str | None,
    description: str,
    kind: str,
    training: str,
    grants: Sequence[str],
    lang: str,
) -> None:
    """Label CLIP, watermark it, sign it and register it, all of it or nothing."""
    from medialit import pipeline

    made = pipeline.publish(
        clip,
        out or clip.with_name(f"{clip.stem}-published.mp4"),
        title=title or clip.stem,
        description=description,
        kind="edited" if kind == "edited" else "generated",
        training="allowed" if training == "allowed" else "notAllowed",
        consent_grants=grants,
        lang=lang,
        now=datetime.now(UTC),
    )
    done = "was published before" if made.again else "is labelled, watermarked, signed and registered"
    click.echo(f"{made.path} {done}: id {made.clip.id}, payload {made.clip.payload}.")


@click.command()
@click.argument("file", type=_GIVEN)
@click.option("--out", type=_FILE, help="Write the registered original to this file.")
@click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="For people, or one JSON object for programs.",
)  # fmt: skip
def recover(file: Path, out: Path | None, style: str) -> None:
    """Find what FILE, a stripped, recompressed or cropped copy, was published as on this computer.

    Exit status: 0 where a registered clip was found, 3 where none was, which says nothing about clips elsewhere.
    """
    from medialit import pipeline

    found = pipeline.recover(file)
    rows = [
        {
            "id": one.clip.id,
            "title": one.clip.title,
            "by": one.by,
            "similarity": one.similarity,
            "alike": one.alike,
            "registered_at": one.clip.registered_at.isoformat(timespec="seconds"),
            "original": None if place is None else str(place),
        }
        for one, place in zip(found.found, found.originals, strict=True)
    ]
    if style == "json":
        click.echo(json.dumps({"path": str(file), "found": rows}, ensure_ascii=False))
    for row in rows if style == "text" else []:
        looks = {
            True: "the pictures are alike",
            False: "but the pictures are NOT alike",
            None: "not compared",
        }
        click.echo(
            f"{row['title']} ({row['id']}), by {row['by']}; {looks[found.found[rows.index(row)].alike]}"
        )
        click.echo(f"  original: {row['original']}")
    if not rows:
        click.echo("No registered clip is like it. This says nothing about clips elsewhere.", err=True)
        sys.exit(3)
    if out is not None:
        original = found.originals[0]
        if original is None:
            raise MediaError(
                f"The registry has no file of {rows[0]['title']} any more. Restore it from a copy."
            )
        shutil.copyfile(original, out)


@click.group()
def watermark() -> None:
    """Hide 64 bits in a picture or a clip, and look for them."""


@watermark.command("embed")
@click.argument("file", type=_GIVEN)
@click.option("--payload", required=True, help="1 to 16 hexadecimal digits.")
@click.option(
    "--out",
    type=_FILE,
    required=True,
    help="The marked file: .mp4 or .webm for a clip, .png or .jpg for a picture.",
)
@_KEY
def watermark_embed(file: Path, payload: str, out: Path, key: str | None) -> None:
    """Write a copy of FILE that carries a payload."""
    from medialit import pipeline

    try:
        number = int(payload, 16)
    except ValueError:
        raise MediaError(f"A payload is 1 to 16 hexadecimal digits, not {payload!r}.") from None
    pipeline.mark_file(file, out, payload=number, key=key)
    click.echo(f"{out} carries {number:016x}.")


@watermark.command("detect")
@click.argument("files", nargs=-1, required=True, type=_FILE, metavar="FILE...")
@click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="For people, or one JSON array for programs.",
)  # fmt: skip
@_KEY
@_KEY_FILES
def watermark_detect(files: Sequence[Path], style: str, key: str | None, key_files: Sequence[Path]) -> None:
    """Look for a payload in each FILE. That none is found says nothing about where a file comes from."""
    from medialit import pipeline

    with pipeline.detector(key=key, key_files=key_files) as one:
        reports = [one.inspect(path) for path in files]
    if style == "json":
        keys = ("looked", "found", "payload", "p_value", "key", "reason")
        rows = [{"path": r.path, **{k: getattr(r.watermark, k) for k in keys}} for r in reports]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for report in reports:
        click.echo(f"{report.path}: {_mark(report)}")


def _mark(report: Report) -> str:
    mark = report.watermark
    if mark.found:
        return f"payload {mark.payload} (p = {mark.p_value:.1g}, key of {mark.key})"
    if mark.looked:
        return f"no watermark found (p = {mark.p_value:.2g}); this says nothing about where it comes from"
    return f"not looked for ({mark.reason})"


@click.command()
@_TRUST
@_STAMPS
@_NAMES
@_COURSE
@LANG
@click.option("--port", type=click.IntRange(1, 65535), help="Port; without it, a free one from 7860.")
@click.option("--browser/--no-browser", default=True, show_default=True, help="Open a browser.")
@logged("inspector")
def inspector(
    lists: Sequence[Path],
    stamps: Sequence[Path],
    names: Sequence[Path],
    trust_course: bool,
    lang: str,
    port: int | None,
    browser: bool,
) -> None:
    """Open a window into which files are dropped, and read what is known about them. Ctrl+C ends it."""
    from medialit.apps import inspector as app

    app.launch(
        trust=_read_lists(lists, stamps, names),
        trust_course=trust_course,
        lang=lang,
        port=port,
        in_browser=browser,
    )


def _read_lists(lists: Sequence[Path], stamps: Sequence[Path], names: Sequence[Path]) -> list[TrustList]:
    from medialit.provenance.trust import read_trust_list

    found = [read_trust_list(path) for path in lists]
    found += [read_trust_list(path, kind="time-stamps") for path in stamps]
    return found + [read_trust_list(path, kind="identities") for path in names]


def _put(data: bytes, out: Path | None) -> None:
    """Print bytes, or write them to a file."""
    if out is None:
        click.echo(data, nl=False)
        return
    try:
        out.write_bytes(data)
    except OSError as error:
        raise MediaError(f"{out} cannot be written ({error.strerror}).") from error


COMMANDS: Sequence[click.Command] = (inspect, publish, recover, watermark, inspector)
