"""The inspector inside a notebook: name a file, say how closely to look, read its report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import ipywidgets as widgets

from medialit import pipeline, verify
from medialit.language import language, translator
from medialit.provenance.trust import TrustList


class InspectorWidget(widgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A field for a path, how closely to look, a button, and the report below.

    Parameters
    ----------
    path : str
        Written into the field.
    lang : str
        Of the words; their direction follows.
    trust : sequence of TrustList
        Whose signatures are relied on.
    trust_course : bool
        Whether this computer's own authority is relied on too.
    cues : {"none", "light", "all"}
        Which cues look at the pixels, chosen at first.

    Attributes
    ----------
    report : Report or None
        The newest report, for the next cell.
    """

    def __init__(
        self,
        path: str = "",
        *,
        lang: str = "en",
        trust: Sequence[TrustList] = (),
        trust_course: bool = True,
        cues: verify.Depth = "none",
    ) -> None:
        _ = translator(lang)
        self._lang, self._trust, self._trust_course = lang, tuple(trust), trust_course
        self.report: verify.Report | None = None
        self._path = widgets.Text(value=path, placeholder=_("File on this computer"), layout={"width": "60%"})
        self._path.tooltip = _("File on this computer")
        self._button = widgets.Button(description=_("Inspect"), button_style="primary")
        depths = [
            (_("No cues"), "none"),
            (_("The quick cues"), "light"),
            (_("All cues, which takes longer"), "all"),
        ]
        self._depth = widgets.Dropdown(options=depths, value=cues, layout={"width": "16rem"})
        self._depth.tooltip = _("Which cues")
        self._progress = widgets.FloatProgress(
            min=0, max=1, layout={"width": "20rem", "visibility": "hidden"}
        )
        self._shown = widgets.HTML()
        self._button.on_click(lambda button: self.inspect())
        row = widgets.HBox([self._path, self._depth, self._button])
        row.layout.flex_flow = "row-reverse wrap" if language(lang).direction == "rtl" else "row wrap"
        super().__init__([row, self._progress, self._shown])

    def inspect(self) -> None:
        """Inspect the file that the field names, and show the report."""
        self._button.disabled = True
        self._progress.value = 0.0
        self._progress.layout.visibility = "hidden" if self._depth.value == "none" else "visible"
        try:
            with pipeline.inspector(trust=self._trust, trust_course=self._trust_course) as one:
                self.report = one.inspect(
                    Path(self._path.value.strip()).expanduser(),
                    cues=self._depth.value,
                    on_progress=self._tell,
                )
            self._shown.value = verify.to_fragment(self.report, lang=self._lang)
        finally:
            self._button.disabled = False
            self._progress.layout.visibility = "hidden"

    def _tell(self, share: float, _what: str) -> None:
        self._progress.value = share
