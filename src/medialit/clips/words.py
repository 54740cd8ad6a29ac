"""Labels, splits and sources of a pack, in somebody's language; files and options keep the English words."""

from __future__ import annotations

from medialit.clips.plan import Pair
from medialit.fakes.words import title
from medialit.language import translator


def label_word(label: str, *, lang: str) -> str:
    """Return ``camera`` or ``synthetic`` in a language."""
    _ = translator(lang)
    return {"camera": _("camera"), "synthetic": _("synthetic")}[label]


def split_word(split: str, *, lang: str) -> str:
    """Return ``train``, ``calibrate`` or ``test`` in a language: what the clip is there for."""
    _ = translator(lang)
    return {"train": _("for training"), "calibrate": _("for calibrating"), "test": _("for testing")}[split]


def source_word(source: str, *, lang: str) -> str:
    """Return what was filmed: ``world``, ``cast``, ``photograph`` or ``filmed`` in a language."""
    _ = translator(lang)
    return {
        "world": _("the miniature world"),
        "cast": _("the fictional cast"),
        "photograph": _("a photograph"),
        "filmed": _("by people"),
    }[source]


def pair_words(pair: Pair, *, lang: str) -> str:
    """Return what a pair is: the fake, and what is odd about both clips.

    Examples
    --------
    >>> from medialit.clips import plan
    >>> pair_words(plan(n=2, seed=1, kinds=("duplicate",))[0], lang="en").startswith("a stretch shown twice")
    True
    """
    name = title(pair.method, lang=lang)
    if pair.odd is None:
        return name
    _ = translator(lang)
    return _("{name}; both clips: {odd}").format(name=name, odd=title(pair.odd, lang=lang))
