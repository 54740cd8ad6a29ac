"""Hatch's hook: the labs as learners get them go into the wheel and the sdist of `medialit`.

They are made from the sources by `package/build.py`, which needs nbgrader; a wheel that is made from the sdist finds
them there. An editable installation has the sources themselves.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PLACES = {"in a checkout": "build/package/released", "in an sdist": "released"}


class ReleasedLabs(BuildHookInterface):  # type: ignore[type-arg]
    """Adds them under the name that the target gives them."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the folder of released labs to Hatch; refuse to build without them."""
        if version == "editable":
            return
        found = [place for place in PLACES.values() if (Path(self.root) / place).is_dir()]
        if not found:
            raise RuntimeError(
                "The labs have not been released into build/package/released, and a wheel without them would be empty. "
                "Run `python3 run.py package`, which does, or install the checkout with `pip install -e .`."
            )
        target = "medialit/released" if self.target_name == "wheel" else "released"
        build_data["force_include"][str(Path(self.root) / found[0])] = target
