"""How fast a file is inspected, and in how much memory: `python benchmarks/inspect.py [--long]`.

What is measured stands in `inspect_report.py`. This file bears the name of a module of Python's own, and Python
looks in this folder first; so where another benchmark imports that module, it is given the real one.
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent

if __name__ == "__main__":
    import runpy

    runpy.run_path(str(HERE / "inspect_report.py"), run_name="__main__")
else:
    found = PathFinder.find_spec(__name__, [entry for entry in sys.path if Path(entry).resolve() != HERE])
    assert found is not None
    assert found.loader is not None
    sys.modules[__name__] = real = module_from_spec(found)
    found.loader.exec_module(real)
