"""What the generator is never trained on, so that it can be asked for something new.

Two kinds of combinations are held out. `UNSEEN_PAIRS`: ten kinds in one colour each, in any scene; a random colour near
the held-out one counts as that colour. And a tenth of all combinations of kind, action and background, by a hash.
The autoencoder, which has no words, sees every pair.
"""

from __future__ import annotations

import hashlib

from medialit.world import COLOURS, Scene, Thing

UNSEEN_PAIRS: frozenset[tuple[str, str]] = frozenset(
    {
        ("cat", "red"),
        ("car", "green"),
        ("tea_glass", "blue"),
        ("lantern", "white"),
        ("football", "purple"),
        ("sailboat", "orange"),
        ("bird", "yellow"),
        ("teapot", "purple"),
        ("star", "green"),
        ("cube", "white"),
    }
)
"""Pairs of kind and colour that no training clip shows."""

_NEAR = 0.30  # distance in sRGB, 0 to 1, under which a random colour counts as the named one


def may_train(scene: Scene) -> bool:
    """Say whether the generator may learn from a scene.

    Examples
    --------
    >>> may_train(Scene("beach", (Thing("cat", "red", "spin"),)))
    False
    """
    return not any(has_unseen_pair(thing) or unseen_place(thing, scene.background) for thing in scene.objects)


def has_unseen_pair(thing: Thing) -> bool:
    """Say whether an object has a colour that no training clip shows on its kind, or nearly."""
    return any(
        kind == thing.kind
        and sum((a - b) ** 2 for a, b in zip(COLOURS[colour], thing.rgb, strict=True)) < _NEAR**2
        for kind, colour in UNSEEN_PAIRS
    )


def unseen_place(thing: Thing, background: str) -> bool:
    """Say whether no training clip shows this kind doing this in this place."""
    words = f"{thing.kind} {thing.action} {background}"
    return hashlib.sha256(words.encode()).digest()[0] % 10 == 0
