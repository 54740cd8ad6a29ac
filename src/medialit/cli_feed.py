"""The commands about the feed: a simulated month, an order of posts, and why a post stands where it does."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from medialit.cli_words import STYLE, now
from medialit.feed.steering import LANGUAGES
from medialit.language import translator

if TYPE_CHECKING:
    from medialit.feed.columns import Candidates, Profile
    from medialit.feed.rank import Weights
    from medialit.feed.steering import Steering

_PRESETS = ("creation-first", "engagement-first")
_LANG = click.option(
    "--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language of the words."
)
_WHOSE = (
    click.option("--as", "who", required=True, metavar="ID", help="Which member looks at the feed."),
    click.option("--place", metavar="PATH|URL",
                 help="The feed's database. Default: $MEDIALIT_HOME/feed/feed.db, if there is one."),
    click.option("--example", type=int, metavar="SEED",
                 help="Instead of a database, a made-up class drawn from this seed; its members are m0 to m19."),
    click.option("--preset", type=click.Choice(_PRESETS), default="creation-first", show_default=True,
                 help="Whose weights."),
    click.option("--personalised/--not-personalised", default=None,
                 help="Whether the order may depend on what the member did. Default: as the member's controls say."),
    click.option("--steer", default="", metavar="WORDS",
                 help="What to change, in words, such as 'less football, more cooking'; in the language of --lang."),
)  # fmt: skip


@click.group()
def feed() -> None:
    """Rank the class's feed, say why, and simulate what a ranking does."""


def _whose(command: Any) -> Any:
    for option in reversed(_WHOSE):
        command = option(command)
    return command


@feed.command("rank")
@_whose
@click.option("-n", "count", type=click.IntRange(1), default=10, show_default=True, help="How many posts.")
@STYLE
@_LANG
def rank_command(
    who: str, place: str | None, example: int | None, preset: str, personalised: bool | None, steer: str,
    count: int, style: str, lang: str,
) -> None:  # fmt: skip
    """Show the first posts of a member's feed, with their scores, as the member's controls let them through."""
    from medialit.feed.controls import page
    from medialit.feed.rank import rank

    desk = _desk(who, place, example, preset, personalised, steer, lang)
    ranking = rank(
        desk.candidates,
        desk.profile,
        weights=desk.weights,
        personalised=desk.personalised,
        steering=desk.steering,
    )
    shown = page(desk.candidates, ranking.order, controls=desk.controls)[:count]
    rows = [_row(desk.candidates, id, float(ranking.scores[desk.candidates.index(id)])) for id in shown]
    if style == "json":
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    _say_steering(desk, lang)
    for row in rows:
        marks = ("*" if row["synthetic"] else " ") + ("" if row["labelled"] or not row["synthetic"] else "!")
        click.echo(
            f"{row['score']:7.2f}  {row['post']:8} {marks:2} {row['author']:8} {', '.join(row['topics'])}"
        )


@feed.command("explain")
@click.argument("post")
@_whose
@STYLE
@_LANG
def explain_command(
    post: str, who: str, place: str | None, example: int | None, preset: str, personalised: bool | None, steer: str,
    style: str, lang: str,
) -> None:  # fmt: skip
    """Say why POST stands where it does in a member's feed: every part of its score, in words."""
    from medialit.feed.rank import explain
    from medialit.feed.why import why

    desk = _desk(who, place, example, preset, personalised, steer, lang)
    terms = explain(
        desk.candidates, post, desk.profile, weights=desk.weights, personalised=desk.personalised,
        steering=desk.steering,
    )  # fmt: skip
    reasons, whose = why(terms, desk.candidates, post, personalised=desk.personalised, lang=lang)
    if style == "json":
        data = {
            "post": post,
            "score": sum(one.points for one in terms),
            "personalised": desk.personalised,
            "terms": [
                {"feature": term.feature, "value": term.value, "weight": term.weight, "points": term.points,
                 "sentence": reason.sentence}
                for term, reason in zip(terms, reasons, strict=True)
            ],
        }  # fmt: skip
        click.echo(json.dumps(data, ensure_ascii=False))
        return
    click.echo(whose)
    _say_steering(desk, lang)
    for one in reasons:
        click.echo(f"{one.points:+7.2f}  {one.sentence}")
    click.echo(f"{sum(one.points for one in terms):7.2f}")


@feed.command("simulate")
@click.option(
    "--viewers", type=click.IntRange(1), default=2000, show_default=True, help="How many people watch."
)
@click.option("--days", type=click.IntRange(1), default=30, show_default=True, help="For how long.")
@click.option("--seed", type=int, default=1, show_default=True, help="Draws the town.")
@click.option("--condition", "names", multiple=True, metavar="NAME",
              help="Only this one, such as 'creation-first, controlled'; repeat for more.")  # fmt: skip
@STYLE
@_LANG
def simulate_command(viewers: int, days: int, seed: int, names: Sequence[str], style: str, lang: str) -> None:
    """Simulate a town under each ranking, with controls and without. What comes out follows from assumptions."""
    from medialit.errors import FeedError
    from medialit.feed.simulate import CONDITIONS, simulate

    _ = translator(lang)
    if unknown := [name for name in names if name not in CONDITIONS]:
        raise FeedError(f"There is no condition {unknown[0]!r}. Choose from: {'; '.join(CONDITIONS)}.")
    outcomes = {}
    for name in names or CONDITIONS:
        with click.progressbar(length=days, label=name, file=sys.stderr) as bar:
            outcomes[name] = simulate(
                CONDITIONS[name], seed=seed, n_viewers=viewers, n_days=days, on_day=lambda _day: bar.update(1)
            )
    if style == "json":
        click.echo(json.dumps({name: one.to_dict() for name, one in outcomes.items()}, ensure_ascii=False))
        return
    click.echo(
        _("What follows is a simulation: every habit of its viewers is assumed, none was measured on people.")
    )
    heads = ("min/day", "p95", "night", "posts", "topics", "authors", "synth %", "bare %", "pleasure", "made")
    click.echo(f"{'':30}" + "".join(f"{one:>9}" for one in heads))
    for name, one in outcomes.items():
        values = (
            one.minutes, one.minutes_p95, one.night_minutes, one.posts_seen, one.topic_bits, one.author_bits,
            100 * one.synthetic_share, 100 * one.unlabelled_share, one.pleasure, one.made,
        )  # fmt: skip
        click.echo(f"{name:30}" + "".join(f"{value:9.2f}" for value in values))


@dataclass(frozen=True, kw_only=True)
class _Desk:
    candidates: Candidates
    profile: Profile
    controls: Any
    weights: Weights
    personalised: bool
    steering: Steering


def _desk(
    who: str,
    place: str | None,
    example: int | None,
    preset: str,
    personalised: bool | None,
    steer: str,
    lang: str,
) -> _Desk:
    """Return what a member's order is made from."""
    from medialit.errors import FeedError
    from medialit.feed.columns import columns, count, profile
    from medialit.feed.controls import effective, likeness_off
    from medialit.feed.moderation import hidden, visible
    from medialit.feed.rank import PRESETS
    from medialit.feed.steering import steer as parse

    state = _state(place, example)
    if who not in state.members:
        raise FeedError(f"{who} is no member of this feed. Members: {', '.join(sorted(state.members)[:20])}.")
    member, at = state.members[who], now()
    controls = effective(member)
    if personalised is None:
        personalised = controls.personalised
    stands = visible(
        list(state.posts.values()),
        ended=(),  # what ended is known to the ledger of consent; the app asks it
        hidden=hidden(state.cases.values(), now=at) | state.taken_back,
        likeness_off=likeness_off(list(state.members.values())),
    )
    candidates = columns(stands, now=at, counts=count(state.events))
    return _Desk(
        candidates=candidates,
        profile=profile(
            who, state.events, posts=state.posts, place=member.place, use_chat=controls.chat_history
        ),
        controls=controls,
        weights=PRESETS[preset],
        personalised=personalised,
        steering=parse(steer, lang=lang, topics=candidates.topic_names),
    )


def _state(place: str | None, example: int | None) -> Any:
    from medialit.databases import configured
    from medialit.errors import FeedError
    from medialit.feed.example import example_class
    from medialit.feed.store import FeedStore
    from medialit.home import medialit_home

    if example is not None:
        return example_class(seed=example, now=now())
    if place is None and configured() is None and not (medialit_home() / "feed" / "feed.db").is_file():
        raise FeedError("There is no feed on this computer yet. Try --example 1, or give --place.")
    with FeedStore(place) as store:
        return store.state()


def _row(candidates: Candidates, id: str, score: float) -> dict[str, Any]:
    row = candidates.index(id)
    return {
        "post": id,
        "score": round(score, 4),
        "author": candidates.author_names[candidates.authors[row]],
        "topics": list(candidates.topics_of(row)),
        "synthetic": bool(candidates.synthetic[row]),
        "labelled": bool(candidates.labelled[row]),
    }


def _say_steering(desk: _Desk, lang: str) -> None:
    from medialit.feed.steering import said

    if desk.steering.used or desk.steering.not_understood:
        for line in said(desk.steering, lang=lang):
            click.echo(line)


COMMANDS = (feed,)
