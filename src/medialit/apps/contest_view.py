"""What the contest's window shows: a clip with its number, the machine's advice, and how it looks."""

from __future__ import annotations

import base64
import html
from pathlib import Path
from typing import Final

from medialit.contest import words
from medialit.contest.records import RATINGS
from medialit.contest.session import Step
from medialit.language import language, translator

CSS: Final = """
#ml-token{display:none !important}
#ml-stage video{display:block;margin:.3rem auto;max-width:100%;height:min(46vh,26rem);background:#000}
.ml-done{height:.55rem;border:1px solid currentColor;border-radius:4px;overflow:hidden}
.ml-done i{display:block;height:100%;background:currentColor}
#ml-stage .ml-number{margin:.1rem 0;font-weight:600}
.ml-advice{border:2px solid currentColor;border-radius:6px;padding:.4rem .8rem;margin:.4rem 0}
.ml-advice b{font-size:1.1rem}.ml-advice p{margin:.15rem 0}
.ml-trouble{border-inline-start:5px solid #a3231b;padding:.3rem .9rem}
#ml-rates{display:grid;grid-template-columns:repeat(6,minmax(0,1fr));gap:.4rem}
#ml-rates button{white-space:pre-line;min-width:0;min-height:4.6rem;line-height:1.3;padding:.3rem .2rem;font-size:.95rem;
  border:1px solid #666}
#ml-rates button:focus-visible{outline:3px solid #e0a100;outline-offset:1px}
@media (max-width:600px){#ml-rates{grid-template-columns:repeat(3,minmax(0,1fr))}
  #ml-stage video{height:min(38vh,22rem)}#ml-contest-title h1{font-size:1.3rem}}
"""
KEYS: Final = """() => {
  if (window.mlKeys) return;
  window.mlKeys = true;
  document.addEventListener('keydown', event => {
    const busy = ['INPUT', 'TEXTAREA'].includes(event.target.tagName) && event.target.type !== 'radio';
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || busy) return;
    const at = '0123456789'.indexOf(event.key), arabic = '٠١٢٣٤٥٦٧٨٩'.indexOf(event.key);
    const button = document.getElementById('ml-rate-' + Math.max(at, arabic));
    if (button && button.offsetParent !== null) { event.preventDefault(); button.click(); }
  });
}"""
"""The digits 1 to 6, Latin or Arabic, press the six buttons; a key that is held down presses once."""


def rules(*, lang: str) -> str:
    """Return what somebody reads before the first clip."""
    _ = translator(lang)
    said = (
        _("You will see short clips without sound. Some were filmed with a camera, some are synthetic. How many "
            "of each, "
          "nobody tells you."),
        _("Say of each what you think and how sure you are: press one of six buttons, or a key from 1 to 6. "
            "Look as often as "
          "you like; six seconds is usual."),
        _("Choose a code word that is not your name, and keep it: you need it again. Answers stay on this "
            "computer. Nobody is "
          "marked by them, and nobody's own result is shown."),
    )  # fmt: skip
    return "\n\n".join(said)


def stage(step: Step, clip: Path, *, lang: str) -> str:
    """Return a clip as HTML, with its number, and with the machine's advice where there is one.

    Parameters
    ----------
    step : Step
    clip : Path
        The file; it goes into the page itself, so that nothing is served under a name.
    lang : str
    """
    _ = translator(lang)
    number = _("Clip {i} of {n}").format(i=step.number, n=step.of)
    data = base64.b64encode(clip.read_bytes()).decode()
    direction = language(lang).direction
    return (
        f'<div dir="{direction}"><p class="ml-number">{html.escape(number)}</p>'
        f'<div class="ml-done" aria-hidden="true"><i style="width:{100 * (step.number - 1) / step.of:.1f}%"></i></div>'
        f'<video src="data:video/mp4;base64,{data}" autoplay muted loop playsinline '
        f'onclick="this.paused?this.play():this.pause()" data-clip="{html.escape(step.token)}"></video>'
        f"{_advice(step, lang=lang)}</div>"
    )


def message(sentences: tuple[str, ...], *, lang: str, kind: str = "") -> str:
    """Return sentences as HTML."""
    said = "".join(f"<p>{html.escape(one)}</p>" for one in sentences)
    return f'<div class="{kind}" dir="{language(lang).direction}">{said}</div>'


def button_words(rating: int, *, lang: str) -> str:
    """Return what a button says: its digit, the answer, and the confidence."""
    return f"{rating}\n{words.scale(lang=lang)[rating - 1]}\n{RATINGS[rating][1]} %"


def _advice(step: Step, *, lang: str) -> str:
    if step.advice is None or step.before is None:
        return ""
    _ = translator(lang)
    says, errs = words.advice_sentences(step.advice, lang=lang)
    given = (step.before.synthetic, step.before.confidence)
    rating = next(number for number, meant in RATINGS.items() if meant == given)
    yours = _("You said: {answer}. What do you say now?").format(answer=words.scale(lang=lang)[rating - 1])
    return (
        f'<div class="ml-advice" role="status"><p><b>{html.escape(says)}</b></p>'
        f"<p>{html.escape(errs)}</p><p>{html.escape(yours)}</p></div>"
    )
