"""What an administrator does before the first mark: a key, the settings, and who is who."""

from __future__ import annotations

import json
import stat
import threading

import jwt
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_public_key,
)

from medialit.cli import main
from medialit.course.lti_keys import make_key, read_key
from medialit.course.lti_people import match
from medialit.course.lti_service import Member, Service
from medialit.course.lti_settings import read_settings
from medialit.course.nbgrader import tools_on_path
from medialit.errors import LtiError

from .conftest import CLASS, LAB
from .platform import INSTRUCTOR, Person

GOOD = {
    "client_id": "tool",
    "token_url": "https://moodle.example.org/mod/lti/token.php",
    "lineitems_url": "https://moodle.example.org/mod/lti/services.php/42/lineitems?type_id=3",
}


def ask(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)), catch_exceptions=False)


# The key.


def test_the_key_is_made_once_and_kept_from_other_accounts(tmp_path):
    path = tmp_path / "lti" / "key.pem"
    first = make_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert make_key(path).kid == first.kid
    assert list(path.parent.iterdir()) == [path]


def test_two_programs_that_begin_together_end_up_with_one_key(tmp_path):
    path, kids = tmp_path / "lti" / "key.pem", []
    threads = [threading.Thread(target=lambda: kids.append(make_key(path).kid)) for _n in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(kids) == 4
    assert len(set(kids)) == 1


def test_a_key_that_others_may_read_or_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "key.pem"
    with pytest.raises(LtiError, match="medialit lti key"):
        read_key(path)
    make_key(path)
    path.chmod(0o640)
    with pytest.raises(LtiError, match="chmod 600"):
        read_key(path)
    wrong = (ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 1024))
    for key in wrong:
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        path.chmod(0o600)
        with pytest.raises(LtiError, match="no RSA key of 2048 bits"):
            read_key(path)
    path.write_text("-----BEGIN PRIVATE KEY-----")
    with pytest.raises(LtiError, match="damaged"):
        read_key(path)


def test_every_public_form_is_of_the_same_key_and_none_holds_the_private_one(marked_course):
    key = marked_course.key
    public = load_pem_public_key(key.pem().encode())
    assert public == key.private.public_key()
    assert jwt.PyJWK(key.jwk()).key == public
    assert key.jwks()["keys"] == [key.jwk()]
    assert set(key.jwk()) == {"kty", "alg", "use", "kid", "n", "e"}


def test_one_command_makes_the_key_and_shows_what_to_paste(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDIALIT_HOME", str(tmp_path))
    done = ask("lti", "key")
    assert done.exit_code == 0
    key = read_key(tmp_path / "lti" / "key.pem")
    assert key.pem().strip() in done.output
    assert "PRIVATE KEY--" not in done.output
    assert json.loads(ask("lti", "key", "--only", "jwk").output) == key.jwk()
    assert json.loads(ask("lti", "key", "--only", "jwks").output) == key.jwks()


# The settings.


def write(folder, values):
    (folder / "lti.toml").write_text("".join(f"{key} = {json.dumps(one)}\n" for key, one in values.items()))
    return folder


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"client_id": ""}, "lacks client_id"),
        ({"client_id": 10000000000001}, "quotation marks"),
        ({"clientid": "x"}, "'clientid', which means nothing here"),
        ({"token_url": "http://moodle.example.org/token"}, "does not begin with https"),
        ({"lineitems_url": "http://192.168.1.20/lineitems"}, "does not begin with https"),
        ({"lineitems_url": "http://localhost.example.org/lineitems"}, "does not begin with https"),
        ({"memberships_url": "ftp://moodle.example.org"}, "does not begin with https"),
        ({"token_url": "moodle.example.org/token"}, "is no address"),
        ({"token_url": "https://me:secret@moodle.example.org/token"}, "is no address"),
        ({"token_url": "https://[::1/token"}, "is no address"),
    ],
)
def test_settings_that_cannot_be_right_are_refused(tmp_path, changes, why):
    with pytest.raises(LtiError, match=why):
        read_settings(write(tmp_path, {**GOOD, **changes}))


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "[::1]", "localhost"])
def test_only_this_computer_may_be_asked_in_the_clear(tmp_path, host):
    address = f"http://{host}/lineitems"
    assert read_settings(write(tmp_path, {**GOOD, "lineitems_url": address})).lineitems_url == address


def test_a_course_that_is_not_connected_is_told_how(tmp_path):
    with pytest.raises(LtiError, match=r"lti\.toml is not there"):
        read_settings(tmp_path)
    (tmp_path / "lti.toml").write_text("client_id = ")
    with pytest.raises(LtiError, match="cannot be read"):
        read_settings(tmp_path)


# Who is who.


def member(user_id, **changes):
    about = {"given": "", "family": "", "email": "", "sourced_id": "", "learner": True, **changes}
    return Member(user_id=user_id, **about)


class Student:
    def __init__(self, id, email=None, lms_user_id=None):
        self.id, self.email, self.lms_user_id = id, email, lms_user_id


def test_a_learner_is_found_by_the_schools_id_or_one_address_and_never_by_a_guess():
    members = [
        member("1", sourced_id="salma"),
        member("2", email="Yassine@Example.org"),
        member("3", email="two@example.org"),
        member("4", email="two@example.org"),
        member("5", email="ines@example.org"),
        member("6", email="prof@example.org", learner=False),
    ]
    students = [
        Student("salma", "other@example.org", "old"),
        Student("yassine", "yassine@example.org"),
        Student("two", "two@example.org"),
        Student("ines", "ines@example.org"),
        Student("ines2", "ines@example.org"),
        Student("prof", "prof@example.org"),
        Student("badr"),
    ]
    matches = match(members, students)
    assert [(one.learner, one.user_id, one.before) for one in matches.found] == [
        ("salma", "1", "old"),
        ("yassine", "2", ""),
    ]
    assert set(matches.only_here) == {"two", "ines", "ines2", "prof", "badr"}
    assert [one.user_id for one in matches.only_there] == ["3", "4", "5"]


def test_one_member_is_never_two_learners():
    matches = match(
        [member("1", sourced_id="salma", email="s@example.org")],
        [Student("salma"), Student("s", "s@example.org")],
    )
    assert matches.found == ()
    assert matches.only_here == ("s", "salma")


def test_names_of_the_platforms_people_in_arabic_and_tifinagh_arrive(course, platform):
    platform.page_size = 2
    course.connect(platform, memberships_url=platform.memberships_url)
    with Service(read_settings(course.folder), course.key) as service:
        found = list(service.members())
    assert [(one.user_id, one.given, one.family) for one in found] == [
        (one.id, one.given, one.family) for one in (*CLASS, INSTRUCTOR)
    ]
    assert [one.user_id for one in found if not one.learner] == [INSTRUCTOR.id]


def test_a_lecturer_finds_the_user_ids_and_sends_the_marks_by_two_commands(course, platform):
    platform.people = (
        *(
            Person(id=f"lti-{one.id}", given=one.given, family=one.family, email=one.email)
            for one in CLASS[:3]
        ),
        INSTRUCTOR,
    )
    course.connect(platform, memberships_url=platform.memberships_url)
    looked = ask("lti", "people", course.folder)
    assert "salma: سلمى العلوي, user lti-9001 (was 9001)" in looked.output
    assert "badr: not found on the platform" in looked.output
    assert "Nothing was written" in looked.output
    with tools_on_path(), course.book() as gradebook:
        assert gradebook.find_student("salma").lms_user_id == "9001"
    assert "Found: 3. The roster has them." in ask("lti", "people", course.folder, "--write").output
    dry = ask("lti", "send", course.folder, "--dry-run", "--lab", LAB)
    assert "To send: 3." in dry.output
    done = ask("lti", "send", course.folder)
    assert (done.exit_code, "4 sent, 0 unchanged, 0 refused" in done.output) == (0, True)
    assert {user for _lab, user in platform.marks()} == {"lti-9001", "lti-9002", "lti-9003"}


def test_the_command_ends_with_3_where_a_mark_was_not_taken(course, platform):
    platform.people = (*CLASS[1:], INSTRUCTOR)
    course.connect(platform)
    done = ask("lti", "send", course.folder, "--learner", "salma", "--learner", "ines")
    assert done.exit_code == 3
    assert "Not accepted: 01_probe: سلمى العلوي (salma), user 9001: 6.5 of 9." in done.output
    assert "2 sent, 0 unchanged, 1 refused" in done.output


def test_a_folder_that_is_no_course_is_refused(tmp_path):
    done = ask("lti", "send", tmp_path)
    assert done.exit_code == 1
    assert "is not a built course" in done.output
