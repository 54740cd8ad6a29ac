"""Which modules pytest leaves alone: those that train need PyTorch, which only who trains installs."""

import importlib.util
from pathlib import Path

TRAINING = ("import torch", "from torch", "import onnx\n", "from onnx ")

collect_ignore = []
if not all(map(importlib.util.find_spec, ("torch", "onnx"))):
    modules = sorted((Path(__file__).parent / "src" / "medialit").rglob("*.py"))
    collect_ignore = [
        str(path)
        for path in modules
        if any(f"\n{line}" in path.read_text(encoding="utf-8") for line in TRAINING)
    ]
