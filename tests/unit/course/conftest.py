"""A tiny course of one lab, copied so that a test may change it, and built once for those that only read."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from medialit.course import exchange
from medialit.course.build import Built, build_courses
from medialit.course.project import Project, find_project, read_course
from medialit.course.source import Lab, read_lab

FIXTURE = Path(__file__).parents[2] / "fixtures" / "labs"
LANGUAGES = ("en", "fr", "ar")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    shutil.copytree(FIXTURE, tmp_path / "project", ignore=shutil.ignore_patterns("__pycache__"))
    return find_project(tmp_path / "project")


@pytest.fixture
def lab_folder(project: Project) -> Path:
    return project.labs / "01_tiny"


@pytest.fixture
def lab(lab_folder: Path) -> Lab:
    return read_lab(lab_folder)


def build_into(home: exchange.Home, project: Project, languages=LANGUAGES, **options) -> list[Built]:
    exchange.prepare_home(home)
    return build_courses(
        [read_lab(folder) for folder in sorted(project.labs.iterdir())],
        course=read_course(project),
        project=project,
        languages=languages,
        destination=home.course,
        exchange=home.exchange,
        **options,
    )


@pytest.fixture(scope="session")
def built_home(tmp_path_factory: pytest.TempPathFactory, empty_gradebook: Path) -> exchange.Home:
    """Built once in three languages. Do not change it."""
    root = tmp_path_factory.mktemp("built")
    shutil.copytree(FIXTURE, root / "project", ignore=shutil.ignore_patterns("__pycache__"))
    home = exchange.Home(root=root / "home")
    for lang in LANGUAGES:
        home.course(lang).mkdir(parents=True)
        shutil.copyfile(empty_gradebook, home.course(lang) / "gradebook.db")
    build_into(home, find_project(root / "project"))
    return home


@pytest.fixture
def new_home(built_home: exchange.Home, project: Project, tmp_path: Path) -> Callable[..., exchange.Home]:
    """Give a home built from `project` in these languages, with a gradebook that was made before."""

    def make(*languages: str) -> exchange.Home:
        home = exchange.Home(root=tmp_path / "home")
        for lang in languages:
            home.course(lang).mkdir(parents=True)
            shutil.copyfile(built_home.course(lang) / "gradebook.db", home.course(lang) / "gradebook.db")
        build_into(home, project, languages)
        return home

    return make
