"""Content Credentials inside a notebook: what a changed byte breaks, said in the reader's language."""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from medialit.media import write_image
from medialit.provenance import keys
from medialit.provenance.credentials import Statement, sign
from medialit.provenance.trust import parse_trust_list
from medialit.widgets.tampering import SIGNED_ANEW, Examiner, TamperWidget

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    noise = np.random.default_rng(6).integers(0, 256, (8, 12, 3), dtype=np.uint8)
    write_image(noise.repeat(16, axis=0).repeat(16, axis=1), folder / "plain.jpg")
    authority = keys.open_authority(folder / "keys", now=NOW)
    words = Statement(title="t", software="s", version="1", when=NOW, source_type="digitalCapture")
    key = keys.signing_key(authority, now=NOW, common_name="Wikala")
    sign(folder / "plain.jpg", folder / "signed.jpg", key=key, statement=words)
    (folder / "list.pem").write_bytes(authority.trust_list_pem())
    return folder


@pytest.fixture(params=["en", "ar"])
def examiner(folder: Path, request: pytest.FixtureRequest) -> Iterator[Examiner]:
    trust = parse_trust_list((folder / "list.pem").read_bytes(), name="list.pem", file_date=NOW.date())
    with Examiner(trust=[trust], lang=request.param) as one:
        yield one


def failed(widget: TamperWidget) -> set[str]:
    return {one.code for one in widget.found.failures}


def test_the_pictures_are_shown_with_what_is_known_of_them(folder: Path, examiner: Examiner) -> None:
    bare = examiner.pictures([folder / "plain.jpg", folder / "signed.jpg"]).data
    told = examiner.pictures([folder / "plain.jpg", folder / "signed.jpg"], words=True).data
    assert bare.count("<img ") == told.count("<img ") == 2
    assert f'dir="{"rtl" if examiner.lang == "ar" else "ltr"}"' in told
    assert all(html.escape(sentence) in told for sentence in examiner.sentences(folder / "signed.jpg"))
    assert "Wikala" in told and "Wikala" not in bare


def test_a_part_breaks_its_own_check(folder: Path, examiner: Examiner) -> None:
    widget = TamperWidget(folder / "signed.jpg", examiner=examiner, now=NOW)
    assert failed(widget) == {"assertion.dataHash.mismatch"}
    for part, state, code in (
        ("assertion", "invalid", "assertion.hashedURI.mismatch"),
        ("claim", "invalid", "claimSignature.mismatch"),
        ("signature", "invalid", "claimSignature.mismatch"),
        ("padding", "trusted", None),
    ):
        widget._part.value = part
        assert widget.found.state == state, part
        assert code is None or code in failed(widget), part


def test_a_forger_gets_as_far_as_a_name_that_nobody_knows(folder: Path, examiner: Examiner) -> None:
    widget = TamperWidget(folder / "signed.jpg", examiner=examiner, now=NOW)
    said = []
    for repairs in (0, 1, 2, SIGNED_ANEW):
        widget._repairs.value = repairs
        said.append((widget.found.state, failed(widget)))
    assert said == [
        ("invalid", {"assertion.dataHash.mismatch"}),
        ("invalid", {"assertion.hashedURI.mismatch"}),
        ("invalid", {"claimSignature.mismatch"}),
        ("valid", {"signingCredential.untrusted"}),
    ]


def test_only_the_picture_is_repaired_and_the_widget_says_so(folder: Path, examiner: Examiner) -> None:
    widget = TamperWidget(folder / "signed.jpg", examiner=examiner, now=NOW)
    widget._repairs.value = 1
    assert widget._only not in widget._shown.value
    widget._part.value = "claim"
    assert widget._only in widget._shown.value


def test_where_no_process_may_be_started_the_file_is_unreadable_and_nothing_is_raised(
    folder: Path, examiner: Examiner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **named: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("medialit.provenance.reading.subprocess.Popen", refuse)
    assert examiner.read(folder / "signed.jpg").state == "unreadable"
    assert TamperWidget(folder / "signed.jpg", examiner=examiner, now=NOW).found.state == "unreadable"
