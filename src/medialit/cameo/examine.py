"""What a prompt is about, in words that a person's restrictions can be compared with."""

from __future__ import annotations

import unicodedata
from typing import Final

from medialit.generate import text

_LONGEST: Final = 100
_MOST: Final = 200


def examined(prompt: str, *, seed: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the topics and the contexts of a prompt.

    Topics are the prompt's own words, and what the reader understood, in the world's English names, so that a restriction
    on ``beach`` also meets « la plage ». A context is the place where it happens. This is looking at words: what a
    scene means, it does not see.

    Parameters
    ----------
    prompt : str
    seed : int
        Settles what the prompt leaves open.

    Returns
    -------
    topics, contexts : tuple of str
        Lower case, each once, sorted.

    Examples
    --------
    >>> topics, contexts = examined("un ballon rouge rebondit sur la plage", seed=1)
    >>> "ballon" in topics, "football" in topics or "ball" in topics, contexts
    (True, True, ('beach',))
    """
    shot = text.read(prompt).shot.settled(seed=seed)
    words = {word for word in _words(prompt) if len(word) <= _LONGEST}
    named = {shot.background}
    for actor in shot.objects:
        named |= {actor.kind, actor.colour, actor.action}
    topics = sorted(words)[:_MOST] + [word for word in sorted(w for w in named if w) if word not in words]
    assert shot.background is not None
    return tuple(sorted(set(topics))), (shot.background,)


def _words(prompt: str) -> set[str]:
    folded = unicodedata.normalize("NFC", prompt.casefold())
    split = "".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in folded)
    return set(split.split())
