"""People against the machine: forms of clips, answers under pseudonyms, and what a class can be told of them.

`plan` draws a contest from a pack of clips, `next_step` says what somebody sees next, `answers_of` keeps what they
answer, and `class_report` says whether the class got better or merely more suspicious. One learner's result is nobody's
business: no function here grades it, and the report does not hold it.
"""

from medialit.contest.design import QUICK, STANDARD, Block, Design
from medialit.contest.forms import draw
from medialit.contest.machine import Machine, cue_score, machine_from, read_scores, scored
from medialit.contest.over_class import ClassChange, class_change
from medialit.contest.plan import Contest, plan, read_contest
from medialit.contest.records import FEWEST, RATINGS, Answer, Item, pseudonym
from medialit.contest.report import ClassReport, class_report
from medialit.contest.session import Advice, Step, next_step
from medialit.contest.store import Answers, answers_of

__all__ = [
    "FEWEST",
    "QUICK",
    "RATINGS",
    "STANDARD",
    "Advice",
    "Answer",
    "Answers",
    "Block",
    "ClassChange",
    "ClassReport",
    "Contest",
    "Design",
    "Item",
    "Machine",
    "Step",
    "answers_of",
    "class_change",
    "class_report",
    "cue_score",
    "draw",
    "machine_from",
    "next_step",
    "plan",
    "pseudonym",
    "read_contest",
    "read_scores",
    "scored",
]
