"""The page of licences is what docs/licences.py writes from the pins and the installed packages."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def licences() -> ModuleType:
    spec = importlib.util.spec_from_file_location("licences", ROOT / "docs" / "licences.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["licences"] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


def test_the_page_names_every_pinned_package_as_it_is_installed(licences: ModuleType) -> None:
    page = licences.PAGE.read_text(encoding="utf-8")
    assert page.startswith(licences.page(["base", "dev"])), "run: python docs/licences.py"
    for line in (ROOT / "requirements" / "docs.txt").read_text(encoding="utf-8").splitlines():
        name, _, version = line.partition(" ;")[0].partition("==")
        assert f"| {name} | " in page and version in page, "run: python docs/licences.py"


def test_a_gpl_part_is_named_where_it_is_explained(licences: ModuleType) -> None:
    page = licences.PAGE.read_text(encoding="utf-8")
    explained = page.partition("### GPL and LGPL")[2].partition("###")[0]
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| ")]
    named = {row[0].removeprefix("| ") for row in rows if len(row) > 3 and "GPL" in row[2] + row[3]}
    assert named == {
        "av",
        "docutils",
        "jwcrypto",
        "fpdf2",
        "numpy",
        "opencv-python-headless",
        "psycopg",
        "psycopg-binary",
        "python-bidi",
        "scipy",
    }
    assert all(f"`{name}`" in explained for name in named)
