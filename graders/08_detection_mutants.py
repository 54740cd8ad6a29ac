"""Wrong answers to "Detection by measurement", and the points that each must lose."""

from __future__ import annotations

from medialit.grading.mutants import Mutant


def _survivors(name: str, keeps: str, *, loses: float) -> Mutant:
    source = f"""
def survivors(truths, original, forwarded, least):
    kept = []
    for name in original:
        before = auc(truths, original[name]) - 0.5
        after = auc(truths, forwarded[name]) - 0.5
        if {keeps}:
            kept.append(name)
    return kept
"""
    return Mutant(item="survivors", name=name, source=source, loses={"survivors": loses})


def _folds(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def folds(scenes, n_folds):
    filled = [0] * n_folds
    counts = Counter(scenes)
    fold = {{}}
    {body.strip()}
"""
    return Mutant(item="folds", name=name, source=source, loses={"folds": loses})


def _drop(name: str, result: str, kept: str = 'one in ("camera", method)', *, loses: float) -> Mutant:
    source = f"""
def drop(truths, methods, known, unseen, method):
    asked = [i for i, one in enumerate(methods) if {kept}]
    truth = [truths[i] for i in asked]
    old, new = auc(truth, [known[i] for i in asked]), auc(truth, [unseen[i] for i in asked])
    return {result}
"""
    return Mutant(item="drop", name=name, source=source, loses={"drop": loses})


def _threshold(
    name: str,
    *,
    loses: float,
    cost: str = "p * (1 - h) * miss + (1 - p) * f * alarm",
    never: str = "p * miss",
    flags: str = ">=",
    result: str = "min(costs, key=costs.get)",
) -> Mutant:
    source = f"""
def threshold(truths, scores, base_rate, cost_of_miss, cost_of_false_alarm):
    p, miss, alarm = base_rate, cost_of_miss, cost_of_false_alarm
    costs = {{None: {never}}}
    for level in sorted(set(scores)):
        h, f = stats.rates(stats.count(truths, [score {flags} level for score in scores]))
        costs[level] = {cost}
    return {result}
"""
    return Mutant(item="threshold", name=name, source=source, loses={"threshold": loses})


def _promise(
    name: str, f: str, result: str = "h * p / (h * p + f * (1 - p))", *, loses: float, h: str = ""
) -> Mutant:
    source = f"""
def promise(hits, n_synthetic, false_alarms, n_camera, base_rate):
    def upper(n_alarms, n):
        return stats.wilson(n_alarms, n).high
    p, h, f = base_rate, {h or "hits / n_synthetic"}, {f}
    return {result}
"""
    return Mutant(item="promise", name=name, source=source, loses={"promise": loses})


def _audit(
    name: str,
    *,
    loses: float,
    file: str = "abs(above(sent, camera) - 0.5) >= 0.2",
    fake: str = "min(above(fake, camera), above(fake_sent, sent)) >= 0.7",
    result: str = '"both" if file and fake else "the file" if file else "the fake" if fake else "neither"',
) -> Mutant:
    source = f"""
def audit(camera, sent, fake, fake_sent):
    def above(some, others):
        return auc([True] * len(some) + [False] * len(others), [*some, *others])
    file, fake = {file}, {fake}
    return {result}
"""
    return Mutant(item="audit", name=name, source=source, loses={"audit": loses})


_FAR = "min(abs(before), abs(after)) >= least"

MUTANTS = [
    _survivors("looks_at_the_originals_alone", "abs(before) >= least", loses=2.0),
    _survivors("looks_at_forwarded_clips_alone", "abs(after) >= least", loses=2.0),
    _survivors("does_not_ask_for_the_side", _FAR, loses=1.0),
    _survivors("sees_only_high_ones", "before >= least and after >= least", loses=1.0),
    _survivors("keeps_what_does_not_change", "abs(before - after) < least", loses=3.0),
    _survivors("returns_those_that_are_lost", f"not (before * after > 0 and {_FAR})", loses=3.0),
    _folds("deals_clip_by_clip", "return [i % n_folds for i in range(len(scenes))]", loses=3.0),
    _folds("cuts_the_list", "return [i * n_folds // len(scenes) for i in range(len(scenes))]", loses=3.0),
    _folds(
        "deals_scenes_in_turn",
        """names = list(counts)
    return [names.index(scene) % n_folds for scene in scenes]""",
        loses=1.0,
    ),
    _folds(
        "takes_scenes_as_they_come",
        """for scene, n in counts.items():
        fold[scene] = filled.index(min(filled))
        filled[fold[scene]] += n
    return [fold[scene] for scene in scenes]""",
        loses=1.0,
    ),
    _folds(
        "begins_with_the_smallest",
        """for scene, n in counts.most_common()[::-1]:
        fold[scene] = filled.index(min(filled))
        filled[fold[scene]] += n
    return [fold[scene] for scene in scenes]""",
        loses=1.0,
    ),
    _folds(
        "takes_a_scene_that_comes_back_for_another",
        """runs = [0]
    for one, other in zip(scenes, scenes[1:]):
        runs.append(runs[-1] + (one != other))
    for run, n in Counter(runs).most_common():
        fold[run] = filled.index(min(filled))
        filled[fold[run]] += n
    return [fold[run] for run in runs]""",
        loses=1.0,
    ),
    _folds("puts_all_into_one", "return [0] * len(scenes)", loses=3.0),
    _folds(
        "counts_folds_from_1",
        """for scene, n in counts.most_common():
        fold[scene] = filled.index(min(filled))
        filled[fold[scene]] += n
    return [fold[scene] + 1 for scene in scenes]""",
        loses=3.0,
    ),
    _folds(
        "returns_a_fold_for_each_scene",
        """for scene, n in counts.most_common():
        fold[scene] = filled.index(min(filled))
        filled[fold[scene]] += n
    return fold""",
        loses=3.0,
    ),
    _drop("takes_all_methods", "old - new", "True", loses=2.0),
    _drop("turns_the_sign_round", "new - old", loses=2.0),
    _drop("returns_the_known_area", "old", loses=2.0),
    _drop("returns_the_unseen_area", "new", loses=2.0),
    _drop("never_lets_it_rise", "max(0.0, old - new)", loses=1.0),
    _threshold(
        "takes_the_base_rate_of_the_table",
        never="miss / 2",
        cost="(1 - h) * miss / 2 + f * alarm / 2",
        loses=2.0,
    ),
    _threshold(
        "swaps_the_costs", never="p * alarm", cost="p * (1 - h) * alarm + (1 - p) * f * miss", loses=2.0
    ),
    _threshold("ignores_the_costs", never="p", cost="p * (1 - h) + (1 - p) * f", loses=2.0),
    _threshold("always_flags", never="float('inf')", loses=1.0),
    _threshold("takes_the_largest_distance", never="0", cost="f - h", loses=3.0),
    _threshold("flags_only_above", flags=">", loses=3.0),
    _threshold("returns_the_cost", result="min(costs.values())", loses=3.0),
    _threshold("takes_the_dearest", result="max(costs, key=costs.get)", loses=3.0),
    _promise("takes_f_as_observed", "false_alarms / n_camera", loses=2.0),
    _promise("ignores_the_base_rate", "upper(false_alarms, n_camera)", "h / (h + f)", loses=2.0),
    _promise(
        "takes_h_at_its_upper_end",
        "upper(false_alarms, n_camera)",
        h="upper(hits, n_synthetic)",
        loses=2.0,
    ),
    _promise("takes_hits_for_a_rate", "upper(false_alarms, n_camera)", h="hits", loses=2.0),
    _promise("always_takes_the_rule_of_three", "3 / n_camera", loses=2.0),
    _promise(
        "takes_the_upper_end_only_without_alarms",
        "false_alarms / n_camera or upper(0, n_camera)",
        loses=1.0,
    ),
    _promise(
        "promises_nothing_without_alarms",
        "upper(false_alarms, n_camera)",
        "h * p / (h * p + f * (1 - p)) if false_alarms else None",
        loses=1.0,
    ),
    _audit("compares_as_the_seller_did", fake="above(fake_sent, camera) >= 0.7", loses=3.0),
    _audit("looks_at_originals_alone", fake="above(fake, camera) >= 0.7", loses=1.0),
    _audit("sees_only_what_forwarding_raises", file="above(sent, camera) >= 0.7", loses=1.0),
    _audit("asks_synthetic_clips_about_the_file", file="abs(above(fake_sent, fake) - 0.5) >= 0.2", loses=2.0),
    _audit(
        "never_says_both",
        result='"the file" if file else "the fake" if fake else "neither"',
        loses=1.0,
    ),
    _audit(
        "swaps_file_and_fake",
        result='"both" if file and fake else "the fake" if file else "the file" if fake else "neither"',
        loses=3.0,
    ),
]
