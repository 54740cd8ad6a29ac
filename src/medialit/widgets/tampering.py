"""Content Credentials inside a notebook: read files side by side, and see which changed byte breaks what."""

from __future__ import annotations

import base64
import html
import weakref
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Final, Self

import ipywidgets as widgets
from IPython.display import HTML

from medialit.language import language, translator
from medialit.provenance import keys
from medialit.provenance.anatomy import Part, anatomy, forge
from medialit.provenance.credentials import CredentialReader, Credentials, Statement, sign
from medialit.provenance.trust import TrustList
from medialit.verify.findings import credential_findings, say
from medialit.verify.words import VALUES

SIGNED_ANEW: Final = 3
"""The number of repairs that ends with a signature of the forger's own."""
_N_TRIED: Final = 24  # bytes of a part that are tried for one whose change can still be read
_COLOURS: Final = {
    "picture": "#cfe3f5", "assertion": "#d9efd3", "claim": "#fbe7b8", "signature": "#f6d0c8",
    "padding": "#e6e6e6", "frame": "#d8d3ec",
}  # fmt: skip
_STATES: Final = {"trusted": "#17663a", "valid": "#1c5b96", "invalid": "#a3231b"}
_CSS: Final = (
    "<style>.mlt{line-height:1.5;max-width:60rem}.mlt-files{display:flex;flex-wrap:wrap;gap:.8rem}"
    ".mlt-file{width:17.5rem;border:1px solid #bbb;border-radius:4px;padding:.5rem}"
    ".mlt[dir=rtl]{margin-left:auto}.mlt-file img{width:100%;display:block}"
    ".mlt-state{border-inline-start:6px solid #555;padding:.1rem .8rem;margin:.4rem 0}"
    ".mlt-parts{display:flex;flex-wrap:wrap;gap:2px;margin:.3rem 0}"
    ".mlt-part{padding:.15rem .5rem;border:2px solid transparent}"
    ".mlt-here{border-color:#111;font-weight:700}.mlt p{margin:.2rem 0}</style>"
)


class Examiner:
    """Reads files by the lists that it was given, and says in a language what they say about themselves.

    Parameters
    ----------
    trust : sequence of TrustList
        Whose signatures are relied on.
    lang : str
        Of the words; their direction follows.
    """

    def __init__(self, *, trust: Sequence[TrustList] = (), lang: str = "en") -> None:
        self.trust, self.lang = tuple(trust), lang
        self._reader = CredentialReader(trust=self.trust)
        weakref.finalize(self, self._reader.close)  # a cell that is run again leaves no process behind

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reader.close()

    def read(self, path: Path) -> Credentials:
        """Return what a file says about itself; ``unreadable`` too where no other process may be started."""
        try:
            return self._reader.read(path)
        except OSError as error:  # where notebooks are graded, the reading process is not let in
            return Credentials("unreadable", f"No other program may be started here: {error.strerror}.")

    def sentences(self, path: Path) -> tuple[str, ...]:
        """Return what is known, in whole sentences."""
        return tuple(say(one, lang=self.lang) for one in credential_findings(self.read(path)))

    def pictures(self, paths: Sequence[Path], *, words: bool = False) -> HTML:
        """Return the pictures side by side, with their names, and with what is known of each if that is wanted."""
        files = "".join(self._file(path, words=words) for path in paths)
        return HTML(self.page(f'<div class="mlt-files">{files}</div>'))

    def _file(self, path: Path, *, words: bool) -> str:
        data = base64.b64encode(path.read_bytes()).decode()
        name = html.escape(path.name)
        said = self.answer(path) if words else ""
        return (
            f'<div class="mlt-file"><img src="data:image/jpeg;base64,{data}" alt="{name}">'
            f'<p dir="ltr"><code>{name}</code></p>{said}</div>'
        )

    def answer(self, path: Path) -> str:
        """Return the state and the sentences as HTML."""
        found = self.read(path)
        state = html.escape(translator(self.lang)(VALUES[found.state]))
        said = "".join(f"<p>{html.escape(one)}</p>" for one in self.sentences(path))
        colour = _STATES.get(found.state, "#555")
        return f'<div class="mlt-state" style="border-color:{colour}"><p><b>{state}</b></p>{said}</div>'

    def page(self, inside: str) -> str:
        """Return HTML in the examiner's language and direction."""
        return (
            f'{_CSS}<div class="mlt" lang="{self.lang}" dir="{language(self.lang).direction}">{inside}</div>'
        )


class TamperWidget(widgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Change one byte of a signed picture, let a forger repair what he can, and read what the validator says.

    Parameters
    ----------
    path : Path
        A JPEG that was signed here; it is not touched.
    examiner : Examiner
        Who reads the copies.
    now : datetime
        Aware; when the forger's own certificate begins.

    Attributes
    ----------
    found : Credentials
        What was read of the newest copy.
    """

    found: Credentials

    def __init__(self, path: Path, *, examiner: Examiner, now: datetime) -> None:
        _ = translator(examiner.lang)
        self._examiner, self._now = examiner, now
        self._original = path.read_bytes()
        self._form = anatomy(self._original)
        self._words = {
            "picture": _("the picture"),
            "assertion": _("an assertion"),
            "claim": _("the claim"),
            "signature": _("the signature"),
            "padding": _("padding"),
            "frame": _("the frame around a part"),
        }
        right = language(examiner.lang).direction == "rtl"
        wide = {"width": "44rem", "max_width": "100%", "flex_flow": "row-reverse" if right else "row"}
        style = {"description_width": "11rem"}
        names = list(dict.fromkeys(part.name for part in self._form.parts))
        self._part = widgets.Dropdown(
            options=[(self._words[name], name) for name in names], value="picture",
            description=_("Go to"), style=style, layout=wide,
        )  # fmt: skip
        self._position = widgets.IntSlider(
            value=self._middle("picture"), min=0, max=len(self._original) - 1, description=_("Changed byte"),
            continuous_update=False, style=style, layout=wide,
        )  # fmt: skip
        self._repairs = widgets.Dropdown(
            options=[
                (_("stops there"), 0),
                (_("writes the picture's new hash into the hard binding"), 1),
                (_("and the hard binding's new hash into the claim"), 2),
                (_("and signs it all anew, with a certificate of their own"), SIGNED_ANEW),
            ],
            value=0, description=_("Then the forger"), style=style, layout=wide,
        )  # fmt: skip
        self._only = _("Only a change of the picture is repaired here.")
        self._shown = widgets.HTML()
        super().__init__([self._part, self._position, self._repairs, self._shown])
        self.layout.align_items = "flex-end" if right else "flex-start"
        self._part.observe(lambda change: self._go_to(change["new"]), names="value")
        for one in (self._position, self._repairs):
            one.observe(lambda change: self.change(), names="value")
        self.change()

    def change(self) -> None:
        """Make the copy that the switches ask for, and show what is said of it."""
        position, wanted = int(self._position.value), int(self._repairs.value)
        here = self._form.part_at(position)
        repairs = wanted if here.name == "picture" else 0
        with TemporaryDirectory() as folder:
            copy = Path(folder) / "copy.jpg"
            copy.write_bytes(forge(self._original, position, repairs=min(repairs, SIGNED_ANEW - 1)))
            if repairs == SIGNED_ANEW:
                self._sign_anew(copy)
            self.found = self._examiner.read(copy)
            said = self._examiner.answer(copy)
        note = f"<p>{html.escape(self._only)}</p>" if wanted != repairs else ""
        self._shown.value = self._examiner.page(self._bar(here) + note + said)

    def _go_to(self, name: str) -> None:
        if self._form.part_at(int(self._position.value)).name != name:
            self._position.value = self._middle(name)

    def _middle(self, name: str) -> int:
        """Return a byte of the largest such part whose change does not keep the file from being read at all."""
        part = max((one for one in self._form.parts if one.name == name), key=lambda one: one.end - one.start)
        length = part.end - part.start
        tries = [part.start + (length // 2 + step * length // _N_TRIED) % length for step in range(_N_TRIED)]
        return next((one for one in tries if self._state(one) != "unreadable"), tries[0])

    def _state(self, position: int) -> str:
        with TemporaryDirectory() as folder:
            copy = Path(folder) / "copy.jpg"
            copy.write_bytes(forge(self._original, position))
            return self._examiner.read(copy).state

    def _sign_anew(self, copy: Path) -> None:
        """Give a copy a signature by somebody whom nobody knows, in place of the broken one."""
        start, length = self._form.excluded
        data = copy.read_bytes()
        copy.write_bytes(data[:start] + data[start + length :])
        statement = Statement(
            title="copy", software="forger", version="1", when=self._now, source_type="digitalCapture"
        )
        sign(copy, copy, key=keys.untrusted_key(now=self._now, organisation="Forger"), statement=statement)

    def _bar(self, here: Part) -> str:
        parts = "".join(self._box(part, here=part == here) for part in self._form.parts)
        return f'<div class="mlt-parts">{parts}</div>'

    def _box(self, part: Part, *, here: bool) -> str:
        mark = " mlt-here" if here else ""
        word = html.escape(self._words[part.name]) if part.name != "frame" or here else "·"
        return f'<span class="mlt-part{mark}" style="background:{_COLOURS[part.name]}">{word}</span>'
