"""Makes `builders.py` importable under a name that no other folder of tests has."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

if "feed_builders" not in sys.modules:
    _spec = importlib.util.spec_from_file_location("feed_builders", Path(__file__).with_name("builders.py"))
    assert _spec is not None and _spec.loader is not None
    sys.modules["feed_builders"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["feed_builders"])
