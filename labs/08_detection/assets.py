"""The table of this lab: what `measure.py` measured, handed out as it is."""

from __future__ import annotations

import shutil
from pathlib import Path


def build(folder: Path, *, seed: int) -> None:
    """Put ``table.json`` into a folder; a measured table does not hang on the seed."""
    del seed
    shutil.copyfile(Path(__file__).with_name("table.json"), folder / "table.json")
