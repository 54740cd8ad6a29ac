"""A licence taken back, inside a notebook: move the day, and see who has which centime."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import ipywidgets as widgets

from medialit.consent.market import Contract, Money, Settlement, Use, settle_revocation
from medialit.consent.market_settle import PAST_RECALL
from medialit.language import language, translator

_CSS: Final = """<style>
.mls-w{overflow:visible}
.mls-w.mls-rtl{direction:rtl}
.mls-w .widget-html,.mls-w .widget-html-content{margin:0;height:auto;overflow:visible}
.mls-w .widget-checkbox,.mls-w .widget-hslider{width:auto;height:auto;min-height:28px;overflow:visible}
.mls-w .widget-checkbox label{display:flex;gap:.4rem;align-items:baseline}
.mls-w .widget-checkbox input{margin:0}
.mls-w .widget-hslider .slider-container{direction:ltr;min-width:12rem}
.mls{line-height:1.5;max-width:44rem}
.mls table{border-collapse:collapse;margin:.4rem 0}
.mls td{border:1px solid var(--jp-border-color2,#999);padding:.2rem .6rem;text-align:start}
.mls td:last-child{font-variant-numeric:tabular-nums}
.mls tr.sum td{font-weight:700}
.mls p{margin:.2rem 0}
</style>"""


class SettleWidget(widgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A day on which a contract is taken back, and what follows from it, at once.

    Nothing is posted: `medialit.consent.market.settle_revocation` works it out anew at each move.

    Parameters
    ----------
    contract : Contract
        One that is in force.
    uses : sequence of Use
        What was shown; the box takes out what can be taken down.
    lang : str
        Of the words; their direction follows.

    Attributes
    ----------
    settlement : Settlement
        The newest one, for the next cell.
    """

    settlement: Settlement

    def __init__(self, contract: Contract, *, uses: Sequence[Use] = (), lang: str = "en") -> None:
        _ = self._translate = translator(lang)
        self._contract, self._uses, self._lang = contract, tuple(uses), lang
        last = contract.offer.n_days - 1
        self._day = widgets.IntSlider(value=last // 3, min=0, max=last, layout={"width": "auto"})
        self._up = widgets.Checkbox(
            value=True, description=_("Something is up that can be taken down"), indent=False
        )
        direction = language(lang).direction
        label = html.escape(_("Full days that have passed when it is taken back:"))
        self._answer = widgets.HTML()
        told = widgets.HTML(f'<p dir="{direction}">{label}</p>')
        super().__init__([widgets.HTML(_CSS), told, self._day, self._up, self._answer])
        self.add_class("mls-w")
        if direction == "rtl":
            self.add_class("mls-rtl")
        for switch in (self._day, self._up):
            switch.observe(lambda change: self.settle(), names="value")
        self.settle()

    def settle(self) -> None:
        """Work out what taking it back on the chosen day means, and show it."""
        at = self._contract.offer.scope.starts + timedelta(days=self._day.value)
        shown = [one for one in self._uses if self._up.value or one.medium in PAST_RECALL]
        self.settlement = settle_revocation(self._contract, max(at, self._contract.at), uses=shown)
        self._answer.value = self._told()

    def _told(self) -> str:
        _, found = self._translate, self.settlement
        left = found.total_days - found.used_days
        rows = [
            (_("Earned, {n} days").format(n=found.used_days), found.earned, ""),
            *((f"– {payee}", self._sum(part), "") for payee, part in found.to_payees.items()),
            (_("Goes back, {n} days").format(n=left), found.refund, ""),
            (_("Earned and back together"), self._contract.offer.price, "sum"),
        ]
        cells = "".join(
            f'<tr class="{kind}"><td>{html.escape(said)}</td><td><bdi dir="ltr">{money}</bdi></td></tr>'
            for said, money, kind in rows
        )
        told = "".join(f"<p>{html.escape(one)}</p>" for one in found.explain(lang=self._lang)[1:3])
        direction = language(self._lang).direction
        return (
            f'<div class="mls" lang="{self._lang}" dir="{direction}" role="status">'
            f"<table>{cells}</table>{told}</div>"
        )

    def _sum(self, centimes: int) -> Money:
        return Money(centimes=centimes, currency=self._contract.offer.price.currency)
