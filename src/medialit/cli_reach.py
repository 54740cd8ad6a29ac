"""The command about files found elsewhere: whose clip each is, whether its permission stands, and what can be done."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from medialit.cli_words import LANG, STYLE, now, one_of
from medialit.consent.spread import Conduct, Fate
from medialit.language import translator

if TYPE_CHECKING:
    from datetime import datetime

    from medialit.consent.ledger_state import State
    from medialit.media import Clip
    from medialit.provenance.registry import Registry
    from medialit.reach import Found


@click.command()
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE...",
)
@click.option("--of", "principal", metavar="ID", help="Only clips that this person's likeness is in.")
@click.option(
    "--where",
    type=one_of(Conduct),
    help="What the place does where the files were found. Default: say it for every kind of place.",
)
@STYLE
@LANG
def reach(files: Sequence[Path], principal: str | None, where: str | None, style: str, lang: str) -> None:
    """Say of each FILE found elsewhere which clip of this computer it is, whether that may stand, and what can be done.

    What only the looks lead to must be looked at by a person before anything is done. That no clip is found says
    nothing. Nothing is sent to anybody.
    """
    from medialit.consent.ledger import Ledger
    from medialit.consent.standing import lacks
    from medialit.home import medialit_home
    from medialit.pipeline import watermark_key
    from medialit.provenance.registry import Registry
    from medialit.reach import find, made_under
    from medialit.reach_compare import Originals

    at = now()
    with Ledger() as ledger:
        state = ledger.state()
    ended = [grant.id for grant in state.grants if lacks(grant, state, at)]
    # Without a key of its own a computer has marked nothing, and any key finds as little.
    key = watermark_key(medialit_home(), make=False) or b"no key yet"
    with Registry() as registry:
        search = partial(
            find,
            registry=registry,
            key=key,
            watched=made_under(ended, registry=registry),
            originals=Originals(registry),
        )
        rows = [_row(path, search, registry, state, at, principal) for path in files]
    if style == "json":
        click.echo(json.dumps([row | {"options": _fates(row, where)} for row in rows], ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['path']}:")
        for line in _lines(row, where, lang=lang):
            click.echo(f"  {line}")


def _row(
    path: Path,
    search: Callable[[Clip], Found | None],
    registry: Registry,
    state: State,
    at: datetime,
    principal: str | None,
) -> dict[str, Any]:
    """Return what is known of a file, as plain data."""
    from medialit.errors import FingerprintError, MediaError

    row: dict[str, Any] = {"path": str(path), "read": True, "clip": None}
    try:
        found = search(_clip(path))
    except (MediaError, FingerprintError) as error:
        return row | {"read": False, "error": str(error)}
    if found is None:
        return row
    if principal is not None and principal not in {
        one.principal for one in state.grants if one.id in found.grants
    }:
        return row
    return row | _about(found, registry, state, at)


def _clip(path: Path) -> Clip:
    """Read a clip, or a still picture as a clip of one frame: a screenshot leads to its clip too."""
    from medialit.errors import MediaError
    from medialit.media import Clip, read, read_image

    try:
        return Clip(read_image(path)[None], fps=1.0)
    except MediaError:
        return read(path, audio=False, damaged="keep")


def _about(found: Found, registry: Registry, state: State, at: datetime) -> dict[str, Any]:
    from medialit.consent.standing import lacks

    clip = registry.get(found.clip)
    known = {one.id: one for one in state.grants}
    grants = {id: sorted(lacks(known[id], state, at)) if id in known else ["unknown"] for id in found.grants}
    return {
        "clip": found.clip,
        "title": "" if clip is None else clip.title,
        "by": found.by,
        "similarity": found.similarity,
        "look_first": found.by == "fingerprint" or found.doubtful,
        "doubtful": found.doubtful,
        "people": sorted({known[id].principal for id in grants if id in known}),
        "grants": grants,
        "stands": not any(grants.values()),
    }


def _fates(row: dict[str, Any], where: str | None) -> dict[str, list[str]]:
    """Return what can be done by kind of place; nothing where the clip may stand."""
    if row["clip"] is None or row["stands"]:
        return {}
    places = list(Conduct) if where is None else [Conduct(where)]
    return {place.value: [fate.value for fate in _FATES[place]] for place in places}


# A copy that is up already is taken down; one that is posted later is blocked (`medialit.consent.spread.fate_of`).
_FATES = {
    Conduct.COOPERATES: (Fate.UNPUBLISHED, Fate.BLOCKED),
    Conduct.NOTICE_ONLY: (Fate.NOTIFIED,),
    Conduct.CLOSED_GROUP: (Fate.UNREACHABLE,),
    Conduct.DELETED_ACCOUNT: (Fate.UNREACHABLE,),
}


def _lines(row: dict[str, Any], where: str | None, *, lang: str) -> Iterator[str]:
    _ = translator(lang)
    if not row["read"]:
        yield _("This file cannot be read as a clip or a picture, so nothing is known of it.")
        return
    if row["clip"] is None:
        yield _("No clip of this computer was found in it. This says nothing about clips of others.")
        return
    yield _("It leads to the clip {title} ({id}).").format(title=row["title"], id=row["clip"])
    yield _certainty(row, lang=lang)
    yield from _standing(row, lang=lang)
    options = {
        Conduct.COOPERATES: _(
            "At a platform that cooperates: have it taken down, and later uploads blocked. Show the clip's id."
        ),
        Conduct.NOTICE_ONLY: _(
            "At a site that accepts notices only: send one (medialit consent notice); the answer is up to the site."
        ),
        Conduct.CLOSED_GROUP: _("In a closed group: out of reach. Ask whoever showed it to delete it."),
        Conduct.DELETED_ACCOUNT: _("From an account that was deleted: out of reach. Nobody is left to ask."),
    }
    for place in _fates(row, where):
        yield options[Conduct(place)]


def _certainty(row: dict[str, Any], *, lang: str) -> str:
    _ = translator(lang)
    if row["by"] == "fingerprint":
        return _(
            "Only its looks lead there. A person must look at both before anything is done: of 180 clips made by others "
            "from the same words, 89 matched as well."
        )
    if row["doubtful"]:
        return _(
            "Its watermark leads there, but the pictures are not alike: it is a small crop, or somebody moved the mark. "
            "A person must look at both before anything is done."
        )
    return _("Its watermark leads there, and the pictures are alike.")


def _standing(row: dict[str, Any], *, lang: str) -> Iterator[str]:
    from medialit.consent.reasons import sentence
    from medialit.consent.records import Reason

    _ = translator(lang)
    if not row["grants"]:
        yield _("It was made with nobody's likeness, so there is no permission to take back.")
        return
    for id, codes in row["grants"].items():
        if not codes:
            yield _("The permission {id} stands. There is nothing to do about the copy.").format(id=id)
        elif codes == ["unknown"]:
            yield _("The register knows no permission {id}.").format(id=id)
        else:
            yield _("The permission {id} stands no longer.").format(id=id)
            for code in codes:
                yield "  " + sentence(
                    Reason(code=code, principal=(row["people"] or [""])[0]), lang=lang, names={}
                )


COMMANDS: Sequence[click.Command] = (reach,)
