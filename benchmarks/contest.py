"""How often does the class report say the right words? `python benchmarks/contest.py [--classes 400]`.

Classes are simulated whose d' and c are known, before and after a course that does one thing: nothing, better sight, more
suspicion, more trust, or both. Form B is harder than form A by 0.3, people differ, and each sees the standard design. The
table says how often each verdict is given; the last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter

from medialit.contest import STANDARD, class_change
from medialit.contest.simulate import Course, people, simulated_counts
from medialit.forensics.statistics import Verdict

COURSES = {
    "nothing": Course(d_prime_sd=0.0, criterion_sd=0.0),
    "nothing on average, people differ": Course(),
    "better by 0.3": Course(d_prime=0.3),
    "better by 0.5": Course(d_prime=0.5),
    "more suspicious by 0.3": Course(criterion=-0.3),
    "more suspicious by 0.6": Course(criterion=-0.6),
    "more trusting by 0.3": Course(criterion=0.3),
    "better by 0.5 and more suspicious by 0.3": Course(d_prime=0.5, criterion=-0.3),
}
SIZES = (10, 20, 40)
ORDER = (
    Verdict.BETTER,
    Verdict.WORSE,
    Verdict.MORE_SUSPICIOUS,
    Verdict.MORE_TRUSTING,
    Verdict.CANNOT_TELL,
)


def verdicts(course: Course, n: int, *, n_classes: int) -> tuple[Counter[Verdict], float, float]:
    """Return the verdicts on many classes, and how often the two intervals held the true change."""
    found: Counter[Verdict] = Counter()
    held_d = held_c = 0
    for seed in range(n_classes):
        crowd = people(n, course=course, seed=seed)
        before, after = simulated_counts(
            crowd, n_camera=STANDARD.n_camera, n_synthetic=STANDARD.n_synthetic + STANDARD.n_unseen, seed=seed
        )
        change = class_change(before, after, crowd.firsts, seed=seed, n_resamples=1000).change
        found[change.verdict] += 1
        held_d += change.d_prime.low <= course.d_prime <= change.d_prime.high
        held_c += change.criterion.low <= course.criterion <= change.criterion.high
    return found, held_d / n_classes, held_c / n_classes


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--classes", type=int, default=400)
    n_classes = parser.parse_args().classes
    heads = " | ".join(str(verdict) for verdict in ORDER)
    print(f"| the course makes the class | learners | {heads} | d' held | c held |")
    print("|---|---|" + "---|" * (len(ORDER) + 2))
    shares: dict[str, dict[str, dict[str, float]]] = {}
    for name, course in COURSES.items():
        for n in SIZES:
            found, held_d, held_c = verdicts(course, n, n_classes=n_classes)
            row = {str(verdict): found[verdict] / n_classes for verdict in ORDER}
            shares.setdefault(name, {})[str(n)] = {**row, "d_held": held_d, "c_held": held_c}
            cells = " | ".join(f"{100 * share:.1f}" for share in row.values())
            print(f"| {name} | {n} | {cells} | {100 * held_d:.0f} | {100 * held_c:.0f} |", flush=True)
    print(json.dumps({"classes": n_classes, "clips": STANDARD.n, "verdicts": shares}))


if __name__ == "__main__":
    main()
