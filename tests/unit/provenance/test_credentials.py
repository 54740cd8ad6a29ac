"""Content Credentials: what a file says, and which of the six states it is in."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import c2pa
import pytest
from PIL import Image

from medialit.errors import SigningError
from medialit.provenance import keys
from medialit.provenance.credentials import (
    CredentialReader,
    Credentials,
    Limits,
    SoftBinding,
    Statement,
    read,
    sign,
)
from medialit.provenance.trust import TrustList, parse_trust_list

VIDEOS, PICTURES = ("mp4", "mov", "m4v", "avi"), ("jpg", "png", "webp", "gif", "tiff", "avif", "svg")
SIGNED_KINDS = (*VIDEOS, *PICTURES, "wav", "m4a", "mp3", "flac")


@pytest.fixture
def signed(
    tmp_path: Path, media: dict[str, Path], course_key: keys.SigningKey, statement: Statement
) -> dict[str, Path]:
    paths = {}
    for kind in ("mp4", "jpg", "png"):
        paths[kind] = tmp_path / f"signed.{kind}"
        sign(media[kind], paths[kind], key=course_key, statement=statement)
    return paths


def codes(found: Credentials) -> set[str]:
    return {failure.code for failure in found.failures}


def flip(path: Path, position: int, target: Path) -> Path:
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    target.write_bytes(data)
    return target


@pytest.mark.parametrize("kind", SIGNED_KINDS)
def test_what_was_signed_is_read_back(
    kind: str,
    tmp_path: Path,
    media: dict[str, Path],
    course_key: keys.SigningKey,
    statement: Statement,
    reader: CredentialReader,
    course_list: TrustList,
) -> None:
    sign(media[kind], tmp_path / f"out.{kind}", key=course_key, statement=statement)
    found = reader.read(tmp_path / f"out.{kind}")
    assert (found.state, found.ai, found.failures) == ("trusted", True, ())
    assert found.trusted_by == course_list
    assert found.generator == "medialit 0.1.0"
    assert found.signer is not None and found.signer.name == "medialit course"
    assert found.signer.authority == "medialit course issuing"
    assert found.soft_bindings == tuple(statement.soft_bindings)
    assert found.consent_grants == ("grant-7",)
    assert found.active is not None and found.active.title == statement.title
    assert {use for _, use in found.active.training} == {"notAllowed"} and len(found.active.training) == 4
    created, bound = found.history
    assert (created.action, created.source_type) == ("c2pa.created", "trainedAlgorithmicMedia")
    assert created.description == "prompt: a red kite over a market"
    assert created.when == statement.when.isoformat(timespec="seconds")
    assert bound.action == "c2pa.watermarked.bound"


@pytest.mark.parametrize("kind", SIGNED_KINDS)
def test_a_file_without_credentials_says_nothing(
    kind: str, media: dict[str, Path], reader: CredentialReader
) -> None:
    found = reader.read(media[kind])
    assert (found.state, found.ai, found.manifests, found.failures) == ("none", None, (), ())


def test_a_kind_that_carries_none_is_not_called_damaged(
    media: dict[str, Path], reader: CredentialReader
) -> None:
    found = reader.read(media["webm"])
    assert found.state == "none" and "WebM" in str(found.reason)


# What was done to the file, and what is then said: state, failure codes, whether AI is stated.
STATES = {
    "nothing, and a list vouches": ("trusted", set(), True),
    "nothing, and no list vouches": ("valid", {"signingCredential.untrusted"}, True),
    "signed by a stranger": ("valid", {"signingCredential.untrusted"}, True),
    "one byte of the picture": ("invalid", {"assertion.dataHash.mismatch"}, None),
    "one letter of the statement": ("invalid", {"assertion.hashedURI.mismatch"}, None),
    "signed with an expired certificate": ("invalid", {"signingCredential.expired"}, None),
    "signed with a revoked certificate": ("invalid", {"signingCredential.revoked"}, None),
    "saved again by an editor": ("none", set(), None),
    "kept elsewhere": ("remote", set(), None),
    "cut short": ("unreadable", set(), None),
    "no media": ("unreadable", set(), None),
    "empty": ("unreadable", set(), None),
}


@pytest.mark.parametrize("done", STATES)
def test_each_state_is_told_from_the_others(
    done: str,
    tmp_path: Path,
    media: dict[str, Path],
    authority: keys.Authority,
    course_key: keys.SigningKey,
    statement: Statement,
    now: datetime,
) -> None:
    key = {
        "signed by a stranger": lambda: keys.untrusted_key(now=now),
        "signed with an expired certificate": lambda: keys.expired_key(authority, now=now),
        "signed with a revoked certificate": lambda: keys.revoked_key(authority, now=now),
    }.get(done, lambda: course_key)()
    path = tmp_path / "file.jpg"
    sign(media["jpg"], path, key=key, statement=statement)
    data = path.read_bytes()
    match done:
        case "one byte of the picture":
            flip(path, len(data) - 100, path)
        case "one letter of the statement":
            path.write_bytes(data.replace(b"red kite over", b"red kita over"))
        case "saved again by an editor":
            with Image.open(path) as picture:
                picture.copy().save(path)
        case "kept elsewhere":
            path.write_bytes(remote_only(media["jpg"], course_key, "https://example.org/m.c2pa")[0])
        case "cut short":
            path.write_bytes(data[:2000])
        case "no media":
            path.write_text("A shopping list.")
        case "empty":
            path.write_bytes(b"")
    lists = [parse_trust_list(authority.trust_list_pem(), name="course.pem", file_date=now.date())]
    if done == "nothing, and no list vouches":
        lists = []
    found = read(path, trust=lists)
    state, expected, ai = STATES[done]
    assert (found.state, found.ai) == (state, ai)
    assert expected <= codes(found)
    assert bool(found.failures) == bool(expected)
    assert found.trust_lists == tuple(lists)
    assert (found.trusted_by is not None) == (state == "trusted")
    json.dumps(found.as_dict())


def test_one_byte_of_a_video_is_enough(
    signed: dict[str, Path], reader: CredentialReader, tmp_path: Path
) -> None:
    data = signed["mp4"].read_bytes()
    found = reader.read(flip(signed["mp4"], data.index(b"mdat") + 40, tmp_path / "flipped.mp4"))
    assert found.state == "invalid" and codes(found) == {"assertion.bmffHash.mismatch"}


def test_a_free_box_can_be_appended_to_a_video_without_a_trace(
    signed: dict[str, Path], reader: CredentialReader, tmp_path: Path
) -> None:
    """Not a wish but a fact about the format, which docs/explanation/credentials.md warns of."""
    longer = tmp_path / "longer.mp4"
    longer.write_bytes(signed["mp4"].read_bytes() + (16).to_bytes(4, "big") + b"free" + b"contraba")
    assert reader.read(longer).state == "trusted"


def test_credentials_moved_onto_another_picture_are_invalid(
    signed: dict[str, Path], reader: CredentialReader, tmp_path: Path
) -> None:
    store, other = signed["png"].read_bytes(), tmp_path / "other.png"
    Image.new("RGB", (64, 48), "white").save(other)
    start = store.index(b"caBX") - 4
    chunk = store[start : start + 12 + int.from_bytes(store[start : start + 4], "big")]
    bare = other.read_bytes()
    other.write_bytes(bare[:33] + chunk + bare[33:])
    found = reader.read(other)
    assert found.state == "invalid" and codes(found) == {"assertion.dataHash.mismatch"}


def test_a_store_that_the_format_does_not_look_for_is_mentioned(
    signed: dict[str, Path], media: dict[str, Path], reader: CredentialReader, tmp_path: Path
) -> None:
    data = signed["png"].read_bytes()
    (tmp_path / "renamed-chunk.png").write_bytes(data.replace(b"caBX", b"caXX"))
    found = reader.read(tmp_path / "renamed-chunk.png")
    assert found.state == "none" and codes(found) == {"manifest.unreferenced"}


def test_a_wrong_name_does_not_matter(
    signed: dict[str, Path], reader: CredentialReader, tmp_path: Path
) -> None:
    for name in ("video.jpg", "video", "video.txt", "vidéo \u202e4pm.exe"):
        (tmp_path / name).write_bytes(signed["mp4"].read_bytes())
        assert reader.read(tmp_path / name).state == "trusted", name


def test_an_edit_tells_the_whole_history_oldest_first(
    tmp_path: Path,
    media: dict[str, Path],
    signed: dict[str, Path],
    course_key: keys.SigningKey,
    course_list: TrustList,
    reader: CredentialReader,
    now: datetime,
) -> None:
    edit = Statement(
        title="edit",
        software="editor",
        version="2",
        when=now,
        parent=signed["mp4"],
        components=[media["png"]],
    )
    sign(media["mp4"], tmp_path / "edit.mp4", key=course_key, statement=edit, trust=[course_list])
    found = reader.read(tmp_path / "edit.mp4")
    assert (found.state, found.ai, found.ingredient_failures) == ("trusted", True, ())
    assert [action.action for action in found.history] == [
        "c2pa.created",
        "c2pa.watermarked.bound",
        "c2pa.opened",
        "c2pa.edited",
        "c2pa.placed",
    ]
    assert found.history[3].source_type == "compositeWithTrainedAlgorithmicMedia"
    parent, component = found.ingredients
    assert (parent.relationship, component.relationship) == ("parentOf", "componentOf")
    assert parent.manifest == found.manifests[0].label and component.manifest is None
    assert found.soft_bindings and found.generator == "editor 2"


def test_a_trusted_edit_shows_that_its_ingredient_was_tampered_with(
    tmp_path: Path,
    media: dict[str, Path],
    signed: dict[str, Path],
    course_key: keys.SigningKey,
    course_list: TrustList,
    reader: CredentialReader,
    now: datetime,
) -> None:
    tampered = flip(signed["jpg"], signed["jpg"].stat().st_size - 100, tmp_path / "tampered.jpg")
    edit = Statement(title="edit", software="editor", version="2", when=now, parent=tampered)
    sign(media["jpg"], tmp_path / "edit.jpg", key=course_key, statement=edit, trust=[course_list])
    found = reader.read(tmp_path / "edit.jpg")
    assert found.state == "trusted" and not found.failures
    assert {failure.code for failure in found.ingredient_failures} == {"assertion.dataHash.mismatch"}


def test_an_ingredient_that_was_untrusted_when_added_is_trusted_by_the_readers_list(
    tmp_path: Path,
    media: dict[str, Path],
    signed: dict[str, Path],
    course_key: keys.SigningKey,
    reader: CredentialReader,
    now: datetime,
) -> None:
    edit = Statement(title="edit", software="editor", version="2", when=now, parent=signed["jpg"])
    sign(media["jpg"], tmp_path / "edit.jpg", key=course_key, statement=edit)
    assert reader.read(tmp_path / "edit.jpg").ingredient_failures == ()
    without = read(tmp_path / "edit.jpg")
    assert {failure.code for failure in without.ingredient_failures} == {"signingCredential.untrusted"}


@pytest.mark.parametrize(
    ("source_type", "ai"),
    [
        ("trainedAlgorithmicMedia", True),
        ("compositeWithTrainedAlgorithmicMedia", True),
        ("digitalCapture", False),
        ("computationalCapture", False),
        ("screenCapture", None),
        ("algorithmicMedia", None),
    ],
)
def test_what_is_said_about_ai_follows_the_source_type(
    source_type: str,
    ai: bool | None,
    tmp_path: Path,
    media: dict[str, Path],
    course_key: keys.SigningKey,
    reader: CredentialReader,
    statement: Statement,
) -> None:
    said = replace(statement, source_type=source_type)
    sign(media["jpg"], tmp_path / "said.jpg", key=course_key, statement=said)
    assert reader.read(tmp_path / "said.jpg").ai is ai


def test_an_edit_of_a_camera_picture_says_no_ai_only_while_every_part_is_known(
    tmp_path: Path,
    media: dict[str, Path],
    course_key: keys.SigningKey,
    course_list: TrustList,
    reader: CredentialReader,
    statement: Statement,
) -> None:
    photo = tmp_path / "photo.jpg"
    sign(media["jpg"], photo, key=course_key, statement=replace(statement, source_type="digitalCapture"))
    edit = replace(statement, parent=photo, source_type="humanEdits")
    cases = {False: edit, None: replace(edit, components=[media["png"]])}
    for ai, said in cases.items():
        sign(media["jpg"], tmp_path / "edit.jpg", key=course_key, statement=said, trust=[course_list])
        assert reader.read(tmp_path / "edit.jpg").ai is ai


def test_text_from_a_file_cannot_command_a_terminal_or_turn_a_line_around(
    tmp_path: Path,
    media: dict[str, Path],
    course_key: keys.SigningKey,
    reader: CredentialReader,
    statement: Statement,
) -> None:
    nasty = replace(statement, title="\x1b[2J\x07title\u202egnp.exe\n\nline", description="x" * 100_000)
    sign(media["jpg"], tmp_path / "nasty.jpg", key=course_key, statement=nasty)
    found = reader.read(tmp_path / "nasty.jpg")
    assert found.active is not None and found.active.title == "[2Jtitlegnp.exe  line"
    assert len(str(found.history[0].description)) == 400


def test_arabic_and_tifinagh_text_is_kept_as_it_is(
    tmp_path: Path,
    media: dict[str, Path],
    course_key: keys.SigningKey,
    reader: CredentialReader,
    statement: Statement,
) -> None:
    title = "طائرة ورقية حمراء فوق السوق — ⵜⴰⵖⵍⴰⵖⴰⵍⵜ"
    sign(media["mp4"], tmp_path / "t.mp4", key=course_key, statement=replace(statement, title=title))
    active = reader.read(tmp_path / "t.mp4").active
    assert active is not None and active.title == title


# -- Manifests that are kept elsewhere ----------------------------------------------------------------------


def remote_only(source: Path, key: keys.SigningKey, address: str) -> tuple[bytes, bytes]:
    """Return a file that only points at its manifest, and the manifest."""
    import io

    settings = {"verify": {"remote_manifest_fetch": False}, "builder": {"thumbnail": {"enabled": False}}}
    definition = {
        "claim_generator_info": [{"name": "elsewhere", "version": "1"}],
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "data": {
                    "actions": [
                        {
                            "action": "c2pa.created",
                            "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
                        }
                    ]
                },
            }
        ],
    }
    with c2pa.Context.from_dict(settings) as context, c2pa.Builder(definition, context) as builder:
        builder.set_no_embed()
        builder.set_remote_url(address)
        signer = c2pa.Signer.from_callback(key.sign, c2pa.C2paSigningAlg.ES256, key.chain_pem)
        signed = io.BytesIO()
        with signer, source.open("rb") as file:
            store = builder.sign(signer, source.suffix[1:], file, signed)
    return signed.getvalue(), store


class Host:
    """A web server on this machine that counts its visitors."""

    def __init__(self) -> None:
        self.visits: list[str] = []
        self.store = b""
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.visits.append(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "application/c2pa")
                self.send_header("Content-Length", str(len(host.store)))
                self.end_headers()
                self.wfile.write(host.store)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/m.c2pa"


@pytest.fixture
def host() -> Iterator[Host]:
    one = Host()
    thread = threading.Thread(target=one.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield one
    one.server.shutdown()
    thread.join()
    one.server.server_close()


@pytest.mark.parametrize("kind", ["jpg", "png", "mp4"])
def test_a_remote_manifest_is_reported_and_never_visited_unasked(
    kind: str,
    host: Host,
    tmp_path: Path,
    media: dict[str, Path],
    course_key: keys.SigningKey,
    course_list: TrustList,
) -> None:
    path = tmp_path / f"remote.{kind}"
    data, host.store = remote_only(media[kind], course_key, host.address)
    path.write_bytes(data)
    found = read(path, trust=[course_list])
    assert (found.state, found.remote, found.ai) == ("remote", host.address, None)
    assert not host.visits


def test_a_remote_manifest_is_fetched_from_the_one_host_that_was_allowed(
    host: Host, tmp_path: Path, media: dict[str, Path], course_key: keys.SigningKey, course_list: TrustList
) -> None:
    path = tmp_path / "remote.jpg"
    data, host.store = remote_only(media["jpg"], course_key, host.address)
    path.write_bytes(data)
    with CredentialReader(trust=[course_list], allowed_host="example.org") as reader:
        elsewhere = reader.read(path)
        assert elsewhere.state == "remote" and "could not be fetched" in str(elsewhere.reason)
    assert not host.visits
    with CredentialReader(trust=[course_list], allowed_host=f"127.0.0.1:{host.server.server_port}") as reader:
        found = reader.read(path)
    assert (found.state, found.generator, found.ai) == ("trusted", "elsewhere 1", False)
    assert host.visits == ["/m.c2pa"]


@pytest.mark.parametrize(
    "inside", ["127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "localhost", "intranet"]
)
def test_asking_for_remote_manifests_does_not_lead_into_a_private_network(
    inside: str, tmp_path: Path, media: dict[str, Path], course_key: keys.SigningKey
) -> None:
    path = tmp_path / "remote.jpg"
    path.write_bytes(remote_only(media["jpg"], course_key, f"http://{inside}:9/m.c2pa")[0])
    found = read(path, fetch_remote=True)
    assert found.state == "remote" and "not visited" in str(found.reason)


def test_a_manifest_that_came_beside_its_file_is_read_with_it(
    tmp_path: Path, media: dict[str, Path], course_key: keys.SigningKey, reader: CredentialReader
) -> None:
    path, beside = tmp_path / "remote.mp4", tmp_path / "remote.c2pa"
    data, store = remote_only(media["mp4"], course_key, "https://example.org/m.c2pa")
    path.write_bytes(data)
    beside.write_bytes(store)
    assert reader.read(path, sidecar=beside).state == "trusted"
    assert reader.read(media["mov"], sidecar=beside).state == "invalid"
    assert reader.read(path, sidecar=tmp_path / "absent.c2pa").state == "unreadable"


# -- Files that mean harm -----------------------------------------------------------------------------------


def test_a_folder_a_device_and_an_absent_file_are_unreadable(
    reader: CredentialReader, tmp_path: Path
) -> None:
    for path in (tmp_path, Path("/dev/zero"), tmp_path / "absent.mp4", Path("nul\0byte.mp4")):
        assert reader.read(path).state == "unreadable"


def test_a_file_over_the_limit_is_not_opened(signed: dict[str, Path]) -> None:
    with CredentialReader(limits=Limits(max_bytes=1000)) as reader:
        found = reader.read(signed["jpg"])
    assert found.state == "unreadable" and "up to 1000 are read" in str(found.reason)


def test_time_is_bounded_and_the_next_file_is_read_all_the_same(
    signed: dict[str, Path], course_list: TrustList
) -> None:
    with CredentialReader(trust=[course_list], limits=Limits(timeout_s=1e-6)) as reader:
        found = reader.read(signed["jpg"])
        assert found.state == "unreadable" and "longer than" in str(found.reason)
        reader._limits = Limits()
        assert reader.read(signed["jpg"]).state == "trusted"


def test_a_reader_that_dies_is_replaced(signed: dict[str, Path], reader: CredentialReader) -> None:
    assert reader.read(signed["jpg"]).state == "trusted"
    assert reader._process is not None
    reader._process.kill()
    reader._process.wait()
    assert reader.read(signed["jpg"]).state == "trusted"


def test_an_interrupted_reading_does_not_answer_for_the_next_file(
    signed: dict[str, Path],
    media: dict[str, Path],
    course_list: TrustList,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupt(descriptor: int, timeout_s: float) -> bytes:
        raise KeyboardInterrupt

    with CredentialReader(trust=[course_list]) as reader:
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr("medialit.provenance.reading._read_line", interrupt)
            reader.read(signed["jpg"])
        assert reader.read(media["jpg"]).state == "none"


def test_threads_that_share_a_reader_each_get_their_own_files_answer(
    signed: dict[str, Path], media: dict[str, Path], reader: CredentialReader
) -> None:
    paths = [signed["jpg"], media["jpg"], signed["mp4"], media["webm"], Path("absent")] * 12
    with ThreadPoolExecutor(6) as pool:
        states = list(pool.map(lambda path: reader.read(path).state, paths))
    assert states == ["trusted", "none", "trusted", "none", "unreadable"] * 12


def test_memory_is_bounded(signed: dict[str, Path], course_list: TrustList) -> None:
    with CredentialReader(trust=[course_list], limits=Limits(memory_bytes=32 * 2**20)) as reader:
        assert reader.read(signed["jpg"]).state == "unreadable"


def test_a_huge_hollow_file_costs_little(tmp_path: Path, reader: CredentialReader) -> None:
    path = tmp_path / "hollow.mp4"
    with path.open("wb") as file:
        file.write(b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp41\xff\xff\xff\xffmdat")
        file.truncate(2**29)
    assert reader.read(path).state in ("none", "unreadable")


# -- Signing ------------------------------------------------------------------------------------------------


def test_signing_a_file_onto_itself_keeps_its_picture(
    tmp_path: Path,
    media: dict[str, Path],
    course_key: keys.SigningKey,
    statement: Statement,
    reader: CredentialReader,
) -> None:
    path = tmp_path / "own.png"
    path.write_bytes(media["png"].read_bytes())
    sign(path, path, key=course_key, statement=statement)
    assert reader.read(path).state == "trusted"
    with Image.open(path) as after, Image.open(media["png"]) as before:
        assert after.tobytes() == before.tobytes()
    assert [p.name for p in tmp_path.iterdir()] == ["own.png"]


def test_a_signing_that_fails_leaves_the_target_as_it_was(
    tmp_path: Path, course_key: keys.SigningKey, statement: Statement
) -> None:
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    (tmp_path / "target.mp4").write_bytes(b"precious")
    with pytest.raises(SigningError, match=r"broken\.mp4 could not be signed"):
        sign(tmp_path / "broken.mp4", tmp_path / "target.mp4", key=course_key, statement=statement)
    assert (tmp_path / "target.mp4").read_bytes() == b"precious"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["broken.mp4", "target.mp4"]


def test_signing_refuses_what_it_cannot_do_and_says_what_to_do(
    tmp_path: Path, media: dict[str, Path], course_key: keys.SigningKey, statement: Statement
) -> None:
    with pytest.raises(SigningError, match="does not convert"):
        sign(media["mp4"], tmp_path / "x.mov", key=course_key, statement=statement)
    with pytest.raises(SigningError, match="Use MP4"):
        sign(media["webm"], tmp_path / "x.webm", key=course_key, statement=statement)
    with pytest.raises(SigningError, match="cannot be written"):
        sign(media["mp4"], tmp_path / "no such folder" / "x.mp4", key=course_key, statement=statement)
    with pytest.raises(SigningError, match="could not be signed"):
        sign(tmp_path / "absent.mp4", tmp_path / "x.mp4", key=course_key, statement=statement)
    naive = replace(statement, when=datetime(2026, 9, 1))
    with pytest.raises(SigningError, match="time zone"):
        sign(media["mp4"], tmp_path / "x.mp4", key=course_key, statement=naive)


@pytest.mark.parametrize("place", ["parent", "components"])
def test_an_ingredient_that_cannot_be_read_is_refused_before_it_is_parsed_here(
    place: str, tmp_path: Path, media: dict[str, Path], course_key: keys.SigningKey, statement: Statement
) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_text("no video")
    said = replace(statement, parent=broken) if place == "parent" else replace(statement, components=[broken])
    with pytest.raises(SigningError, match=r"broken\.mp4 cannot become an ingredient"):
        sign(media["mp4"], tmp_path / "x.mp4", key=course_key, statement=said)
    assert not (tmp_path / "x.mp4").exists()


def test_an_expired_key_signs_no_format_with_a_checksum(
    tmp_path: Path, media: dict[str, Path], authority: keys.Authority, statement: Statement, now: datetime
) -> None:
    with pytest.raises(SigningError, match="checksum"):
        sign(media["png"], tmp_path / "x.png", key=keys.expired_key(authority, now=now), statement=statement)


def test_two_soft_bindings_are_both_named(
    tmp_path: Path,
    media: dict[str, Path],
    course_key: keys.SigningKey,
    statement: Statement,
    reader: CredentialReader,
) -> None:
    both = (
        SoftBinding("org.medialit.watermark.1", "00ff"),
        SoftBinding("org.medialit.fingerprint.1", "a" * 3000),
    )
    said = replace(statement, soft_bindings=both)
    sign(media["mp4"], tmp_path / "both.mp4", key=course_key, statement=said)
    assert reader.read(tmp_path / "both.mp4").soft_bindings == both
