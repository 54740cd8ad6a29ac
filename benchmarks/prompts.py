"""How well prompts are understood, language by language.

    python benchmarks/prompts.py [--n 300] [--split test|dev] [--show] [--no-docs]

Four kinds of prompts: captions of the world's grammar that training never drew; the same with 5 % of their letters
mistyped; captions with two objects only, where each word has to go to the right one; and the free prompts of
``benchmarks/data/prompts.tsv``. A slot is a kind, colour, action or size of an object, the background, the camera. The
table goes into docs/explanation/prompts.md; the last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polib

from medialit.forensics.statistics import wilson
from medialit.generate.shot import MORE_COLOURS, Actor, Shot
from medialit.generate.text import _reader, read
from medialit.generate.text_words import words
from medialit.world import ACTIONS, COLOURS, KINDS, SIZES_M, draw_scene
from medialit.world.captions import caption_phrases

ROOT = Path(__file__).parent.parent
FREE = ROOT / "benchmarks" / "data" / "prompts.tsv"
PAGE = ROOT / "docs" / "explanation" / "prompts.md"
SOURCES = {"en": "en", "fr": "fr", "ar": "ar", "ary": "ary", "ary-Latn": "ary", "zgh": "zgh"}
FIRST_SEED = 3_000_000_000  # training draws its captions below 2**31
NAMES = {
    "en": "English",
    "fr": "French",
    "ar": "Arabic",
    "ary": "Darija",
    "zgh": "Tamazight",
}


@dataclass
class Tally:
    """What came of a list of prompts."""

    n: int = 0
    right: int = 0  # prompts with every slot right
    named: int = 0  # slots that the prompt names
    got: int = 0  # of them read rightly
    filled: int = 0  # slots that the reader filled
    wrong: int = 0  # of them with another value than the prompt's, or none there
    failures: list[str] = field(default_factory=list)

    def add(self, prompt: str, expected: Shot) -> None:
        """Read a prompt and count."""
        want, have = slots(expected), slots(read(prompt).shot)
        self.n += 1
        self.right += want == have
        self.named += len(want)
        self.got += sum(have.get(slot) == value for slot, value in want.items())
        self.filled += len(have)
        self.wrong += sum(want.get(slot) != value for slot, value in have.items())
        if want != have:
            missed = {s: v for s, v in want.items() if s not in have}
            wrong = {s: v for s, v in have.items() if want.get(s) != v}
            self.failures.append(f"{prompt}\n      missed {missed} wrong {wrong}")

    @property
    def slot_accuracy(self) -> float:
        """Share of named slots that were read rightly."""
        return self.got / max(1, self.named)

    @property
    def all_right(self) -> float:
        """Share of prompts with every slot right, and no slot filled that was not named."""
        return self.right / max(1, self.n)

    @property
    def confidently_wrong(self) -> float:
        """Share of filled slots that say something else than the prompt."""
        return self.wrong / max(1, self.filled)


def slots(shot: Shot) -> dict[str, str]:
    """Return the named slots of a shot."""
    out = {}
    for i, actor in enumerate(shot.objects):
        for slot in ("kind", "colour", "action", "size"):
            if getattr(actor, slot):
                out[f"{slot} {i}"] = getattr(actor, slot)
    for slot in ("background", "pan"):
        if getattr(shot, slot):
            out[slot] = getattr(shot, slot)
    return out


def expected_of(words: str) -> Shot:
    """Return the shot that the last column of the list of free prompts writes down."""
    background = pan = None
    actors = []
    for part in words.split("|"):
        found: dict[str, str] = {}
        for word in part.split():
            if word[0] == "@":
                background = word[1:]
            elif word[0] == "<":
                pan = word[1:]
            elif word != "-":
                tables = {
                    "kind": KINDS,
                    "colour": (*COLOURS, *MORE_COLOURS),
                    "action": ACTIONS,
                    "size": SIZES_M,
                }
                found[next(slot for slot, table in tables.items() if word in table)] = word
        actors.append(Actor(**found))
    return Shot(objects=tuple(actors), background=background, pan=pan)


def captions(source: str, n: int, *, two: bool = False) -> Iterable[tuple[str, Shot]]:
    """Give captions that training never drew, and what each names."""
    for seed in range(FIRST_SEED, FIRST_SEED + n):
        scene = draw_scene(seed, n_objects=2) if two else draw_scene(seed)
        text, phrases = caption_phrases(scene, seed=seed, language=source)
        said: dict[int | None, dict[str, str]] = {}
        for phrase in phrases:
            said.setdefault(phrase.object, {})[phrase.slot] = phrase.value
        actors = [Actor(**said[i]) for i in range(len(scene.objects))]
        if scene.objects[0].action == "hit":
            actors[1] = Actor(kind=actors[1].kind, colour=actors[1].colour, size=actors[1].size)
        yield text, Shot(objects=tuple(actors), **said.get(None, {}))


def mistyped(text: str, rng: np.random.Generator, *, share: float = 0.05) -> str:
    """Lose, double, swap or replace a share of the letters."""
    out = list(text)
    for i in range(len(out)):
        if text[i].isalpha() and rng.random() < share:
            how = rng.integers(4)
            if how == 0:
                out[i] = ""
            elif how == 1:
                out[i] *= 2
            elif how == 2 and i + 1 < len(out) and text[i + 1].isalpha():
                out[i], out[i + 1] = text[i + 1], text[i]
            else:
                out[i] = text[int(rng.choice([j for j, c in enumerate(text) if c.isalpha()]))]
    return "".join(out)


def free_prompts(split: str) -> list[tuple[str, str, Shot]]:
    """Return (language, prompt, shot) of the free prompts of one split."""
    lines = FREE.read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and line[0] != "#"]
    return [(row[1], row[2], expected_of(row[3])) for row in rows if row[0] == split]


def measure(n: int, split: str) -> dict[str, dict[str, Tally]]:
    """Return a tally by language and kind of prompts."""
    out: dict[str, dict[str, Tally]] = {
        language: {part: Tally() for part in ("grammar", "typing", "two", "hit", "free")}
        for language in NAMES
    }
    for source, language in SOURCES.items():
        rng = np.random.default_rng(5)
        for text, shot in captions(source, n):
            out[language]["grammar"].add(text, shot)
            out[language]["typing"].add(mistyped(text, rng), shot)
        for text, shot in captions(source, n, two=True):
            out[language]["hit" if shot.objects[0].action == "hit" else "two"].add(text, shot)
    for language, prompt, shot in free_prompts(split):
        out[language]["free"].add(prompt, shot)
    return out


def strange_words(n: int) -> dict[str, tuple[int, int]]:
    """Return how many of up to n words of the labs' texts, none of them taught, fill a slot; and how many there were.

    Some are rightly understood (a plural that no list holds), so the share is an upper bound of what is taken wrongly.
    """
    taught = _reader().forms.table
    out = {}
    for language in ("en", "fr", "ar", "zgh"):
        found: dict[str, str] = {}
        for path in sorted((ROOT / "labs").glob(f"*/i18n/{'fr' if language == 'en' else language}.po")):
            for entry in polib.pofile(str(path)):
                text = entry.msgid if language == "en" else entry.msgstr
                for word in words(text):
                    right_script = word.script == {"ar": "arabic", "zgh": "tifinagh"}.get(language, "latin")
                    if (
                        right_script
                        and len(word.normal) >= 4
                        and word.normal.isalpha()
                        and word.normal not in taught
                    ):
                        found[word.normal] = text[word.start : word.end]
        chosen = list(found.values())[:: max(1, len(found) // n)]
        out[language] = (sum(bool(slots(read(word).shot)) for word in chosen), len(chosen))
    return out


def speed() -> dict[str, float]:
    """Return seconds to load the reader in a fresh process, and milliseconds a prompt (median of 100)."""
    script = (
        "import time, numpy; from medialit.generate.text import read, _reader; t = time.perf_counter(); _reader();"
        "print(time.perf_counter() - t)"
    )
    load = min(float(subprocess.check_output([sys.executable, "-c", script])) for _ in range(3))
    prompts = [text for source in SOURCES for text, _ in captions(source, 20)]
    times = []
    for prompt in prompts:
        began = time.perf_counter()
        read(prompt)
        times.append(time.perf_counter() - began)
    return {
        "load_s": round(load, 3),
        "ms": round(1000 * float(np.median(times)), 2),
        "ms_slowest": round(1000 * max(times), 2),
    }


def table(results: dict[str, dict[str, Tally]], split: str) -> str:
    """Return the results as a Markdown table."""
    titles = {
        "grammar": "grammar, held out",
        "typing": "5 % of letters mistyped",
        "two": "two objects",
        "hit": "one hits the other",
        "free": f"free prompts ({split})",
    }
    lines = [
        "| prompts | language | n | slots right | all right (95 % interval) | filled wrongly |",
        "|---|---|---|---|---|---|",
    ]
    for part, title in titles.items():
        for language, name in NAMES.items():
            t = results[language][part]
            low, high = wilson(t.right, t.n).low, wilson(t.right, t.n).high
            lines.append(
                f"| {title} | {name} | {t.n} | {100 * t.slot_accuracy:.1f} % | {100 * t.all_right:.1f} % "
                f"({100 * low:.0f} to {100 * high:.0f}) | {100 * t.confidently_wrong:.1f} % |"
            )
    return "\n".join(lines)


def main() -> None:
    """Measure, print, write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=300, help="captions for each word list")
    parser.add_argument("--split", choices=("dev", "test"), default="test")
    parser.add_argument(
        "--show", action="store_true", help="print the prompts that were read wrongly (dev only)"
    )
    parser.add_argument("--no-docs", action="store_true")
    args = parser.parse_args()
    if args.show and args.split == "test":
        parser.error("--show is for the dev split; the test split stays unseen")
    results = measure(args.n, args.split)
    if args.show:
        for language, parts in results.items():
            for part in ("grammar", "two", "hit", "free"):
                for failure in parts[part].failures[:25]:
                    print(language, part, failure)
    text = table(results, args.split)
    timing = speed()
    strange = strange_words(400)
    said = "; ".join(f"{NAMES[x]} {wrong} of {n}" for x, (wrong, n) in strange.items())
    text += (
        f"\n\nWords of the labs' texts that were never taught, each alone, that filled a slot all the same: {said}."
        f"\n\nLoading takes {timing['load_s']} s, a prompt {timing['ms']} ms (median; the slowest "
        f"{timing['ms_slowest']} ms) on one core of this machine ({platform.machine()}, Python "
        f"{platform.python_version()}).\n"
    )
    print(text)
    if args.split == "test" and not args.no_docs:
        start, end = "<!-- benchmark: start -->\n", "<!-- benchmark: end -->"
        page = PAGE.read_text("utf-8")
        head, rest = page.split(start)
        PAGE.write_text(head + start + "\n" + text + "\n" + end + rest.split(end)[1], "utf-8")
    summary: dict[str, object] = {
        language: {
            part: {
                "slots": round(t.slot_accuracy, 4),
                "all_right": round(t.all_right, 4),
                "wrong": round(t.confidently_wrong, 4),
            }
            for part, t in parts.items()
        }
        for language, parts in results.items()
    }
    gaps = {
        part: round(max(results["en"][part].slot_accuracy - results[x][part].slot_accuracy for x in NAMES), 4)
        for part in ("grammar", "typing", "free")
    }
    print(
        json.dumps(
            {
                "prompts": {
                    **summary,
                    "gap": gaps,
                    "strange": {x: round(a / b, 4) for x, (a, b) in strange.items()},
                    **timing,
                }
            }
        )
    )


if __name__ == "__main__":
    main()
