"""The words that steering knows: topics in three languages, and the words around them that ask for something.

The first word of a topic in a language is the one that is shown. The lists are small on purpose: what is not in them is
said to be not understood, and never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final


class Cue(Enum):
    """What words around a topic ask for."""

    MORE = auto()
    LESS = auto()
    NONE = auto()
    ONLY = auto()
    FOLLOWED = auto()
    """People whom the viewer follows."""
    SYNTHETIC = auto()
    """What was generated."""
    UNCLEAR = auto()
    """A negation of one of these, such as "not less": understood as nothing until the next cue."""
    GLUE = auto()
    """Words without a meaning of their own here."""


TOPICS: Final[Mapping[str, Mapping[str, str]]] = {
    "football": {"en": "football|soccer", "fr": "football|foot", "ar": "كرة القدم|فوتبول"},
    "cooking": {
        "en": "cooking|cook|food|recipes|recipe",
        "fr": "cuisine|recettes|recette|nourriture",
        "ar": "الطبخ|طبخ|وصفات|المطبخ",
    },
    "music": {"en": "music|songs|song", "fr": "musique|chansons|chanson", "ar": "الموسيقى|أغاني|أغنية"},
    "dance": {"en": "dance|dancing", "fr": "danse|danses", "ar": "الرقص"},
    "news": {"en": "news", "fr": "actualités|actualité|infos|nouvelles", "ar": "الأخبار"},
    "science": {"en": "science", "fr": "science|sciences", "ar": "العلوم|العلم"},
    "animals": {
        "en": "animals|animal|cats|cat|dogs|dog",
        "fr": "animaux|animal|chats|chat|chiens|chien",
        "ar": "الحيوانات|قطط|كلاب",
    },
    "travel": {"en": "travel|travels|trips", "fr": "voyages|voyage", "ar": "السفر|رحلات"},
    "fashion": {"en": "fashion|clothes", "fr": "mode|vêtements", "ar": "الموضة|ملابس"},
    "games": {"en": "games|game|gaming", "fr": "jeux|jeu", "ar": "الألعاب|لعبة"},
    "comedy": {"en": "comedy|jokes|funny", "fr": "humour|comédie|blagues", "ar": "الكوميديا|نكت|فكاهة"},
    "crafts": {"en": "crafts|craft|pottery|weaving", "fr": "artisanat|poterie|tissage", "ar": "الحرف|فخار|نسيج"},
    "nature": {"en": "nature|mountains|sea", "fr": "nature|montagnes|montagne|mer", "ar": "الطبيعة|جبال|البحر"},
    "history": {"en": "history", "fr": "histoire", "ar": "التاريخ"},
    "school": {"en": "school|homework", "fr": "école|devoirs", "ar": "المدرسة|دروس"},
    "health": {"en": "health", "fr": "santé", "ar": "الصحة"},
    "cinema": {"en": "cinema|films|film|movies", "fr": "cinéma|films|film", "ar": "السينما|أفلام"},
    "poetry": {"en": "poetry|poems", "fr": "poésie|poèmes", "ar": "الشعر|قصائد"},
    "sport": {"en": "sport|sports", "fr": "sport|sports", "ar": "الرياضة"},
    "technology": {"en": "technology|tech", "fr": "technologie|technologies", "ar": "التكنولوجيا|التقنية"},
}  # fmt: skip
"""Topic, then language, then words with ``|`` between."""

CUES: Final[Mapping[str, Mapping[Cue, str]]] = {
    "en": {
        Cue.MORE: "more|more of|more about|i want|i'd like|show me|i like|i love",
        Cue.LESS: "less|less of|fewer|not so much|not too much|not much",
        Cue.NONE: (
            "no|no more|none of|without|stop|stop showing|hide|never|don't show|do not show|i don't want|i do not want|"
            "don't want|not|nothing about|i'm tired of"
        ),
        Cue.ONLY: "only|just|nothing but|i only want|only show",
        Cue.FOLLOWED: "people i follow|those i follow|who i follow|whom i follow|accounts i follow|friends|my friends",
        Cue.SYNTHETIC: "ai|synthetic|generated|ai generated|artificial",
        Cue.UNCLEAR: (
            "not less|not fewer|not more|not only|no less|don't show less|don't show more|i don't want less|"
            "i don't want more|i don't want only|do not show less|do not show more|i do not want less|i do not want more|"
            "not just|never less|never more|don't hide|do not hide|don't stop"
        ),
        Cue.GLUE: (
            "and|or|from|of|the|a|an|please|me|i|to|about|with|clips|clip|videos|video|posts|post|but|some|any|things|"
            "stuff|in|my|feed|on|for"
        ),
    },
    "fr": {
        Cue.MORE: "plus|plus de|davantage|davantage de|je veux|je voudrais|montre moi|montrez moi|j aime",
        Cue.LESS: "moins|moins de|pas trop de|pas trop|pas tant de",
        Cue.NONE: (
            "pas|pas de|aucun|aucune|sans|jamais|jamais de|plus jamais|plus jamais de|plus aucun|plus aucune|"
            "je ne veux pas|je ne veux pas de|je ne veux plus|je ne veux plus de|je veux plus de|ne montre pas|"
            "ne montre plus|ne me montre pas|ne me montre plus|ne montrez pas|arrête|arrêtez|arrête de montrer|cache|"
            "rien sur"
        ),
        Cue.ONLY: "seulement|uniquement|rien que|juste",
        Cue.FOLLOWED: (
            "gens que je suis|personnes que je suis|ceux que je suis|comptes que je suis|amis|mes amis"
        ),
        Cue.SYNTHETIC: "ia|synthétique|synthétiques|généré|générés|générée|générées|artificiel|artificiels",
        Cue.UNCLEAR: (
            "pas moins|pas moins de|pas plus|pas plus de|pas seulement|pas uniquement|je ne veux pas moins|"
            "je ne veux pas moins de|je ne veux pas plus de|je ne veux pas seulement|ne cache pas|n arrête pas|sans moins"
        ),
        Cue.GLUE: (
            "et|ou|de|du|des|d|l|le|la|les|un|une|s il te plaît|s il vous plaît|moi|me|je|à|au|aux|sur|avec|par|clips|"
            "clip|vidéos|vidéo|posts|mais|dans|mon|fil|pour|venant"
        ),
    },
    "ar": {
        Cue.MORE: "أكثر|أكثر من|المزيد|المزيد من|مزيدا من|مزيد من|أريد|أرني|أحب",
        Cue.LESS: "أقل|أقل من|القليل من|قليل من",
        Cue.NONE: "لا|بدون|بلا|دون|لا مزيد من|لا أريد|لا ترني|لا تعرض|لا تظهر|كفى|كفى من|توقف عن|أوقف|ليس",
        Cue.ONLY: "فقط|لا شيء سوى|حصرا",
        Cue.FOLLOWED: (
            "أشخاص أتابعهم|أشخاص الذين أتابعهم|ناس الذين أتابعهم|الذين أتابعهم|من أتابعهم|حسابات أتابعها|"
            "أصدقائي|الأصدقاء"
        ),
        Cue.SYNTHETIC: "اصطناعي|اصطناعية|الذكاء الاصطناعي|مولد|مولدة",
        Cue.UNCLEAR: "ليس أقل|ليس أكثر|ليس فقط|لا أقل|لا أكثر|لا أريد أقل|لا أريد أكثر|لا أريد فقط|لا توقف|لا تخف",
        Cue.GLUE: "و|أو|من|عن|في|مع|على|إلى|لي|فضلك|مقاطع|مقطع|فيديو|فيديوهات|منشورات|لكن|بعض",
    },
}
"""Language, then cue, then phrases with ``|`` between. Of the phrases that fit, the longest counts."""

AFTER_THE_NOUN: Final = frozenset({"ar"})
"""Languages in which "more" and "less" may stand behind what they are about."""
