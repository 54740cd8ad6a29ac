"""How many machines, hours and people a programme needs: pure functions of what was measured.

The model is the simplest one that has a bottleneck: work flows through stations, and no station passes on more than it
can take (asymptotic bounds of a closed queueing network; Denning and Buzen 1978, Computing Surveys 10:225, sec. 5).

    python benchmarks/scale_model.py [--learners 100000] [--submissions-a-week 1] [--hours 24] [--price 0.20] ...
    python benchmarks/scale_model.py --plot docs/images

What it takes for measured comes from `benchmarks/scale.py` and stands in `MEASURED`.
"""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

HOUR_S = 3600.0


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What one submission costs, as measured with one worker.

    Parameters
    ----------
    worker_s : float
        CPU seconds on a worker: the sandbox with the learner's code, and judging.
    grader_s : float
        Seconds of the one process that reads, rebuilds, sends, writes marks and notebook: its CPU, and its waits for the
        disk.
    scheduler_s : float
        CPU seconds of Dask's scheduler.
    """

    worker_s: float
    grader_s: float
    scheduler_s: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A rented computer.

    Parameters
    ----------
    cores : int
    price_an_hour : float
        In whatever currency the answer is wanted in.
    usable : float
        Share of its cores that graders get: systems, stragglers and uneven loads take the rest.
    """

    cores: int
    price_an_hour: float
    usable: float = 0.8


@dataclass(frozen=True, kw_only=True)
class Programme:
    """What has to be graded.

    Parameters
    ----------
    learners : int
    submissions_a_week : float
        Of each learner.
    hours_until_marks : float
        From a deadline, at which a whole week's work is taken to come in at once, until the last mark is there.
    minutes_a_reflection : float
        That a person takes to read and mark the answers in words of one submission.
    hours_a_marker : float
        That such a person has for it, a week.
    """

    learners: int
    submissions_a_week: float
    hours_until_marks: float
    minutes_a_reflection: float = 0.0
    hours_a_marker: float = 10.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a programme needs.

    Parameters
    ----------
    submissions : int
        A week.
    machines : int
        For workers; the grading processes' machines are counted apart.
    writers : int
        Grading processes, each with the gradebook of its own share of the courses. One is the plain case.
    hours : float
        Until the last mark is there, with so many machines and writers.
    bottleneck : {"workers", "writer"}
        What would have to be more for marks to be there sooner.
    cost : float
        Of the machines, a week, with a machine of the same kind for each four writers.
    core_hours : float
        Of CPU, a week.
    marker_hours : float
        Hours of people who mark reflections, a week.
    markers : int
        How many such people that takes.
    """

    submissions: int
    machines: int
    writers: int
    hours: float
    bottleneck: str
    cost: float
    core_hours: float
    marker_hours: float
    markers: int


def rate(costs: Costs, *, workers: int, cores: float) -> tuple[float, str]:
    """Return submissions an hour of one machine that does everything, and what holds it back.

    Parameters
    ----------
    costs : Costs
    workers : int
        Of one thread each.
    cores : float
        That all processes share; with others on the machine, what these got.

    Returns
    -------
    float
        No more than any station can take: the workers, the cores, the one process that writes.
    str
        ``workers``, ``cores`` or ``writer``.

    Examples
    --------
    >>> costs = Costs(worker_s=0.5, grader_s=0.1)
    >>> [rate(costs, workers=n, cores=2) for n in (1, 4)]
    [(7200.0, 'workers'), (12000.0, 'cores')]
    >>> rate(costs, workers=64, cores=64)
    (36000.0, 'writer')
    """
    everything_s = costs.worker_s + costs.grader_s + costs.scheduler_s
    bounds = {
        "workers": workers / costs.worker_s,
        "cores": cores / everything_s,
        "writer": 1 / costs.grader_s,
    }
    name = min(bounds, key=lambda one: bounds[one])
    return round(HOUR_S * bounds[name], 6), name


def plan(programme: Programme, costs: Costs, machine: Machine) -> Plan:
    """Return what a programme needs to have its marks in time.

    Examples
    --------
    >>> needed = plan(
    ...     Programme(learners=100_000, submissions_a_week=1, hours_until_marks=1),
    ...     Costs(worker_s=0.36, grader_s=0.1),
    ...     Machine(cores=8, price_an_hour=0.25, usable=1.0),
    ... )
    >>> needed.machines, needed.writers, needed.bottleneck
    (2, 3, 'writer')
    """
    n = math.ceil(programme.learners * programme.submissions_a_week)
    window_s = programme.hours_until_marks * HOUR_S
    usable = machine.cores * machine.usable
    machines = max(1, math.ceil(n * costs.worker_s / (window_s * usable)))
    writers = max(1, math.ceil(n * costs.grader_s / window_s))
    workers_s, writers_s = n * costs.worker_s / (machines * usable), n * costs.grader_s / writers
    hours = max(workers_s, writers_s) / HOUR_S
    rented = machines + math.ceil(writers / 4)
    return Plan(
        submissions=n,
        machines=machines,
        writers=writers,
        hours=round(hours, 2),
        bottleneck="workers" if workers_s >= writers_s else "writer",
        cost=round(rented * hours * machine.price_an_hour, 2),
        core_hours=round(n * (costs.worker_s + costs.grader_s + costs.scheduler_s) / HOUR_S, 1),
        marker_hours=round(n * programme.minutes_a_reflection / 60, 1),
        markers=math.ceil(n * programme.minutes_a_reflection / 60 / programme.hours_a_marker),
    )


def error_percent(model: float, measured: float) -> float:
    """Return by how much the model is over what was measured, in percent of that.

    Examples
    --------
    >>> error_percent(110, 100)
    10.0
    """
    return round(100 * (model - measured) / measured, 1)


MEASURED = Costs(worker_s=0.564, grader_s=0.048, scheduler_s=0.044)
"""Of one worker on a cluster: `python benchmarks/scale.py --submissions 12`, lab 7, 27 November 2026."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--learners", type=int, default=100_000)
    parser.add_argument("--submissions-a-week", type=float, default=1.0)
    parser.add_argument(
        "--hours", type=float, default=24.0, help="From the deadline until the last mark is there."
    )
    parser.add_argument("--minutes-a-reflection", type=float, default=2.0)
    parser.add_argument("--hours-a-marker", type=float, default=10.0, help="That such a person has, a week.")
    parser.add_argument("--cores", type=int, default=8, help="Of one machine.")
    parser.add_argument("--usable", type=float, default=0.8, help="Share of them that graders get.")
    parser.add_argument(
        "--price", type=float, default=0.20, help="Of a machine and hour. The default is an example."
    )
    parser.add_argument(
        "--worker-s", type=float, default=MEASURED.worker_s, help="CPU seconds of a submission."
    )
    parser.add_argument(
        "--grader-s", type=float, default=MEASURED.grader_s, help="Seconds of the one that writes."
    )
    parser.add_argument(
        "--plot", type=Path, help="Draw the plots of the documentation into this folder instead."
    )
    options = parser.parse_args()
    costs = Costs(worker_s=options.worker_s, grader_s=options.grader_s, scheduler_s=MEASURED.scheduler_s)
    machine = Machine(cores=options.cores, price_an_hour=options.price, usable=options.usable)
    programme = Programme(
        learners=options.learners,
        submissions_a_week=options.submissions_a_week,
        hours_until_marks=options.hours,
        minutes_a_reflection=options.minutes_a_reflection,
        hours_a_marker=options.hours_a_marker,
    )
    if options.plot:
        draw(options.plot, costs, machine)
        return
    found = plan(programme, costs, machine)
    print(
        f"{programme.learners} learners, {found.submissions} submissions a week, marks within {options.hours:g} h:"
    )
    print(
        f"  machines of {machine.cores} cores for workers: {found.machines}; grading processes: {found.writers}"
    )
    print(f"  the last mark after {found.hours:g} h; held back by the {found.bottleneck}")
    print(
        f"  {found.core_hours:g} core hours; {found.cost:g} a week at {machine.price_an_hour:g} a machine and hour"
    )
    print(f"  {found.marker_hours:g} hours of people who mark reflections: {found.markers} people")
    print(json.dumps({"plan": asdict(found), "costs": asdict(costs)}))


def draw(folder: Path, costs: Costs, machine: Machine) -> None:
    """Draw both plots: how far one grading process reaches, and how many machines a programme needs."""
    from matplotlib import use

    use("agg")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4), dpi=150, layout="constrained")
    left, right = figure.subplots(1, 2)
    numbers = list(range(1, 17))
    for cores, style in ((2, "-"), (4, "--"), (8, ":")):
        rates = [rate(costs, workers=n, cores=cores)[0] for n in numbers]
        left.plot(numbers, rates, style, color="black")
        left.annotate(f"model, {cores} cores in all", (16, rates[-1]), xytext=(0, 5), textcoords="offset points",
                      ha="right")  # fmt: skip
    most = HOUR_S / costs.grader_s
    left.axhline(most, color="grey", lw=0.8)
    left.annotate(
        "all that one grading process can take", (1, most), xytext=(0, 5), textcoords="offset points"
    )
    left.set(xlabel="workers", ylabel="submissions an hour", title="One course", ylim=(0, 1.15 * most))
    hours = [1, 2, 4, 8, 12, 24, 48, 72, 168]
    for learners, style in ((10_000, "-"), (100_000, "--"), (1_000_000, ":")):
        plans = [_plan_for(learners, h, costs, machine) for h in hours]
        right.plot(hours, [one.machines for one in plans], style, marker=".", color="black",
                   label=f"{learners:,} learners")  # fmt: skip
    right.set(xscale="log", yscale="log", xlabel="hours until the last mark", ylabel=f"machines of {machine.cores} cores",
              title="One submission each, all at one deadline")  # fmt: skip
    right.set_xticks(hours, [str(h) for h in hours])
    right.minorticks_off()
    right.set_yticks([1, 3, 10, 30], ["1", "3", "10", "30"])
    right.set_ylim(0.8, 50)
    right.legend(frameon=False)
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / "scale-model.png")


def _plan_for(learners: int, hours: float, costs: Costs, machine: Machine) -> Plan:
    return plan(Programme(learners=learners, submissions_a_week=1, hours_until_marks=hours), costs, machine)


if __name__ == "__main__":
    main()
