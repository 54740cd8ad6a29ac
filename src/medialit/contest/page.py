"""The class report as one page of HTML that stands alone: no script, nothing fetched, no learner in it."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Sequence
from typing import Final

from medialit.contest import plots, words
from medialit.contest.records import BLOCKS, FEWEST
from medialit.contest.report import ClassReport, Rates
from medialit.language import language, translator

_D: Final = "\u2066d'\u2069"  # its stroke stays behind it where lines run from right to left
_CSS: Final = """
body{font-family:system-ui,"DejaVu Sans","Noto Sans","Noto Sans Arabic",sans-serif;line-height:1.5;color:#111;
  background:#fff;max-width:60rem;margin:0 auto;padding:1rem}
h1{font-size:1.6rem;margin:.5rem 0}h3{font-size:1rem;margin:.8rem 0 0}
h2{font-size:1.2rem;margin:1.8rem 0 .4rem;border-bottom:1px solid #777}
.verdict{border:3px solid #111;padding:.6rem 1rem;margin:1rem 0}.verdict strong{font-size:1.5rem;display:block}
.wide{overflow-x:auto}table{border-collapse:collapse;margin:.6rem 0;min-width:60%}
th,td{border-bottom:1px solid #aaa;padding:.3rem .6rem;text-align:start;vertical-align:top}
thead th{border-bottom:2px solid #111}.n{white-space:nowrap}th[scope=row]{min-width:8rem}
.dense th[scope=row]{min-width:3rem}
.dense{font-size:.88rem}.dense th,.dense td{padding:.25rem .4rem}
figure{margin:1rem 0}img{max-width:100%;height:auto}figcaption{font-size:.92rem}
.note{background:#eee;padding:.4rem .8rem;margin:.6rem 0}
@media print{body{max-width:none}h2{break-after:avoid}figure,table{break-inside:avoid}}
"""


def to_html(report: ClassReport, *, lang: str) -> str:
    """Return the report as a page.

    Parameters
    ----------
    report : ClassReport
    lang : str
        A code of `medialit.language.LANGUAGES`.
    """
    _ = translator(lang)
    title = _("The contest: what a class can be told")
    body = [f"<h1>{_esc(title)}</h1>", *_beginning(report, lang=lang)]
    if report.occasions:
        body += [
            *_sight(report, lang=lang),
            *_rare(report, lang=lang),
            *_odd_and_unseen(report, lang=lang),
            *_calibrated(report, lang=lang),
            *_against_the_machine(report, lang=lang),
        ]
    body += [_heading(_("What this cannot show")), _list(words.limits(lang=lang))]
    body.append(
        _p(_("No learner's own result is in this report, and none was marked. All intervals are at 95 %."))
    )
    direction = language(lang).direction
    return (
        f'<!doctype html><html lang="{lang}" dir="{direction}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{_esc(title)}</title>'
        f"<style>{_CSS}</style></head><body>{''.join(body)}</body></html>\n"
    )


def _beginning(report: ClassReport, *, lang: str) -> Iterable[str]:
    _ = translator(lang)
    for occasion, n in report.too_few.items():
        said = _("{occasion}: {n} began; fewer than {least} judged every clip. Of so few nothing is told.")
        yield _note(said.format(occasion=words.occasion_word(occasion, lang=lang), n=n, least=FEWEST))
    if report.change is not None:
        found = report.change
        short = words.verdict_words(found.change.verdict, lang=lang)[0]
        said = " ".join(words.change_sentences(found, lang=lang))
        yield f'<div class="verdict"><strong>{_esc(short)}</strong>{_esc(said)}</div>'
        yield _table(
            (_("Change from before to after"), ""),
            (
                (_("sensitivity d' (above 0: sees better)"), words.signed(found.change.d_prime)),
                (_("criterion c (below 0: more suspicious)"), words.signed(found.change.criterion)),
                (_("learners"), str(found.n)),
            ),
        )
    elif report.occasions:
        yield _note(
            _("A change is told of at least {least} learners who judged every clip before and after.").format(
                least=FEWEST
            )
        )
    if report.later is not None:
        later = report.later
        short = words.verdict_words(later.change.verdict, lang=lang)[0]
        yield _p(
            _("From before to later: {verdict} (d' {d}; c {c}; learners: {n}).").format(
                verdict=short, d=words.isolated(words.signed(later.change.d_prime)),
                c=words.isolated(words.signed(later.change.criterion)), n=later.n)
        )  # fmt: skip


def _sight(report: ClassReport, *, lang: str) -> Iterable[str]:
    _ = translator(lang)
    yield _heading(_("Sight and suspicion"))
    found = report.occasions
    head = ("", *(words.occasion_word(one, lang=lang) for one in found))
    rows = [
        (_("sensitivity d' (0 is guessing)"), *(words.plain(one.d_prime) for one in found.values())),
        (_("criterion c (below 0: suspicious)"), *(words.plain(one.criterion) for one in found.values())),
        (_("seconds for an answer (median)"), *(f"{one.seconds:.1f}" for one in found.values())),
        (_("learners who judged every clip"), *(str(one.n) for one in found.values())),
        (_("began and did not end"), *(str(one.n_unfinished) for one in found.values())),
    ]
    yield _table(head, rows)
    yield _figure(
        plots.change_plot(report, lang=lang),
        _("Up is seeing better; left is more suspicious. The crosses are intervals over learners."),
    )


def _rare(report: ClassReport, *, lang: str) -> Iterable[str]:
    _ = translator(lang)
    yield _heading(_("Where synthetic clips are rare"))
    head = ("", _("camera clips"), _("hits"), _("false alarms"), _("alarms that were right"), _D, "c")
    for block in BLOCKS:
        yield f"<h3>{_esc(words.block_words(block, lang=lang))}</h3>"
        rows = []
        for occasion, found in report.occasions.items():
            one = found.blocks[block]
            right = "–" if one.right_alarms is None else words.percent(one.right_alarms)
            rows.append(
                (
                    words.occasion_word(occasion, lang=lang), f"{one.camera_share:.0%}", words.percent(one.hit),
                    words.percent(one.false_alarm), right, words.plain(one.d_prime), words.plain(one.criterion),
                )
            )  # fmt: skip
        yield _table(head, rows, kind="dense")
    yield _p(
        _(
            "The same eyes raise more alarms that are wrong where fewer clips are synthetic. Nobody was told "
            "the shares."
        )
    )


def _odd_and_unseen(report: ClassReport, *, lang: str) -> Iterable[str]:
    _ = translator(lang)
    yield _heading(_("Real but odd, and fakes never met"))

    def row(name: str, rates: Rates) -> tuple[str, ...]:
        change = "–" if rates.change is None else words.points(rates.change)
        shares = ("–" if one is None else words.percent(one) for one in (rates.before, rates.after))
        return (name, *shares, change)

    head = (
        _("called synthetic"), words.occasion_word("before", lang=lang), words.occasion_word("after", lang=lang),
        _("change, percentage points"),
    )  # fmt: skip
    yield _table(
        head,
        (
            row(_("camera clips, plain (false alarms)"), report.plain),
            row(_("camera clips, odd (false alarms)"), report.odd),
            row(_("fakes of kinds in every form (hits)"), report.common),
            row(_("fakes of a kind new to that form (hits)"), report.unseen),
        ),
    )
    for said in (words.odd_sentence(report, lang=lang), words.unseen_sentence(report, lang=lang)):
        if said is not None:
            yield _p(said)


def _calibrated(report: ClassReport, *, lang: str) -> Iterable[str]:
    _ = translator(lang)
    yield _heading(_("What confidence is worth"))
    found = report.occasions
    yield _table(
        ("", *(words.occasion_word(one, lang=lang) for one in found)),
        (
            (_("area under the ROC curve of confidence"), *(words.plain(one.auc) for one in found.values())),
            (_("Brier score (always 50 %: 0.25)"), *(words.plain(one.brier) for one in found.values())),
            (_("expected calibration error"), *(f"{one.ece:.2f}" for one in found.values())),
        ),
    )
    yield _figure(
        plots.calibration_plot(report, lang=lang),
        _("Below the diagonal, “synthetic” was said with more confidence than it deserved. "
          "The intervals take answers as independent, so they are too narrow."),
    )  # fmt: skip


def _against_the_machine(report: ClassReport, *, lang: str) -> Iterable[str]:
    _ = translator(lang)
    yield _heading(_("People against the machine"))
    head = ("", "", _("AUC"), _D, _("Brier score"))
    rows = []
    for occasion, found in report.occasions.items():
        for one in found.contestants:
            rows.append(
                (
                    words.contestant_words(one.name, lang=lang), words.occasion_word(occasion, lang=lang),
                    words.plain(one.auc), f"{one.d_prime:.2f}".replace("-", "−"),
                    "–" if one.brier is None else f"{one.brier:.2f}",
                )
            )  # fmt: skip
    yield _table(head, rows)
    yield _figure(
        plots.contest_plot(report, lang=lang),
        _(
            "People are drawn in white, the machine and all that it takes part in, in black. A crowd helps as "
            "far as its members err apart."
        ),
    )
    for occasion, found in report.occasions.items():
        if found.trust is not None:
            said = words.trust_sentences(found.trust, lang=lang)
            yield _p(f"{words.occasion_word(occasion, lang=lang)}: {' '.join(said)}")


def _heading(text: str) -> str:
    return f"<h2>{_esc(text)}</h2>"


def _p(text: str) -> str:
    return f"<p>{_esc(text)}</p>"


def _note(text: str) -> str:
    return f'<p class="note">{_esc(text)}</p>'


def _list(sentences: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{_esc(one)}</li>' for one in sentences)}</ul>"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], *, kind: str = "") -> str:
    """Return a table: words as they run, numbers from left to right."""
    heads = "".join(f"<th>{_esc(one)}</th>" for one in head)
    body = "".join(
        f'<tr><th scope="row">{_esc(first)}</th>'
        + "".join(f'<td class="n"><bdi>{_esc(words.isolated(one))}</bdi></td>' for one in rest)
        + "</tr>"
        for first, *rest in rows
    )
    inside = f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody>"
    return f'<div class="wide"><table class="{kind}">{inside}</table></div>'


def _figure(png: bytes | None, caption: str) -> str:
    if png is None:
        return ""
    data = base64.b64encode(png).decode()
    return (
        f'<figure><img alt="{_esc(caption)}" src="data:image/png;base64,{data}">'
        f"<figcaption>{_esc(caption)}</figcaption></figure>"
    )


def _esc(text: str) -> str:
    return html.escape(text, quote=True)
