from itertools import pairwise

import pytest

from medialit.generate.safety_names import find_names
from medialit.generate.safety_text import words


def kinds(prompt):
    return [name.kind for name in find_names(prompt, words(prompt))]


@pytest.mark.parametrize(
    "prompt",
    [
        "Zinedine Zidane kicks a ball",
        "une vidéo de kylian mbappe",
        "محمد السادس على الشاطئ",
        "وماكرون أيضا",
        "achraf 7akimi kayjri",
        "ⵎⴰⴽⵔⵓⵏ ⴳ ⵓⴼⵜⴰⵙ",
        "M e s s i on a boat",
        "Barack Ob4ma",
    ],
)
def test_a_well_known_name_is_found_however_it_is_written(prompt):
    assert kinds(prompt) == ["public"]


@pytest.mark.parametrize(
    "prompt",
    [
        "Mohammed V Avenue in the rain",
        "l'avenue Mohammed VI",
        "la place de Charles de Gaulle",
        "شارع محمد الخامس",
        "مسجد الحسن الثاني",
        "matar mohammed 6",
        "the Hassan II mosque",
        "stade Moulay Abdellah",
        "ملعب مولاي عبد الله",
    ],
)
def test_a_place_that_bears_a_name_is_a_place(prompt):
    assert kinds(prompt) == ["place"]


@pytest.mark.parametrize(
    "prompt",
    [
        "Mrs Benali dances",
        "my friend Karim Tazi",
        "مدام بناني",
        "السيد التازي",
        "Fatima Zahra El Idrissi",
        "John Qwertley",
    ],
)
def test_a_title_or_a_first_name_with_a_family_name_is_a_person(prompt):
    assert kinds(prompt) == ["person"]


@pytest.mark.parametrize(
    "prompt",
    [
        "a cat named Salma",
        "un macaron rose",
        "un chat trempé",
        "a messy room",
        "ⴰⵎⵇⵔⴰⵏ",
        "حلوى ماكرون وردية",
        "بالعين المجردة",
        "Mr Teapot and Mrs Cup",
        "a trumpet and a trump card",
        "chez Karim, une lampe",
        "the red car",
    ],
)
def test_a_first_name_alone_and_words_near_a_name_are_nobody(prompt):
    assert kinds(prompt) == []


def test_names_do_not_overlap():
    prompt = "Emmanuel Macron Emmanuel Macron and Mrs Benali"
    names = find_names(prompt, words(prompt))

    assert [name.kind for name in names] == ["public", "public", "person"]
    assert all(a.end <= b.first for a, b in pairwise(names))
