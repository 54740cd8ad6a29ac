"""Three forms from a pack: no clip in two of them, no scene, no person; as equally hard as is known.

**Sources.** Each scene and each person is given to one form, and a clip is used only where all its sources lie in
one. Of a clip and its twin at most one is shown.

**Hardness.** Every form has the same number of fakes of each common kind. Within a kind, the forms take fakes of the same
strengths (a fake of strength 0.6 is taken to be harder than one of 1.0), or, once a class has been measured, fakes
that as many people missed. Camera clips have the formats and the kinds of scenes that the fakes have, so that these give
nothing away, and as many odd ones in every form. What is left is what no form can promise: that is why their order is
counterbalanced.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from medialit.clips import Entry
from medialit.contest.design import STANDARD, Block, Design
from medialit.contest.records import FORMS, Form, Item
from medialit.errors import ContestError
from medialit.language import msgid as _msgid

NEEDS_SOUND: Final = ("lip_offset",)
"""Kinds that are left out: a class watches without sound."""
_MOST_OF_A_KIND: Final = 3
_N_TRIES: Final = 2000
_N_STARTS: Final = 8


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A clip of a pack, as far as drawing a form needs it.

    Parameters
    ----------
    clip, pair : str
        Twins share the pair.
    synthetic : bool
    method : str or None
        The kind of the fake.
    odd : str or None
    sources : tuple of str
    look : tuple of str
        Format and kind of scene: what must not tell the labels apart.
    hardness : float
        0 to 1.
    """

    clip: str
    pair: str
    synthetic: bool
    method: str | None
    odd: str | None
    sources: tuple[str, ...]
    look: tuple[str, ...]
    hardness: float

    @classmethod
    def of(cls, entry: Entry, *, missed: Mapping[str, float]) -> Self:
        """Return what is known of a pack's clip; `missed` is the share of people who judged it wrongly, where known."""
        truth = entry.truth
        twin = truth.get("twin") or entry.id
        odd = truth.get("odd")
        known = 1 - float(truth.get("strength") or 0.0) if entry.synthetic else 0.0
        return cls(
            clip=entry.id,
            pair=min(entry.id, str(twin)),
            synthetic=entry.synthetic,
            method=str(truth["kind"]) if entry.synthetic else None,
            odd=str(odd["name"]) if odd else None,
            sources=(str(truth["scene"]), *(f"person:{one}" for one in truth.get("people") or ())),
            look=(str(truth["format"]), str(truth["source"])),
            hardness=missed.get(entry.id, known),
        )


def draw(
    entries: Iterable[Entry],
    *,
    seed: int,
    design: Design = STANDARD,
    unseen: Sequence[str] | None = None,
    missed: Mapping[str, float] | None = None,
) -> tuple[Item, ...]:
    """Draw three forms; the same arguments give the same forms.

    Parameters
    ----------
    entries : iterable of Entry
        A pack's clips.
    seed : int
        0 or more.
    design : Design
    unseen : sequence of str, optional
        Three kinds of fakes, of which each form has one to itself; drawn when not given.
    missed : mapping of str to float, optional
        By clip, the share of people who judged it wrongly in an earlier contest: the better measure of hardness.

    Raises
    ------
    ContestError
        If the pack does not hold enough.
    """
    pool = [Candidate.of(entry, missed=missed or {}) for entry in sorted(entries, key=lambda one: one.id)]
    pool = [one for one in pool if one.method not in NEEDS_SOUND]
    rng = np.random.default_rng([seed, 0xC047])
    alone = _alone(pool, rng, design=design, unseen=unseen)
    for _start in range(_N_STARTS):
        items = _attempt(pool, rng, design=design, alone=alone)
        if items is not None:
            return items
    raise ContestError(
        _msgid(
            "This pack does not hold three forms of {n} clips that share no scene and no person: build a larger one, or "
            "take the quick design."
        ),
        n=design.n,
    )


def _attempt(
    pool: Sequence[Candidate], rng: np.random.Generator, *, design: Design, alone: Mapping[Form, str]
) -> tuple[Item, ...] | None:
    """Return three forms from one random start, or None where they cannot be filled."""
    shares = _share_out(pool, rng, design=design, alone=alone)
    recipe = _recipe(shares, design=design, alone=alone)
    if recipe is None:
        return None
    targets = _targets(pool, recipe)
    items: list[Item] = []
    for form in FORMS:
        here = _fill(
            form, shares[form], rng, design=design, alone=alone[form], recipe=recipe, targets=targets
        )
        if here is None:
            return None
        items += here
    return tuple(items)


def _alone(
    pool: Sequence[Candidate], rng: np.random.Generator, *, design: Design, unseen: Sequence[str] | None
) -> dict[Form, str]:
    """Return the kind that each form has to itself."""
    counts = Counter(one.method for one in pool if one.method is not None)
    fit = sorted(kind for kind, n in counts.items() if n >= 2 * design.n_unseen)
    chosen = (
        list(unseen) if unseen is not None else [str(kind) for kind in rng.permutation(fit)[: len(FORMS)]]
    )
    if len(set(chosen)) != len(FORMS) or not set(chosen) <= set(counts):
        raise ContestError(
            _msgid(
                "Each of the three forms needs a kind of fakes of its own, with at least {least} fakes in the pack: name "
                "three of {known}, or build a larger pack."
            ),
            least=2 * design.n_unseen,
            known=", ".join(fit) or "-",
        )
    return dict(zip(FORMS, chosen, strict=True))


def _share_out(
    pool: Sequence[Candidate], rng: np.random.Generator, *, design: Design, alone: Mapping[Form, str]
) -> dict[Form, list[Candidate]]:
    """Give each source to a form, so that as many clips as possible can be used; hill climbing from a random start."""
    pairs = _Pairs(pool, design=design, alone=alone)
    n = pairs.n_sources
    given = rng.permutation(np.arange(n) % len(FORMS))
    best = pairs.value(given)
    for _try in range(_N_TRIES):
        moved = given.copy()
        one, two = rng.integers(n, size=2)
        if rng.random() < 0.5:
            moved[one] = rng.integers(len(FORMS))
        else:
            moved[one], moved[two] = given[two], given[one]
        if (now := pairs.value(moved)) >= best:
            given, best = moved, now
    at = pairs.forms(given)
    return {form: [one for one in pool if at[pairs.row[one.pair]] == k] for k, form in enumerate(FORMS)}


class _Pairs:
    """The pairs of a pack as arrays, so that thousands of ways to share their sources out can be compared."""

    def __init__(self, pool: Sequence[Candidate], *, design: Design, alone: Mapping[Form, str]) -> None:
        sources = sorted({source for one in pool for source in one.sources})
        kinds = sorted({one.method for one in pool if one.method is not None})
        column = {source: i for i, source in enumerate(sources)}
        self.n_sources = len(sources)
        self.row = {pair: i for i, pair in enumerate(sorted({one.pair for one in pool}))}
        widest = max(len(one.sources) for one in pool)
        self._sources = np.zeros((len(self.row), widest), np.intp)
        self._kind = np.full(len(self.row), len(kinds))  # the last one: no fake that can be used
        self._odd = np.zeros(len(self.row), bool)
        for one in pool:
            at = self.row[one.pair]
            columns = [column[source] for source in one.sources]
            self._sources[at] = columns + columns[:1] * (widest - len(columns))
            self._odd[at] = one.odd is not None
            if one.method is not None:
                self._kind[at] = kinds.index(one.method)
        self._n_kinds = len(kinds) + 1
        self._alone = [kinds.index(alone[form]) for form in FORMS]
        self._common = [i for i, kind in enumerate(kinds) if kind not in alone.values()]
        self._design = design

    def forms(self, given: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the form of each pair, as a number; -1 where its sources lie in several."""
        at = given[self._sources]  # (P, S)
        return np.where((at == at[:, :1]).all(axis=1), at[:, 0], -1)

    def value(self, given: NDArray[np.intp]) -> float:
        """Return how well three forms can be filled: fakes of each kind in all, odd and plain pairs enough."""
        design, at = self._design, self.forms(given)
        used = at >= 0
        cells = at[used] * self._n_kinds + self._kind[used]
        counts = np.bincount(cells, minlength=len(FORMS) * self._n_kinds).reshape(len(FORMS), self._n_kinds)
        total = 10.0 * np.minimum(counts[:, self._common].min(axis=0), _MOST_OF_A_KIND).sum()
        slack = 0.6 * (design.n - design.n_camera)
        for k, kind in enumerate(self._alone):
            odd = self._odd[at == k]
            total += 30.0 * min(int(counts[k, kind]), design.n_unseen)
            total += 8.0 * min(int(odd.sum()), design.n_odd + slack)
            total += 8.0 * min(int((~odd).sum()), design.n_camera - design.n_odd + slack)
        return float(total + 0.01 * used.sum())


def _recipe(
    shares: Mapping[Form, Sequence[Candidate]], *, design: Design, alone: Mapping[Form, str]
) -> tuple[str, ...] | None:
    """Return the kinds of the common fakes, the same for every form, one for each place; None where there are too few."""
    per_form = {form: Counter(one.method for one in shares[form] if one.method) for form in FORMS}
    common = sorted(set.intersection(*(set(counts) for counts in per_form.values())) - set(alone.values()))
    left = {str(kind): min(per_form[form][kind] for form in FORMS) for kind in common}
    recipe: list[str] = []
    while len(recipe) < design.n_synthetic and any(left.values()):
        for kind in sorted(left, key=lambda kind: -left[kind]):
            if left[kind] and len(recipe) < design.n_synthetic:
                recipe.append(kind)
                left[kind] -= 1
    lacking = [form for form in FORMS if per_form[form][alone[form]] < design.n_unseen]
    return None if len(recipe) < design.n_synthetic or lacking else tuple(recipe)


def _targets(pool: Sequence[Candidate], recipe: Sequence[str]) -> dict[str, list[float]]:
    """Return, of each kind, the hardnesses that every form looks for: quantiles of what the pack has."""
    found = {}
    for kind, n in Counter(recipe).items():
        there = [one.hardness for one in pool if one.method == kind]
        found[kind] = [float(np.quantile(there, (i + 0.5) / n)) for i in range(n)]
    return found


def _fill(
    form: Form,
    share: Sequence[Candidate],
    rng: np.random.Generator,
    *,
    design: Design,
    alone: str,
    recipe: Sequence[str],
    targets: Mapping[str, Sequence[float]],
) -> list[Item] | None:
    """Return a form's clips in their places; None where the share does not hold them."""
    used: set[str] = set()
    fakes: list[Candidate] = []
    wanted = {kind: list(targets[kind]) for kind in targets}
    for kind in recipe:
        there = [one for one in share if one.method == kind and one.pair not in used]
        if not there:
            return None
        target, scarce = wanted[kind].pop(0), _scarce(share, used, design=design)
        chosen = min(there, key=lambda one: (_off(one, target=target, scarce=scarce), one.clip))
        used.add(chosen.pair)
        fakes.append(chosen)
    own = [one for one in share if one.method == alone and one.pair not in used]
    scarce = _scarce(share, used, design=design)
    own = [own[i] for i in rng.permutation(len(own))]
    own = sorted(own, key=lambda one: (one.odd is not None) is scarce)[: design.n_unseen]
    used |= {one.pair for one in own}
    cameras = _cameras(
        [one for one in share if not one.synthetic and one.pair not in used],
        rng,
        like=[*fakes, *own],
        design=design,
    )
    if len(own) < design.n_unseen or cameras is None:
        return None
    return _placed(form, design.blocks, fakes=fakes, own=own, plain=cameras[0], odd=cameras[1])


def _scarce(share: Sequence[Candidate], used: set[str], *, design: Design) -> bool:
    """Return whether odd pairs are the ones to spare, rather than plain ones: camera clips of both are needed."""
    left = {one.pair: one.odd is not None for one in share if one.pair not in used}
    n_odd = sum(left.values())
    n_plain = len(left) - n_odd
    return n_odd - design.n_odd < n_plain - (design.n_camera - design.n_odd)


def _off(one: Candidate, *, target: float, scarce: bool) -> float:
    return abs(one.hardness - target) + (0.1 if (one.odd is not None) is scarce else 0.0)


def _cameras(
    there: Sequence[Candidate], rng: np.random.Generator, *, like: Sequence[Candidate], design: Design
) -> tuple[list[Candidate], list[Candidate]] | None:
    """Return plain and odd camera clips whose formats and scenes are those of the fakes, as near as can be."""
    share = Counter(one.look for one in like)
    goal = {look: n / len(like) * design.n_camera for look, n in share.items()}
    held: Counter[tuple[str, ...]] = Counter()
    pairs: set[str] = set()
    found: dict[bool, list[Candidate]] = {True: [], False: []}
    shuffled = [there[i] for i in rng.permutation(len(there))]
    for odd, n in ((True, design.n_odd), (False, design.n_camera - design.n_odd)):
        names: Counter[str | None] = Counter()
        for _turn in range(n):
            left = [one for one in shuffled if (one.odd is not None) is odd and one.pair not in pairs]
            if not left:
                return None
            one = max(left, key=lambda one: goal.get(one.look, 0.0) - held[one.look] - 0.5 * names[one.odd])
            found[odd].append(one)
            held[one.look] += 1
            names[one.odd] += 1 if odd else 0
            pairs.add(one.pair)
    return found[False], found[True]


def _placed(
    form: Form,
    blocks: Sequence[Block],
    *,
    fakes: Sequence[Candidate],
    own: Sequence[Candidate],
    plain: Sequence[Candidate],
    odd: Sequence[Candidate],
) -> list[Item]:
    """Deal the clips into the blocks; the recipe's order makes the kinds in a block the same for every form."""
    items = []
    queues = {"fakes": iter(fakes), "own": iter(own), "plain": iter(plain), "odd": iter(odd)}
    for block in blocks:
        for queue, n in (
            ("fakes", block.n_synthetic),
            ("own", block.n_unseen),
            ("plain", block.n_camera - block.n_odd),
            ("odd", block.n_odd),
        ):
            for _place in range(n):
                one = next(queues[queue])
                items.append(
                    Item(
                        clip=one.clip, form=form, block=block.name, synthetic=one.synthetic, method=one.method,
                        unseen=queue == "own", odd=one.odd, sources=one.sources, hardness=round(one.hardness, 4),
                    )
                )  # fmt: skip
    return items
