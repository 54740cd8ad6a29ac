"""The same answer in somebody's own hand: other names, another remark, as two people who thought alike would write it.

Only names that a function binds for itself are changed, so the code does what it did.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence

import numpy as np

_WORDS = (
    "res", "total", "acc", "val", "tmp", "n1", "n2", "cur", "found", "each", "one", "part", "all_of", "w", "q", "k",
    "reste", "somme", "valeur", "liste", "cas", "tour", "debut", "fin", "nombre", "suite", "resultat", "elem",
    "cnt", "out", "seen", "best", "prev", "nxt", "left", "right", "lo", "hi", "share", "step", "acc2", "bits", "row",
    "col", "item_", "pos", "idx", "mid", "top", "low",
)  # fmt: skip
_REMARKS = (
    "my answer", "voir le cours", "as in the example", "first try", "checked by hand on paper", "works for my cases",
    "je commence par le plus simple", "see the table above", "second version", "not sure about the edge case",
    "same idea as before", "d'abord les cas rares", "hope this is right", "short version", "step by step",
)  # fmt: skip


def in_own_hand(source: str, *, seed: int) -> str:
    r"""Return a cell's code with a learner's own local names and remark; it computes the same.

    Parameters
    ----------
    source : str
        Python without IPython's magics.
    seed : int
        Of the hand: the same seed writes the same.

    Examples
    --------
    >>> code = "def f(a):\n    rest = a - 1\n    return rest * 2"
    >>> names = {}
    >>> exec(in_own_hand(code, seed=3), names)
    >>> names["f"](5), "rest" in in_own_hand(code, seed=3)
    (8, False)
    """
    rng = np.random.default_rng(seed)
    tree = ast.parse(source)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            _rename(node, rng)
            if rng.random() < 0.5:
                _name_the_result(node, rng)
    written = ast.unparse(tree)
    remark = _REMARKS[int(rng.integers(len(_REMARKS)))]
    if rng.random() < 0.7:
        written = f"# {remark} {int(rng.integers(1, 30))}\n{written}"
    return written


def disguised(source: str, *, seed: int, n_names: int = 1) -> str:
    """Return a neighbour's code as somebody hands it in who does not want to be found: no remark, some names changed."""
    tree = ast.parse(source)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    if functions:
        _rename(functions[0], np.random.default_rng(seed), at_most=n_names)
    return ast.unparse(tree)


def _rename(function: ast.FunctionDef, rng: np.random.Generator, *, at_most: int = 1000) -> None:
    taken = set(_all_names(function)) | set(dir(builtins))
    free = [word for word in _WORDS if word not in taken]
    own = sorted(_own_names(function))[:at_most]
    chosen = [str(word) for word in rng.permutation(np.array(free))[: len(own)]] if free else []
    names = dict(zip(own, chosen, strict=False))
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id in names:
            node.id = names[node.id]


def _own_names(function: ast.FunctionDef) -> set[str]:
    """Return the names that assignments and loops in a function bind, and that nothing else does."""
    bound = {
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    other: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.arg):
            other.add(node.arg)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            other.update(node.names)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            other.add(node.name)
        elif isinstance(node, ast.alias):
            other.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            other.add(node.name)
    return bound - other


def _all_names(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg


def _name_the_result(function: ast.FunctionDef, rng: np.random.Generator) -> None:
    """Give what the last line returns a name first, as many do."""
    last: Sequence[ast.stmt] = function.body[-1:]
    if not last or not isinstance(last[0], ast.Return) or last[0].value is None:
        return
    taken = set(_all_names(function)) | set(dir(builtins))
    free = [word for word in _WORDS if word not in taken]
    if not free:
        return
    name = free[int(rng.integers(len(free)))]
    function.body[-1:] = [
        ast.Assign(targets=[ast.Name(id=name, ctx=ast.Store())], value=last[0].value, lineno=0),
        ast.Return(value=ast.Name(id=name, ctx=ast.Load())),
    ]
