"""The inspector inside a notebook: name a file, read its report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import ipywidgets as widgets

from medialit import pipeline, verify
from medialit.language import language, translator
from medialit.provenance.trust import TrustList


class InspectorWidget(widgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A field for a path, a button, and the report below.

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
    ) -> None:
        _ = translator(lang)
        self._lang, self._trust, self._trust_course = lang, tuple(trust), trust_course
        self.report: verify.Report | None = None
        self._path = widgets.Text(value=path, placeholder=_("File on this computer"), layout={"width": "60%"})
        self._path.tooltip = _("File on this computer")
        self._button = widgets.Button(description=_("Inspect"), button_style="primary")
        self._shown = widgets.HTML()
        self._button.on_click(lambda button: self.inspect())
        row = widgets.HBox([self._path, self._button])
        row.layout.flex_flow = "row-reverse" if language(lang).direction == "rtl" else "row"
        super().__init__([row, self._shown])

    def inspect(self) -> None:
        """Inspect the file that the field names, and show the report."""
        self._button.disabled = True
        try:
            with pipeline.inspector(trust=self._trust, trust_course=self._trust_course) as one:
                self.report = one.inspect(Path(self._path.value.strip()).expanduser())
            self._shown.value = verify.to_fragment(self.report, lang=self._lang)
        finally:
            self._button.disabled = False
