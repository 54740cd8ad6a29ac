"""Wrong answers to "Physics and time: which law is broken?", and the points that each must lose."""

from __future__ import annotations

from medialit.grading.mutants import Mutant


def _places(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def places(frames, empty, threshold):
    found = []
    for frame in frames:
        ys, xs = np.nonzero(np.abs(frame - empty) > threshold)
        {body.strip()}
    return found
"""
    return Mutant(item="places", name=name, source=source, loses={"places": loses})


def _gravity(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def gravity(times, heights):
    coefficients, covariance = np.polyfit(times, heights, 2, cov=True)
    a, error = coefficients[0], np.sqrt(covariance[0][0])
    {body.strip()}
"""
    return Mutant(item="gravity", name=name, source=source, loses={"gravity": loses})


def _restitution(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def restitution(before, after, error):
    floor = max(after - error, 0)
    {body.strip()}
"""
    return Mutant(item="restitution", name=name, source=source, loses={"restitution": loses})


def _permanence(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def permanence(seen, hidden):
    frames = [i for i, there in enumerate(seen) if there]
    if len(frames) < 2:
        return None
    between = range(frames[0], frames[-1] + 1)
    {body.strip()}
"""
    return Mutant(item="permanence", name=name, source=source, loses={"permanence": loses})


def _wins(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def wins(first, second):
    pairs = [(a, b) for a in first for b in second]
    {body.strip()}
"""
    return Mutant(item="wins", name=name, source=source, loses={"wins": loses})


def _law(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def law(reading):
    e, g, gone, clock = reading["e"], reading["g"], reading["gone"], reading["clock"]
    off = g is not None and not g[0] <= 9.81 <= g[1]
    unmeasured = e is None and g is None
    gains = e is not None and e[0] > 1
    {body.strip()}
"""
    return Mutant(item="law", name=name, source=source, loses={"law": loses})


_END = """if off and clock:
        return "gravity"
    return "cannot tell" if off or unmeasured else "none\""""
_GONE = """if gone > 0:
        return "permanence\""""
_GAINS = """if gains:
        return "energy\""""

MUTANTS = [
    _places(
        "looks_for_bright_things_only",
        """ys, xs = np.nonzero(frame - empty > threshold)
        found.append([xs.mean(), ys.mean()] if len(xs) else None)""",
        loses=1.0,
    ),
    _places("swaps_x_and_y", "found.append([ys.mean(), xs.mean()] if len(xs) else None)", loses=3.0),
    _places(
        "leaves_out_frames",
        """if len(xs):
            found.append([xs.mean(), ys.mean()])""",
        loses=1.0,
    ),
    _places(
        "puts_what_is_not_seen_into_the_corner",
        "found.append([xs.mean(), ys.mean()] if len(xs) else [0.0, 0.0])",
        loses=1.0,
    ),
    _places(
        "takes_the_most_different_pixel",
        """y, x = np.unravel_index(np.argmax(np.abs(frame - empty)), frame.shape)
        found.append([x, y] if len(xs) else None)""",
        loses=3.0,
    ),
    _gravity("forgets_the_sign", "return [2 * a, 2 * error]", loses=2.0),
    _gravity("forgets_the_half", "return [-a, error]", loses=3.0),
    _gravity("gives_the_error_of_a", "return [-2 * a, error]", loses=1.0),
    _gravity("forgets_the_root", "return [-2 * a, 2 * error**2]", loses=1.0),
    _gravity(
        "takes_every_fall_for_one_from_rest",
        "return [2 * (heights[0] - heights[-1]) / times[-1] ** 2, 2 * error]",
        loses=1.0,
    ),
    _gravity("returns_g_alone", "return -2 * a", loses=3.0),
    _restitution(
        "takes_the_share_of_the_height",
        "return [floor / (before + error), (after + error) / (before - error)]",
        loses=3.0,
    ),
    _restitution(
        "moves_both_heights_the_same_way",
        "return [np.sqrt(floor / (before - error)), np.sqrt((after + error) / (before + error))]",
        loses=2.0,
    ),
    _restitution(
        "puts_the_largest_first",
        "return [np.sqrt((after + error) / (before - error)), np.sqrt(floor / (before + error))]",
        loses=2.0,
    ),
    _restitution("forgets_the_error", "return [np.sqrt(after / before), np.sqrt(after / before)]", loses=2.0),
    _restitution(
        "falls_below_the_ground",
        "return [((after - error) / (before + error)) ** 0.5, ((after + error) / (before - error)) ** 0.5]",
        loses=1.0,
    ),
    _restitution(
        "turns_the_fraction_round",
        "return [np.sqrt((before - error) / (after + error)), np.sqrt((before + error) / max(floor, 0.01))]",
        loses=3.0,
    ),
    _permanence(
        "counts_every_frame", "return len(frames) / sum(s or not h for s, h in zip(seen, hidden))", loses=1.0
    ),
    _permanence("excuses_nothing", "return len(frames) / len(between)", loses=1.0),
    _permanence(
        "leaves_out_what_is_seen_all_the_same",
        """clear = [i for i in between if not hidden[i]]
    return sum(seen[i] for i in clear) / len(clear)""",
        loses=1.0,
    ),
    _permanence(
        "takes_hidden_for_seen",
        "return sum(seen[i] or hidden[i] for i in between) / len(between)",
        loses=1.0,
    ),
    _permanence(
        "gives_the_share_that_is_missing",
        """due = [i for i in between if seen[i] or not hidden[i]]
    return 1 - len(frames) / len(due)""",
        loses=2.0,
    ),
    _wins(
        "compares_side_by_side", "return sum(a > b for a, b in zip(first, second)) / len(first)", loses=2.0
    ),
    _wins("counts_no_ties", "return sum(a > b for a, b in pairs) / len(pairs)", loses=1.0),
    _wins("counts_ties_whole", "return sum(a >= b for a, b in pairs) / len(pairs)", loses=1.0),
    _wins(
        "turns_them_round", "return sum((b > a) + 0.5 * (a == b) for a, b in pairs) / len(pairs)", loses=2.0
    ),
    _wins("counts_the_pairs", "return sum((a > b) + 0.5 * (a == b) for a, b in pairs)", loses=2.0),
    _law(
        "looks_at_the_middle_of_e",
        f"""{_GONE}
    if e is not None and (e[0] + e[1]) / 2 > 1:
        return "energy"
    {_END}""",
        loses=0.75,
    ),
    _law(
        "looks_at_the_middle_of_g",
        f"""{_GONE}
    {_GAINS}
    if g is not None and clock and abs((g[0] + g[1]) / 2 - 9.81) > 0.5:
        return "gravity"
    return "cannot tell" if off or unmeasured else "none\"""",
        loses=0.75,
    ),
    _law(
        "does_not_ask_for_the_clock",
        f"""{_GONE}
    {_GAINS}
    if off:
        return "gravity"
    return "cannot tell" if unmeasured else "none\"""",
        loses=0.75,
    ),
    _law(
        "takes_unmeasured_for_none",
        f"""{_GONE}
    {_GAINS}
    if off and clock:
        return "gravity"
    return "cannot tell" if off else "none\"""",
        loses=0.75,
    ),
    _law(
        "asks_for_gravity_first",
        f"""if off and clock:
        return "gravity"
    {_GONE}
    {_GAINS}
    return "cannot tell" if off or unmeasured else "none\"""",
        loses=0.75,
    ),
    _law(
        "sees_only_falls_that_are_too_slow",
        f"""{_GONE}
    {_GAINS}
    off = g is not None and g[1] < 9.81
    {_END}""",
        loses=0.75,
    ),
    _law(
        "cannot_tell_without_a_clock",
        f"""{_GONE}
    {_GAINS}
    if not clock or unmeasured:
        return "cannot tell"
    return "gravity" if off else "none\"""",
        loses=0.75,
    ),
]
