"""Two worked stories for the stage of the rights market: each is played up to where the class has to decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from medialit.apps import market_acts as acts
from medialit.apps.cameo_visit import Told
from medialit.apps.market_draft import Draft
from medialit.apps.market_stage import Stage
from medialit.consent.records import Action, Medium
from medialit.errors import MedialitError
from medialit.language import translator

FIRST_DAY: Final = date(2027, 3, 1)


def _msgid(message: str) -> str:
    """Mark a sentence for the catalogues."""
    return message


@dataclass(frozen=True, kw_only=True)
class Story:
    """A story about fictional people.

    Parameters
    ----------
    title : str
    told : tuple of str
        What has happened.
    tasks : tuple of str
        What the class does now, in order.
    question : str
        What to talk about afterwards.
    play : callable
        Plays it on an empty stage.
    """

    title: str
    told: tuple[str, ...]
    tasks: tuple[str, ...]
    question: str
    play: Callable[[Stage], None]


def tell(stage: Stage, key: str) -> Told:
    """Clear the stage, and play a story on it up to where the class decides."""
    _ = translator(stage.lang)
    story = STORIES[key]
    try:
        stage.clear(day=FIRST_DAY, story=key)
        story.play(stage)
    except MedialitError as error:
        return acts.trouble(error, lang=stage.lang)
    return Told(kind="yes", sentences=(_("The stage is set: “{title}”.").format(title=_(story.title)),))


def _riad(stage: Stage) -> None:
    draft = Draft(
        principal="hamid", licensee="riad", purposes=("advertising", "commercial"), actions=tuple(Action),
        media=tuple(one for one in Medium if one is not Medium.CLASSROOM), places=("worldwide",),
        parts=("face", "voice"), days=360, exclusive=True, run_on_days=90,
    )  # fmt: skip
    answer = Draft(
        principal="hamid", licensee="riad", media=("social", "web"), places=("MA", "FR"), days=30, fee="1200",
        royalty="5", agency_tenths=1, exclusive=True, run_on_days=3,
    )  # fmt: skip
    other = Draft(principal="hamid", licensee="teapot", begins_in=14, days=30, fee="600", royalty="5")
    for one in (draft, answer, other):
        acts.put_up(stage, one)
    acts.bring_in(stage, "riad", "1500")
    acts.bring_in(stage, "teapot", "800")


def _cooperative(stage: Stage) -> None:
    draft = Draft(
        principal="fatimazahra", licensee="cooperative", media=("social", "web", "broadcast", "print"), days=30,
        fee="1000", royalty="5", agency_tenths=2, exclusive=True, run_on_days=3,
    )  # fmt: skip
    acts.put_up(stage, draft)
    acts.bring_in(stage, "cooperative", "1600")
    acts.sign(stage, "O1", "cooperative", read=True)
    stage.turn(2)
    acts.report_use(stage, "C1", "derb", "advertising", "MA")
    stage.turn(1)
    acts.report_use(stage, "C1", "canal-sept", "advertising", "MA")
    stage.turn(2)
    acts.report_use(stage, "C1", "le-quai", "advertising", "MA")
    stage.turn(1)
    acts.report_revenue(stage, "C1", "8450")
    acts.pay_out(stage, "C1")
    stage.turn(3)


STORIES: Final[Mapping[str, Story]] = {
    "riad": Story(
        title=_msgid("A riad's advert"),
        told=(
            _msgid(
                "A riad in Fez wants the face of Hamid, a retired clockmaker, in its advert. O1 is the paper that it "
                "sent. O2 is what Hamid answers, after an evening with his niece."
            ),
            _msgid("A restaurant wants him too, from the middle of the month: O3."),
        ),
        tasks=(
            _msgid("Open “Sign”. Read O1, then O2: which warnings are gone, and which one stays?"),
            _msgid("Sign O2 for the riad. Then try to sign O3 for the restaurant, and read why not."),
            _msgid(
                "Find an offer to the restaurant that can be signed: other days, or no advert, or another country."
            ),
        ),
        question=_msgid("What did Hamid give up for his fee, and who should have told him?"),
        play=_riad,
    ),
    "cooperative": Story(
        title=_msgid("A cooperative's campaign ended early"),
        told=(
            _msgid(
                "Fatima-Zahra, who builds solar pumps, licensed her face to a saffron cooperative for 30 days. It is the "
                "tenth day. A spot was broadcast, a magazine was printed, a post is up, and money has come in."
            ),
            _msgid(
                "This morning she was asked to advise the valley on its water. She will not advertise meanwhile."
            ),
        ),
        tasks=(
            _msgid("Say first what you expect: who gets how much of the 1,000 dirhams? Write it down."),
            _msgid("Open “End” and read what would happen today. Then take the licence back."),
            _msgid(
                "Open “Use” and try to show something new. Open “Papers” and check that all the money is there."
            ),
        ),
        question=_msgid(
            "The magazine stays in the kiosks. Who bears that, and what could the contract have said?"
        ),
        play=_cooperative,
    ),
}
