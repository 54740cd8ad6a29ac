"""From checkpoints to what ships: seven ONNX files, stored in half precision, and a list of their facts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import onnx
import torch
from torch import Tensor, nn

from medialit.generate.data import LOW, N_SLOTS
from medialit.generate.flow import attention_mask
from medialit.generate.layers import N_CODE, N_COLOUR, N_POSE, N_TOKEN, SEEN
from medialit.generate.model import (
    GRID,
    Decoder,
    Encoder,
    Flow,
    LightField,
    Places,
    ThingEncoder,
    ThingPainter,
)
from medialit.generate.train_codec import load_codec
from medialit.generate.train_flow import N_OPEN, load_flow
from medialit.generate.train_places import load_places
from medialit.generate.train_things import load_things
from medialit.onnx_file import shippable


def export(
    codec_path: Path,
    places_path: Path,
    things_path: Path,
    flow_path: Path,
    out: Path,
    *,
    facts: dict[str, Any] | None = None,
) -> Path:
    """Write the networks as ONNX files, and ``generator.json``.

    Parameters
    ----------
    codec_path, places_path, things_path, flow_path : Path
        Checkpoints.
    out : Path
        A folder.
    facts : dict, optional
        What the list also says: how it was trained.

    Returns
    -------
    Path
        Of ``generator.json``.
    """
    out.mkdir(parents=True, exist_ok=True)
    codec, places = load_codec(codec_path), load_places(places_path)
    things, flow = load_things(things_path), load_flow(flow_path)
    n, numbers = 2, codec.config.latent * GRID * GRID
    codes, place = torch.zeros(n, N_CODE), torch.zeros(n, dtype=torch.int64)
    mask = torch.from_numpy(attention_mask(None))
    written = {
        "encoder.onnx": _write(
            _Look(codec.encoder), {"pictures": torch.zeros(n, LOW, LOW, 3, dtype=torch.uint8)}, ["latents"]
        ),
        "decoder.onnx": _write(_Paint(codec.decoder), {"latents": torch.zeros(n, numbers)}, ["pictures"]),
        "places.onnx": _write(_PaintPlace(places), {"place": place, "step": place.clone()}, ["pictures"]),
        "portrait.onnx": _write(
            _LookAtThing(things.encoder), {"pictures": torch.zeros(n, SEEN, SEEN, 4, dtype=torch.uint8)}, ["codes"]
        ),
        "painter.onnx": _write(
            _PaintThing(things.painter), {"codes": codes, "rgb": torch.zeros(n, N_COLOUR)}, ["pictures"]
        ),
        "light.onnx": _write(
            _Light(things.light),
            {"points": torch.zeros(5, 2), "codes": codes, "bearings": torch.ones(n, N_POSE + N_COLOUR), "place": place},
            ["left", "given"],
            apart={"points": "points"},
        ),
        "flow.onnx": _write(
            flow,
            {"x_t": torch.zeros(n, Flow.N, N_TOKEN), "t": torch.zeros(n), "slots": torch.zeros(n, N_SLOTS),
             "open_slots": torch.zeros(n, N_OPEN), "mask": mask},
            ["predicted"],
            apart={"mask": None},
        ),
    }  # fmt: skip
    for name, data in written.items():
        (out / name).write_bytes(data)
    files = {
        name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        for name, data in written.items()
    }
    listing = out / "generator.json"
    listing.write_text(json.dumps({"files": files, **(facts or {})}, indent=1) + "\n")
    return listing


class _Look(nn.Module):
    """Pictures as files hold them to latents, flat."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, pictures: Tensor) -> Tensor:
        x = pictures.permute(0, 3, 1, 2).float() / 127.5 - 1
        return self.encoder(x).flatten(1)


class _Paint(nn.Module):
    """Flat latents to pictures as files hold them."""

    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, latents: Tensor) -> Tensor:
        return _as_bytes(self.decoder(latents.view(latents.shape[0], -1, GRID, GRID)))


class _PaintPlace(nn.Module):
    """Places and positions of the camera to pictures as files hold them."""

    def __init__(self, places: Places) -> None:
        super().__init__()
        self.decoder = places.decoder
        self.register_buffer("table", (places.common + places.table).detach())

    def forward(self, place: Tensor, step: Tensor) -> Tensor:
        return _as_bytes(self.decoder(self.table[place, step]))


def _as_bytes(pictures: Tensor) -> Tensor:
    return ((pictures.permute(0, 2, 3, 1) + 1) * 127.5 + 0.5).clamp(0, 255).to(torch.uint8)


class _LookAtThing(nn.Module):
    """Portraits as files hold them to codes."""

    def __init__(self, encoder: ThingEncoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, pictures: Tensor) -> Tensor:
        return self.encoder(pictures.permute(0, 3, 1, 2).float() / 255)


class _PaintThing(nn.Module):
    """Codes and colours to pictures, alpha last, 0 to 1."""

    def __init__(self, painter: ThingPainter) -> None:
        super().__init__()
        self.painter = painter

    def forward(self, codes: Tensor, rgb: Tensor) -> Tensor:
        return self.painter(codes, rgb).permute(0, 2, 3, 1).clamp(0, 1)


class _Light(nn.Module):
    """The field of light at the same points for all."""

    def __init__(self, light: LightField) -> None:
        super().__init__()
        self.light = light

    def forward(
        self, points: Tensor, codes: Tensor, bearings: Tensor, place: Tensor
    ) -> tuple[Tensor, Tensor]:
        return self.light(points[None], codes, bearings, place)


def _write(
    module: nn.Module,
    example: dict[str, Tensor],
    outputs: Sequence[str],
    *,
    apart: dict[str, str | None] | None = None,
) -> bytes:
    """Return a network as an ONNX file; inputs have a free batch, but for those `apart`: another free size, or none."""
    apart = apart or {}
    batch = torch.export.Dim("batch", min=1, max=4096)
    shapes: list[dict[int, Any]] = []
    for name in example:
        if name not in apart:
            shapes.append({0: batch})
        else:
            size = apart[name]
            shapes.append({} if size is None else {0: torch.export.Dim(size, min=2, max=100_000)})
    program = torch.onnx.export(
        module.eval(), tuple(example.values()), dynamo=True, input_names=list(example), output_names=list(outputs),
        dynamic_shapes=tuple(shapes), verbose=False,
    )  # fmt: skip
    assert program is not None
    proto = program.model_proto
    onnx.checker.check_model(proto)
    return shippable(proto)
