"""Why am I seeing this: the terms of a post's score as sentences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from medialit.feed.columns import Candidates
from medialit.feed.rank import Term
from medialit.feed.steering import topic_name
from medialit.language import msgid as _msgid
from medialit.language import translator

_SENTENCES: Final = {
    ("activity", True): _msgid("You watched or liked clips about: {topics}."),
    ("activity", False): _msgid("You soon left clips about: {topics}."),
    ("chat", True): _msgid("You wrote about this in your messages: {topics}."),
    ("chat", False): _msgid("You wrote about this in your messages: {topics}."),
    ("steering", True): _msgid("You asked for more of this: {topics}."),
    ("steering", False): _msgid("You asked for less of this: {topics}."),
    ("follows", True): _msgid("You follow {author}."),
    ("place", True): _msgid("It comes from the place where you are: {place}."),
    ("likes", True): _msgid("Likes: {likes}."),
    ("making", True): _msgid("Clips that others made from it: {remixes}."),
    ("author", True): _msgid("Likes for each clip by {author}, on average: {standing}."),
    ("freshness", True): _msgid("It was published {hours} hours ago."),
    ("safety", False): _msgid("The checks before publishing found a risk of {risk} %."),
}
"""Feature, and whether its value (not its points) is above 0. The other combinations do not occur."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One reason for where a post stands.

    Parameters
    ----------
    sentence : str
    points : float
        What it adds to the score; below 0 where it moves the post down.
    """

    sentence: str
    points: float


def why(
    terms: Iterable[Term], candidates: Candidates, post_id: str, *, personalised: bool, lang: str
) -> tuple[tuple[Reason, ...], str]:
    """Return the reasons for a post's place, in a language, and a sentence about whose order it is.

    Parameters
    ----------
    terms : iterable of Term
        As `rank.explain` gives them.
    candidates : Candidates
    post_id : str
    personalised : bool
    lang : str
    """
    _ = translator(lang)
    row = candidates.index(post_id)
    place = candidates.places[row]
    slots = {
        "topics": " · ".join(topic_name(one, lang=lang) for one in candidates.topics_of(row)),
        "author": candidates.author_names[candidates.authors[row]],
        "place": candidates.place_names[place] if place >= 0 else "",
        "likes": f"{candidates.likes[row]:.0f}",
        "remixes": f"{candidates.remixes[row]:.0f}",
        "standing": f"{candidates.standing[row]:.1f}",
        "hours": f"{candidates.age_h[row]:.0f}",
        "risk": f"{100 * candidates.risk[row]:.0f}",
    }
    reasons = tuple(
        Reason(sentence=_(_SENTENCES[one.feature, one.value > 0]).format(**slots), points=one.points)
        for one in terms
    )
    if personalised:
        whose = _("This order was made for you, from what you did in this feed and what you chose.")
    else:
        whose = _("Personalisation is off: everybody gets this order, whatever they did before.")
    return reasons, whose
