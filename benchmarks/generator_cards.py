"""Write what the generator's cards say of files, training and measurements; the rest of a card is prose and stays.

    python benchmarks/generator_cards.py     after an export, or after `python benchmarks/generator.py` (which calls it)

Facts come from the list beside the weights (`generator.json`, written by the export) and from the last results of the
benchmark (build/generator/prompts.json). Where the benchmark was run with other weights, the card would lie: so it says
which flow was measured, and refuses results of another.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generator import BUILD, MARKS, auc_of, median, share_of, worse_of

HOME = Path(__file__).resolve().parent.parent / "src" / "medialit" / "generate"
ROWS = ("held-out prompts", "held-out, one object", "held-out, two objects", "unseen pairs", "two objects")


def flow_sha256() -> str:
    """Return which flow ships."""
    return hashlib.sha256((HOME / "weights" / "flow.onnx").read_bytes()).hexdigest()


PARTS = (
    ("codec", "codec of pictures, four and then eight numbers a cell", "frames"),
    ("things", "codec of things, and the field of light", "portraits"),
    ("places", "memory of places, from the codec of pictures", "views"),
    ("flow", "flow", "clips"),
)


def training(facts: Mapping[str, Any]) -> str:
    done = facts["training"]
    lines = ["| part | steps | batch | seed |", "|---|---|---|---|"]
    for key, title, what in PARTS:
        part = done[key]
        steps = part["steps"] if isinstance(part["steps"], list) else [part["steps"]]
        counted = " + ".join(f"{n:,}" for n in steps)
        lines.append(f"| {title} | {counted} | {part['batch']} {what} | {part['seed']} |")
    spent = {key: done[key]["minutes"] for key in ("things", "places", "flow")}
    lines += [
        "",
        f"One core of an x86-64 server processor with AVX-512 BF16: {spent['things']} minutes for things,",
        f"{spent['places']} for places, {spent['flow']} for the flow, and 23 for the codec before them.",
        "The command for the same from nothing is",
        "`medialit train FOLDER --recipe laptop`; its seeds and sizes are these, its minutes depend on the machine. What",
        "failed on the way: `docs/explanation/experiments.md`.",
    ]
    return "\n".join(lines)


def files(facts: Mapping[str, Any]) -> str:
    rows = [f"| {name} | {of['bytes']:,} | `{of['sha256']}` |" for name, of in facts["files"].items()]
    table = "\n".join(["| file | bytes | SHA-256 |", "|---|---|---|", *rows])
    return f"{table}\n\nLicence: CC BY 4.0. Weights are stored in half precision."


def measured(model: str, prompts: Mapping[str, Any]) -> str:
    lines = [
        'By a judge network that is itself sometimes wrong (the rows "render" bound what it can say), with',
        "`python benchmarks/generator.py`; 95 % intervals.",
        "",
        "| prompts | clips | n | " + " | ".join((*MARKS[:-1], "all four")) + " |",
        "|---|---|---|" + "---|" * len(MARKS),
    ]
    for name in ROWS:
        sources = prompts["marks"].get(name, {})
        for source in (model, "render") if model in sources else ():
            if row := sources.get(source):
                cells = " | ".join(share_of(row[mark]) for mark in MARKS)
                lines.append(f"| {name} | {source} | {row['joint'][1]} | {cells} |")

    def values(source: str, measure: str) -> list[float | None]:
        return [row.get(measure) for row in prompts["motion"][source]]

    def area(measure: str) -> str:
        return auc_of(values("v1", measure), values("v2", measure), 1)

    def side_by_side(measure: str) -> str:
        return worse_of(values("v1", measure), values("v2", measure), 1)

    trembles = [median(values(source, "acceleration_residual")) for source in ("v2", "v1", "render")]
    lines += [
        "",
        f"v1 against v2, area under the ROC curve: acceleration residual {area('acceleration_residual')}, coarse flicker",
        f"{area('coarse_flicker')}, jumps {area('jumps')}, blotches {area('blotches')}, fine flicker where motion can be",
        f"followed {area('flicker')}.",
        f"Side by side on the same prompt v1 has more blotches in {side_by_side('blotches')} of the clips.",
        "The median acceleration residual is {:.1f} for v2, {:.1f} for v1 and {:.1f} for renders.".format(
            *trembles
        ),
        "Unseen pairs are kinds in a colour that they never had in training.",
        "The whole table: `docs/explanation/generator-measures.md`.",
    ]
    return "\n".join(lines)


def with_section(text: str, title: str, body: str) -> str:
    """Return a card with one section's body replaced."""
    found = re.compile(rf"(?ms)^## {title}\n\n.*?(?=^## |\Z)")
    if len(found.findall(text)) != 1:
        raise SystemExit(f'A card needs one section "{title}".')
    return found.sub(lambda _: f"## {title}\n\n{body}\n\n", text)


def main() -> None:
    facts = json.loads((HOME / "weights" / "generator.json").read_text(encoding="utf-8"))
    results = BUILD / "prompts.json"
    prompts = json.loads(results.read_text(encoding="utf-8")) if results.exists() else {}
    for model in ("v1", "v2"):
        path = HOME / "cards" / f"{model}.md"
        text = path.read_text(encoding="utf-8")
        text = with_section(text, "Training", training(facts))
        text = with_section(text, "Files", files(facts))
        if prompts.get("flow_sha256") == flow_sha256():
            text = with_section(text, "Measured", measured(model, prompts))
        else:
            text = with_section(
                text, "Measured", "These weights were not measured yet: `python benchmarks/generator.py`."
            )
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
