"""The commands of whoever keeps a school's data: moving it into PostgreSQL, copies of it, erasing one learner."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from medialit.cli_words import now
from medialit.home import medialit_home

if TYPE_CHECKING:
    from medialit.keep.backup import Anchor
    from medialit.keep.move import Step

_URL = "postgresql://USER@HOST/DATABASE"


@click.command()
@click.option(
    "--to", "url", metavar="URL", help=f"An empty database: {_URL}. Passwords stand in ~/.pgpass, not here."
)
@click.option(
    "--finish",
    is_flag=True,
    help="Overwrite and delete the files that were moved, after comparing them again.",
)
def move(url: str | None, finish: bool) -> None:
    """Move gradebooks, consent, feed and studios from files of SQLite into PostgreSQL.

    All of it or nothing: rows are counted and hashed on both sides, hash chains verified. The files stay as they are
    until --finish. Stop studios, JupyterLab and graders first. From then on everything uses PostgreSQL, by what stands
    in $MEDIALIT_HOME/database.json or $MEDIALIT_DATABASE.
    """
    from medialit.keep import move as moving

    if (url is None) is not finish:
        raise click.UsageError("Say either --to URL, or --finish.")
    home = medialit_home()
    if finish:
        for path in moving.finish(home):
            click.echo(f"deleted: {path}")
        return
    assert url is not None
    steps = moving.move(home, url, on_step=_say_step)
    n = sum(step.found.n_rows for step in steps)
    click.echo(f"{len(steps)} databases with {n} rows are in PostgreSQL, and are used there from now on.")
    click.echo("Next: look at a course and a studio; then `medialit move --finish` deletes the files.")


def _say_step(step: Step) -> None:
    state = "is there already" if step.already else "copied"
    click.echo(
        f"{step.part.schema:40} {step.part.what:10} {step.found.n_rows:>9} rows  {step.found.sha256[:16]}  {state}"
    )


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path(), help="A new file, or a folder; here by default."
)
@click.option(
    "--anchors", type=click.Path(path_type=Path, dir_okay=False),
    help="Write down in this file how far each hash chain goes. Keep it elsewhere than the copies.",
)  # fmt: skip
def backup(out: Path, anchors: Path | None) -> None:
    """Copy everything that $MEDIALIT_HOME keeps into one file, also while it is used.

    Where PostgreSQL is configured, its dump is in it. The file holds keys, names and marks: keep it encrypted.
    """
    from medialit.keep.backup import back_up

    copied = back_up(medialit_home(), out, now=now())
    if anchors is not None:
        with anchors.open("a", encoding="utf-8") as file:
            file.writelines(f"{one.to_text()}\n" for one in copied.anchors)
    click.echo(f"{copied.path}: {copied.n_files} files, {copied.n_bytes / 1e6:.1f} MB")
    for name in copied.left_out:
        click.echo(f"left out, as it is no file: {name}")
    if copied.anchors:
        click.echo("How far the hash chains go; keep these lines elsewhere:")
    for one in copied.anchors:
        click.echo(one.to_text())


@click.command()
@click.argument("archive", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--into", "home", type=click.Path(path_type=Path, file_okay=False),
    help="A folder that is empty, or not there; $MEDIALIT_HOME by default.",
)  # fmt: skip
@click.option(
    "--to", "url", metavar="URL", help=f"An empty database, for a copy with a dump of PostgreSQL: {_URL}."
)
@click.option(
    "--anchors", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="What `medialit backup --anchors` wrote: an older copy, or one that was cut off, is refused.",
)  # fmt: skip
@click.option(
    "--older", is_flag=True, help="Bring it back even if the anchors show that later events are missing."
)
@click.option(
    "--erasures", type=click.Path(path_type=Path, exists=True), multiple=True,
    help="Receipts of `medialit erase`, or their folder: who was erased since the copy is erased again.",
)  # fmt: skip
def restore(
    archive: Path,
    home: Path | None,
    url: str | None,
    anchors: Path | None,
    older: bool,
    erasures: Sequence[Path],
) -> None:
    """Bring back a copy that `medialit backup` made: every file compared with its hash, every chain verified."""
    from medialit.keep import backup as backing_up
    from medialit.keep import erase as erasing

    target = home or medialit_home()
    kept = _anchors(anchors)
    found = backing_up.restore(archive, target.resolve(), anchors=kept, older=older, url=url)
    click.echo(f"{found.home}: {found.n_files} files as they were on {found.made_at:%Y-%m-%d %H:%M} (UTC)")
    for name, head in found.heads.items():
        click.echo(f"verified: {name}, {head.seq} events")
    for one in found.missing:
        click.echo(f"MISSING: {one.file} once went to event {one.head.seq}; revocations may be missing.")
    done = erasing.again(found.home, erasures, now=now())
    if erasures:
        click.echo(f"{len(done)} learners who were erased since the copy were erased again.")
    else:
        click.echo("Who was erased since this copy is in it again: --erasures names the receipts.")


def _anchors(path: Path | None) -> list[Anchor]:
    from medialit.keep.backup import Anchor

    return (
        []
        if path is None
        else [Anchor.from_text(line) for line in path.read_text(encoding="utf-8").splitlines()]
    )


@click.command()
@click.option(
    "--learner", required=True, metavar="ID", help="Id in the gradebook, the register, or a studio (m-...)."
)
@click.option(
    "--class",
    "classes",
    multiple=True,
    metavar="NAME",
    help="A studio in which ID is the made-up name; repeat for more.",
)
@click.option("--code-word", help="The code word of contests.")
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="WORD",
    help="Also search the disk for this word afterwards; repeat.",
)
@click.option(
    "--by", default="teacher", show_default=True, metavar="WHO", help="Who asked for it, for the record."
)
@click.option("--yes", is_flag=True, help="Do not ask again.")
def erase(
    learner: str, classes: Sequence[str], code_word: str | None, names: Sequence[str], by: str, yes: bool
) -> None:
    """Erase one learner from courses, exchange, studios, contests, consent and feed of $MEDIALIT_HOME.

    It cannot be taken back. Stop studios, JupyterLab and graders first. A receipt says what went, what stays and why; it
    names nobody.
    """
    from medialit.keep import erase as erasing

    home = medialit_home()
    if not yes:
        click.confirm(f"Erase {learner} from {home} for good?", abort=True)
    receipt = erasing.erase(
        home, learner, by=by, now=now(), classes=classes, code_word=code_word, names=names,
        on_step=lambda line: click.echo(f"erased  {line}"),
    )  # fmt: skip
    for what, why in erasing.KEPT:
        click.echo(f"kept    {what}: {why}")
    for line in erasing.BEYOND:
        click.echo(f"beyond  {line}")
    for name in receipt.still:
        click.echo(f"look    {name}: the id or a name stands in it still")
    click.echo(
        f"The receipt is in {home / erasing.RECEIPTS}. Keep a copy elsewhere, for the day an older backup is restored."
    )


COMMANDS: Sequence[click.Command] = (move, backup, restore, erase)
"""Moving, copying, bringing back, erasing."""
