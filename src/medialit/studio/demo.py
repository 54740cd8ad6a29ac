"""A made-up class with clips of several kinds, for a first look and for the tests.

All of it goes through the studio's own acts, so that nothing stands in it that could not have come about.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from medialit.feed.records import EventKind, FeedEvent, Post
from medialit.language import LANGUAGES
from medialit.media import write, write_image
from medialit.studio.persons import Person
from medialit.studio.studio import Studio
from medialit.studio.worker import frames
from medialit.world import Scene, Sensor, Thing, film, render

_PEOPLE: Final = (
    ("Atlas", "adult", "Ifrane", "salma"),
    ("زهرة", "adult", "فاس", "fatimazahra"),
    ("Gnawa7", "adult", "Essaouira", "yassine"),
    ("Tafukt", "16_17", "Agadir", ""),
    ("Souk el Had", "adult", "Agadir", "brahim"),
    ("Nour", "13_15", "Oujda", ""),
)
_FILMED: Final = (
    ("street", "car", "red", "roll_left", "Rue du Rif, seven in the morning", ("cars",)),
    ("souk", "tea_glass", "green", "stand", "Atay, and nothing else to do", ("cooking",)),
    ("mountains", "bird", "blue", "orbit", "Above Imlil", ("animals", "nature")),
)
_MADE: Final = (
    (0, "a red lantern spins at night", "I asked for one lantern. It is not my street!", ("art",), ()),
    (1, "une théière bleue tourne sur la table du souk", "ما رأيكم في هذا الإبريق؟", ("cooking",), ()),
    (2, "a football bounces on the beach", "Essaouira against the wind", ("football",), ()),
    (4, "a yellow sailboat rolls on the beach", "Souk el Had sails away", ("nature",), ()),
    (
        0,
        "a cat walks in the medina",
        "Salma meets a cat that was never there",
        ("animals", "art"),
        ("salma",),
    ),
)


def fill(studio: Studio, *, now: datetime) -> None:
    """Fill a class that is empty; one that has members stays as it is."""
    if studio.store.state().members:
        return
    began = now - timedelta(hours=20)
    people = [_person(studio, name, age, place, now=began) for name, age, place, _ in _PEOPLE]
    for who, (_, _, _, part) in zip(people, _PEOPLE, strict=True):
        if part:
            studio.play(who, cast_id=part, now=began)
    with TemporaryDirectory() as place:
        for n, (ground, thing, colour, action, caption, topics) in enumerate(_FILMED):
            _film(
                studio,
                people[(2, 4, 0)[n]],
                Path(place),
                n,
                (ground, thing, colour, action),
                caption,
                topics,
                at=began + timedelta(hours=n),
            )
    for n, (by, prompt, caption, topics, shown) in enumerate(_MADE):
        _make(studio, people[by], prompt, caption, topics, shown, n=n, at=began + timedelta(hours=4 + 2 * n))
    _unlabelled(studio, people[2], at=now - timedelta(hours=3))
    _lives(studio, people, now=now - timedelta(hours=2))


def _person(studio: Studio, name: str, age: str, place: str, *, now: datetime) -> Person:
    found = studio.join(
        class_code=studio.settings["code"], name=name, age=age, place=place, zone="Africa/Casablanca",
        lang=studio.settings["lang"] if studio.settings["lang"] in LANGUAGES else "en", now=now,
    )  # fmt: skip
    studio.leave(found.token)
    return found.person


def _film(
    studio: Studio, who: Person, folder: Path, n: int, scene: tuple[str, str, str, str], caption: str,
    topics: tuple[str, ...], *, at: datetime,
) -> None:  # fmt: skip
    """Publish what a camera might have seen: drawn by the world's renderer and filmed by its camera, without a label."""
    ground, thing, colour, action = scene
    clip = film(render(Scene(ground, (Thing(thing, colour, action),), seed=n)), seed=n, sensor=Sensor())
    path = write(clip, folder / f"{n}.mp4", crf=23)
    poster = write_image(clip.frames[len(clip.frames) // 2], folder / f"{n}.jpg", quality=80)
    kept = studio.keep_clip(path, poster=poster, marked=False)
    post = Post(
        id=f"p-demo{n}", clip=kept, author=who.id, at=at, caption=caption, topics=topics,
        place=studio.store.state().members[who.id].place,
    )  # fmt: skip
    studio.store.keep(post, by=who.id, now=at)


def _make(
    studio: Studio, who: Person, prompt: str, caption: str, topics: tuple[str, ...], shown: tuple[str, ...], *, n: int,
    at: datetime,
) -> Post:  # fmt: skip
    """Make a clip and publish it, as a learner does, without waiting in the queue."""
    draft = studio.make_now(_job(who, prompt, shown, seed=n + 1), now=at)
    card = studio.publish(draft, who, caption=caption, topics=topics, now=at)
    return studio.store.state().posts[str(card["id"])]


def _job(who: Person, prompt: str, shown: tuple[str, ...], *, seed: int) -> dict[str, Any]:
    return {
        "by": who.id, "prompt": prompt, "seed": seed, "model": "v2", "people": list(shown), "remix_of": None,
        "parent_use": None, "purpose": "art", "doing": "wave", "lang": "en", "not_understood": [],
    }  # fmt: skip


def _unlabelled(studio: Studio, who: Person, *, at: datetime) -> None:
    """Publish a made clip that says nothing of how it was made: minors are not shown it, and lessons ask about it."""
    draft = studio.make_now(_job(who, "a purple star spins in the desert", (), seed=9), now=at)
    clip = frames(studio.folder, draft)
    studio.throw_away(draft, who)
    with TemporaryDirectory() as place:
        path = write(clip, Path(place) / "copy.mp4", crf=30)
        poster = write_image(clip.frames[8], Path(place) / "copy.jpg", quality=80)
        kept = studio.keep_clip(path, poster=poster, marked=False)
    post = Post(
        id="p-demo-copy", clip=kept, author=who.id, at=at, synthetic=True, caption="Seen over Merzouga last night!!",
        topics=("nature",), place="Essaouira",
    )  # fmt: skip
    studio.store.keep(post, by=who.id, now=at)


def _lives(studio: Studio, people: list[Person], *, now: datetime) -> None:
    ids = list(studio.store.state().posts)
    moment = now
    events = []
    for n, one in enumerate(people):
        for k, id in enumerate(ids):
            if (n * 3 + k * 5) % 4 == 0:
                moment += timedelta(seconds=20)
                events.append(FeedEvent(kind=EventKind.LIKE, who=one.id, target=id, at=moment))
        other = people[(n + 1) % len(people)]
        events.append(FeedEvent(kind=EventKind.FOLLOW, who=one.id, target=other.id, at=moment))
    events.append(FeedEvent(kind=EventKind.FOLLOW, who=people[1].id, target=people[0].id, at=moment))
    for who, id, text in (
        (1, ids[0], "Which lens?"),
        (0, ids[4], "جميل جدا"),
        (2, ids[3], "You can see the label, good."),
    ):
        moment += timedelta(seconds=20)
        events.append(FeedEvent(kind=EventKind.COMMENT, who=people[who].id, target=id, at=moment, text=text))
    studio.store.keep_all(events, by="studio", now=now)
