"""Two clips side by side: what each cue says of an original, and of what was made of it.

Whoever meets a fake has no original beside it; the page says so, because here a fake stands out more than it would.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from medialit.forensics.cues import card
from medialit.forensics.cues.page import box, gauge, spot_figure, whole
from medialit.forensics.cues.shown import Shown
from medialit.forensics.cues.view import STANDINGS, standing
from medialit.language import translator


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What one cue says of two clips.

    Parameters
    ----------
    first, second : Shown
        Of the original and of what was made of it; of the same cue.
    """

    first: Shown
    second: Shown

    @property
    def cue(self) -> str:
        """The cue's name."""
        return self.second.cue

    @property
    def catches(self) -> bool:
        """Whether the threshold lies between the two: the second clip reaches it, and the first was read and does not."""
        return standing(self.second) == "reaches" and standing(self.first) == "below"

    @property
    def reaches_both(self) -> bool:
        """Whether both reach it, so that it says nothing about what was done."""
        return standing(self.second) == "reaches" and standing(self.first) == "reaches"


def pair_up(first: Sequence[Shown], second: Sequence[Shown]) -> tuple[Beside, ...]:
    """Put the readings of the same cue together; those that catch something come first, the rest as they were.

    Examples
    --------
    >>> pair_up([], [])
    ()
    """
    known = {one.cue: one for one in first}
    pairs = [Beside(first=known[one.cue], second=one) for one in second if one.cue in known]
    return tuple(sorted(pairs, key=lambda pair: (not pair.catches, not pair.reaches_both)))


def summary(pairs: Sequence[Beside], *, lang: str) -> tuple[str, ...]:
    """Return in sentences which cues catch what was done, and what that does not say."""
    _ = translator(lang)

    def listed(chosen: Sequence[Beside]) -> str:
        return _(", ").join(_(card(pair.cue).title) for pair in chosen)

    caught, both = [pair for pair in pairs if pair.catches], [pair for pair in pairs if pair.reaches_both]
    said = [
        _("Only the second clip reaches the threshold of: {cues}.").format(cues=listed(caught))
        if caught
        else _("No cue reaches its threshold in the second clip alone: none of them catches what was done.")
    ]
    if both:
        said.append(
            _("Both clips reach the threshold of: {cues}. That says nothing about what was done.").format(
                cues=listed(both)
            )
        )
    said.append(
        _(
            "Beside its original a fake stands out more than it does alone: who meets it in a feed has no original."
        )
    )
    return tuple(said)


def to_fragment(
    pairs: Sequence[Beside], *, lang: str, names: tuple[str, str], level: int = 2, style: bool = False
) -> str:
    """Return HTML of two clips side by side; no page around it.

    Parameters
    ----------
    pairs : sequence of Beside
    lang : str
    names : tuple of two str
        What the original is called, and what was made of it.
    level : int
        Of the headings.
    style : bool
        Whether the style comes along.
    """
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in summary(pairs, lang=lang))
    parts = [_pair(pair, lang=lang, names=names, level=level) for pair in pairs]
    return box(f"{said}{_table(pairs, lang=lang, names=names)}{''.join(parts)}", lang=lang, style=style)


def to_html(pairs: Sequence[Beside], *, lang: str, names: tuple[str, str]) -> str:
    """Return a whole page that stands alone."""
    _ = translator(lang)
    title = _("{second} beside {first}").format(
        first=f"\u2068{names[0]}\u2069", second=f"\u2068{names[1]}\u2069"
    )
    return whole(title, to_fragment(pairs, lang=lang, names=names), lang=lang)


def _table(pairs: Sequence[Beside], *, lang: str, names: tuple[str, str]) -> str:
    _ = translator(lang)
    heads = "".join(
        f'<th scope="col"><bdi>{escape(name)}</bdi></th>' for name in (_("Cue"), names[0], names[1])
    )
    rows = "".join(
        f'<tr class="{"ml-reaches" if pair.catches else ""}">'
        f'<th scope="row">{escape(_(card(pair.cue).title))}</th>'
        f"<td>{_cell(pair.first, lang=lang)}</td><td>{_cell(pair.second, lang=lang)}</td></tr>"
        for pair in pairs
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(one: Shown, *, lang: str) -> str:
    stands = escape(translator(lang)(STANDINGS[standing(one)]))
    return stands if one.score is None else f'<bdi dir="ltr">{one.score:.2f}</bdi> · {stands}'


def _pair(pair: Beside, *, lang: str, names: tuple[str, str], level: int) -> str:
    """Return one cue's two readings; those that catch nothing are to be opened."""
    _ = translator(lang)
    columns = []
    for one, name in zip((pair.first, pair.second), names, strict=True):
        figure = spot_figure(one.spots[0], lang=lang) if one.spots else ""
        columns.append(
            f"<div><p><strong><bdi>{escape(name)}</bdi></strong></p>{gauge(one)}"
            f"<p>{escape(one.explain(lang))}</p>{figure}</div>"
        )
    heading = f"<h{level}>{escape(_(card(pair.cue).title))}</h{level}>"
    inside = f'<div class="ml-beside">{"".join(columns)}</div>'
    if not pair.catches:
        inside = f"<details><summary>{escape(_('What this cue sees'))}</summary>{inside}</details>"
    return f'<section class="ml-cue" id="beside-{escape(pair.cue)}">{heading}{inside}</section>'
