"""Thirty minutes of a newsroom inside a notebook: spend them on checks, and see what each does to the decision.

The checks are plain dictionaries, as a learner writes them: ``name``, ``origin``, ``minutes``, ``yes_if_true`` and
``yes_if_false``, the shares of true and of false claims for which the check says yes.
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import product
from typing import Any, Final, NamedTuple

import ipywidgets as widgets

from medialit.errors import StatisticsError
from medialit.language import language, translator

_CSS: Final = """<style>
.mln-w{overflow:visible}
.mln-w.mln-rtl{direction:rtl}
.mln-w .widget-html,.mln-w .widget-html-content{margin:0;height:auto;overflow:visible}
.mln-w .mln-row{flex-flow:row wrap;gap:.4rem;overflow:visible}
.mln-w button{width:auto;height:auto;min-height:32px;line-height:1.4;white-space:normal;text-align:start}
.mln{line-height:1.5;max-width:44rem}
.mln table{border-collapse:collapse;margin:.4rem 0}
.mln td,.mln th{border:1px solid var(--jp-border-color2,#999);padding:.2rem .6rem;text-align:start}
.mln tr.best td{font-weight:700}
.mln td.n{font-variant-numeric:tabular-nums}
.mln p{margin:.2rem 0}
.mln-rtl button i{margin-left:.4rem}
</style>"""


class _Known(NamedTuple):
    """What the case at the north gate has to say about a check."""

    title: str
    says: bool
    finding: str


def cost_after(some: Sequence[Mapping[str, Any]], p: float, costs: Mapping[str, Sequence[float]]) -> float:
    """Return the expected cost once checks are made and the best answer to their results is given.

    The checks are taken as independent of each other given whether the claim is true. What a plan saves,
    ``cost_after([], p, costs) - cost_after(plan, p, costs)``, is the value of its information.

    Parameters
    ----------
    some : sequence of mapping
        The checks, each with ``yes_if_true`` and ``yes_if_false``.
    p : float
        Probability of the claim before, 0 to 1.
    costs : mapping of str to (float, float)
        What each answer costs if the claim is true, and if it is false.

    Returns
    -------
    float
        Rounded to nine places, so that plans worth the same are equal.

    Raises
    ------
    StatisticsError
        If p, or a check's share, is not from 0 to 1, or there is no answer to choose.

    References
    ----------
    Howard (1966), IEEE Transactions on Systems Science and Cybernetics 2:22.

    Examples
    --------
    >>> costs = {"publish": (0, 40), "hold": (15, 3)}
    >>> cost_after([], 0.3, costs)
    6.6
    >>> ring = {"yes_if_true": 0.9, "yes_if_false": 0.1}
    >>> cost_after([ring], 0.3, costs)
    5.14
    """
    shares = [p, *(float(one[key]) for one in some for key in ("yes_if_true", "yes_if_false"))]
    if not all(0 <= share <= 1 for share in shares) or not costs:
        raise StatisticsError(
            f"Shares of 0 to 1 and one answer or more are needed, not {shares} and {dict(costs)}."
        )
    total = 0.0
    for results in product((True, False), repeat=len(some)):
        if_true, if_false = p, 1 - p
        for one, yes in zip(some, results, strict=True):
            if_true *= one["yes_if_true"] if yes else 1 - one["yes_if_true"]
            if_false *= one["yes_if_false"] if yes else 1 - one["yes_if_false"]
        total += min(true * if_true + false * if_false for true, false in costs.values())
    return round(total, 9)


def sun(minute: float) -> float:
    """Return how high the sun stands on the lab's day, 21 November, in its invented town.

    Parameters
    ----------
    minute : float
        Since midnight, in Moroccan time; the town is taken to lie at 31.5 degrees north, and the sun's highest point
        at 13:14.

    Returns
    -------
    float
        Degrees above the horizon; negative at night. Refraction, at most 0.6 degrees, is left out.

    References
    ----------
    Meeus (1998), Astronomical Algorithms, 2nd edition, equation 13.6; declination -20 degrees.

    Examples
    --------
    >>> round(sun(794), 1), round(sun(0)) < 0
    (38.5, True)
    """
    turn = math.radians((minute - 794) / 4)
    latitude, tilt = math.radians(31.5), math.radians(-20)
    up = math.sin(latitude) * math.sin(tilt) + math.cos(latitude) * math.cos(tilt) * math.cos(turn)
    return math.degrees(math.asin(up))


class DeskWidget(widgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A button for each check; pressing one spends its minutes and shows what it found and what follows.

    A second check of one origin costs its minutes and does not move the probability: it says nothing new.

    Parameters
    ----------
    checks : sequence of mapping
        Those that may be made; each name is one of the case's: ``search``, ``caretaker``, ``office``, ``map``,
        ``shadows``, ``detector`` or ``blocks``.
    p : float
        Probability of the claim before any check.
    minutes : int
        The budget.
    costs : mapping of str to (float, float)
        What each of ``publish``, ``label``, ``hold`` and ``debunk`` costs if the claim is true, and if it is false.
    lang : str
        Of the words; their direction follows.

    Raises
    ------
    StatisticsError
        If the case does not know a check's name.

    Attributes
    ----------
    probability : float
        After the checks so far.
    minutes_left : int
    made : list of str
        Names of the checks so far, in order.
    """

    def __init__(
        self,
        checks: Sequence[Mapping[str, Any]],
        *,
        p: float,
        minutes: int,
        costs: Mapping[str, Sequence[float]],
        lang: str = "en",
    ) -> None:
        _ = self._translate = translator(lang)
        self._known, self._lang, self._costs = _case(_), lang, costs
        unknown = [one["name"] for one in checks if one["name"] not in self._known]
        if unknown:
            raise StatisticsError(f"This case has no check {unknown}; it has {sorted(self._known)}.")
        self._checks = {str(one["name"]): one for one in checks}
        self._start = (p, minutes)
        self._buttons = {
            name: widgets.Button(
                description=_("{check} · {n} min").format(check=self._known[name].title, n=one["minutes"])
            )
            for name, one in self._checks.items()
        }
        for name, button in self._buttons.items():
            button.on_click(partial(self._pressed, name))
        self._again = widgets.Button(description=_("Begin again"), icon="undo")
        self._again.on_click(lambda _button: self.begin())
        self._answer = widgets.HTML()
        row = widgets.HBox([*self._buttons.values(), self._again])
        row.add_class("mln-row")
        super().__init__([widgets.HTML(_CSS), row, self._answer])
        self.add_class("mln-w")
        if language(lang).direction == "rtl":
            self.add_class("mln-rtl")
        self.begin()

    def begin(self) -> None:
        """Forget the checks that were made."""
        self.probability, self.minutes_left = self._start
        self.made: list[str] = []
        self._show()

    def make(self, name: str) -> None:
        """Make one check, if it was not made yet and there is time for it."""
        one = self._checks[name]
        if name in self.made or one["minutes"] > self.minutes_left:
            return
        asked = {self._checks[earlier]["origin"] for earlier in self.made}
        if one["origin"] not in asked:
            if_true, if_false = float(one["yes_if_true"]), float(one["yes_if_false"])
            if not self._known[name].says:
                if_true, if_false = 1 - if_true, 1 - if_false
            both = self.probability * if_true + (1 - self.probability) * if_false
            self.probability = self.probability * if_true / both if both > 0 else self.probability
        self.minutes_left -= one["minutes"]
        self.made.append(name)
        self._show()

    def _pressed(self, name: str, _button: widgets.Button) -> None:
        self.make(name)

    def _show(self) -> None:
        for name, button in self._buttons.items():
            button.disabled = name in self.made or self._checks[name]["minutes"] > self.minutes_left
        self._answer.value = self._told()

    def _told(self) -> str:
        _, p = self._translate, self.probability
        state = _("{n} minutes left. Probability of water at the gate: {p}.").format(
            n=self.minutes_left, p=f"{100 * p:.0f}\u00a0%" if p >= 0.01 else _("under 1%")
        )
        found, asked = [], set[str]()
        for name in self.made:
            origin = self._checks[name]["origin"]
            said = self._known[name].finding
            if origin in asked:
                said += " " + _("This origin was asked already: it does not count again.")
            asked.add(origin)
            found.append(f"<li>{html.escape(said)}</li>")
        expected = {answer: p * true + (1 - p) * false for answer, (true, false) in self._costs.items()}
        best, names = min(expected, key=expected.__getitem__), _answers(_)
        rows = "".join(
            f'<tr class="{"best" if answer == best else ""}"><td>{html.escape(names.get(answer, answer))}</td>'
            f'<td class="n"><bdi dir="ltr">{cost:.1f}</bdi></td></tr>'
            for answer, cost in expected.items()
        )
        head = f"<tr><th>{html.escape(_('Answer'))}</th><th>{html.escape(_('Expected cost'))}</th></tr>"
        return (
            f'<div class="mln" lang="{self._lang}" dir="{language(self._lang).direction}" role="status">'
            f"<p>{html.escape(state)}</p><ol>{''.join(found)}</ol><table>{head}{rows}</table></div>"
        )


def _answers(_: Callable[[str], str]) -> dict[str, str]:
    return {
        "publish": _("publish"),
        "label": _("label as unconfirmed"),
        "hold": _("hold"),
        "debunk": _("debunk"),
    }


def _case(_: Callable[[str], str]) -> dict[str, _Known]:
    """Return what each check finds on the Saturday of the lab; yes speaks for water at the gate, now."""
    return {
        "search": _Known(
            _("Search for older copies"),
            False,
            _("Older copies: the same clip was posted in November 2023. That is a no."),
        ),
        "caretaker": _Known(
            _("Ring the caretaker"),
            False,
            _(
                "The caretaker stands at the north gate: it is dry. He came by the upper road, because the underpass "
                "is full of water. That is a no about the gate, and a yes about something that nobody had asked."
            ),
        ),
        "office": _Known(
            _("Ring the stadium's office"),
            False,
            _("The office has heard nothing of water. Its windows look to the south. That is a no."),
        ),
        "map": _Known(
            _("Compare with the map"),
            True,
            _("Steps, railing and wall: it is the north gate. That is a yes."),
        ),
        "shadows": _Known(
            _("Measure a shadow"),
            False,
            _("The shadow of the railing does not fit 14:28 on this day. That is a no."),
        ),
        "detector": _Known(_("Ask the detector"), False, _("The detector gives an alarm. That is a no.")),
        "blocks": _Known(
            _("Look at the blocks"), False, _("There are strong blocks of compression. That is a no.")
        ),
    }
