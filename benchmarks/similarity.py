"""How often the list of similar sources is right: copying neighbours found, honest pairs listed.

The classes are invented (`medialit.classroom.design`): 30 learners, right answers from one reference and wrong ones from
the graders' lists, each in a hand of its own, two learners who copy. So the rates are those of this model of a class; a
real one has people who learned together. Nothing is run or graded: only sources are compared.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence

from medialit.classroom.book import LabBook, Work
from medialit.classroom.design import Learner, Plan, invent_class, plans, read_mutants
from medialit.classroom.hand import disguised, in_own_hand
from medialit.classroom.similar import compare
from medialit.classroom.simulate import seed_of
from medialit.course.project import find_project
from medialit.course.source import read_labs
from medialit.forensics.statistics import wilson


def book(
    slug: str,
    points: Mapping[str, int],
    planned: Mapping[str, Plan],
    learners: Sequence[Learner],
    *,
    seed: int,
    n_names: int,
) -> LabBook:
    """Return a lab as the class would hand it in, its marks as they are designed."""
    works = {}
    for learner in learners:
        plan = planned.get(learner.id)
        if plan is None:
            continue
        sources = {}
        for place, (item, source) in enumerate(plan.sources.items()):
            own = in_own_hand(source, seed=seed_of(seed, learner.neighbour or learner.id, place))
            if learner.neighbour:
                own = disguised(own, seed=seed_of(seed, learner.id, place), n_names=n_names)
            sources[item] = own
        shares = {item: plan.marks[item] / points[item] for item in points}
        works[learner.id] = Work(
            seconds_late=0, shares=shares, said={}, sources=sources, points=0, most=0, n_unread=0
        )
    return LabBook(slug=slug, title=slug, items=tuple(points), released={}, works=works, n_ungraded=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    seeds = parser.parse_args().seeds
    project = find_project()
    learners = invent_class(30)
    copied = {tuple(sorted((one.id, one.neighbour))) for one in learners if one.neighbour}
    labs = [lab for lab in read_labs(project) if (project.graders / f"{lab.slug}_mutants.py").is_file()]
    planned = {lab.slug: plans(lab, read_mutants(project.graders, lab.slug), learners) for lab in labs}
    found: dict[str, dict[str, float]] = {}
    print(f"{'disguise':22} {'labs':>5} {'copied pairs found':>20} {'honest pairs listed':>30}")
    for name, n_names in (("one name changed", 1), ("all names changed", 1000)):
        for whole in (True, False):
            right = total = wrong = honest = 0
            for seed in range(seeds):
                books = [
                    book(lab.slug, lab.items, planned[lab.slug], learners, seed=seed, n_names=n_names)
                    for lab in labs
                ]
                for group in [books] if whole else [[one] for one in books]:
                    result = compare(group)
                    listed = {(one.first, one.second) for one in result.listed}
                    right += len(listed & copied)
                    total += len(copied)
                    wrong += len(listed - copied)
                    honest += result.n_pairs - len(copied)
            label = f"{len(labs)}" if whole else "1"
            found[f"{name}, {'course' if whole else 'one lab'}"] = {
                "found": right, "copied": total, "listed_honest": wrong, "honest": honest
            }  # fmt: skip
            rate = wilson(wrong, honest)
            print(
                f"{name:22} {label:>5} {f'{right} of {total}':>20} {f'{wrong} of {honest} ({rate:.2%})':>30}",
                flush=True,
            )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
