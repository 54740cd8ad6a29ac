"""There is no other way to the frames: the code is walked for one."""

import ast
from functools import cache
from pathlib import Path

import pytest

import medialit

SOURCE = Path(medialit.__file__).parent
# What puts a likeness into a picture or takes it from the shelf, and the modules that may.
WAYS = {
    # The packs of labelled clips draw adults of the fictional cast, and know neither the vault nor what was lent.
    "medialit.likeness.composite": {"cameo/people.py", "clips/sources.py"},
    "medialit.likeness.composite_cutout": {"cameo/people.py", "cameo/lending.py"},
    "medialit.likeness.vault": {"cameo/desk.py", "cameo/lenders.py", "cameo/lent.py", "cli_likeness.py"},
    "medialit.cameo.people": {"cameo/desk.py"},
    "medialit.cameo.lenders": {"cameo/desk.py"},
    "medialit.cameo.lent.Lent": {"cameo/lenders.py"},
    "medialit.cameo.shelf": {"cameo/__init__.py", "cameo/desk.py", "cameo/records.py"},
    # The studio's worker seals drafts with nobody in them, by a key of its own; those with somebody stay on the shelf.
    "medialit.cameo.seal": {"cameo/shelf.py", "cameo/lent.py", "studio/worker.py"},
}


@cache
def imports():
    """What each module outside of `likeness` imports, by its path."""
    found = {}
    for path in SOURCE.rglob("*.py"):
        name = path.relative_to(SOURCE).as_posix()
        if not name.startswith("likeness/"):
            found[name] = set(imported(ast.parse(path.read_text(encoding="utf-8"))))
    return found


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("way", WAYS)
def test_only_the_desk_knows_the_way(way):
    found = {name for name, known in imports().items() if way in known}
    assert found, f"{way} is nowhere: the walk looks for something else"
    assert found <= WAYS[way], f"{found - WAYS[way]} reach a likeness without asking"


# What in the desk reaches frames of somebody, and what has to come before: an answer, or a person's own right.
STEPS = ("frames", "recording", "_figure", "peopled", "_published")
BEHIND = {"_withdraw", "_figure"}  # the end of a way, and a part of `_make`


def methods_of(name, path):
    tree = ast.parse((SOURCE / path).read_text(encoding="utf-8"))
    owner = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)
    return [node for node in owner.body if isinstance(node, ast.FunctionDef)]


def calls_in(method):
    calls = sorted(
        (
            node.lineno,
            node.col_offset,
            node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id,
        )
        for node in ast.walk(method)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name)
    )
    return [name for *_where, name in calls]


def test_the_desk_reaches_frames_and_recordings_only_after_it_has_asked():
    seen = []
    for method in methods_of("Desk", "cameo/desk.py"):
        names = calls_in(method)
        for step in STEPS:
            if step in names and method.name not in BEHIND:
                seen.append((method.name, step))
                before = names[: names.index(step)]
                assert {"_require", "_speakers"} & set(before), f"{method.name} reaches {step} before it asks"
    assert {("preview", "frames"), ("publish", "_published"), ("export", "_published")} <= set(seen)
    assert {("_make", "_figure"), ("_make", "peopled"), ("recording", "recording")} <= set(seen)


def test_whoever_is_cut_out_was_asked_for_in_the_same_call():
    """A recording goes into a scene in one method only, and that one asks the engine first, whoever calls it."""
    users = {method.name for method in methods_of("Desk", "cameo/desk.py") if "peopled" in calls_in(method)}
    assert users == {"_make"}
    [make] = [method for method in methods_of("Desk", "cameo/desk.py") if method.name == "_make"]
    names = calls_in(make)
    for later in ("_figures", "sample", "_figure", "peopled", "add"):
        assert names.index("_require") < names.index(later), later
