"""Commands about likenesses: enrol one, put it into a clip where that was agreed to, and follow what came of it."""

from __future__ import annotations

import json
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from medialit.cli_words import (
    AS,
    LANG,
    STYLE,
    SpeakingGroup,
    called,
    listed,
    now,
    say_aftermath,
    setting,
    use_options,
)
from medialit.errors import EnrolmentError, MediaError
from medialit.language import translator

if TYPE_CHECKING:
    from medialit.cameo import Desk, Use
    from medialit.generate.sampler import Step
    from medialit.likeness.vault import Enrolment

_GIVEN = click.Path(path_type=Path, exists=True, dir_okay=False)
_SHEET = 8  # frames of a preview, four in a row
_PORTRAIT_PX = 320


@click.group(cls=SpeakingGroup)
def likeness() -> None:
    """Enrol a likeness once, use it where that was agreed to, and see every use of it.

    USE is the id of a draft or clip, as `medialit likeness uses` lists them, or `last` for the newest.
    """


@likeness.command("cast")
@click.option("--portraits", type=click.Path(path_type=Path, file_okay=False),
              help="Also write a portrait of each into this folder, ID.png.")  # fmt: skip
@STYLE
@LANG
def likeness_cast(portraits: Path | None, style: str, lang: str) -> None:
    """List the fictional people whom anybody may enrol.

    The two children among them are there to be refused: see what the rules say for somebody under 18.
    """
    from medialit.likeness.cast import cast, portrait
    from medialit.media import write_image

    people = cast(minors=True)
    if portraits is not None:
        try:
            portraits.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MediaError(f"The folder {portraits} cannot be made ({error.strerror}).") from error
        for one in people:
            write_image(portrait(one, size=_PORTRAIT_PX), portraits / f"{one.id}.png")
    rows = [
        {"id": one.id, "name": one.name(lang), "age": one.age, "minor": one.minor, "guardian": one.guardian,
         "about": one.about(lang)}
        for one in people
    ]  # fmt: skip
    if style == "json":
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    _ = translator(lang)
    for row in rows:
        click.echo(f"{row['id']:9} {row['name']}")
        click.echo(f"{'':9} {row['about']}")
        if row["minor"]:
            click.echo(f"{'':9} " + _("Under 18: {guardian} decides.").format(guardian=row["guardian"]))


@likeness.command("challenge")
@click.option("--out", type=click.Path(path_type=Path), default=Path("challenge.json"), show_default=True,
              help="The file that `medialit likeness enrol` asks for.")  # fmt: skip
@click.option("--pace", type=click.FloatRange(0.6, 3), default=1.0, show_default=True,
              help="2 gives twice the time for each step.")  # fmt: skip
@click.option("--light", is_flag=True, help="Also fill the window with colours that the face has to reflect, "
              "against films of a screen. Not for whom changing lights harm.")  # fmt: skip
@click.option("--page", type=click.Path(path_type=Path, dir_okay=False),
              help="Write a page that shows the challenge in a browser and records it. "
              "Default with --light: the name of --out, with .html.")  # fmt: skip
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
@LANG
def likeness_challenge(
    out: Path, pace: float, light: bool, page: Path | None, opens: bool, lang: str
) -> None:
    """Draw a challenge, and print what to do before the camera, and when.

    Record yourself with sound from the first second on, best with the page that --page writes, then hand the recording
    in with `medialit likeness enrol`. A challenge is good for one attempt, and for five minutes.
    """
    from medialit.likeness.enrol import issue
    from medialit.likeness.page import challenge_page
    from medialit.likeness.vault import Vault

    page = page or (out.with_suffix(".html") if light or opens else None)
    if page is not None and page.resolve() == out.resolve():
        raise EnrolmentError(f"--out and --page both name {out}. Give them different names.")
    challenge = issue(Vault(), now=now(), pace=pace, light=light)
    _write(out, challenge.to_json() + "\n")
    if page is not None:
        _write(page, challenge_page(challenge, lang=lang, file=out.name))
    for step in challenge.steps:
        click.echo(f"{step.start_s:5.1f} s  {step.instruction(lang)}")
        for digit in step.digits:
            click.echo(f"{digit.shown_s:5.1f} s    {digit.digit}")
    _ = translator(lang)
    if page is not None:
        click.echo(
            _("Open {path} in a browser: it shows all this at its time, and records it.").format(path=page)
        )
    if light:
        click.echo(_("Warning: that page changes colour about once a second. It can harm who is sensitive to changing "
                     "lights."))  # fmt: skip
    click.echo(_("The challenge is in {path}. Hand the recording in by {time} UTC.").format(
        path=out, time=f"{challenge.deadline:%H:%M:%S}"))  # fmt: skip
    if opens and page is not None:
        webbrowser.open(page.resolve().as_uri())


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise EnrolmentError(f"{path} cannot be written ({error.strerror}). Choose another place.") from error


@likeness.command("enrol")
@click.argument("recordings", nargs=-1, type=_GIVEN, metavar="[FILE]...")
@click.option("--challenge", "challenge_file", type=_GIVEN, help="What `medialit likeness challenge` wrote.")
@click.option("--reference", type=_GIVEN, help="A picture of the same person, from the front.")
@click.option("--name", help="The person's name, in any script.")
@click.option("--mirrored", is_flag=True, help="The recording shows the person as a mirror does.")
@click.option(
    "--cast", "cast_id", metavar="ID", help="Enrol a fictional person of the cast; no FILE is needed."
)
@click.option("--by", "--as", "by", metavar="ID",
              help="Who enters a person of the cast in the register. Default: the person, or the guardian.")  # fmt: skip
@LANG
def likeness_enrol(
    recordings: Sequence[Path],
    challenge_file: Path | None,
    reference: Path | None,
    name: str | None,
    mirrored: bool,
    cast_id: str | None,
    by: str | None,
    lang: str,
) -> None:
    """Enrol somebody once: a person before a camera, or a person of the cast.

    FILE is the recording of a challenge, or one file for each of its steps, in order.
    """
    _ = translator(lang)
    if cast_id is not None:
        if recordings:
            raise EnrolmentError("Give recordings, or --cast ID; not both.")
        made = _enrol_cast(cast_id, by)
        click.echo(_("{name} is enrolled as {id}. Nobody may use the likeness until a permission is given.").format(
            name=made.name, id=cast_id))  # fmt: skip
        return
    if not recordings or challenge_file is None or reference is None or not name:
        raise EnrolmentError(
            "Give a recording with --challenge, --reference and --name, or else --cast ID for a fictional person."
        )
    made = _enrol_camera(recordings, challenge_file, reference, name, mirrored=mirrored, lang=lang)
    click.echo(_("{name} is enrolled as {id}. Nobody may use the likeness until a permission is given.").format(
        name=made.name, id=made.id))  # fmt: skip
    click.echo(_("Before it can be put into a clip: medialit cameo link, then medialit cameo lend."))


def _enrol_cast(cast_id: str, by: str | None) -> Enrolment:
    from medialit.cameo import Desk
    from medialit.likeness.cast import person

    who = person(cast_id)
    with Desk() as desk:
        return desk.enrol_cast(who.id, by=by or who.guardian or who.id, now=now())[1]


def _enrol_camera(
    recordings: Sequence[Path], challenge_file: Path, reference: Path, name: str, *, mirrored: bool, lang: str
) -> Enrolment:
    from medialit.likeness.challenge import Challenge
    from medialit.likeness.enrol import enrol
    from medialit.likeness.vault import Vault

    outcome = enrol(
        recordings[0] if len(recordings) == 1 else recordings,
        reference=reference,
        challenge=Challenge.from_json(challenge_file.read_text(encoding="utf-8", errors="replace")),
        name=name,
        vault=Vault(),
        now=now(),
        mirrored=mirrored,
    )
    if outcome.enrolment is None:
        raise EnrolmentError(" ".join(refusal.sentence(lang) for refusal in outcome.refusals))
    return outcome.enrolment


@likeness.command("list")
@STYLE
@LANG
def likeness_list(style: str, lang: str) -> None:
    """List who is enrolled on this computer."""
    from medialit.likeness.vault import Vault

    vault = Vault()
    rows = [
        {"id": one.id, "name": one.name, "kind": one.kind, "cast_id": one.cast_id,
         "enrolled_at": one.enrolled_at.isoformat(timespec="seconds")}
        for one in vault.list()
    ]  # fmt: skip
    if style == "json":
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    _ = translator(lang)
    for row in rows:
        click.echo(f"{row['id']}  {row['cast_id'] or '-':9} {str(row['enrolled_at'])[:10]}  {row['name']}")
    for id in vault.damaged():
        click.echo(_("{id} cannot be read any more. It can still be deleted.").format(id=id))
    if not rows:
        click.echo(_("Nobody is enrolled here."))


@likeness.command("delete")
@click.argument("id")
@LANG
def likeness_delete(id: str, lang: str) -> None:
    """Erase the enrolment ID, as `medialit likeness list` names it; the id of a person of the cast will do.

    The recording that was lent by it goes along, and every draft and clip that was made with it. It cannot be undone.
    """
    from medialit.cameo import Desk

    _ = translator(lang)
    with Desk() as desk:
        found = [one.id for one in desk.vault.list() if one.cast_id == id] or [id]
        for one in found:
            after = desk.unenrol(one, now=now())
            click.echo(_("{id} is erased: the key first, then the record.").format(id=one))
            say_aftermath(after, lang=lang)


_USE = click.argument("use")
_LAST = "last"


def _named(desk: Desk, use: str) -> str:
    """Return the id of a use; `last` is the newest that is not withdrawn."""
    if use != _LAST:
        return use
    found = [one.id for one in desk.uses() if one.stage != "withdrawn"]
    if not found:
        from medialit.cameo.trouble import trouble

        raise trouble("none-yet")
    return found[-1]


_SEED = click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True,
                     help="The same seed makes the same clip.")  # fmt: skip
_DOING = click.option("--doing", default="wave", show_default=True,
                      help="What the people do, such as wave, walk or talk.")  # fmt: skip
_MODEL = click.option("--model", type=click.Choice(["v1", "v2"]), default="v2", show_default=True,
                      help="v1 dreams each frame alone; v2 sees all frames at once.")  # fmt: skip


@likeness.command("make")
@click.argument("prompt")
@click.option("--with", "people", multiple=True, required=True, metavar="ID",
              help="Whose likeness: an enrolled person; repeat for up to four.")  # fmt: skip
@AS
@use_options
@_SEED
@_DOING
@_MODEL
@LANG
def likeness_make(
    prompt: str,
    people: Sequence[str],
    who: str,
    purpose: str,
    audience: str,
    territories: Sequence[str],
    medium: str,
    seed: int,
    doing: str,
    model: str,
    lang: str,
) -> None:
    """Make a draft: the scene of PROMPT with people in it, if each of them agreed to that.

    The answer is written into the register, a refusal too. A draft lies encrypted until it is published.
    """
    from medialit.cameo import Desk

    with Desk() as desk:
        use = desk.generate(
            prompt, principals=tuple(dict.fromkeys(people)), requester=who, seed=seed, doing=doing, lang=lang,
            setting=setting(purpose, audience, territories, medium), model="v1" if model == "v1" else "v2",
            now=now(), on_step=_tell,
        )  # fmt: skip
        _say_draft(desk, use, lang=lang)


@likeness.command("remix")
@_USE
@click.argument("prompt")
@click.option(
    "--with", "people", multiple=True, metavar="ID", help="Somebody who joins them; repeat for more."
)
@AS
@use_options
@_SEED
@_DOING
@_MODEL
@LANG
def likeness_remix(
    use: str,
    prompt: str,
    people: Sequence[str],
    who: str,
    purpose: str,
    audience: str,
    territories: Sequence[str],
    medium: str,
    seed: int,
    doing: str,
    model: str,
    lang: str,
) -> None:
    """Make a draft with the people of the published clip USE in the scene of another PROMPT."""
    from medialit.cameo import Desk

    with Desk() as desk:
        made = desk.remix(
            _named(desk, use), prompt, principals=tuple(people), requester=who, seed=seed, doing=doing, lang=lang,
            setting=setting(purpose, audience, territories, medium), model="v1" if model == "v1" else "v2",
            now=now(), on_step=_tell,
        )  # fmt: skip
        _say_draft(desk, made, lang=lang)


def _tell(step: Step) -> None:
    click.echo(f"\r{step.done}/{step.of}", nl=step.done == step.of, err=True)


def _say_draft(desk: Desk, use: Use, *, lang: str) -> None:
    _ = translator(lang)
    people = called(use.principals, desk.names(), lang=lang)
    click.echo(_("{id} is a draft with {people}.").format(id=use.id, people=people))
    if use.grant_ids:
        click.echo(_("Permissions that allow it: {grants}.").format(grants=listed(use.grant_ids, lang=lang)))


@likeness.command("preview")
@_USE
@AS
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True,
              help="The picture, .png or .jpg: eight frames, in the order of reading.")  # fmt: skip
@LANG
def likeness_preview(use: str, who: str, out: Path, lang: str) -> None:
    """Write a contact sheet of USE, for the people in it and for who made it."""
    import numpy as np

    from medialit.cameo import Desk
    from medialit.cameo.trouble import trouble
    from medialit.media import write_image

    if out.exists():
        raise trouble("exists", path=out)
    with Desk() as desk:
        frames = desk.preview(_named(desk, use), viewer=who, now=now(), lang=lang).frames
    chosen = frames[np.linspace(0, len(frames) - 1, _SHEET).round().astype(int)]
    rows = [np.concatenate(list(row), axis=1) for row in np.split(chosen, 2)]
    write_image(np.concatenate(rows), out)
    _ = translator(lang)
    click.echo(_("{path} shows eight frames. It is a draft without a label: delete it when you have looked.").format(
        path=out))  # fmt: skip


@likeness.command("publish")
@_USE
@AS
@click.option("--title", help="What readers are shown as its name. Default: the prompt.")
@LANG
def likeness_publish(use: str, who: str, title: str | None, lang: str) -> None:
    """Label, watermark, sign and register the draft USE, if everybody in it agreed to its publication."""
    from medialit.cameo import Desk

    with Desk() as desk:
        id = _named(desk, use)
        prompts = {one.id: one.prompt for one in desk.uses()}
        made = desk.publish(id, requester=who, title=title or prompts.get(id, id), now=now(), lang=lang)
    _ = translator(lang)
    click.echo(_("{id} is published: labelled, watermarked, signed, and registered as {clip}.").format(
        id=made.id, clip=made.clip))  # fmt: skip
    if made.grant_ids:
        click.echo(_("Its credentials name these permissions: {grants}.").format(
            grants=listed(made.grant_ids, lang=lang)))  # fmt: skip


@likeness.command("export")
@_USE
@AS
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file, .mp4.")
@LANG
def likeness_export(use: str, who: str, out: Path, lang: str) -> None:
    """Write a copy of the published clip USE to a file, if everybody in it agreed to that."""
    from medialit.cameo import Desk

    with Desk() as desk:
        path = desk.export(_named(desk, use), out, requester=who, now=now(), lang=lang)
    _ = translator(lang)
    click.echo(_("{path} is a copy. From now on nobody here can call it back.").format(path=path))


@likeness.command("uses")
@click.option("--of", "person", metavar="ID", help="Only those that this person is in.")
@STYLE
@LANG
def likeness_uses(person: str | None, style: str, lang: str) -> None:
    """List every draft and clip with a likeness in it, the withdrawn ones too."""
    from medialit.cameo import Desk

    with Desk() as desk:
        uses, names = desk.uses(person), desk.names()
    if style == "json":
        click.echo(json.dumps([_row(use) for use in uses], ensure_ascii=False))
        return
    _ = translator(lang)
    stages = {"draft": _("draft"), "published": _("published"), "withdrawn": _("withdrawn")}
    for use in uses:
        click.echo(f"{use.id}  {stages[use.stage]}  {use.made_at:%Y-%m-%d %H:%M} UTC")
        people = called(use.principals, names, lang=lang)
        click.echo("  " + _("Made by {who} with {people}: {prompt}").format(who=use.requester, people=people,
                                                                           prompt=use.prompt))  # fmt: skip
        for path in use.exports:
            click.echo("  " + _("Exported to {path}").format(path=path))
    if not uses:
        click.echo(_("There is no use of a likeness here."))


def _row(use: Use) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(use) | {"made_at": use.made_at.isoformat(timespec="seconds")}


@likeness.command("withdraw")
@_USE
@AS
@LANG
def likeness_withdraw(use: str, who: str, lang: str) -> None:
    """Take USE out of the world, at the word of somebody who is in it or who made it."""
    from medialit.cameo import Desk

    with Desk() as desk:
        gone = desk.withdraw(_named(desk, use), by=who, now=now())
    _ = translator(lang)
    click.echo(_("{id} is withdrawn: its frames are gone.").format(id=gone.id))
    for path in gone.exports:
        click.echo(
            _("A copy was exported to {path}. It is out of reach from here: ask whoever has it.").format(
                path=path
            )
        )


@likeness.command("sweep")
@LANG
def likeness_sweep(lang: str) -> None:
    """Withdraw what nobody allows any more, such as clips whose permission has run out. Run it every day."""
    from medialit.cameo import Desk

    with Desk() as desk:
        after = desk.sweep(now=now())
    say_aftermath(after, lang=lang)


COMMANDS: Sequence[click.Command] = (likeness,)
