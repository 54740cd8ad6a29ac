"""What the family's window shows, as pieces of HTML: pure functions of what happened, and of the language."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from medialit import verify
from medialit.apps import family_words as words
from medialit.family import clips, spot
from medialit.family.cards import ANSWERS, CARDS
from medialit.family.children import OPEN, Child
from medialit.family.clips import Shown
from medialit.family.evening import N_EVENINGS, What, play, spread
from medialit.family.known import known
from medialit.family.postcard import Declined, Postcard
from medialit.feed.records import AgeBand, Controls
from medialit.language import language, translator
from medialit.verify.report import Report

CSS: Final = """
.gradio-container{background:#fff !important;color:#111;font-size:18px}
.gradio-container .main{max-width:46rem !important;margin:0 auto}
#ml-family-title h1{font-size:1.7rem;margin:.3rem 0;color:#111}
.ml-f{color:#111;background:#fff;line-height:1.55;font-size:1.06rem;overflow-wrap:anywhere}
.ml-f p{margin:.35rem 0}.ml-f h2{font-size:1.4rem;margin:.3rem 0;outline:0;color:#111}
.ml-f h3{font-size:1.12rem;margin:1rem 0 .3rem;color:#111}
.ml-f ul,.ml-f ol{margin:.3rem 0;padding-inline-start:1.3rem}
.ml-f .big{font-size:1.2rem;font-weight:600}
.ml-f .box{border:2px solid #2b2b2b;border-radius:12px;padding:.6rem .9rem;margin:.6rem 0}
.ml-f .two{display:grid;grid-template-columns:1fr 1fr;gap:.7rem;margin:.6rem 0}
.ml-f .two .box{margin:0}.ml-f .two b{display:block;font-size:1.9rem;line-height:1.2}
.ml-f video{display:block;width:100%;max-width:26rem;max-height:46vh;margin:.4rem auto;background:#000;border-radius:8px}
.ml-f table{border-collapse:collapse;width:100%;margin:.4rem 0;border:0 !important}
.ml-f th,.ml-f td{border:0 !important;border-bottom:1px solid #767676 !important;padding:.4rem .3rem;text-align:start;
  vertical-align:top;color:#111}
.ml-f th,.ml-f td{overflow-wrap:normal}.ml-f td bdi{white-space:nowrap}
.ml-f td.n{font-variant-numeric:tabular-nums;font-weight:600}
.ml-f .mine{background:#e4eef7}
.ml-f .time{list-style:none;padding:0;margin:.5rem 0;border-inline-start:4px solid #0b4a7d}
.ml-f .time li{padding:.3rem .8rem;margin:.15rem 0}
.ml-f .time b{font-variant-numeric:tabular-nums;color:#0b4a7d;margin-inline-end:.3rem}
.ml-f .time .rule{background:#e4eef7;border-radius:0 8px 8px 0}
html[dir=rtl] .ml-f .time .rule{border-radius:8px 0 0 8px}
.ml-f .pair{display:grid;grid-template-columns:1fr 1fr;gap:.5rem}.ml-f .pair p{margin:0;text-align:center}
.ml-f .dots{display:block;width:100%;max-width:20rem;margin:.4rem auto}
.ml-f .legend{list-style:none;padding:0}.ml-f .legend svg{display:inline-block;vertical-align:middle}
.ml-f details{margin:.5rem 0}.ml-f summary{cursor:pointer;font-weight:600;padding:.6rem 0;min-height:44px}
.ml-f .draft{font-size:.95rem;border-inline-start:4px solid #8a5a00;padding-inline-start:.6rem}
.gradio-container button.ml-go,.gradio-container button.ml-big{min-height:3.6rem;font-size:1.1rem;white-space:pre-line;
  line-height:1.35;border-radius:12px;border:2px solid #0b4a7d}
.gradio-container button.ml-go{background:#0b4a7d;color:#fff;font-weight:700}
.gradio-container button.ml-go:hover{background:#083659;color:#fff}
.gradio-container button.ml-big{background:#fff;color:#0b2f4f;font-weight:600}
.gradio-container button.ml-big:hover{background:#e4eef7}
.gradio-container button.ml-menu{display:block;text-align:start;padding:.7rem 1rem;font-weight:500;font-size:1.05rem}
#ml-language{padding:.3rem .5rem}#ml-language label{min-height:2.75rem;padding:.2rem .35rem;flex:1 1 auto;min-width:0}
#ml-language label > span{margin-inline-start:.3rem !important}
#ml-language .wrap{gap:.3rem;flex-wrap:wrap}#ml-language [data-testid=block-info]{font-size:.9rem;margin:0}
.gradio-container button.ml-menu::first-line{font-weight:800;font-size:1.2rem}
.gradio-container button.ml-back{min-height:2.9rem;font-size:1rem;align-self:flex-start;width:auto;background:#fff;
  color:#0b2f4f;border:2px solid #0b4a7d;border-radius:12px}
.gradio-container :is(button,input,a,summary,h2,.ml-save):focus-visible{
  outline:4px solid #b35900 !important;outline-offset:2px}
.gradio-container fieldset label,.gradio-container .ml-pick label{min-height:3rem;font-size:1.02rem;color:#111}
.gradio-container fieldset .wrap{gap:.5rem}
.gradio-container [data-testid=block-info],.gradio-container label > span{color:#111 !important;font-size:1.04rem}
#ml-words :is(textarea,input){font-size:1.1rem;min-height:3rem;color:#111}
#ml-rates{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:.5rem}
#ml-rates button{min-width:0;white-space:pre-line;min-height:4.2rem;line-height:1.25;padding:.3rem .2rem}
#ml-family-file{min-height:8rem}
#ml-family-file .wrap{font-size:0}#ml-family-file .wrap .or{display:none}
.ml-save{font-size:1.1rem;padding:.8rem 1.2rem !important;background:#0b4a7d !important}
@media (max-width:420px){.ml-f th,.ml-f td{font-size:.9rem;padding:.35rem .15rem}
  .ml-f .two b{font-size:1.6rem}.ml-f .two .box{padding:.5rem .6rem}
  #ml-family-title h1{font-size:1.4rem}}
@media (prefers-reduced-motion:reduce){
  *{animation:none !important;transition:none !important;scroll-behavior:auto !important}
}
"""
BEGIN: Final = """() => {
  document.querySelectorAll('.dark').forEach(one => one.classList.remove('dark'));  // strong contrast in the sun
  if (window.mlFamily) return;
  window.mlFamily = true;
  const still = window.matchMedia('(prefers-reduced-motion: reduce)');
  const play = () => document.querySelectorAll('video[data-auto]').forEach(one => {
    if (!still.matches && !one.dataset.begun) { one.dataset.begun = '1'; one.play().catch(() => {}); }
  });
  new MutationObserver(play).observe(document.body, {childList: true, subtree: true});
}"""
"""Clips begin to move by themselves only where nobody asked for less motion; and the window is bright."""
FOCUS: Final = """() => setTimeout(() => {
  const shown = [...document.querySelectorAll('.ml-f h2')].filter(one => one.offsetParent !== null)[0];
  if (shown) { shown.focus({preventScroll: true}); shown.scrollIntoView({block: 'start'}); }
}, 120)"""
"""Where another activity is shown, a keyboard and a screen reader begin at its heading."""


def heading(key: str, *, lang: str) -> str:
    """Return the heading of an activity."""
    title, line = words.TITLES[key]
    _ = translator(lang)
    return block(f'<h2 tabindex="-1">{esc(_(title))}</h2><p>{esc(_(line))}</p>', lang=lang)


def title(*, lang: str) -> str:
    """Return what stands above everything."""
    _ = translator(lang)
    return block(f"<h1>{esc(_('Family time'))}</h1>", lang=lang)


def welcome(*, lang: str) -> str:
    """Return what stands above the activities."""
    _ = translator(lang)
    draft = f'<p class="draft">{esc(_("Draft translation: no native speaker has reviewed it yet."))}</p>'
    return block(
        f'<h2 tabindex="-1">{esc(_("What would you like to do?"))}</h2>'
        f"<p>{esc(_('About ten minutes each. Nothing that you do here leaves this computer, and nothing is kept.'))}</p>"
        + (draft if language(lang).draft else ""),
        lang=lang,
    )


def stage(clip: Shown, *, number: int, of: int, lang: str) -> str:
    """Show a clip to rate."""
    _ = translator(lang)
    where = _("Clip {i} of {n}").format(i=number, n=of)
    return block(
        f'<p class="big" role="status">{esc(where)}</p>{video(clip.path, label=where, auto=True)}', lang=lang
    )


def rated(shown: Sequence[Shown], ratings: Sequence[int], *, lang: str) -> str:
    """Show how sure and how right, with both mistakes of one size."""
    _ = translator(lang)
    found = spot.count([one.made for one in shown], ratings)
    said = spot.sentences(found, lang=lang)
    boxes = "".join(
        f'<div class="box"><p>{esc(title)}</p><b>{esc(k)}</b><p>{esc(cost)}</p></div>'
        for title, k, cost in spot.mistakes(found, lang=lang)
    )
    scale = spot.scale(lang=lang)
    rows = "".join(
        f"<details><summary>{esc(_('Clip {i}: you said {answer}.').format(i=i, answer=scale[rating - 1]))}</summary>"
        f"<p>{esc(clips.truth_words(one, lang=lang))}</p>{video(one.path, label=_('Clip {i}').format(i=i))}</details>"
        for i, (one, rating) in enumerate(zip(shown, ratings, strict=True), start=1)
    )
    more = (
        _("Neither mistake is the safe one. Here half of the clips are made; where fewer are, doubting everything is "
          "wrong more often than believing."),
        _("What helps more than looking hard: ask where a clip comes from, and wait before you pass it on."),
        _("Filmed here means: by the model of a camera, in a small drawn world or over a photograph. Nobody real is "
          "in it."),
    )  # fmt: skip
    return block(
        f'<h2 tabindex="-1">{esc(_("How sure, how right"))}</h2><p class="big">{esc(said[0])}</p>'
        + paragraphs(said[1:]) + f"<h3>{esc(_('Two mistakes, of one weight'))}</h3>" + f'<div class="two">{boxes}</div>'
        + paragraphs(more) + f"<h3>{esc(_('Clip by clip'))}</h3>{rows}",
        lang=lang,
    )  # fmt: skip


def child_note(child: Child, *, lang: str) -> str:
    """Say what a child's age means in this app."""
    _ = translator(lang)
    name = words.child_name(child, lang=lang)
    if child.band is AgeBand.UNDER_13:
        said = [
            _("{name} is {age}. The app does not open for anybody under 13, however the switches stand.").format(
                name=name, age=child.age
            ),
            _("It means: no account, no clips of the child, no messages. It does not mean that {name} never sees such "
              "clips: somebody's telephone is near. Watching together, and talking, is what is left.").format(name=name),
        ]  # fmt: skip
    else:
        said = [
            _("{name} is {age}. The switches stand as the app sets them when nobody touches them.").format(
                name=name, age=child.age
            ),
            _("Some things no switch opens for anybody under 18: strangers who write, and clips made with AI that do not "
              "say so."),
        ]  # fmt: skip
    return block(paragraphs(said), lang=lang)


def evening(child: Child, mine: Controls, *, lang: str) -> str:
    """Show an evening under a parent's switches as a line of time, and beside it what else could have been."""
    _ = translator(lang)
    passed = play(child, mine)
    items = "".join(
        f'<li class="{"" if one.what in (What.SAT_DOWN, What.WATCHED) else "rule"}"><b>{one.at:%H:%M}</b> '
        f"{esc(' '.join(words.moment_words(one, child=child, lang=lang)))}</li>"
        for one in passed.moments
    )
    parts = [
        f'<h2 tabindex="-1">{esc(_("The evening of {name}").format(name=words.child_name(child, lang=lang)))}</h2>',
        f'<ol class="time">{items}</ol>',
    ]
    if child.band is not AgeBand.UNDER_13:
        parts.append(f"<h3>{esc(_('Compared'))}</h3>{_compared(child, mine, lang)}")
    parts.append(f"<h3>{esc(_('What is assumed'))}</h3>{paragraphs(words.assumed(lang=lang))}")
    return block("".join(parts), lang=lang)


def _compared(child: Child, mine: Controls, lang: str) -> str:
    _ = translator(lang)
    heads = "".join(f'<th scope="col">{esc(one)}</th>' for one in (
        _("Same child, same clips"), _("Minutes"), _("In {n} evenings").format(n=N_EVENINGS), _("Made, unsaid"),
    ))  # fmt: skip
    rows = []
    for name, controls, ceiling in (
        (_("Your switches"), mine, True),
        (_("Nobody touches them"), None, True),
        (_("No rules at all"), OPEN.controls, False),
    ):
        one = play(child, controls, ceiling=ceiling)
        least, middle, most = spread(child, controls, ceiling=ceiling)
        rows.append(
            f'<tr class="{"mine" if controls is mine else ""}"><th scope="row">{esc(name)}</th>'
            f'<td class="n">{one.minutes}</td><td class="n"><bdi dir="ltr">{middle} ({least}–{most})</bdi></td>'
            f'<td class="n">{one.unlabelled}</td></tr>'
        )
    said = (
        _("In brackets: the shortest and the longest of {n} evenings, which differ by luck alone.").format(
            n=N_EVENINGS
        ),
        _("Fewer minutes are not always a better evening. What was watched, and with whom, no table says."),
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>" + paragraphs(said)


def checked(report: Report, *, lang: str) -> str:
    """Show what is known about a file that was brought."""
    _ = translator(lang)
    found = known(report, lang=lang)
    lists = "".join(
        f"<h3>{esc(title)}</h3><ul>{''.join(f'<li>{esc(one)}</li>' for one in said)}</ul>"
        for title, said in (
            (_("What is known"), found.known),
            (_("What is not known"), found.unknown),
            (_("What helps now"), found.do),
        )
    )
    whole = verify.to_fragment(report, lang=lang, pictures=False)
    return block(
        f'<div class="box" role="status"><p class="big">{esc(found.sentence)}</p></div>{lists}'
        f"<details><summary>{esc(_('Everything that was looked at'))}</summary>{whole}</details>",
        lang=lang,
    )


def postcard(made: Postcard | Declined, *, lang: str) -> str:
    """Show a postcard with a link that saves it, or say why there is none."""
    _ = translator(lang)
    if isinstance(made, Declined):
        said = [_("Nothing was made."), made.reason]
        if made.suggestion:
            said.append(_("This could be made: {words}").format(words=made.suggestion))
        return told([*said, made.disagree], lang=lang)
    name = _("Your postcard")
    return block(
        f'<h2 tabindex="-1">{esc(name)}</h2>{_film(made.data, label=name, auto=True)}'
        f'<p role="status">{esc(_("It says on its face that AI made it, carries an invisible mark, and is sealed."))}</p>'
        + paragraphs(made.unused)
        + paragraphs((
            _("Your words stand in the seal, for whoever looks. This computer keeps neither the clip nor the words: save "
              "it now, or it is gone."),
        ))
        + _save(made.data, "video/mp4", "postcard.mp4", _("Save the postcard")),
        lang=lang,
    )  # fmt: skip


def card(place: int, answer: str | None, *, lang: str) -> str:
    """Show a consent card; once somebody has answered, also what the rule says and what to talk about."""
    _ = translator(lang)
    one = CARDS[place]
    where = _("Card {i} of {n}").format(i=place + 1, n=len(CARDS))
    parts = [f'<div class="box"><p>{esc(where)}</p><p class="big">{esc(one.situation(lang=lang))}</p></div>']
    if answer is None:
        parts.append(f'<p class="big">{esc(_("What would you do?"))}</p>')
    else:
        yes = one.decision().allowed
        parts += [
            f"<p>{esc(_('You said: {answer}.').format(answer=_(ANSWERS[answer])))}</p>",
            f'<p class="big" role="status">{esc(_("The rule says: yes.") if yes else _("The rule says: no."))}</p>',
            paragraphs(one.reasons(lang=lang)),
            f"<h3>{esc(_('Talk about it'))}</h3>{paragraphs((one.question(lang=lang),))}",
        ]
        if place == len(CARDS) - 1:
            parts.append(paragraphs((
                _("That was the last card. The rule is the one of this course's own feed; it is no law, and a family may "
                  "ask for more."),
            )))  # fmt: skip
    return block("".join(parts), lang=lang)


def agreement_link(data: bytes, *, lang: str) -> str:
    """Show a link that saves the agreement."""
    _ = translator(lang)
    said = (_("One sheet of A4. Names are written by hand: nobody types them here."),)
    return block(
        f'<h2 tabindex="-1">{esc(_("The sheet is ready"))}</h2>{paragraphs(said)}'
        + _save(data, "application/pdf", "agreement.pdf", _("Save the agreement (PDF)")),
        lang=lang,
    )


def told(sentences: Iterable[str], *, lang: str) -> str:
    """Return sentences that answer something that did not go as meant."""
    return block(f'<div class="box" role="alert">{paragraphs(sentences)}</div>', lang=lang)


def paragraphs(said: Iterable[str]) -> str:
    """Return each sentence as a paragraph."""
    return "".join(f"<p>{esc(one)}</p>" for one in said)


def esc(text: str) -> str:
    """Return text that HTML shows as it is."""
    return html.escape(text)


def block(inner: str, *, lang: str) -> str:
    """Return a piece of the page in its language and direction."""
    return f'<div class="ml-f" lang="{lang}" dir="{language(lang).direction}">{inner}</div>'


def video(path: Path, *, label: str, auto: bool = False) -> str:
    """Return a clip of this computer as a piece of the page."""
    return _film(path.read_bytes(), label=label, auto=auto)


def _film(data: bytes, *, label: str, auto: bool = False) -> str:
    """Return a clip that lies in the page itself: nothing is served under a name."""
    begins = "data-auto" if auto else 'preload="metadata"'
    return (
        f'<video src="data:video/mp4;base64,{base64.b64encode(data).decode()}" {begins} controls muted loop playsinline '
        f'aria-label="{esc(label)}"></video>'
    )


def _save(data: bytes, kind: str, name: str, label: str) -> str:
    """Return a link that saves a file which lies in the page itself."""
    there = base64.b64encode(data).decode()
    return f'<p><a class="ml-save" download="{name}" href="data:{kind};base64,{there}">{esc(label)}</a></p>'
