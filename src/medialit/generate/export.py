"""From checkpoints to what ships: three ONNX files, stored in half precision, and a list of their facts."""

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
from medialit.generate.model import GRID, N_FRAMES, N_PATCHES, Decoder, Encoder, Flow, FlowConfig
from medialit.generate.onnx_file import shippable
from medialit.generate.train_flow import N_OPEN, load_codec


def export(codec_path: Path, flow_path: Path, out: Path, *, facts: dict[str, Any] | None = None) -> Path:
    """Write ``encoder.onnx``, ``decoder.onnx``, ``flow.onnx`` and ``generator.json``.

    Parameters
    ----------
    codec_path, flow_path : Path
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
    codec, flow = load_codec(codec_path), load_flow(flow_path)
    n, numbers = 2, flow.config.numbers
    _write(
        out / "encoder.onnx",
        _Look(codec.encoder),
        (torch.zeros(n, LOW, LOW, 3, dtype=torch.uint8),),
        inputs=["pictures"], output="latents",
    )  # fmt: skip
    _write(
        out / "decoder.onnx", _Paint(codec.decoder), (torch.zeros(n, numbers),), inputs=["latents"], output="pictures"
    )  # fmt: skip
    mask = torch.from_numpy(attention_mask(None))
    example = (
        torch.zeros(n, N_FRAMES, numbers),
        torch.zeros(n),
        torch.zeros(n, N_SLOTS),
        torch.zeros(n, N_OPEN),
        mask,
    )
    _write(
        out / "flow.onnx", flow, example, inputs=["x_t", "t", "slots", "open_slots", "mask"], output="predicted",
        fixed=("mask",),
    )  # fmt: skip
    files = {
        name: {
            "sha256": hashlib.sha256((out / name).read_bytes()).hexdigest(),
            "bytes": (out / name).stat().st_size,
        }
        for name in ("encoder.onnx", "decoder.onnx", "flow.onnx")
    }
    listing = out / "generator.json"
    layout = {"numbers": numbers, "patches": N_PATCHES, "words_see_frames": True}
    listing.write_text(json.dumps({"files": files, **layout, **(facts or {})}, indent=1) + "\n")
    return listing


def load_flow(path: Path) -> Flow:
    """Return the trained flow, ready to use."""
    saved = torch.load(path, weights_only=True, map_location="cpu")
    flow = Flow(FlowConfig(**saved["config"]))
    flow.load_state_dict(saved["model"])
    return flow.eval()


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
        x = self.decoder(latents.view(latents.shape[0], -1, GRID, GRID)).permute(0, 2, 3, 1)
        return ((x + 1) * 127.5 + 0.5).clamp(0, 255).to(torch.uint8)


def _write(
    path: Path,
    module: nn.Module,
    example: tuple[Tensor, ...],
    *,
    inputs: Sequence[str],
    output: str,
    fixed: Sequence[str] = (),
) -> None:
    batch = torch.export.Dim("batch", min=1, max=4096)
    shapes = tuple({} if name in fixed else {0: batch} for name in inputs)
    program = torch.onnx.export(
        module.eval(), example, dynamo=True, input_names=list(inputs), output_names=[output], dynamic_shapes=shapes,
        verbose=False,
    )  # fmt: skip
    assert program is not None
    proto = program.model_proto
    onnx.checker.check_model(proto)
    path.write_bytes(shippable(proto))
