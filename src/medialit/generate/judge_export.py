"""Write the trained judge as an ONNX file, weights in half precision, with its card. Needs PyTorch and onnx."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from medialit.generate.judge import N_FRAMES, SIDE, judge, score
from medialit.generate.judge_train import HELD_OUT_SEED, Judge, roughened, scene_for_judge
from medialit.generate.shot import shot_of
from medialit.media import Clip
from medialit.onnx_file import shippable
from medialit.world import render

_OUTPUTS = ("presence", "colour", "action", "background", "pan", "at")


class _Answers(nn.Module):
    """The judge's answers as a tuple, in the order of `_OUTPUTS`."""

    def __init__(self, net: Judge) -> None:
        super().__init__()
        self.net = net

    def forward(self, clip: Tensor) -> tuple[Tensor, ...]:
        answer = self.net(clip)
        return tuple(answer[name] for name in _OUTPUTS)


def export(net: Judge, path: Path, *, training: dict[str, Any], n_held_out: int = 1000) -> dict[str, Any]:
    """Write `path` and, beside it, a card with the accuracy on held-out renders; return the card."""
    plain = _fused(copy.deepcopy(net).eval().to(memory_format=torch.contiguous_format))
    example = torch.zeros(2, N_FRAMES, 3, SIDE, SIDE)
    program = torch.onnx.export(
        _Answers(plain).eval(),
        (example,),
        input_names=["clip"],
        output_names=list(_OUTPUTS),
        dynamic_shapes=({0: torch.export.Dim("batch")},),
        dynamo=True,
        verbose=False,
    )
    assert program is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(shippable(program.model_proto))
    card = {
        "what": "the judge: what a clip of the world shows",
        "licence": "CC BY 4.0",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "parameters": sum(p.numel() for p in net.parameters()),
        "training": training,
        "held_out_renders": held_out(n=n_held_out, rough=False, weights=path),
        "held_out_renders_roughened": held_out(n=n_held_out // 4, rough=True, weights=path),
    }
    path.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n")
    return card


def held_out(*, n: int, rough: bool, weights: Path, size: int = 128) -> dict[str, float]:
    """Return the share of right answers on renders that nobody trained on, by part and by number of objects."""
    marks: dict[str, list[bool]] = {}
    for start in range(0, n, 50):
        scenes = [scene_for_judge(HELD_OUT_SEED + i) for i in range(start, min(n, start + 50))]
        clips = [render(scene, size=(size, size)) for scene in scenes]
        if rough:
            clips = [_rough(clip, seed=start + i) for i, clip in enumerate(clips)]
        for scene, seen in zip(scenes, judge(clips, weights=weights), strict=True):
            mark = score(seen, shot_of(scene))
            group = "two" if len(scene.objects) == 2 else "one"
            for part in ("colour", "object", "action", "background", "joint"):
                marks.setdefault(part, []).append(getattr(mark, part))
                marks.setdefault(f"{part}_{group}", []).append(getattr(mark, part))
            marks.setdefault("pan", []).append(seen.pan == scene.pan)
    return {"n": n, **{name: round(float(np.mean(values)), 4) for name, values in sorted(marks.items())}}


def _rough(clip: Clip, *, seed: int) -> Clip:
    from medialit.generate.judge import as_seen

    return Clip(frames=roughened(as_seen(clip), np.random.default_rng([seed, 0x0F])), fps=6.0)


def _fused(net: nn.Module) -> nn.Module:
    """Return the network with every normalisation inside the convolution before it."""
    for name, child in net.named_children():
        if isinstance(child, nn.Sequential) and len(child) == 3 and isinstance(child[1], nn.BatchNorm2d):
            setattr(net, name, nn.Sequential(fuse_conv_bn_eval(child[0], child[1]), child[2]))
        elif isinstance(getattr(child, "norm", None), nn.BatchNorm2d):
            child.conv = fuse_conv_bn_eval(child.conv, child.norm)
            child.norm = nn.Identity()
            _fused(child)
        elif isinstance(child, nn.Sequential):
            for i, part in enumerate(child):
                holder = nn.Module()
                holder.part = part
                child[i] = _fused(holder).part
        else:
            _fused(child)
    return net
