"""A file of prompts is read line by line; what is wrong with one hides no other."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialit.batch import Line, Wrong, read
from medialit.errors import BatchError
from medialit.language import said


def lines(tmp_path, text, *, kind="csv", encoding="utf-8"):
    path = tmp_path / f"prompts.{kind}"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return read(path)


def test_a_table_as_a_french_spreadsheet_saves_it_says_what_one_with_commas_says(tmp_path):
    plain = lines(tmp_path, 'prompt,seed,guidance\n"a cat, red",7,1.5\nun chat,,\n')
    french = lines(tmp_path, "\ufeffPrompt;Seed;Guidance\r\na cat, red;7;1,5\r\n\r\nun chat;;\r\n")
    assert [(one.prompt, one.seed, one.guidance, one.name) for one in plain] == [
        (one.prompt, one.seed, one.guidance, one.name) for one in french
    ]
    assert [one.number for one in plain] == [2, 3]
    assert [one.number for one in french] == [2, 4]


def test_json_lines_say_the_same_as_a_table(tmp_path):
    told = {
        "prompt": "a cat",
        "seed": "٧",
        "generator": "v1",
        "steps": 4,
        "size": 256,
        "language": "fr",
        "name": "x",
    }
    [one] = lines(tmp_path, "\n" + json.dumps(told), kind="jsonl")
    [same] = lines(tmp_path, "prompt,seed,model,steps,size,lang,name\na cat,7,v1,4,256 x 256,fr,x.mp4\n")
    assert (one.number, same.number) == (2, 2)
    assert one == same == Line(number=2, prompt="a cat", seed=7, model="v1", steps=4, lang="fr", name="x")


BAD = {
    '{"seed": 1}': "prompt is missing",
    '{"prompt": "a\\nb"}': "several lines",
    '{"prompt": "a", "seed": -1}': "seed is a whole number",
    '{"prompt": "a", "seed": 1.5}': "seed is a whole number",
    '{"prompt": "a", "seed": true}': "seed is a whole number",
    '{"prompt": "a", "steps": 101}': "from 1 to 100",
    '{"prompt": "a", "guidance": NaN}': "from 0 to 10",
    '{"prompt": "a", "model": "v3"}': "v1 or v2",
    '{"prompt": "a", "size": 512}': "256",
    '{"prompt": "a", "lang": "tlh"}': "no language tlh",
    '{"prompt": "a", "name": "../../etc/passwd"}': "file's name",
    '{"prompt": "a", "name": ".hidden"}': "file's name",
    '{"prompt": "a", "sead": 1}': "no sead to set",
    '{"prompt": "a", "model": "v1", "generator": "v1"}': "each once",
    '{"prompt": "\\ud800"}': "UTF-8",
    '{"prompt": "a", "with": "tiziri"}': "as is missing",
    '{"prompt": "a", "doing": "wave"}': "with is missing",
    '{"prompt": "a", "with": "t", "as": "n", "purpose": "fun", "territory": "MA"}': "no such word",
    '{"prompt": "a", "with": "t", "as": "n", "purpose": "art", "territory": "MA", "steps": 3}': "neither steps",
    "[1]": "no JSON object",
    "{": "no JSON object",
    "[" * 100_000: "no JSON object",
}


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
def test_a_wrong_line_is_reported_with_its_number_and_the_others_stand(tmp_path, bad):
    found = lines(tmp_path, f'{{"prompt": "first"}}\n{bad}\n{{"prompt": "last"}}\n', kind="jsonl")
    assert [type(one) for one in found] == [Line, Wrong, Line]
    assert [one.number for one in found] == [1, 2, 3]
    assert BAD[bad] in str(found[1].error)
    assert said(found[1].error, lang="ar") != str(found[1].error)


def test_a_line_of_a_table_with_too_many_cells_or_foreign_letters_is_wrong_alone(tmp_path):
    found = lines(tmp_path, "prompt,seed\na cat, red,3\nun canap\xe9,1\nok,2\n", encoding="latin-1")
    assert [type(one) for one in found] == [Wrong, Wrong, Line]
    assert "quotation marks" in str(found[0].error)
    assert "UTF-8" in str(found[1].error)


def test_no_two_lines_share_a_file_and_none_is_lost_by_it(tmp_path):
    found = lines(tmp_path, "prompt,seed,name\na cat,1,\na cat,1,\na cat,2,\na dog,1,Cat\na bird,1,cat\n")
    assert [type(one) for one in found] == [Line, Wrong, Line, Line, Wrong]
    assert "Line 2 asks for the same clip" in str(found[1].error)
    assert "Line 5 has the name" in str(found[4].error)


def test_a_line_keeps_its_name_when_others_come_above_it(tmp_path):
    [alone] = lines(tmp_path, "prompt,seed\nكرة حمراء,4\n")
    [*_, same] = lines(tmp_path, "prompt,seed\na cat,1\na dog,1\nكرة حمراء,4\n")
    assert alone.name == same.name
    assert alone.name.startswith("كرة-حمراء-4-")


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.csv", "", "names the columns"),
        ("a.csv", "prompt,sead\na,1\n", "sead"),
        ("a.csv", "a red ball\n", "names the columns"),
        ("a.csv", "prompt\n\n", "no prompt"),
        ("a.jsonl", "\n", "no prompt"),
        ("a.xlsx", "PK", "neither"),
    ],
)
def test_a_file_that_is_no_list_of_prompts_is_refused_whole(tmp_path, name, text, reason):
    (tmp_path / name).write_text(text)
    with pytest.raises(BatchError, match=reason):
        read(tmp_path / name)


def test_who_is_to_be_seen_is_read_from_a_list_or_from_words(tmp_path):
    told = {
        "prompt": "a cat",
        "with": ["tiziri", "salma"],
        "as": "nadir",
        "purpose": "art",
        "territory": ["MA", "FR"],
    }
    [listed] = lines(tmp_path, json.dumps(told), kind="jsonl")
    [in_words] = lines(tmp_path, 'prompt,with,as,purpose,territory\na cat,"tiziri, salma",nadir,art,MA FR\n')
    assert listed.company == in_words.company
    assert listed.sum == in_words.sum
    assert listed.company.people == ("tiziri", "salma")


@given(content=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: f"prompt,seed\n{text}".encode()),
       kind=st.sampled_from(["csv", "jsonl"]))  # fmt: skip
def test_whatever_a_file_holds_each_line_is_a_clip_of_its_own_or_wrong(tmp_path_factory, content, kind):
    path = tmp_path_factory.getbasetemp() / f"any.{kind}"
    path.write_bytes(content)
    try:
        found = read(path)
    except BatchError:
        return
    numbers = [one.number for one in found]
    assert numbers == sorted(set(numbers))
    names = [one.name.casefold() for one in found if isinstance(one, Line)]
    assert len(set(names)) == len(names)
    assert all(name and "/" not in name and not name.startswith(".") for name in names)
