"""Wrong answers to "Watermarks: what a hidden mark can prove", and the points that each must lose."""

from __future__ import annotations

from medialit.grading.mutants import Mutant


def _embed(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def embed(picture, pattern, bit, strength):
    sign = 1 if bit else -1
    {body.strip()}
"""
    return Mutant(item="embed", name=name, source=source, loses={"embed": loses})


def _detect(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def detect(picture, pattern, threshold):
    score = ((picture - picture.mean()) * pattern).mean()
    {body.strip()}
"""
    return Mutant(item="detect", name=name, source=source, loses={"detect": loses})


def _psnr(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def psnr(one, other):
    mse = float(np.mean((one - other) ** 2))
    {body.strip()}
"""
    return Mutant(item="psnr", name=name, source=source, loses={"psnr": loses})


def _removes(name: str, able: str, choice: str = "max(able)[1] if able else None", *, loses: float) -> Mutant:
    source = f"""
def removes(outcomes, budget):
    able = [(db, i) for i, (db, p) in enumerate(outcomes) if {able}]
    return {choice}
"""
    return Mutant(item="removes", name=name, source=source, loses={"removes": loses})


def _decode(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def decode(scores, n_bits):
    {body.strip()}
"""
    return Mutant(item="decode", name=name, source=source, loses={"decode": loses})


def _verdict(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def verdict(payload, p_value, fingerprint, register):
    def distance():
        pairs = list(zip(fingerprint, register[payload]))
        return sum(a != b for a, b in pairs) / len(pairs)
    {body.strip()}
"""
    return Mutant(item="verdict", name=name, source=source, loses={"verdict": loses})


_FOUND = """if payload is None or p_value > 1e-6:
        return "says nothing\""""
_KNOWN = """if payload not in register:
        return "unknown payload\""""

MUTANTS = [
    _embed("writes_a_0_like_a_1", "return np.clip(picture + strength * pattern, 0, 255)", loses=2.0),
    _embed("leaves_no_trace_of_a_0", "return np.clip(picture + bit * strength * pattern, 0, 255)", loses=2.0),
    _embed("does_not_clip", "return picture + sign * strength * pattern", loses=1.0),
    _embed("forgets_the_strength", "return np.clip(picture + sign * pattern, 0, 255)", loses=3.0),
    _embed("returns_the_mark_alone", "return sign * strength * pattern", loses=3.0),
    _embed("multiplies", "return np.clip(picture * (1 + sign * strength * pattern), 0, 255)", loses=3.0),
    _detect(
        "forgets_the_mean",
        """score = (picture * pattern).mean()
    return None if abs(score) <= threshold else int(score > 0)""",
        loses=1.0,
    ),
    _detect("always_finds_something", "return int(score > 0)", loses=2.0),
    _detect(
        "sums_in_place_of_the_mean",
        """score = score * picture.size
    return None if abs(score) <= threshold else int(score > 0)""",
        loses=1.0,
    ),
    _detect("turns_the_signs_round", "return None if abs(score) <= threshold else int(score < 0)", loses=3.0),
    _detect("takes_nothing_for_a_0", "return 1 if score > threshold else 0", loses=2.0),
    _psnr(
        "takes_the_mean_distance",
        """mse = float(np.mean(np.abs(one - other)))
    return 10 * np.log10(255**2 / mse) if mse > 0 else None""",
        loses=2.0,
    ),
    _psnr("does_not_square_255", "return 10 * np.log10(255 / mse) if mse > 0 else None", loses=2.0),
    _psnr("gives_bels", "return np.log10(255**2 / mse) if mse > 0 else None", loses=2.0),
    _psnr("takes_the_natural_logarithm", "return 10 * np.log(255**2 / mse) if mse > 0 else None", loses=2.0),
    _psnr("turns_the_fraction_round", "return 10 * np.log10(mse / 255**2) if mse > 0 else None", loses=2.0),
    _psnr("divides_by_zero", "return 10 * float(np.log10(255**2 / mse))", loses=1.0),
    _removes("forgets_the_budget", "p > 1e-6", loses=1.0),
    _removes("takes_the_best_quality", "db >= budget", loses=2.0),
    _removes("takes_the_worst_quality", "p > 1e-6", "min(able)[1] if able else None", loses=2.0),
    _removes("reads_p_backwards", "p <= 1e-6 and db >= budget", loses=2.0),
    _removes("returns_the_quality", "p > 1e-6 and db >= budget", "max(able)[0] if able else None", loses=2.0),
    _decode(
        "takes_a_majority",
        """copies = [scores[i::n_bits] for i in range(n_bits)]
    return [1 if 2 * sum(s > 0 for s in copy) > len(copy) else 0 for copy in copies]""",
        loses=1.0,
    ),
    _decode("reads_the_first_copy", "return [1 if s > 0 else 0 for s in scores[:n_bits]]", loses=2.0),
    _decode(
        "takes_the_copies_for_neighbours",
        """k = len(scores) // n_bits
    return [1 if sum(scores[i * k:(i + 1) * k]) > 0 else 0 for i in range(n_bits)]""",
        loses=3.0,
    ),
    _decode(
        "turns_the_bits_round",
        "return [0 if sum(scores[i::n_bits]) > 0 else 1 for i in range(n_bits)]",
        loses=3.0,
    ),
    _decode("returns_the_sums", "return [sum(scores[i::n_bits]) for i in range(n_bits)]", loses=3.0),
    _verdict(
        "believes_the_payload",
        f"""{_FOUND}
    {_KNOWN}
    return "registered clip\"""",
        loses=0.75,
    ),
    _verdict(
        "does_not_ask_for_p",
        f"""if payload is None:
        return "says nothing"
    {_KNOWN}
    return "foreign clip" if distance() > 0.15 else "registered clip\"""",
        loses=0.75,
    ),
    _verdict(
        "wants_every_bit_the_same",
        f"""{_FOUND}
    {_KNOWN}
    return "foreign clip" if distance() > 0 else "registered clip\"""",
        loses=0.75,
    ),
    _verdict(
        "looks_up_what_is_not_there",
        f"""{_FOUND}
    return "foreign clip" if distance() > 0.15 else "registered clip\"""",
        loses=0.75,
    ),
    _verdict(
        "takes_a_missing_mark_for_an_unknown_one",
        f"""if payload is None:
        return "unknown payload"
    {_FOUND}
    {_KNOWN}
    return "foreign clip" if distance() > 0.15 else "registered clip\"""",
        loses=1.5,
    ),
]
