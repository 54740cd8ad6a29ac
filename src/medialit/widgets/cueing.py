"""The cues inside a notebook: see one at work on a clip's own pixels; make a fake, and see which cues catch it."""

from __future__ import annotations

import html
from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import ipywidgets as widgets

from medialit import cueing
from medialit.clips import trial
from medialit.errors import MedialitError
from medialit.fakes.words import title
from medialit.forensics import cues
from medialit.forensics.cues import beside, page
from medialit.forensics.cues.shown import shown, strip
from medialit.language import language, said, translator
from medialit.widgets.checking import isolated


class _Looking(widgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Fields, a button with progress beside it, and below them what was found, or why nothing was."""

    def __init__(self, fields: Sequence[widgets.Widget], *, does: str, lang: str, align: str) -> None:
        self._lang = lang
        self._button = widgets.Button(description=does, button_style="primary", layout={"width": "auto"})
        self._progress = widgets.FloatProgress(
            min=0, max=1, layout={"width": "20rem", "visibility": "hidden"}
        )
        self._shown = widgets.HTML()
        self._button.on_click(lambda button: self.look())
        row = widgets.HBox([self._button, self._progress])
        right = language(lang).direction == "rtl"
        row.layout.flex_flow = "row-reverse" if right else "row"
        super().__init__([*fields, row, self._shown])
        self.layout.align_items = "flex-end" if right else align

    def look(self) -> None:
        """Do what the button does; an error becomes a sentence."""
        self._button.disabled = True
        self._progress.value = 0.0
        self._progress.layout.visibility = "visible"
        try:
            self._shown.value = self._found()
        except MedialitError as error:
            sentence = html.escape(said(error, lang=self._lang))
            self._shown.value = f"<p role='alert'>{isolated(sentence)}</p>"
        finally:
            self._button.disabled = False
            self._progress.layout.visibility = "hidden"

    @abstractmethod
    def _found(self) -> str:
        """Return what is shown, as HTML."""

    def _tell(self, share: float, _what: str) -> None:
        self._progress.value = share


class CueWidget(_Looking):
    """A field for a path, a list of cues, a button; below, the frames with their heat maps, the plot and the card.

    Parameters
    ----------
    path : str
        Written into the field.
    cue : str
        Chosen at first; one of `medialit.forensics.cues.CUES`.
    lang : str
        Of the words; their direction follows.

    Attributes
    ----------
    reading : Reading or None
        The newest, for the next cell.

    Raises
    ------
    CueError
        If there is no such cue.
    """

    def __init__(self, path: str = "", *, cue: str = "noise", lang: str = "en") -> None:
        _ = translator(lang)
        cues.card(cue)
        self.reading: cues.Reading | None = None
        self._path = widgets.Text(value=path, placeholder=_("File on this computer"), layout={"width": "60%"})
        self._path.tooltip = _("File on this computer")
        self._cue = widgets.Dropdown(
            options=[(_(cues.card(name).title), name) for name in cues.CUES], value=cue, description=_("Cue"),
            layout={"width": "60%"},
        )  # fmt: skip
        super().__init__([self._path, self._cue], does=_("Look"), lang=lang, align="flex-start")

    def _found(self) -> str:
        """Let the chosen cue look at the clip that the field names."""
        name = str(self._cue.value)
        path = Path(self._path.value.strip()).expanduser()
        seen = cueing.footage(path, names=[name], on_progress=self._tell)
        self.reading = cues.read(name, seen)
        return page.to_fragment(
            [shown(self.reading)], lang=self._lang, level=3, strip=strip(seen), style=True
        )


class TrialWidget(_Looking):
    """Make a fake by a method and a strength, and see beside its original which cues catch it.

    Parameters
    ----------
    source : str
        ``cast:ID`` for one of the fictional people, or ``scene:PLACE`` of the miniature world. Both are made anew, so
        nobody's clip is needed; for a file of yours there is `medialit.clips.trial`.
    method : str
        Chosen at first; one of `METHODS`.
    seed : int
        Draws what is left open.
    names : sequence of str, optional
        The cues that look. Default: those that are not heavy.
    lang : str
        Of the words; their direction follows.

    Attributes
    ----------
    pairs : tuple of Beside
        The newest, for the next cell.

    Raises
    ------
    CueError
        If there is no such cue.
    """

    METHODS: Final = (
        "splice", "retime", "interpolate", "duplicate", "remove", "insert", "clone", "mouth", "lip_offset",
    )  # fmt: skip
    """Methods that need nothing but a source; the last two are done to people."""

    def __init__(
        self,
        source: str = "scene:souk",
        *,
        method: str = "duplicate",
        seed: int = 1,
        names: Sequence[str] | None = None,
        lang: str = "en",
    ) -> None:
        _ = translator(lang)
        self._names = tuple(names) if names is not None else cues.light()
        for name in self._names:
            cues.card(name)
        self._seed = seed
        self.pairs: tuple[beside.Beside, ...] = ()
        self._source = widgets.Text(value=source, description=_("Clip"), layout={"width": "24rem"})
        self._method = widgets.Dropdown(
            options=[(title(name, lang=lang), name) for name in self.METHODS], value=method,
            description=_("Method"), layout={"width": "24rem"},
        )  # fmt: skip
        self._strength = widgets.FloatSlider(
            value=1.0, min=0.0, max=1.0, step=0.05, description=_("Strength"), layout={"width": "24rem"}
        )
        super().__init__(
            [self._source, self._method, self._strength],
            does=_("Make it and look"),
            lang=lang,
            align="stretch",
        )

    def _found(self) -> str:
        """Make the fake and let the cues look at both."""
        method = str(self._method.value)
        made = trial(
            self._source.value.strip(), method, strength=float(self._strength.value), seed=self._seed
        )
        found = cueing.coded_alike(made.original, made.fake.clip, names=self._names, on_progress=self._tell)
        self.pairs = beside.pair_up(*found)
        names = (translator(self._lang)("Original"), title(method, lang=self._lang))
        return beside.to_fragment(self.pairs, lang=self._lang, names=names, level=3, style=True)
