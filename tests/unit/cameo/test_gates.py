"""There is no other way to the frames: the code is walked for one."""

import ast
from pathlib import Path

import pytest

import medialit

SOURCE = Path(medialit.__file__).parent
# What puts a likeness into a picture or takes it from the shelf, and the modules that may.
WAYS = {
    "medialit.likeness.composite": {"cameo/desk.py"},
    "medialit.likeness.composite_cutout": set(),
    "medialit.cameo.shelf": {"cameo/__init__.py", "cameo/desk.py"},
}


def imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("way", WAYS)
def test_only_the_desk_knows_the_way(way):
    found = set()
    for path in SOURCE.rglob("*.py"):
        name = path.relative_to(SOURCE).as_posix()
        if name.startswith("likeness/"):
            continue
        if way in set(imports(ast.parse(path.read_text(encoding="utf-8")))):
            found.add(name)
    assert found <= WAYS[way], f"{found - WAYS[way]} reach a likeness without asking"


def test_the_desk_opens_the_shelf_only_after_it_has_asked():
    """In every method of the desk that reads frames or makes them, an answer or a person's own right comes first."""
    tree = ast.parse((SOURCE / "cameo" / "desk.py").read_text(encoding="utf-8"))
    desk = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Desk")
    seen = 0
    for method in (node for node in desk.body if isinstance(node, ast.FunctionDef)):
        calls = sorted(
            (node.lineno, node.func.attr)
            for node in ast.walk(method)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        )
        names = [name for _, name in calls]
        for step in ("frames", "_peopled", "_published"):
            if step in names and method.name not in ("_withdraw", "_peopled"):
                seen += 1
                before = names[: names.index(step)]
                assert {"_require", "_speakers"} & set(before), f"{method.name} reaches {step} before it asks"
    assert seen >= 4
