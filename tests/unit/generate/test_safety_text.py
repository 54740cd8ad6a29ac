from hypothesis import given
from hypothesis import strategies as st

from medialit.generate.safety_text import sound, spelling, words

letters = st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)


def texts(prompt):
    return [word.text for word in words(prompt)]


@given(st.text(max_size=200))
def test_any_text_is_read_and_every_word_stands_inside_it_in_order(prompt):
    found = words(prompt)

    ends = [0]
    for word in found:
        assert word.text
        assert ends[-1] <= word.start < word.end <= len(prompt)
        ends.append(word.end)


@given(letters, st.sampled_from("\u200b\u200c\u200d\u2060\ufeff\u00ad\u0640\u0301\u064e"))
def test_what_is_not_seen_changes_no_word(word, invisible):
    assert texts(invisible.join(word)) == texts(word)


@given(st.lists(letters.filter(lambda w: len(w) > 2), min_size=1, max_size=6))
def test_case_and_width_change_no_word(parts):
    prompt = " ".join(parts)
    wide = "".join(chr(ord(c) + 0xFEE0) if c != " " else c for c in prompt)

    assert texts(prompt.upper()) == texts(wide) == texts(prompt)


@given(letters.filter(lambda w: len(w) > 2), st.sampled_from([" ", ".", "-", "_", "*"]))
def test_a_word_spelled_apart_is_one_word(word, gap):
    assert texts(gap.join(word)) == texts(word)


def test_two_words_spelled_apart_stay_two():
    assert texts("T a y l o r  S w i f t") == ["taylor", "swift"]
    assert texts("z-i-n-e-d-i-n-e z-i-d-a-n-e") == ["zinedine", "zidane"]


def test_letters_that_look_alike_are_one():
    assert texts("nаkеd") == texts("naked")  # Cyrillic a and e


def test_digits_stay_where_arabizi_means_them_and_are_also_read_as_letters():
    (word,) = words("k1ll")

    assert (word.text, word.decoded) == ("k1ll", "kill")
    assert texts("7amra") == ["7amra"]


def test_arabic_is_read_without_vowel_signs_and_with_one_alif():
    assert texts("أُسْتَاذَة") == texts("استاذة")


def test_tifinagh_becomes_latin_letters():
    assert texts("ⵜⴰⴽⵓⵔⵜ ⴰⵖⵔⴰⴱ") == ["takurt", "aghrab"]


def test_one_name_sounds_alike_in_three_scripts():
    assert sound("hakimi") == sound("7akimi") == sound("حكيمي")
    assert sound("macron") == sound("ماكرون") == sound(texts("ⵎⴰⴽⵔⵓⵏ")[0])


def test_usual_variants_of_spelling_are_one_and_another_word_is_not():
    assert spelling("youssef") == spelling("yusef")
    assert spelling("macron") != spelling("macaron")


def test_a_sign_stands_for_a_letter_inside_a_word_only():
    assert texts("n@ked $exy wow!") == ["naked", "sexy", "wow"]


def test_tamazight_in_latin_letters_is_read_as_in_tifinagh():
    assert texts("iɛra ɣur") == texts("i3ra ghur") == texts("ⵉⵄⵔⴰ ⵖⵓⵔ")
