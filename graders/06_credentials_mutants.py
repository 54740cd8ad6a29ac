"""Wrong answers to "Content Credentials: who says so?", and the points that each must lose."""

from __future__ import annotations

from medialit.grading.mutants import Mutant


def _state(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def state(found):
    failures = [name for name in found["failures"] if name != "signingCredential.untrusted"]
    {body.strip()}
"""
    return Mutant(item="state", name=name, source=source, loses={"state": loses})


def _binding(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def binding(data, start, length):
    {body.strip()}
"""
    return Mutant(item="binding", name=name, source=source, loses={"binding": loses})


def _breaks(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
CHAIN = [
    "assertion.dataHash.mismatch",
    "assertion.hashedURI.mismatch",
    "claimSignature.mismatch",
    "signingCredential.untrusted",
]
FIRST = {{"picture": 0, "assertion": 1, "claim": 2, "signature": 2}}

def breaks(parts, position, repairs):
    {body.strip()}
"""
    return Mutant(item="breaks", name=name, source=source, loses={"breaks": loses})


def _says_ai(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
AI = {{"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"}}
WITHOUT_AI = {{"digitalCapture", "negativeFilm", "digitalCreation", "humanEdits"}}

def says_ai(state, sources):
    {body.strip()}
"""
    return Mutant(item="says_ai", name=name, source=source, loses={"says_ai": loses})


def _truthful(name: str, changed: str, choice: str = "true.index(True)", *, loses: float) -> Mutant:
    """Return an answer whose table of claims has another row."""
    source = f"""
def truthful(report, sentences):
    state, ai, failures = report["state"], report["ai"], report["failures"]
    borne_out = {{
        "no credentials": state == "none",
        "elsewhere": state == "remote",
        "unreliable": state == "invalid",
        "changed": state == "invalid" and any(name.endswith(".mismatch") for name in failures),
        "as signed": state in ("valid", "trusted"),
        "known signer": state == "trusted",
        "says AI": ai is True,
        "says no AI": ai is False,
        {changed}
    }}
    true = [all(borne_out.get(claim, False) for claim in claims) for claims in sentences]
    return {choice}
"""
    return Mutant(item="truthful", name=name, source=source, loses={"truthful": loses})


_INSIDE = "[name] = [name for name, start, end in parts if start <= position < end]"
_COUNTED = """if state not in ("valid", "trusted"):
        return None"""

MUTANTS = [
    _state(
        "takes_an_unknown_signer_for_invalid",
        """if not found["manifest"]:
        return "remote" if found["address"] else "none"
    if found["failures"]:
        return "invalid"
    return "trusted" if found["on_list"] else "valid\"""",
        loses=0.75,
    ),
    _state(
        "asks_the_list_first",
        """if not found["manifest"]:
        return "remote" if found["address"] else "none"
    if found["on_list"]:
        return "trusted"
    return "invalid" if failures else "valid\"""",
        loses=0.75,
    ),
    _state(
        "counts_the_failures_of_ingredients",
        """if not found["manifest"]:
        return "remote" if found["address"] else "none"
    if failures or found["ingredient_failures"]:
        return "invalid"
    return "trusted" if found["on_list"] else "valid\"""",
        loses=0.75,
    ),
    _state(
        "forgets_the_address",
        """if not found["manifest"]:
        return "none"
    if failures:
        return "invalid"
    return "trusted" if found["on_list"] else "valid\"""",
        loses=0.75,
    ),
    _state(
        "calls_every_intact_file_trusted",
        """if not found["manifest"]:
        return "remote" if found["address"] else "none"
    return "invalid" if failures else "trusted\"""",
        loses=0.75,
    ),
    _state(
        "calls_what_is_missing_invalid",
        """if not found["manifest"]:
        return "remote" if found["address"] else "invalid"
    if failures:
        return "invalid"
    return "trusted" if found["on_list"] else "valid\"""",
        loses=0.75,
    ),
    _binding("hashes_every_byte", "return sha256(bytes(data)).hexdigest()", loses=2.0),
    _binding(
        "takes_the_length_for_an_end",
        "return sha256(bytes(data[:start] + data[length:])).hexdigest()",
        loses=3.0,
    ),
    _binding(
        "puts_zeros_in_their_place",
        "return sha256(bytes(data[:start] + [0] * length + data[start + length:])).hexdigest()",
        loses=2.0,
    ),
    _binding("forgets_what_comes_after", "return sha256(bytes(data[:start])).hexdigest()", loses=3.0),
    _binding(
        "returns_bytes", "return sha256(bytes(data[:start] + data[start + length:])).digest()", loses=3.0
    ),
    _binding(
        "hashes_what_is_left_out",
        "return sha256(bytes(data[start:start + length])).hexdigest()",
        loses=3.0,
    ),
    _breaks(
        "forgets_the_repairs",
        f"""{_INSIDE}
    return None if name == "padding" else CHAIN[FIRST[name]]""",
        loses=1.2,
    ),
    _breaks(
        "counts_the_end_in",
        """name = [name for name, start, end in parts if start <= position <= end][0]
    return None if name == "padding" else CHAIN[min(FIRST[name] + repairs, 3)]""",
        loses=0.6,
    ),
    _breaks(
        "runs_off_the_chain",
        f"""{_INSIDE}
    return None if name == "padding" else CHAIN[FIRST[name] + repairs]""",
        loses=0.6,
    ),
    _breaks(
        "breaks_the_signature_by_padding",
        f"""{_INSIDE}
    return CHAIN[min(FIRST.get(name, 2) + repairs, 3)]""",
        loses=1.2,
    ),
    _breaks(
        "begins_with_the_picture_everywhere",
        f"""{_INSIDE}
    return None if name == "padding" else CHAIN[min(repairs, 3)]""",
        loses=3.0,
    ),
    _says_ai(
        "counts_invalid_files",
        """if any(source in AI for source in sources):
        return True
    return False if sources and all(source in WITHOUT_AI for source in sources) else None""",
        loses=0.75,
    ),
    _says_ai(
        "takes_unsaid_for_no",
        f"""{_COUNTED}
    return any(source in AI for source in sources)""",
        loses=0.75,
    ),
    _says_ai(
        "looks_at_the_newest_part_only",
        f"""{_COUNTED}
    if not sources:
        return None
    return True if sources[-1] in AI else False if all(s in WITHOUT_AI for s in sources[-1:]) else None""",
        loses=1.5,
    ),
    _says_ai(
        "counts_trusted_files_only",
        """if state != "trusted":
        return None
    if any(source in AI for source in sources):
        return True
    return False if sources and all(source in WITHOUT_AI for source in sources) else None""",
        loses=1.5,
    ),
    _says_ai(
        "takes_nothing_for_no",
        f"""{_COUNTED}
    if any(source in AI for source in sources):
        return True
    return False if all(source in WITHOUT_AI for source in sources) else None""",
        loses=0.75,
    ),
    _truthful("takes_a_missing_mark_for_a_fake", '"is fake": state == "none",', loses=1.0),
    _truthful("takes_invalid_for_a_fake", '"is fake": state == "invalid",', loses=1.0),
    _truthful("takes_every_invalid_file_for_changed", '"changed": state == "invalid",', loses=1.0),
    _truthful("takes_trusted_for_true", '"is real": state == "trusted",', loses=1.0),
    _truthful("takes_valid_for_a_known_signer", '"known signer": state in ("valid", "trusted"),', loses=1.0),
    _truthful("takes_unsaid_for_no_ai", '"says no AI": not ai,', loses=1.0),
    _truthful("takes_ai_for_a_fake", '"is fake": ai is True,', loses=1.0),
    _truthful("returns_the_sentence", "", "sentences[true.index(True)]", loses=4.0),
]
