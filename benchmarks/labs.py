"""What each lab costs a learner's computer, from the first cell to the last: time of a core and on the clock, and memory.

    python benchmarks/labs.py [LAB ...] [--blank]

The released notebook is run by a real kernel with the reference solution in it (`--blank`: as it is handed out, checks
failing as they must). Memory is the largest of any process that the lab started, among them the kernel. The floor is 60
seconds of computing and 2 GB. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from medialit.course.build import build_courses
from medialit.course.nbgrader import tools_on_path
from medialit.course.project import Project, read_course
from medialit.course.source import Role, read_labs

PROJECT = Project(root=Path(__file__).resolve().parent.parent)
SECONDS, GIGABYTES = 60.0, 2.0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("labs", nargs="*", metavar="LAB")
    parser.add_argument("--blank", action="store_true")
    parser.add_argument(
        "--one", type=Path, help=argparse.SUPPRESS
    )  # a release, measured in a process of its own
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measured(options.one)))
        return
    found = {}
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print("| lab | seconds of a core | seconds on the clock | GB at most |\n|---|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as scratch, tools_on_path():
        for lab in read_labs(PROJECT, options.labs):
            release = released(lab.slug, Path(scratch), blank=options.blank)
            command = [sys.executable, __file__, "--one", str(release)]
            said = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
            one = found[lab.slug] = json.loads(said)
            print(
                f"| {lab.slug} | {one['core_s']:.1f} | {one['clock_s']:.1f} | {one['gb']:.2f} |", flush=True
            )
    print(
        json.dumps(
            {
                "most_core_s": max(one["core_s"] for one in found.values()),
                "most_gb": max(one["gb"] for one in found.values()),
                "over": [
                    lab for lab, one in found.items() if one["core_s"] > SECONDS or one["gb"] > GIGABYTES
                ],
                "labs": found,
            }
        )
    )


def released(slug: str, scratch: Path, *, blank: bool) -> Path:
    """Build a lab, fill it in unless it is to be blank, and return its notebook."""
    (lab,) = read_labs(PROJECT, [slug])
    build_courses(
        [lab],
        course=read_course(PROJECT),
        project=PROJECT,
        languages=["en"],
        destination=lambda lang: scratch / slug / lang,
        exchange=None,
    )
    path = scratch / slug / "en" / "release" / slug / f"{slug}.ipynb"
    if not blank:
        notebook = nbformat.read(path, as_version=4)
        solutions = {cell.id: cell.source for cell in lab.cells if cell.role is Role.ITEM}
        for cell in notebook.cells:
            cell.source = solutions.get(cell.id, cell.source)
        nbformat.write(notebook, path)
    return path


def measured(path: Path) -> dict[str, float]:
    """Run a notebook in this process's first and only child, and return what it and its children cost."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=600, allow_errors=True, resources={"metadata": {"path": str(path.parent)}}
    )
    began = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client.execute()
    clock = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "core_s": used.ru_utime + used.ru_stime,
        "clock_s": clock,
        "gb": used.ru_maxrss / 2**20,  # Linux counts kilobytes
    }


if __name__ == "__main__":
    main()
