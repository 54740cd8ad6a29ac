"""Widgets as plain HTML: what a page shows where no kernel runs.

A notebook that has run keeps the state of its widgets. Jupyter draws it with JavaScript from the network; these pages are
read offline and printed, so each widget is drawn here as the HTML that looks like it, switched off.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Final

State = Mapping[str, Any]

VIEW: Final = "application/vnd.jupyter.widget-view+json"
STATE: Final = "application/vnd.jupyter.widget-state+json"


class Frozen:
    """The widgets of one notebook.

    Parameters
    ----------
    metadata : mapping
        The notebook's own, with the state that a client stored.

    Examples
    --------
    >>> model = {"model_name": "LabelModel", "state": {"value": "a < b"}}
    >>> Frozen({"widgets": {STATE: {"state": {"1": model}}}}).html("1")
    '<span class="widget">a &lt; b</span>'
    """

    def __init__(self, metadata: Mapping[str, Any]) -> None:
        self._models: Mapping[str, Any] = metadata.get("widgets", {}).get(STATE, {}).get("state", {})

    def html(self, reference: str) -> str:
        """Return a widget as HTML, its children in it; nothing for one that is hidden.

        Raises
        ------
        LookupError
            If the state holds no such widget, or one that nobody has said how to draw.
        """
        model = self._models[reference.removeprefix("IPY_MODEL_")]
        state = self._with_bytes(model)
        if self._hidden(state):
            return ""
        return _DRAWN[model["model_name"]](state, self.html)

    def _hidden(self, state: State) -> bool:
        layout = self._models.get(str(state.get("layout", "")).removeprefix("IPY_MODEL_"), {}).get(
            "state", {}
        )
        return bool(layout.get("display") == "none" or layout.get("visibility") == "hidden")

    @staticmethod
    def _with_bytes(model: Mapping[str, Any]) -> State:
        """Put what was sent as bytes (a picture's file, say) back into the state."""
        state = dict(model["state"])
        for buffer in model.get("buffers", []):
            (name,) = buffer["path"]  # none of the widgets that are drawn here nests its bytes
            state[name] = buffer["data"]
        return state


Draw = Callable[[State, Callable[[str], str]], str]


def _box(kind: str) -> Draw:
    def draw(state: State, inner: Callable[[str], str]) -> str:
        return f'<div class="widget {kind}">' + "".join(map(inner, state["children"])) + "</div>"

    return draw


def _accordion(state: State, inner: Callable[[str], str]) -> str:
    titles = state.get("titles", ())
    return "".join(
        f'<details class="widget"><summary>{escape(title)}</summary>{inner(child)}</details>'
        for title, child in zip(titles, state["children"], strict=True)
    )


def _html(state: State, inner: Callable[[str], str]) -> str:
    return f'<div class="widget">{state["value"]}</div>'  # ours: the widgets escape what comes from elsewhere


def _label(state: State, inner: Callable[[str], str]) -> str:
    return f'<span class="widget">{escape(state["value"])}</span>'


def _button(state: State, inner: Callable[[str], str]) -> str:
    return f'<button class="widget" disabled>{escape(state["description"])}</button>'


def _checkbox(state: State, inner: Callable[[str], str]) -> str:
    checked = " checked" if state["value"] else ""
    return f'<label class="widget"><input type="checkbox" disabled{checked}> {state["description"]}</label>'


def _number(state: State, inner: Callable[[str], str]) -> str:
    return _field(
        state,
        f'<input type="range" disabled min="{state["min"]}" max="{state["max"]}" step="{state["step"]}" '
        f'value="{state["value"]}"> {state["value"]:g}',
    )


def _choice(state: State, inner: Callable[[str], str]) -> str:
    labels, index = state["_options_labels"], state["index"]
    options = "".join(
        f"<option{' selected' if n == index else ''}>{escape(str(label))}</option>"
        for n, label in enumerate(labels)
    )
    return _field(state, f"<select disabled>{options}</select>")


def _toggles(state: State, inner: Callable[[str], str]) -> str:
    buttons = (
        f"<button disabled{' class=chosen' if n == state['index'] else ''}>{escape(str(label))}</button>"
        for n, label in enumerate(state["_options_labels"])
    )
    return _field(state, " ".join(buttons))


def _text(state: State, inner: Callable[[str], str]) -> str:
    return _field(state, f'<input disabled value="{escape(str(state["value"]), quote=True)}">')


def _textarea(state: State, inner: Callable[[str], str]) -> str:
    return _field(state, f"<textarea disabled>{escape(state['value'])}</textarea>")


def _progress(state: State, inner: Callable[[str], str]) -> str:
    return _field(state, f'<progress max="{state["max"]}" value="{state["value"]}"></progress>')


def _picture(state: State, inner: Callable[[str], str]) -> str:
    return f'<img class="widget" alt="" src="data:image/{state["format"]};base64,{_base64(state["value"])}">'


def _video(state: State, inner: Callable[[str], str]) -> str:
    source = f"data:video/{state['format']};base64,{_base64(state['value'])}"
    return f'<video class="widget" controls loop muted src="{source}"></video>'


def _field(state: State, control: str) -> str:
    name = state.get("description", "")
    return (
        f'<label class="widget">{name} {control}</label>'
        if name
        else f'<span class="widget">{control}</span>'
    )


def _base64(data: str | bytes) -> str:
    return data if isinstance(data, str) else base64.b64encode(data).decode("ascii")


_DRAWN: Final[Mapping[str, Draw]] = {
    "AccordionModel": _accordion,
    "BoundedIntTextModel": _text,
    "ButtonModel": _button,
    "CheckboxModel": _checkbox,
    "DropdownModel": _choice,
    "FloatProgressModel": _progress,
    "FloatSliderModel": _number,
    "HBoxModel": _box("row"),
    "HTMLModel": _html,
    "ImageModel": _picture,
    "IntProgressModel": _progress,
    "IntSliderModel": _number,
    "LabelModel": _label,
    "SelectionSliderModel": _choice,
    "TextModel": _text,
    "TextareaModel": _textarea,
    "ToggleButtonsModel": _toggles,
    "VBoxModel": _box("column"),
    "VideoModel": _video,
}
