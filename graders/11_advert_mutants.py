"""Wrong answers to "An honest advert: what the small print says", and the points that each must lose."""

from __future__ import annotations

from medialit.grading.mutants import Mutant


def _contrast(name: str, *, light: str = "", ratio: str = "", choice: str = "", loses: float) -> Mutant:
    source = f"""
def worst_contrast(ink, grounds):
    def luminance(colour):
        shares = [level / 255 for level in colour]
        light = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in shares]
        {light or "return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]"}
    def contrast(ground):
        darker, lighter = sorted([luminance(ink), luminance(ground)])
        {ratio or "return (lighter + 0.05) / (darker + 0.05)"}
    {choice or "return min(contrast(ground) for ground in grounds)"}
"""
    return Mutant(item="worst_contrast", name=name, source=source, loses={"worst_contrast": loses})


def _faults(name: str, changed: str, choice: str = "found", *, loses: float) -> Mutant:
    source = f"""
def faults(text):
    worst = min(text["contrasts"])
    height = text["share"] * text["screen_mm"]
    minutes = 60 * math.degrees(2 * math.atan(height / 2 / text["distance_mm"]))
    needed = 0.2 * text["words"] + (2 if text["words"] < 10 else 3)
    {changed}
    broken = {{"contrast": worst < 4.5, "size": minutes < 20, "time": text["seconds"] < needed}}
    found = [fault for fault, there in broken.items() if there]
    return {choice}
"""
    return Mutant(item="faults", name=name, source=source, loses={"faults": loses})


def _from_left(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def arabic(word):
    return any("\\u0600" <= letter <= "\\u06ff" for letter in word)

def from_left(words, right_to_left):
    runs = []
    for word in words:
        if runs and arabic(runs[-1][0]) == arabic(word):
            runs[-1].append(word)
        else:
            runs.append([word])
    shown = [run[::-1] if arabic(run[0]) else run for run in runs]
    {body.strip()}
"""
    return Mutant(item="from_left", name=name, source=source, loses={"from_left": loses})


def _gaps(
    name: str, *, claims: str = "", numbers: str = "", differs: str = "", choice: str = "", loses: float
) -> Mutant:
    source = f"""
def gaps(versions):
    found = []
    for claim in {claims or "{claim for said in versions.values() for claim in said}"}:
        lacking = [language for language, said in versions.items() if claim not in said]
        found += [[claim, language] for language in lacking]
        numbers = {{int(said[claim]) for said in versions.values() if claim in said}}
        {numbers or "pass"}
        if {differs or "len(numbers) > 1"}:
            found.append([claim, "differs"])
    return {choice or "sorted(found)"}
"""
    return Mutant(item="gaps", name=name, source=source, loses={"gaps": loses})


def _duties(name: str, out: str = "", unsure: str = "", choice: str = "", *, loses: float) -> Mutant:
    source = f"""
def duties(facts, rules):
    found = []
    for rule in rules:
        needed = [facts[fact] for fact in rule["if"]]
        against = [facts[fact] for fact in rule["unless"]]
        if {out or "False in needed or True in against"}:
            continue
        unsure = {unsure or 'None in needed + against or rule["sure"] == "assumed"'}
        found.append({choice or '[rule["name"], "ask" if unsure else "do"]'})
    return found
"""
    return Mutant(item="duties", name=name, source=source, loses={"duties": loses})


def _refused(
    name: str,
    *,
    people: str = "",
    media: str = "",
    days: str = "",
    parts: str = "",
    choice: str = "",
    loses: float,
) -> Mutant:
    source = f"""
def refused(advert, licences):
    found = []
    for person in {people or 'advert["people"]'}:
        for medium in {media or 'advert["media"]'}:
            parts = {parts or 'advert["people"][person]'}
            answers = [
                may_show(licences, person, medium=medium, parts=parts, lands=advert["lands"], day=day)
                for day in {days or '(advert["first"], advert["last"])'}
            ]
            if any(answer != "granted" for answer in answers):
                found.append([person, medium])
    return {choice or "sorted(found)"}
"""
    return Mutant(item="refused", name=name, source=source, loses={"refused": loses})


MUTANTS = [
    _contrast(
        "takes_levels_for_light",
        light="return 0.2126 * shares[0] + 0.7152 * shares[1] + 0.0722 * shares[2]",
        loses=3.0,
    ),
    _contrast("forgets_the_stray_light", ratio="return lighter / max(darker, 1e-9)", loses=3.0),
    _contrast("weighs_colours_as_equals", light="return sum(light) / 3", loses=1.0),
    _contrast(
        "takes_red_for_green",
        light="return 0.7152 * light[0] + 0.2126 * light[1] + 0.0722 * light[2]",
        loses=1.0,
    ),
    _contrast(
        "takes_the_letters_for_the_lighter",
        ratio="return (luminance(ink) + 0.05) / (luminance(ground) + 0.05)",
        loses=1.0,
    ),
    _contrast(
        "takes_the_mean",
        choice="return sum(contrast(ground) for ground in grounds) / len(grounds)",
        loses=1.0,
    ),
    _contrast("takes_the_first_frame", choice="return contrast(grounds[0])", loses=1.0),
    _contrast("takes_the_best_frame", choice="return max(contrast(ground) for ground in grounds)", loses=1.0),
    _faults("takes_the_mean_contrast", 'worst = sum(text["contrasts"]) / len(text["contrasts"])', loses=1.5),
    _faults("looks_at_the_first_frame", 'worst = text["contrasts"][0]', loses=1.5),
    _faults("asks_for_more_than_the_limit", "worst = worst - 1e-9", loses=0.75),
    _faults("looks_at_the_share_alone", 'minutes = 20 if text["share"] >= 0.03 else 0', loses=1.5),
    _faults("takes_degrees_for_minutes", "minutes = minutes / 60", loses=3.0),
    _faults("forgets_the_time_to_notice", 'needed = 0.2 * text["words"]', loses=1.5),
    _faults("always_takes_two_seconds", 'needed = 0.2 * text["words"] + 2', loses=0.75),
    _faults("stops_at_the_first_fault", "", "found[:1]", loses=0.75),
    _from_left("keeps_the_order_of_speech", "return words", loses=2.0),
    _from_left("turns_the_latin_words_as_well", "return words[::-1] if right_to_left else words", loses=2.0),
    _from_left(
        "leaves_arabic_words_in_a_latin_line",
        """if not right_to_left:
        return words
    return [word for run in shown[::-1] for word in run]""",
        loses=1.0,
    ),
    _from_left(
        "always_begins_on_the_right", "return [word for run in shown[::-1] for word in run]", loses=1.0
    ),
    _from_left("always_begins_on_the_left", "return [word for run in shown for word in run]", loses=1.0),
    _from_left(
        "turns_the_letters",
        "return [word[::-1] for run in (shown[::-1] if right_to_left else shown) for word in run]",
        loses=2.0,
    ),
    _gaps("compares_with_the_first_language", claims="list(versions.values())[0]", loses=1.0),
    _gaps("overlooks_what_differs", differs="False", loses=2.0),
    _gaps(
        "compares_how_numbers_are_written",
        numbers="numbers = {said[claim] for said in versions.values() if claim in said}",
        loses=1.0,
    ),
    _gaps("takes_what_is_missing_for_different", differs="len(numbers) > 1 or lacking", loses=1.0),
    _gaps("puts_the_language_first", choice="sorted(pair[::-1] for pair in found)", loses=3.0),
    _duties(
        "is_content_with_one_fact", "True not in needed and None not in needed or True in against", loses=1.5
    ),
    _duties("overlooks_exceptions", "False in needed", loses=0.75),
    _duties(
        "takes_the_unknown_for_false",
        "not all(needed) or any(against)",
        'rule["sure"] == "assumed"',
        loses=0.75,
    ),
    _duties("takes_the_unknown_for_true", unsure='rule["sure"] == "assumed"', loses=0.75),
    _duties(
        "leaves_out_what_is_unknown",
        "False in needed or True in against or None in needed + against",
        loses=0.75,
    ),
    _duties(
        "asks_although_it_is_out", "(False in needed or True in against) and None not in needed", loses=0.75
    ),
    _duties("takes_the_assumed_for_read", unsure="None in needed + against", loses=0.75),
    _duties(
        "leaves_out_what_is_assumed",
        'False in needed or True in against or rule["sure"] == "assumed"',
        loses=0.75,
    ),
    _duties(
        "asks_about_what_is_reported", unsure='None in needed + against or rule["sure"] != "read"', loses=2.25
    ),
    _duties("returns_names", choice='rule["name"]', loses=3.0),
    _refused("asks_for_the_first_person", people='list(advert["people"])[:1]', loses=1.0),
    _refused("asks_for_the_first_medium", media='advert["media"][:1]', loses=1.0),
    _refused("asks_about_faces_only", parts='["face"]', loses=1.0),
    _refused("asks_about_the_first_day", days='(advert["first"],)', loses=1.0),
    _refused("asks_about_the_last_day", days='(advert["last"],)', loses=1.0),
    _refused("returns_people", choice="sorted({person for person, medium in found})", loses=2.0),
]
