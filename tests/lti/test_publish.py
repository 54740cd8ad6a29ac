"""Marks go to a learning platform once, whatever happens on the way."""

from __future__ import annotations

import contextlib
import itertools
import json
import logging
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st

from medialit.course.lms import number
from medialit.course.lti import LtiExport, publish
from medialit.course.lti_record import FILE, Record
from medialit.course.lti_service import Service
from medialit.course.lti_settings import read_settings
from medialit.course.nbgrader import tools_on_path
from medialit.errors import LtiError
from medialit.language import translator

from .conftest import CLASS, IDS, LAB, SECOND, TITLE, Course
from .platform import INSTRUCTOR, Fault, Person, Platform

MARKS = {(LAB, "9001"): 6.5, (LAB, "9002"): None, (LAB, "9003"): 3.25, (SECOND, "9003"): 1.0}
"""What the class has, by lab and user; None waits for a person."""


def marks(platform: Platform) -> dict[tuple[str, str], float | None]:
    return {who: score.get("scoreGiven") for who, score in platform.marks().items()}


def posts(platform: Platform) -> list[str]:
    """Return what was written to the platform, by path."""
    return [one.path for one in platform.requests if one.method == "POST" and "token" not in one.path]


class Pauses(list[float]):
    """Waits for nothing, and notes how long it should have."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def run(
    course: Course,
    platform: Platform,
    clock: Callable[[], datetime],
    *,
    scores=None,
    sleep: Callable[[float], None] | None = None,
    record: Path | None = None,
    **more,
):
    """Send a course's marks as the export does, with a clock and pauses of the test."""
    course.connect(platform)
    found = read_settings(course.folder)
    with Service(found, course.key, now=clock, sleep=Pauses() if sleep is None else sleep) as service:
        return publish(
            course.plan().scores if scores is None else scores,
            service=service,
            record=Record(record or course.folder / FILE),
            platform=platform.lineitems_url,
            now=clock,
            **more,
        )


class Told(logging.Handler):
    """What an export says."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def export(course: Course, **traits: Any) -> list[str]:
    """Run the plugin as `nbgrader export` does in the course's folder, and return what it says."""
    told = Told()
    log = logging.Logger("export", logging.INFO)
    log.addHandler(told)
    with contextlib.chdir(course.folder), tools_on_path(), course.book() as gradebook:
        LtiExport(log=log, **traits).export(gradebook)
    return told.lines


def test_nbgrader_export_sends_the_marks_of_the_gradebook_and_sending_them_again_changes_nothing(
    course, platform
):
    course.connect(platform)
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "export", "--exporter=medialit.course.lti.LtiExport"],
        cwd=course.folder,
        env={**os.environ, "PATH": str(Path(sys.executable).parent), "HOME": str(course.folder.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "4 sent, 0 unchanged, 0 refused, 0 left out." in done.stderr
    assert marks(platform) == MARKS
    applied, kept = Counter(platform.n_applied), dict(platform.results)
    platform.requests.clear()
    assert export(course)[-1] == "0 sent, 4 unchanged, 0 refused, 0 left out."
    assert posts(platform) == []
    assert (platform.n_applied, platform.results) == (applied, kept)


def test_a_dry_run_says_what_would_be_sent_by_name_and_asks_the_platform_nothing(course, platform):
    course.connect(platform)
    assert export(course, dry_run=True) == [
        "Would send 01_probe: Inès d'Anfa, «la photographe» (ines), user 9003: 3.25 of 9.",
        "Would send 01_probe: سلمى العلوي (salma), user 9001: 6.5 of 9.",
        "Would send 01_probe: ⵢⴰⵙⵉⵏ ⴰⵎⵖⵏⴰⵙ (yassine), user 9002: waits for a person.",
        "Would send 02_words: Inès d'Anfa, «la photographe» (ines), user 9003: 1 of 3.",
        "To send: 4. On the platform already: 0. Nothing was sent.",
    ]
    assert platform.requests == []
    assert not (course.folder / FILE).exists()


def test_after_sending_a_dry_run_names_only_what_is_new(course, platform, clock):
    run(course, platform, clock)
    course.mark("salma", share=1.0, reflection=4.0)
    assert export(course, dry_run=True) == [
        "Would send 01_probe: سلمى العلوي (salma), user 9001: 9 of 9.",
        "To send: 1. On the platform already: 3. Nothing was sent.",
    ]


def test_titles_and_comments_in_arabic_and_tifinagh_arrive_as_they_were_written(course, platform, clock):
    run(course, platform, clock)
    assert {item["resourceId"]: item["label"] for item in platform.line_items.values()} == {
        LAB: TITLE,
        SECOND: SECOND,
    }
    _ = translator("ar")
    comments = {who: score["comment"] for who, score in platform.marks().items()}
    assert comments[LAB, "9001"] == _("{points} of {most} points.").format(points="6.5", most="9")
    assert comments[LAB, "9002"] == _("Part of this work still waits to be read by your teacher.")
    assert "0.25" in comments[LAB, "9003"]
    assert not any("points" in comment for comment in comments.values())


def test_a_mark_is_whole_and_what_waits_for_a_person_is_said_to_wait(course, platform, clock):
    run(course, platform, clock)
    found = platform.marks()
    assert {who: (one["activityProgress"], one["gradingProgress"]) for who, one in found.items()} == {
        who: ("Submitted", "PendingManual") if points is None else ("Completed", "FullyGraded")
        for who, points in MARKS.items()
    }
    assert found[LAB, "9001"]["scoreMaximum"] == 9
    course.mark("yassine", share=0.5, reflection=2.0)
    run(course, platform, clock)
    assert marks(platform) == {**MARKS, (LAB, "9002"): 4.5}


@pytest.mark.parametrize("manners", ["moodle", "canvas"])
def test_only_a_mark_that_changed_is_sent_again_and_is_no_further_attempt(course, platform, clock, manners):
    platform.manners = manners
    run(course, platform, clock)
    course.mark("salma", share=1.0, reflection=4.0)
    outcome = run(course, platform, clock)
    assert [one.user_id for one in outcome.sent] == ["9001"]
    assert marks(platform) == {**MARKS, (LAB, "9001"): 9}
    first, second = (
        json.loads(one.body)
        for one in platform.requests
        if one.path.endswith("/scores") and json.loads(one.body)["userId"] == "9001"
    )
    assert "https://canvas.instructure.com/lti/submission" not in first
    assert second["https://canvas.instructure.com/lti/submission"] == {"new_submission": False}


def test_who_has_no_user_id_or_shares_one_is_named_and_stops_nobody_else(course, platform):
    course.set_user("salma", None)
    course.set_user("badr", "9002")
    course.connect(platform)
    told = export(course)
    assert told[:3] == [
        "Badr ⵉⵣⴰⵢⴰⵏ (badr) has an lms_user_id that another has too, 9002: no mark is sent.",
        "سلمى العلوي (salma) has no lms_user_id in the roster: no mark is sent.",
        "ⵢⴰⵙⵉⵏ ⴰⵎⵖⵏⴰⵙ (yassine) has an lms_user_id that another has too, 9002: no mark is sent.",
    ]
    assert marks(platform) == {who: points for who, points in MARKS.items() if who[1] == "9003"}


@pytest.mark.parametrize("manners", ["moodle", "canvas"])
def test_who_is_not_in_the_platforms_course_is_named_and_stops_nobody_else(course, platform, clock, manners):
    platform.manners = manners
    platform.people = (*CLASS[1:], INSTRUCTOR)
    outcome = run(course, platform, clock)
    [(score, why)] = outcome.refused
    assert (score.user_id, "is no learner of this course" in why) == ("9001", True)
    assert marks(platform) == {who: points for who, points in MARKS.items() if who[1] != "9001"}
    platform.people = (*CLASS, INSTRUCTOR)
    assert [one.user_id for one in run(course, platform, clock).sent] == ["9001"]
    assert marks(platform) == MARKS


def test_the_export_ends_with_an_error_where_a_mark_was_not_taken(course, platform):
    platform.people = (*CLASS[1:], INSTRUCTOR)
    course.connect(platform)
    with pytest.raises(LtiError, match="Marks that the platform did not take: 1"):
        export(course)


def test_nothing_handed_in_is_nothing_or_0_where_asked(course, platform):
    course.connect(platform)
    export(course, untouched_as_zero=True, assignment=[LAB])
    assert marks(platform) == {who: points for who, points in MARKS.items() if who[0] == LAB} | {
        (LAB, "9004"): 0
    }
    assert platform.marks()[LAB, "9004"]["activityProgress"] == "Initialized"


def test_where_the_record_is_lost_the_platform_is_asked_and_nothing_is_sent(course, platform, clock):
    run(course, platform, clock)
    (course.folder / FILE).unlink()
    platform.requests.clear()
    outcome = run(course, platform, clock)
    assert (len(outcome.sent), len(outcome.unchanged)) == (0, 4)
    assert posts(platform) == []
    platform.requests.clear()
    run(course, platform, clock)
    assert not any(one.path.endswith("/results") for one in platform.requests)  # the record is whole again


def test_a_record_whose_last_line_is_torn_loses_that_line_only(course, platform, clock):
    run(course, platform, clock)
    path = course.folder / FILE
    path.write_bytes(path.read_bytes()[:-20])
    course.mark("salma", share=0.0, reflection=0.0)
    run(course, platform, clock)
    lines = path.read_text(encoding="utf-8").splitlines()
    whole = [line for line in lines if line.endswith("}")]
    assert (len(lines), len(whole)) == (6, 5)  # 4, of which one torn; the change; the torn one again
    assert marks(platform) == {**MARKS, (LAB, "9001"): 0}
    assert set(platform.n_applied.values()) == {1, 2}


def test_what_a_teacher_changed_on_the_platform_stays_unless_asked(course, platform, clock):
    run(course, platform, clock)
    platform.edit(LAB, "9001", 9)
    run(course, platform, clock)
    assert marks(platform)[LAB, "9001"] == 9
    run(course, platform, clock, recheck=True)
    assert marks(platform) == MARKS


def test_a_column_is_found_again_among_many_in_pages_and_not_made_twice(course, platform, clock):
    platform.page_size = 1
    platform.line_items = {
        str(n): {"label": f"{n}", "scoreMaximum": 5, "resourceId": f"x{n}", "tag": ""} for n in range(1, 4)
    }
    run(course, platform, clock)
    (course.folder / FILE).unlink()
    run(course, platform, clock)
    assert Counter(one["resourceId"] for one in platform.line_items.values())[LAB] == 1
    assert len(platform.line_items) == 5
    assert set(platform.n_applied.values()) == {1}


def test_a_column_that_the_platform_lost_is_made_again_and_filled(course, platform, clock):
    run(course, platform, clock)
    platform.line_items = {"77": {"label": "x", "scoreMaximum": 5, "resourceId": "x"}}
    platform.results.clear()
    run(course, platform, clock)
    assert marks(platform) == MARKS


def test_marks_are_compared_in_the_columns_own_measure(course, platform, clock):
    platform.line_items["1"] = {"label": "made by hand", "scoreMaximum": 100, "resourceId": LAB}
    run(course, platform, clock)
    (course.folder / FILE).unlink()
    assert run(course, platform, clock).sent == []


# What goes wrong on the way.


def test_too_many_requests_are_sent_again_when_the_platform_says(course, platform, clock):
    faults = {
        2: Fault(status=429, headers={"Retry-After": "7"}),
        5: Fault(status=503, headers={"Retry-After": "9"}),
    }
    platform.fault = lambda number, method, path: faults.get(number)
    pauses = Pauses()
    run(course, platform, clock, sleep=pauses)
    assert pauses == [7.0, 9.0]
    assert marks(platform) == MARKS


def test_retry_after_may_be_a_moment(course, platform):
    moment = datetime(2026, 11, 27, 12, tzinfo=UTC)
    fault = Fault(status=429, headers={"Retry-After": "Fri, 27 Nov 2026 12:00:30 GMT"})
    platform.fault = lambda number, method, path: fault if number == 1 else None
    pauses = Pauses()
    ticks = itertools.count()
    found = []

    def clock() -> datetime:
        found.append(datetime.now(UTC) if next(ticks) == 0 else moment)
        return found[-1]

    with Service(connected(course, platform), course.key, now=clock, sleep=pauses) as service:
        assert service.find_column(LAB) is None
    assert pauses == [30.0]


def connected(course, platform):
    course.connect(platform)
    return read_settings(course.folder)


def test_a_platform_that_asks_to_wait_for_long_is_not_waited_for(course, platform, clock):
    platform.fault = lambda number, method, path: Fault(status=503, headers={"Retry-After": "3600"})
    pauses = Pauses()
    with pytest.raises(LtiError, match=r"It asks to wait 3600 seconds\. Nothing is lost"):
        run(course, platform, clock, sleep=pauses)
    assert pauses == []


def test_an_expired_token_is_replaced_by_a_fresh_one(course, platform, clock):
    def fault(number: int, method: str, path: str) -> None:
        if number in (3, 6):
            platform.revoke_tokens()

    platform.fault = fault
    run(course, platform, clock)
    assert marks(platform) == MARKS
    assert sum(one.path.endswith("token.php") for one in platform.requests) == 3
    assert set(platform.n_applied.values()) == {1}


def test_a_platform_that_is_away_is_said_to_be_and_the_next_run_completes(course, platform, clock):
    away = lambda number, method, path: Fault(status=503) if number >= 5 else None  # noqa: E731
    platform.fault = away
    with pytest.raises(LtiError, match=r"The platform is away: .* answers 503. Nothing is lost"):
        run(course, platform, clock)
    assert 0 < len(platform.results) < len(MARKS)
    platform.fault = lambda number, method, path: None
    run(course, platform, clock)
    assert marks(platform) == MARKS
    assert set(platform.n_applied.values()) == {1}


def test_a_platform_that_nobody_listens_at_is_named(course, clock):
    with Platform() as gone:
        course.connect(gone)
        address = gone.url
    with (
        pytest.raises(LtiError, match=f"The platform is away: {address} does not answer"),
        Service(read_settings(course.folder), course.key, now=clock, sleep=Pauses()) as service,
    ):
        service.find_column(LAB)


def test_a_score_of_the_same_second_waits_for_the_next(course, platform):
    begin = datetime.now(UTC).replace(microsecond=0)
    now = [begin]
    clock = lambda: now[0]  # noqa: E731
    run(course, platform, clock)
    course.mark("salma", share=1.0, reflection=4.0)

    def sleep(seconds: float) -> None:
        now[0] += timedelta(seconds=seconds)

    run(course, platform, clock, sleep=sleep)
    assert now[0] == begin + timedelta(seconds=1)
    assert marks(platform)[LAB, "9001"] == 9


@pytest.mark.parametrize("manners", ["moodle", "canvas"])
def test_a_later_mark_on_the_platform_is_not_written_over_by_a_clock_that_is_behind(
    course, platform, clock, manners
):
    platform.manners = manners
    run(course, platform, clock)
    course.mark("salma", share=1.0, reflection=4.0)
    outcome = run(course, platform, lambda: datetime.now(UTC) - timedelta(minutes=4))
    [(score, why)] = outcome.refused
    assert (score.user_id, "timestamp" in why) == ("9001", True)
    assert marks(platform) == MARKS


@pytest.mark.parametrize("needed", ["lineitem", "score", "result.readonly"])
def test_what_the_administrator_has_not_permitted_is_said(course, platform, clock, needed):
    platform.permitted = [one for one in platform.permitted if not one.endswith(f"/{needed}")]
    with pytest.raises(LtiError, match="permit grade sync and column management"):
        run(course, platform, clock)


def test_a_key_that_the_platform_does_not_know_is_said(course, platform, clock):
    platform.register(jwks={"keys": [{"kty": "RSA", "kid": "another", "n": "AQAB", "e": "AQAB"}]})
    with pytest.raises(LtiError, match=r"gives no token \(400 .*invalid_client.*medialit lti key"):
        run(course, platform, clock)


def test_two_programs_do_not_send_at_once(course, platform):
    course.connect(platform)
    with (
        FileLock(f"{course.folder / FILE}.lock"),
        pytest.raises(LtiError, match="Another program is sending"),
    ):
        export(course)
    assert platform.requests == []


def test_a_token_is_never_sent_to_another_address(course, platform, clock):
    with Platform() as other:
        platform.fault = lambda number, method, path: None
        real = platform._shown
        platform._shown = lambda number: {
            **real(number),
            "id": f"{other.url}/services/42/lineitems/1/lineitem",
        }
        with pytest.raises(LtiError, match="No token is sent there"):
            run(course, platform, clock)
        assert other.requests == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this computer, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    moment = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(moment - timedelta(days=1))
        .not_valid_after(moment + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


def test_over_tls_only_a_certificate_that_this_computer_trusts_is_sent_anything(
    course, clock, certificate, monkeypatch
):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Platform(tls=context, people=(*CLASS, INSTRUCTOR)) as platform:
        platform.register(jwks=course.key.jwks())
        pauses = Pauses()
        with pytest.raises(LtiError, match="does not trust the certificate of https://127"):
            run(course, platform, clock, sleep=pauses)
        assert (platform.requests, pauses) == ([], [])
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        run(course, platform, clock)
        assert marks(platform) == MARKS


@pytest.mark.parametrize("status", [None, 502])
@pytest.mark.parametrize("lost", [0, 1])
@pytest.mark.parametrize("manners", ["moodle", "canvas"])
def test_where_every_other_answer_is_lost_nothing_is_done_twice(
    course, platform, clock, manners, lost, status
):
    asked: Counter[str] = Counter()

    def fault(number: int, method: str, path: str) -> Fault | None:
        asked[f"{method} {path}"] += 1
        return Fault(status=status, after=True) if asked[f"{method} {path}"] % 2 == lost else None

    platform.manners, platform.fault = manners, fault
    run(course, platform, clock)
    assert marks(platform) == MARKS
    assert set(platform.n_applied.values()) == {1}
    assert len(platform.line_items) == 2


class KilledError(Exception):
    """The program ends at this moment."""


FAULTS = st.builds(
    Fault,
    status=st.sampled_from([None, 429, 500, 503]),
    headers=st.just({"Retry-After": "0"}),
    after=st.booleans(),
)


@settings(max_examples=20)
@given(
    faults=st.dictionaries(st.integers(0, 15), FAULTS, min_size=1, max_size=5),
    killed=st.booleans(),
    record_lost=st.booleans(),
    manners=st.sampled_from(["moodle", "canvas"]),
)
def test_however_often_it_is_cut_off_each_mark_arrives_once(
    marked_course, faults, killed, record_lost, manners
):
    """Requests are lost or only their answers; the program goes on or is killed there; the record is kept or lost."""
    scores = SCORES.setdefault("all", marked_course.plan().scores)
    ticks = itertools.count()
    begin = datetime.now(UTC)

    def sleep(seconds: float) -> None:
        if killed:
            raise KilledError

    # "Too many requests" says that nothing was done.
    spoilt = {
        at: Fault(status=429, headers=one.headers) if one.status == 429 else one for at, one in faults.items()
    }
    with (
        tempfile.TemporaryDirectory() as folder,
        Platform(manners=manners, people=(*CLASS, INSTRUCTOR)) as platform,
    ):
        shutil.copytree(marked_course.folder.parent / "lti", Path(folder) / "lti")
        course = Course(Path(folder) / "course", marked_course.key)
        course.folder.mkdir()
        platform.register(jwks=course.key.jwks())
        platform.fault = lambda number, method, path: spoilt.get(number)
        for _again in range(len(spoilt) + 1):
            try:
                run(
                    course,
                    platform,
                    lambda: begin + timedelta(seconds=2 * next(ticks)),
                    scores=scores,
                    sleep=sleep,
                )
                break
            except (KilledError, LtiError):
                if record_lost:
                    (course.folder / FILE).unlink(missing_ok=True)
        else:
            pytest.fail("it was never completed")
        assert marks(platform) == MARKS
        assert set(platform.n_applied.values()) == {1}
        assert sorted(one["resourceId"] for one in platform.line_items.values()) == [LAB, SECOND]


SCORES: dict[str, tuple] = {}


def stall(at: int, *, reached: threading.Event, until: threading.Event):
    """Return a fault that does the work of a request, but only when nobody waits for its answer any more."""

    def fault(number: int, method: str, path: str) -> None:
        if number >= at:
            reached.set()
            until.wait(60)

    return fault


@pytest.mark.long
def test_the_command_killed_for_real_again_and_again_sends_each_mark_once(course):
    people = [Person(id=f"u{n:02}", given="ⵎⵓⵏⵉⵔ", family="بنعلي", email="") for n in range(12)]
    for one in IDS:
        course.set_user(one, None)
    for n, one in enumerate(people):
        with tools_on_path(), course.book() as gradebook:
            gradebook.update_or_create_student(one.id, lms_user_id=one.id)
        course.mark(one.id, share=1.0, reflection=n / 4)
    command = [sys.executable, "-m", "medialit.cli", "lti", "send", str(course.folder)]
    n_killed = 0
    with Platform(people=(*people, INSTRUCTOR)) as platform:
        platform.register(jwks=course.key.jwks())
        course.connect(platform)
        for n in (3, 6, 9, 12):
            reached, killed = threading.Event(), threading.Event()
            platform.fault = stall(len(platform.requests) + n, reached=reached, until=killed)
            with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
                if reached.wait(60):
                    running.kill()
                    n_killed += 1
                killed.set()
        platform.fault = lambda number, method, path: None
        assert subprocess.run(command, check=False).returncode == 0
        assert n_killed >= 3
        assert len(platform.results) == len(people)
        assert set(platform.n_applied.values()) == {1}
        assert len(platform.line_items) == 1


@given(points=st.floats(0, 200, allow_nan=False), most=st.floats(1, 200))
def test_what_is_sent_is_found_to_be_the_same_when_a_platform_keeps_five_decimals(points, most):
    from medialit.course.lti_service import Held

    column = 100.0
    kept = round(round(points, 2) / most * column, 5)
    assert Held(share=kept / column).is_share(round(points, 2) / most)
    assert not Held(share=kept / column).is_share((round(points, 2) + 0.02) / most)
    assert number(points) == number(round(points, 2))
