"""The class report in words: one composition, which `page` sets as HTML and `paper` as PDF."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from medialit.classroom import plots
from medialit.classroom.items import FEWEST as FEWEST_FOR_ITEMS
from medialit.classroom.items import ItemReport, Telling
from medialit.classroom.report import Report
from medialit.classroom.sight import Sight
from medialit.contest.words import change_sentences, isolated, percent, plain, points, signed, verdict_words
from medialit.course.i18n import Catalogue, Message, grader_messages
from medialit.course.project import find_project
from medialit.course.source import read_lab
from medialit.errors import MedialitError
from medialit.forensics.statistics import Verdict
from medialit.grading.feedback import FAILURES
from medialit.language import language, translator
from medialit.language import msgid as _msgid

FEWEST: Final = 5
"""Learners: the copy for the class tells nothing of an item that fewer handed in."""
_FEWEST_WRONG: Final = 3
"""Learners: the copy for the class tells no wrong answer that fewer gave."""
_N_NEXT: Final = 3
"""Items to teach again, at most."""
_TELLING: Final[Mapping[Telling, str]] = {
    Telling.YES: _msgid("tells learners apart"),
    Telling.UNSURE: _msgid("cannot be told yet"),
    Telling.NO: _msgid("does not tell learners apart"),
    Telling.ALIKE: _msgid("all alike"),
    Telling.FEW: _msgid("too few learners"),
}


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A section begins."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """One paragraph; a note stands apart."""

    text: str
    note: bool = False


@dataclass(frozen=True, kw_only=True)
class Verdicted:
    """The one sentence to remember, and what explains it."""

    short: str
    long: str


@dataclass(frozen=True, kw_only=True)
class Bullets:
    """Sentences in a list."""

    texts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table; the first cell of a row is its head. Cells but the first are numbers or words."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A figure, as PNG."""

    png: bytes
    caption: str


Block: TypeAlias = Heading | Paragraph | Verdicted | Bullets | Table | Picture


@dataclass(frozen=True, kw_only=True)
class Told:
    """The report in a language.

    Parameters
    ----------
    title, lang, direction : str
    blocks : tuple of Block
    """

    title: str
    lang: str
    direction: str
    blocks: tuple[Block, ...]


def tell(report: Report, *, lang: str, for_class: bool) -> Told:
    """Return the report in words.

    Parameters
    ----------
    report : Report
    lang : str
        A code of `medialit.language.LANGUAGES`.
    for_class : bool
        Leave out every name, who needs help and whose sources are alike, and what so few did that it could be
        somebody's own.
    """
    _ = translator(lang)
    words = _Words(report, lang=lang)
    blocks: list[Block] = []
    if language(lang).draft:
        blocks.append(
            Paragraph(text=_("Draft translation: no native speaker has reviewed it yet."), note=True)
        )
    blocks += _beginning(report, lang=lang, for_class=for_class)
    if report.book.labs:
        blocks += _next(report, words, lang=lang, for_class=for_class)
        blocks += _completed(report, words, lang=lang)
        blocks += _items(report, words, lang=lang, for_class=for_class)
        for sight in report.sights:
            blocks += _sight(sight, words, lang=lang)
        for slug, n in report.too_few:
            said = _(
                "{lab}: learners who judged every clip before and after: {n}; of fewer than {least} nothing is told."
            )
            blocks.append(Paragraph(text=said.format(lab=words.lab(slug), n=n, least=FEWEST), note=True))
        if not for_class:
            blocks += _help(report, lang=lang)
            blocks += _alike(report, lang=lang)
        blocks += _limits(report, lang=lang)
    return Told(
        title=_("Class report: {course}").format(course=f"\u2068{report.book.title}\u2069"),
        lang=lang,
        direction=language(lang).direction,
        blocks=tuple(blocks),
    )


class _Words:
    """Titles of labs, and what graders say, in the language of the report as far as somebody has translated it."""

    def __init__(self, report: Report, *, lang: str) -> None:
        self._titles = {lab.slug: lab.title for lab in report.book.labs}
        self._said = {slug: dict(said) for slug, said in report.book.messages.items()}
        if lang != report.book.language:
            self._said = {}
            for lab in report.book.labs:
                self._look_up(lab.slug, lang)

    def _look_up(self, slug: str, lang: str) -> None:
        try:
            project = find_project()
            lab = read_lab(project.labs / slug)
            catalogue = Catalogue(lab, lang)
        except MedialitError:  # the course's sources are not on this computer: the course's own words stay
            return
        self._said[slug] = catalogue.translate(grader_messages(lab, graders=project.graders))
        self._titles[slug] = catalogue.look_up(Message("lab", lab.title)).text

    def lab(self, slug: str) -> str:
        return f"{isolated(slug[:2])} {self._titles[slug]}"

    def category(self, slug: str, english: str) -> str:
        return (self._said.get(slug, {}).get(english) or english).rstrip(".")


def _name(item: ItemReport) -> str:
    return isolated(f"{item.lab[:2]} {item.item}")


def _number(value: float) -> str:
    return f"{100 * value:.0f} %"


def _beginning(report: Report, *, lang: str, for_class: bool) -> Iterator[Block]:
    _ = translator(lang)
    book = report.book
    said = _("Learners: {n}. Labs with work handed in: {labs} of {all}. All intervals are at 95 %.")
    yield Paragraph(text=said.format(n=len(book.names), labs=len(book.labs), all=book.n_labs))
    if for_class:
        yield Paragraph(text=_("This copy names nobody."), note=True)
    else:
        yield Paragraph(
            text=_(
                "This copy is the instructor's: it names learners. For the class, write it again with {option}."
            ).format(option="\u2066--for class\u2069"),
            note=True,
        )
    if not book.labs:
        yield Paragraph(text=_("Nothing has been handed in yet."))


def _next(report: Report, words: _Words, *, lang: str, for_class: bool) -> Iterator[Block]:
    """Yield what to do next lesson: what follows from the numbers, each with its reason."""
    _ = translator(lang)
    yield Heading(text=_("What to do next lesson"))
    todo: list[str] = []
    for item in [one for one in report.hard if not for_class or one.n >= FEWEST][:_N_NEXT]:
        said = _("Take up {item} again: {share} had full points.")
        line = said.format(item=_name(item), share=isolated(percent(item.full)))
        wrong = item.wrong
        if wrong is not None and wrong.said.missed and (not for_class or wrong.n >= _FEWEST_WRONG):
            missed = "; ".join(words.category(item.lab, one) for one in wrong.said.missed)
            line += " " + _("Begin with what was missed most: {missed}.").format(missed=missed)
        todo.append(line)
    for sight in report.sights:
        todo.append(_what_sight_asks(sight, lang=lang))
    if report.poor and not for_class:
        names = _listed([_name(one) for one in report.poor], lang=lang)
        todo.append(
            _("Read these items again before the next class, and rewrite what misleads: {items}.").format(
                items=names
            )
        )
    n_unread = sum(one.n_unread for one in report.completion)
    if n_unread and not for_class:
        todo.append(_("Answers in words that wait for you in formgrader: {n}.").format(n=n_unread))
    n_ungraded = sum(lab.n_ungraded for lab in report.book.labs)
    if n_ungraded and not for_class:
        todo.append(
            _("Hand-ins without marks: {n}. Grade them first, then write this report again.").format(
                n=n_ungraded
            )
        )
    if not todo:
        todo.append(_("Nothing in these numbers asks for a change: go on."))
    yield Bullets(texts=tuple(todo))


def _what_sight_asks(sight: Sight, *, lang: str) -> str:
    _ = translator(lang)
    verdict = sight.change.change.verdict
    if sight.trust.high < 0 or verdict is Verdict.MORE_SUSPICIOUS:
        return _(
            "Camera clips are trusted less than before. Show camera clips that look odd, ask what speaks for each, and "
            "let the class count its false alarms."
        )
    if verdict is Verdict.BETTER:
        return _(
            "The class sees better. Now let it work where synthetic clips are rare, and count how many alarms are wrong."
        )
    return _(
        "No gain in sight could be told. Repeat the training block with fewer cues at a time, then measure again."
    )


def _completed(report: Report, words: _Words, *, lang: str) -> Iterator[Block]:
    _ = translator(lang)
    yield Heading(text=_("Who handed in"))
    n = len(report.book.names)
    rows = tuple(
        (
            words.lab(one.lab.slug), isolated(f"{one.n_in} / {n}"), str(one.n_late), str(one.n_blank),
            "–" if one.mean is None else isolated(_number(one.mean)), str(one.n_unread),
        )
        for one in report.completion
    )  # fmt: skip
    head = (
        _("lab"), _("handed in"), _("late"), _("untouched"), _("mean of the points given"), _("answers to read"),
    )  # fmt: skip
    yield Table(head=head, rows=rows)


def _items(report: Report, words: _Words, *, lang: str, for_class: bool) -> Iterator[Block]:
    _ = translator(lang)
    items = [one for one in report.items if not for_class or one.n >= FEWEST]
    yield Heading(text=_("Items: how hard, and do they tell learners apart"))
    if not items:
        yield Paragraph(text=_("Too few learners handed in for anything to be told of an item."))
        return
    head = (
        _("item"), _("learners"), _("full points"), _("mean of its points"), _("discrimination r"), _("verdict"),
    )  # fmt: skip
    yield Table(
        head=head,
        rows=tuple(
            (
                _name(one), str(one.n), isolated(percent(one.full)), isolated(_number(one.mean)),
                "–" if one.discrimination is None else isolated(plain(one.discrimination)), _(_TELLING[one.telling]),
            )
            for one in items
        ),
    )  # fmt: skip
    drawn = plots.items_plot(items, lang=lang)
    if drawn is not None:
        yield Picture(
            png=drawn,
            caption=_(
                "Each dot is an item: further left is harder. The bars are 95 % intervals over learners."
            ),
        )
    yield Paragraph(
        text=_(
            "Discrimination r is the correlation of an item's points with the mean of all other items of the same "
            "learner; from 0.2 an item is usually kept. Of fewer than {least} learners it is not told."
        ).format(least=FEWEST_FOR_ITEMS)
    )
    poor = [one for one in report.poor if one in items]
    if poor:
        names = _listed([_name(one) for one in poor], lang=lang)
        yield Paragraph(
            text=_("These items do not tell learners apart: {items}.").format(items=names), note=True
        )
    else:
        yield Paragraph(text=_("No item was found that does not tell learners apart."))
    yield from _wrong(items, words, lang=lang, for_class=for_class)


def _wrong(items: Sequence[ItemReport], words: _Words, *, lang: str, for_class: bool) -> Iterator[Block]:
    _ = translator(lang)
    yield Heading(text=_("The most common wrong answer to each item"))
    told: list[str] = []
    for item in items:
        wrong = item.wrong
        if wrong is None or (for_class and wrong.n < _FEWEST_WRONG):
            continue
        missed = "; ".join(words.category(item.lab, one) for one in wrong.said.missed)
        if wrong.said.failure is not None:
            said = _("{item} (learners: {n}): {failure}")
            line = said.format(item=_name(item), n=wrong.n, failure=_(FAILURES[wrong.said.failure]))
        else:
            said = _("{item} (learners: {n}): not right in every hidden case: {missed}.")
            line = said.format(item=_name(item), n=wrong.n, missed=missed)
        if wrong.n_ways > 1:
            line += " " + _("Ways to be wrong that were seen here: {n}.").format(n=wrong.n_ways)
        told.append(line)
    if told:
        yield Bullets(texts=tuple(told))
    else:
        yield Paragraph(
            text=_("None can be told: nobody was wrong, too few were wrong alike, or the labs were graded before "
                   "verdicts were kept. In the last case, grade again with {option}."
            ).format(option="\u2066--force\u2069")
        )  # fmt: skip


def _sight(sight: Sight, words: _Words, *, lang: str) -> Iterator[Block]:
    _ = translator(lang)
    yield Heading(text=_("Better, or merely more suspicious?"))
    short = verdict_words(sight.change.change.verdict, lang=lang)[0]
    yield Verdicted(short=short, long=" ".join(change_sentences(sight.change, lang=lang)))
    change, before, after = sight.change.change, sight.occasions["before"], sight.occasions["after"]
    yield Table(
        head=(words.lab(sight.lab), _("before"), _("after"), _("change")),
        rows=(
            (_("sensitivity d' (above 0: sees better)"), "", "", isolated(signed(change.d_prime))),
            (_("criterion c (below 0: more suspicious)"), "", "", isolated(signed(change.criterion))),
            (
                _("camera clips trusted as camera clips"), isolated(percent(before.trust)),
                isolated(percent(after.trust)), isolated(points(sight.trust)),
            ),
            (
                _("synthetic clips found"), isolated(percent(before.caught)), isolated(percent(after.caught)), "",
            ),
            (
                _("Brier score (always 50 %: 0.25)"), isolated(plain(before.brier)), isolated(plain(after.brier)), "",
            ),
            (_("expected calibration error"), isolated(f"{before.ece:.2f}"), isolated(f"{after.ece:.2f}"), ""),
            (_("learners"), "", "", str(sight.change.n)),
        ),
    )  # fmt: skip
    yield Picture(
        png=plots.change_plot(sight, lang=lang),
        caption=_("Sight to the right of the line is a gain; a criterion to its left is more suspicion."),
    )
    yield Paragraph(text=_trust_sentence(sight, lang=lang))
    yield Picture(
        png=plots.calibration_plot(sight, lang=lang),
        caption=_("Below the diagonal, “synthetic” was said with more confidence than it deserved. "
                  "The intervals take answers as independent, so they are too narrow."),
    )  # fmt: skip
    if sight.n_unfinished:
        said = _("Learners who judged some clips and not all: {n}; their answers count nowhere.")
        yield Paragraph(text=said.format(n=sight.n_unfinished))


def _trust_sentence(sight: Sight, *, lang: str) -> str:
    _ = translator(lang)
    if sight.trust.high < 0:
        return _(
            "Camera clips are trusted less than before: the lesson has cost genuine witnesses some belief."
        )
    if sight.trust.low > 0:
        return _("Camera clips are trusted more than before.")
    return _(
        "That camera clips are trusted less, or more, than before could not be told; the interval says how large a "
        "loss may have gone unseen."
    )


def _help(report: Report, *, lang: str) -> Iterator[Block]:
    _ = translator(lang)
    yield Heading(text=_("Who needs help"))
    if not report.help:
        yield Paragraph(text=_("Everybody handed everything in and has at least half of the points."))
        return
    yield Paragraph(
        text=_("Named are those with less than half of the points given so far, and those with a lab that is missing or "
               "untouched. A mark says nothing of the reason: ask.")
    )  # fmt: skip
    rows = tuple(
        (
            f"\u2068{one.name}\u2069 ({isolated(one.learner)})",
            "–" if one.share is None else isolated(_number(one.share)),
            _listed([isolated(slug[:2]) for slug in one.missing], lang=lang) or "–",
            _listed([isolated(slug[:2]) for slug in one.blank], lang=lang) or "–",
            str(one.n_failed),
        )
        for one in report.help
    )
    head = (_("learner"), _("points"), _("labs missing"), _("labs untouched"), _("answers that did not run"))
    yield Table(head=head, rows=rows)


def _alike(report: Report, *, lang: str) -> Iterator[Block]:
    _ = translator(lang)
    found = report.similarity
    yield Heading(text=_("Sources that resemble each other"))
    yield Paragraph(
        text=_("This proves nothing. Two people may have learned together, used the same page or the same assistant, or "
               "simply think alike; and who copied from whom cannot be seen. Talk to both before you think anything.")
    )  # fmt: skip
    if found.others is None:
        yield Paragraph(text=_("Too few answers to compare."))
        return
    said = _(
        "Pairs compared: {n}; listed: {listed}. Pairs that are not listed are alike to {others} on average."
    )
    yield Paragraph(
        text=said.format(n=found.n_pairs, listed=len(found.listed), others=isolated(_number(found.others)))
    )
    if found.listed:
        names = report.book.names
        rows = tuple(
            (
                f"\u2068{names.get(one.first, one.first)}\u2069, \u2068{names.get(one.second, one.second)}\u2069",
                isolated(_number(one.alike)), isolated(f"{one.rank:.2f}"), str(one.n_items), str(one.same_wrong),
            )
            for one in found.listed
        )  # fmt: skip
        head = (_("pair"), _("alike"), _("mean rank (1: most alike)"), _("items"), _("same wrong answer"))
        yield Table(head=head, rows=rows)


def _limits(report: Report, *, lang: str) -> Iterator[Block]:
    _ = translator(lang)
    yield Heading(text=_("What this cannot show"))
    limits = [
        _(
            "An item that is hard may be badly asked: the numbers cannot tell hard from unclear. Read it first."
        ),
        _("Who handed nothing in is in no number about items, so a class looks better than it is."),
        _(
            "Discrimination compares an item with the course's other items: if all ask the wrong thing, it is high."
        ),
    ]
    if report.sights:
        limits += [
            _(
                "Without a class that had no lesson, a change may come from practice, from talk or from the days between."
            ),
            _("It holds for clips of this pack. Of the clips of another generator it says nothing."),
        ]
    limits.append(
        _("Nobody is marked on how well they spot, and no learner's own result of that is in this report.")
    )
    yield Bullets(texts=tuple(limits))


def _listed(names: Sequence[str], *, lang: str) -> str:
    return ("، " if lang in ("ar", "ary") else ", ").join(names)
