"""Build what is passed on: two wheels, the sdist, a bill of materials for each wheel, and checksums.

    python package/build.py [--out dist]          (`python3 run.py package` sets up what it needs)

The same sources give the same bytes: files are sorted, their times are SOURCE_DATE_EPOCH, or Hatch's own constant where
that is not set, and nothing is asked of the clock, the folder or the account.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RELEASED = ROOT / "build" / "package" / "released"
TEACH = ROOT / "package" / "teach"
SUFFIXES_OF_DATA = (".json", ".toml", ".csv", ".npz")
LICENCES = {"LICENSE": "LICENSE", "NOTICE.md": "NOTICE.md", "LICENSES/CC-BY-4.0.txt": "CC-BY-4.0.txt"}


def main() -> None:
    """Build everything into a folder, and say what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder; default: dist")
    out: Path = parser.parse_args().out.resolve()
    os.umask(0o022)
    out.mkdir(parents=True, exist_ok=True)
    release_labs(ROOT, RELEASED)
    made = [
        hatch(ROOT, out, "sdist"),
        hatch(ROOT, out, "wheel"),
        teachers_wheel(out),
    ]
    made += lists(out)
    made += bills_of_materials(made[1:3], out)
    sums = out / "SHA256SUMS"
    sums.write_text("".join(f"{digest(path)}  {path.name}\n" for path in sorted(made)), encoding="ascii")
    for path in [*sorted(made), sums]:
        print(f"{path.stat().st_size / 1e6:8.2f} MB  {path}")


def release_labs(root: Path, out: Path) -> None:
    """Write the labs as learners get them, in every language: what nbgrader releases, and what makes their clips.

    The builder's own check refuses a release that shows a solution, a hidden test or a line of graders/.
    """
    from medialit.course import build, exchange
    from medialit.course.project import Project, read_course
    from medialit.course.source import read_labs

    with tempfile.TemporaryDirectory(prefix="medialit-package-") as scratch:
        folder = Path(scratch)
        for part in ("labs", "graders", "course"):
            # Without assets.py: clips are drawn on the learner's computer, as signed pictures never come out the same.
            shutil.copytree(
                root / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "assets.py", "build")
            )
        project = Project(root=folder)
        course = read_course(project)
        labs = read_labs(project, course.labs)
        built = folder / "built"
        build.build_courses(
            labs, course=course, project=project, languages=course.languages,
            destination=exchange.Home(root=built).course, exchange=None,
            on_built=lambda one: print(f"{one.language:4} {one.lab}", flush=True),
        )  # fmt: skip
        shutil.rmtree(out, ignore_errors=True)
        for lang in course.languages:
            described = build.read_description(built / "courses" / lang)
            assert described is not None
            told = {
                "language": lang,
                "course_id": described["course_id"],
                "title": described["title"],
                "seed": course.seed,
                "labs": {
                    slug: {key: lab[key] for key in ("title", "points", "order")}
                    for slug, lab in described["labs"].items()
                },
            }
            shutil.copytree(built / "courses" / lang / "release", out / lang)
            text = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
            (out / lang / "medialit.json").write_text(text, encoding="utf-8")
        for lab in labs:
            makers(root / "labs" / lab.slug, out / "files" / lab.slug)
    for path in out.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def makers(lab: Path, out: Path) -> None:
    """Copy what makes a lab's clips, where it has some: assets.py, and the data beside it."""
    if not (lab / "assets.py").is_file():
        return
    out.mkdir(parents=True)
    for path in sorted(lab.iterdir()):
        if path.name == "assets.py" or (path.suffix in SUFFIXES_OF_DATA and path.name != "lab.toml"):
            shutil.copyfile(path, out / path.name)


def hatch(folder: Path, out: Path, target: str) -> Path:
    """Run Hatch for one target of one project, and return what it wrote."""
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(out)],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        sys.exit(
            f"{done.stdout}{done.stderr}\nHatch could not build the {target} of {folder}; the reason stands above."
        )
    return out / Path(f"{done.stdout}{done.stderr}".strip().splitlines()[-1]).name


def teachers_wheel(out: Path) -> Path:
    """Build `medialit-teach`; Hatch wants its licences inside the project's own folder."""
    copies = [TEACH / name for name in LICENCES.values()]
    try:
        for source, name in LICENCES.items():
            shutil.copyfile(ROOT / source, TEACH / name)
        return hatch(TEACH, out, "wheel")
    finally:
        for copy in copies:
            copy.unlink(missing_ok=True)


def lists(out: Path) -> list[Path]:
    """Copy the pins, so that every computer of a class gets what was tested, and what enrolment with a camera reads."""
    names = {"base.txt": "constraints.txt", "likeness.txt": "likeness.txt"}
    return [Path(shutil.copyfile(ROOT / "requirements" / name, out / to)) for name, to in names.items()]


def bills_of_materials(wheels: list[Path], out: Path) -> list[Path]:
    """Write a CycloneDX bill of materials beside each wheel."""
    import sbom

    return [sbom.write(wheel, out=out) for wheel in wheels]


def digest(path: Path) -> str:
    """Return a file's SHA-256, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    main()
