"""The generator inside a notebook: say what you want to see, watch it come out of noise, compare the two models."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import cv2
import ipywidgets as widgets
import numpy as np

from medialit import pipeline
from medialit.errors import MedialitError
from medialit.generate import sampler
from medialit.generate.shot import describe
from medialit.language import language, translator
from medialit.widgets.checking import isolated

_PREVIEW_PX = 128


class GeneratorWidget(widgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A field for a prompt, three sliders, a button; previews while a clip is made, then the published clip.

    Parameters
    ----------
    folder : Path
        Where clips are written; made when the first one is.
    prompt : str
        Written into the field.
    lang : str
        Of the words around it; their direction follows. The prompt may be in any language that is understood.
    home : Path, optional
        `$MEDIALIT_HOME` when not given.

    Attributes
    ----------
    made : dict of str to Generated
        The newest clip of each model, for the next cell.
    """

    def __init__(
        self, folder: Path | str = "clips", *, prompt: str = "", lang: str = "en", home: Path | None = None
    ) -> None:
        _ = self._translate = translator(lang)
        self._folder, self._lang, self._home = Path(folder), lang, home
        self.made: dict[str, pipeline.Generated] = {}
        right = language(lang).direction == "rtl"
        flow = "row-reverse" if right else "row"  # a field's name stands where its line begins
        style, wide = (
            {"description_width": "8rem"},
            {"width": "34rem", "max_width": "100%", "flex_flow": flow},
        )
        self._prompt = widgets.Textarea(
            value=prompt, placeholder=_("What do you want to see?"), rows=2, layout=wide
        )
        self._prompt.tooltip = _("Prompt")
        self._seed = widgets.BoundedIntText(
            value=1,
            min=0,
            max=2**31 - 1,
            description=_("Seed"),
            style=style,
            layout={"width": "16rem", "flex_flow": flow},
        )
        self._steps = widgets.IntSlider(
            value=sampler.DEFAULT_STEPS, min=1, max=32, description=_("Steps"), style=style, layout=wide
        )
        self._guidance = widgets.FloatSlider(
            value=sampler.DEFAULT_GUIDANCE,
            min=0,
            max=6,
            step=0.5,
            description=_("Guidance"),
            style=style,
            layout=wide,
        )
        self._models = widgets.ToggleButtons(
            options=[("v2", ("v2",)), ("v1", ("v1",)), (_("Both, side by side"), ("v1", "v2"))],
            description=_("Model"), style={**style, "button_width": "auto"}, layout={"flex_flow": flow},
        )  # fmt: skip
        self._button = widgets.Button(
            description=_("Make the clip"), button_style="primary", layout={"width": "auto"}
        )
        self._progress = widgets.IntProgress(min=0, max=1, layout={"width": "20rem", "visibility": "hidden"})
        self._preview = widgets.Image(format="jpeg", layout={"display": "none"})
        self._said = widgets.HTML()
        self._clips = widgets.HBox(layout={"flex_flow": "row wrap"})
        self._button.on_click(lambda button: self.make())
        fields = [self._prompt, self._seed, self._steps, self._guidance, self._models]
        row = widgets.HBox([self._button, self._progress])
        row.layout.flex_flow = flow
        super().__init__([*fields, row, self._preview, self._said, self._clips])
        self.layout.align_items = "flex-end" if right else "flex-start"

    def make(self) -> None:
        """Make the clip that the fields describe, and show it; an error becomes a sentence."""
        self._button.disabled = True
        self._progress.layout.visibility = "visible"
        self._said.value, self._clips.children = "", ()
        try:
            shown = [self._one(model) for model in self._models.value]
            self._clips.children = tuple(widgets.VBox([widgets.Label(name), video]) for name, video in shown)
            self._said.value = self._summary(self.made[self._models.value[-1]].take)
        except MedialitError as error:
            self._said.value = f"<p role='alert'>{isolated(html.escape(str(error)))}</p>"
        finally:
            self._button.disabled = False
            self._progress.layout.visibility = "hidden"
            self._preview.layout.display = "none"

    def _one(self, model: sampler.Model) -> tuple[str, widgets.Video]:
        self._folder.mkdir(parents=True, exist_ok=True)
        settings = f"{self._prompt.value} {self._steps.value} {self._guidance.value}"
        short = hashlib.sha256(settings.encode()).hexdigest()[:6]  # another prompt overwrites nothing
        target = self._folder / f"clip-{model}-{self._seed.value}-{short}.mp4"
        self.made[model] = pipeline.generate(
            self._prompt.value, target, seed=self._seed.value, model=model, steps=self._steps.value,
            guidance=self._guidance.value, now=datetime.now(UTC), on_step=self._watch(model), home=self._home,
        )  # fmt: skip
        video = widgets.Video.from_file(str(target), autoplay=True, loop=True, width=320, height=320)
        return f"{model} · {target}", video

    def _watch(self, model: str) -> Callable[[sampler.Step], None]:
        def on_step(step: sampler.Step) -> None:
            self._progress.max, self._progress.value = step.of, step.done
            small = [cv2.resize(f, (_PREVIEW_PX,) * 2, interpolation=cv2.INTER_AREA) for f in step.frames]
            strip = np.concatenate(small, axis=1)
            self._preview.value = cv2.imencode(".jpg", cv2.cvtColor(strip, cv2.COLOR_RGB2BGR))[1].tobytes()
            self._preview.layout.display = "block"

        return on_step

    def _summary(self, take: sampler.Take) -> str:
        """Say what was asked of the model, which words were not used, and what the file carries."""
        _ = self._translate
        sentences = [
            _("Asked of the model: {sentence}.").format(sentence=describe(take.shot, language=self._lang)),
            *take.reading.explain(self._lang),
            _("The file is labelled, watermarked, signed and registered as synthetic."),
        ]
        direction = language(self._lang).direction
        return f"<div dir='{direction}'>" + "".join(f"<p>{html.escape(s)}</p>" for s in sentences) + "</div>"
