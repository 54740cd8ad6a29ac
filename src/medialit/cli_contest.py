"""The command `medialit contest`: draw a contest, open its window, read what a class can be told, and wipe."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from medialit.cli_words import LANG, listed, logged
from medialit.errors import ContestError, MedialitError
from medialit.language import msgid as _msgid
from medialit.language import said, translator

if TYPE_CHECKING:
    from medialit.clips import Pack, Progress
    from medialit.contest.records import Occasion

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)
_THERE = click.Path(path_type=Path, exists=True, dir_okay=False)
_QUICK_KINDS = ("splice", "insert", "clone", "retime", "duplicate", "violation")
_QUICK_CLIPS = 144
_FITTED_ON = (1, 7)  # seeds of packs whose clips the detectors that ship have seen


class _Speaking(click.Command):
    """A command that says what went wrong in the language of its option ``--lang``."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; an error that a person can put right becomes a message and exit status 1."""
        try:
            return super().invoke(ctx)
        except MedialitError as error:
            raise click.ClickException(said(error, lang=ctx.params.get("lang", "en"))) from error


class _SpeakingGroup(click.Group):
    command_class = _Speaking


@click.group(cls=_SpeakingGroup)
def contest() -> None:
    """Hold a contest of people and machine: who tells fakes from camera clips, before and after a course."""


@contest.command("plan")
@click.argument("pack", type=_FOLDER)
@click.option("--out", type=_FOLDER, required=True, help="Folder of the contest; it is made.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True,
              help="The same pack and seed give the same contest.")  # fmt: skip
@click.option("--quick", is_flag=True,
              help="19 clips a form instead of 39. A PACK that is not there is built, small: some minutes.")  # fmt: skip
@click.option(
    "--unseen", help="Three kinds of fakes, with commas between, of which each form has one to itself."
)
@click.option("--machine", metavar="FILE|detectors|cue:NAME",
              help="Scores by clip (JSON or CSV), or what looks at each clip now: the detectors, or a cue.")  # fmt: skip
@click.option("--missed", type=_THERE,
              help="How hard clips are, as `medialit contest report --missed` wrote it of an earlier class.")  # fmt: skip
@click.option("--slips", "n_slips", type=click.IntRange(0, 1000), default=0, show_default=True,
              help="So many code words to hand out, for a class on several computers.")  # fmt: skip
@LANG
def contest_plan(
    pack: Path,
    out: Path,
    seed: int,
    quick: bool,
    unseen: str | None,
    machine: str | None,
    missed: Path | None,
    n_slips: int,
    lang: str,
) -> None:
    """Draw three forms from the clips of PACK: two for before and after a course, one for later."""
    from medialit.contest import QUICK, STANDARD, plan, read_scores

    held = _pack(pack, quick=quick, seed=seed, lang=lang)
    found = plan(
        held,
        out,
        seed=seed,
        design=QUICK if quick else STANDARD,
        unseen=None if unseen is None else [kind.strip() for kind in unseen.split(",")],
        missed=None if missed is None else read_scores(missed),
        machine=None if machine is None else (machine, _scores(machine, held, lang=lang)),
        n_slips=n_slips,
    )
    _say_plan(found.items, lang=lang)
    _ = translator(lang)
    if found.slips:
        click.echo(_("Code words: {words}").format(words=" ".join(sorted(found.slips))))
    click.echo(_("Next: medialit contest run {folder} --on before").format(folder=out))


def _say_plan(items: Sequence[Any], *, lang: str) -> None:
    from medialit.contest.records import FORMS
    from medialit.fakes.words import title

    _ = translator(lang)
    for form in FORMS:
        here = [item for item in items if item.form == form]
        fakes = [item for item in here if item.synthetic]
        own = {item.method for item in fakes if item.unseen}
        click.echo(
            _("Form {form}: clips: {n}; from a camera: {camera}, of which odd: {odd}; hardness of the fakes: {hard}; "
              "only here: {own}.").format(
                form=form.upper(), n=len(here), camera=len(here) - len(fakes),
                odd=sum(item.odd is not None and not item.synthetic for item in here),
                hard=f"{sum(item.hardness for item in fakes) / len(fakes):.2f}",
                own=listed((title(str(kind), lang=lang) for kind in own), lang=lang))
        )  # fmt: skip
    click.echo(_("Do not teach what only one form has before the second form was answered."))


def _pack(folder: Path, *, quick: bool, seed: int, lang: str) -> Pack:
    """Return the pack, which is built first if it is not there and a small one is enough."""
    from medialit.clips import build, read_pack
    from medialit.clips.build import require_room

    if quick and not (folder / "clips.json").is_file():
        require_room(folder, n=_QUICK_CLIPS)
        return build(
            folder, n=_QUICK_CLIPS, seed=seed, kinds=_QUICK_KINDS, on_progress=partial(_tell, lang=lang)
        )
    return read_pack(folder)


def _tell(progress: Progress, *, lang: str) -> None:
    from medialit.clips.words import pair_words

    line = f"\r{progress.done}/{progress.of} {pair_words(progress.pair, lang=lang):70}"
    click.echo(line, nl=progress.done == progress.of, err=True)


def _scores(machine: str, pack: Pack, *, lang: str) -> Mapping[str, float]:
    """Return the scores of a file, or of detectors or a cue that look at every clip now."""
    from medialit.contest.machine import CUE, DETECTORS, cue_score, detectors_score, read_scores, scored

    _ = translator(lang)
    if machine != DETECTORS and not machine.startswith(CUE):
        return read_scores(Path(machine))
    if machine == DETECTORS and pack.facts.get("seed") in _FITTED_ON:
        click.echo(
            _(
                "The detectors were fitted on clips of this pack, so here they look better than they are. Build "
                "one with "
                "another seed."
            ),
            err=True,
        )
    n = len(pack.entries)

    def told(done: int) -> None:
        click.echo(f"\r{machine} {done}/{n}", nl=done == n, err=True)

    score = detectors_score() if machine == DETECTORS else cue_score(machine.removeprefix(CUE))
    return scored(pack.entries, score, on_clip=told)


@contest.command("run")
@click.argument("folder", type=_FOLDER)
@click.option("--on", "occasion", type=click.Choice(["before", "after", "later"]), required=True,
              help="Before the course, after it, or weeks later.")  # fmt: skip
@click.option("--port", type=click.IntRange(1, 65535), help="Port; without it, a free one from 7860.")
@click.option("--browser/--no-browser", default=True, show_default=True, help="Open a browser.")
@LANG
@logged("contest")
def contest_run(folder: Path, occasion: Occasion, port: int | None, browser: bool, lang: str) -> None:
    """Open the window of the contest in FOLDER on this computer, for one person after the other. Ctrl+C ends it."""
    from medialit.apps import contest as app
    from medialit.contest import read_contest

    app.launch(read_contest(folder), occasion=occasion, lang=lang, port=port, in_browser=browser)


@contest.command("report")
@click.argument("folder", type=_FOLDER)
@click.option("--out", type=_FILE, required=True, help="The page, .html.")
@click.option("--also", type=_THERE, multiple=True,
              help="Answers from another computer: contest/ID.sqlite of its data folder; repeat for more.")  # fmt: skip
@click.option(
    "--missed", type=_FILE, help="Also write how many missed each clip, for the next contest (JSON)."
)
@LANG
def contest_report(folder: Path, out: Path, also: Sequence[Path], missed: Path | None, lang: str) -> None:
    """Write what the class can be told about the contest in FOLDER: better, or merely more suspicious."""
    from medialit.contest import FEWEST, answers_of, class_report, read_contest
    from medialit.contest.judged import missed as missed_by
    from medialit.contest.judged import sittings
    from medialit.contest.page import to_html
    from medialit.contest.store import Answers, gathered
    from medialit.contest.words import signed, verdict_words

    held = read_contest(folder)
    answers, firsts = gathered([answers_of(held), *(Answers(path, contest=held) for path in also)])
    report = class_report(held.items, answers, firsts, machine=held.machine)
    _write(out, to_html(report, lang=lang))
    if missed is not None:
        shares = missed_by(sittings(held.items, answers, firsts), least=FEWEST)
        _write(missed, json.dumps(shares, indent=1) + "\n")
    _ = translator(lang)
    if report.change is None:
        click.echo(_("{path}: too few learners judged every clip before and after.").format(path=out))
        return
    change = report.change.change
    click.echo(
        _("{path}: {verdict} (d' {d}; c {c}; learners: {n}).").format(
            path=out, verdict=verdict_words(change.verdict, lang=lang)[0], d=signed(change.d_prime),
            c=signed(change.criterion), n=report.change.n)
    )  # fmt: skip


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ContestError(_msgid("{path} cannot be written ({why})."), path=path, why=error) from error


@contest.command("wipe")
@click.argument("folder", type=_FOLDER)
@click.option("--learner", metavar="CODE", help="Only the answers under this code word.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@LANG
def contest_wipe(folder: Path, learner: str | None, yes: bool, lang: str) -> None:
    """Delete the answers to the contest in FOLDER that are kept on this computer."""
    from medialit.contest import answers_of, read_contest

    _ = translator(lang)
    answers = answers_of(read_contest(folder))
    if not yes:
        click.confirm(_("Answers that are wiped cannot be brought back. Go on?"), abort=True)
    if learner is not None:
        click.echo(_("Answers deleted: {n}.").format(n=answers.forget(learner)))
    else:
        click.echo(_("All answers are deleted.") if answers.wipe() else _("There were no answers here."))


COMMANDS: Sequence[click.Command] = (contest,)
