"""The cues inside a notebook: name a clip, choose a cue, see it at work on the clip's own pixels."""

from __future__ import annotations

import html
from pathlib import Path

import ipywidgets as widgets

from medialit import cueing
from medialit.errors import MedialitError
from medialit.forensics import cues
from medialit.forensics.cues import page
from medialit.forensics.cues.shown import shown, strip
from medialit.language import language, translator
from medialit.widgets.checking import isolated


class CueWidget(widgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
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
        self._lang = lang
        self.reading: cues.Reading | None = None
        self._path = widgets.Text(value=path, placeholder=_("File on this computer"), layout={"width": "60%"})
        self._path.tooltip = _("File on this computer")
        self._cue = widgets.Dropdown(
            options=[(_(cues.card(name).title), name) for name in cues.CUES], value=cue, description=_("Cue"),
            layout={"width": "60%"},
        )  # fmt: skip
        self._button = widgets.Button(description=_("Look"), button_style="primary")
        self._progress = widgets.FloatProgress(
            min=0, max=1, layout={"width": "20rem", "visibility": "hidden"}
        )
        self._shown = widgets.HTML()
        self._button.on_click(lambda button: self.look())
        row = widgets.HBox([self._button, self._progress])
        right = language(lang).direction == "rtl"
        row.layout.flex_flow = "row-reverse" if right else "row"
        super().__init__([self._path, self._cue, row, self._shown])
        self.layout.align_items = "flex-end" if right else "flex-start"

    def look(self) -> None:
        """Let the chosen cue look at the clip that the field names; an error becomes a sentence."""
        self._button.disabled = True
        self._progress.layout.visibility = "visible"
        try:
            name = str(self._cue.value)
            path = Path(self._path.value.strip()).expanduser()
            seen = cueing.footage(path, names=[name], on_progress=self._tell)
            self.reading = cues.read(name, seen)
            self._shown.value = page.to_fragment(
                [shown(self.reading)], lang=self._lang, level=3, strip=strip(seen), style=True
            )
        except MedialitError as error:
            self._shown.value = f"<p role='alert'>{isolated(html.escape(str(error)))}</p>"
        finally:
            self._button.disabled = False
            self._progress.layout.visibility = "hidden"

    def _tell(self, share: float, _what: str) -> None:
        self._progress.value = share
