"""`medialit market` and `medialit reach`, as a person meets them."""

import json
import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from medialit.cameo.shelf import Shelf, Use
from medialit.cli import main
from medialit.cli_market import basis_points, money
from medialit.consent.market import Terms, red_flags
from medialit.consent.market_file import MarketFile
from medialit.errors import MarketError
from medialit.media import Clip, degrade, read, write, write_image
from medialit.pipeline import watermark_key
from medialit.provenance import watermark
from medialit.provenance.fingerprint import fingerprint
from medialit.provenance.registry import Registered, Registry
from medialit.world import draw_scene, render

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "license-a-likeness.md"
SCOPE = ("--purpose", "advertising", "--territory", "MA", "--medium", "social", "--action", "generate", "--action",
         "publish", "--audience", "everyone", "--days", "30")  # fmt: skip
OFFER = ("market", "offer", "tiziri", "--price", "1000 MAD", *SCOPE, "--id", "o1")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The command, in a folder and a home of its own, where one adult is known."""
    monkeypatch.setenv("MEDIALIT_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str) -> Result:
        result = CliRunner().invoke(main, arguments, catch_exceptions=True)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    assert invoke("consent", "person", "tiziri", "--name", "ⵜⵉⵣⵉⵔⵉ", "--adult").exit_code == 0
    return invoke


@pytest.fixture
def licensed(run):
    """A contract, c1, of a shop that has paid."""
    assert run(*OFFER, "--royalty", "5", "--payee", "tiziri", "4", "--payee", "agent", "1").exit_code == 0
    run("market", "deposit", "souk", "1 500,00 MAD", "--id", "d1")
    assert run("market", "accept", "o1", "--as", "souk", "--id", "c1").exit_code == 0
    return run


def balances(run) -> dict[str, int]:
    return json.loads(run("market", "books", "--format", "json").output)["balances"]["MAD"]


def allowed(run) -> bool:
    asked = run("consent", "ask", "--as", "souk", "--of", "tiziri", "--purpose", "advertising", "--territory", "MA",
                "--medium", "social", "--audience", "everyone")  # fmt: skip
    return asked.exit_code == 0


@pytest.mark.parametrize(
    ("text", "centimes"),
    [("1200.50 MAD", 120_050), ("1200,50 MAD", 120_050), ("1,200.50 MAD", 120_050), ("1 200,50 MAD", 120_050),
     ("1\u202f200,50\u00a0MAD", 120_050), ("0 MAD", 0), ("7MAD", 700), ("0.07 MAD", 7),
     ("90071992547.41 MAD", 9_007_199_254_741)],
)  # fmt: skip
def test_a_sum_is_exact_to_the_centime(text: str, centimes: int) -> None:
    assert money(text).centimes == centimes


@pytest.mark.parametrize(
    "text",
    ["1200", "1,200 MAD", "1.200 MAD", "12.5 MAD", "-5 MAD", "1e3 MAD", "5 USD", "5 mad", "1 2 MAD", "", "12.505 MAD",
     "١٢ MAD", "999999999999 MAD"],
)  # fmt: skip
def test_a_sum_that_could_be_read_in_two_ways_or_in_none_is_refused(text: str) -> None:
    with pytest.raises(MarketError):
        money(text)


@pytest.mark.parametrize("text", ["7.525", "", "five", "-1", "1,2,3", "5 %%"])
def test_a_percentage_is_exact_or_refused(text: str) -> None:
    with pytest.raises(MarketError, match="not a percentage"):
        basis_points(text)


def test_an_accepted_offer_permits_and_its_fee_waits_in_escrow(licensed) -> None:
    assert allowed(licensed)
    assert balances(licensed) == {"outside": -150_000, "escrow:c1": 100_000, "wallet:souk": 50_000}


def test_the_same_ids_twice_charge_once_and_permit_once(licensed) -> None:
    before = balances(licensed)
    n = len(json.loads(licensed("consent", "log", "--format", "json").output))
    assert licensed(
        *OFFER, "--royalty", "5", "--payee", "tiziri", "4", "--payee", "agent", "1"
    ).exit_code == 0  # fmt: skip
    assert licensed("market", "deposit", "souk", "1500 MAD", "--id", "d1").exit_code == 0
    assert licensed("market", "accept", "o1", "--as", "souk", "--id", "c1").exit_code == 0
    assert balances(licensed) == before
    assert len(json.loads(licensed("consent", "log", "--format", "json").output)) == n


def test_a_royalty_and_a_release_go_to_the_payees_by_their_parts(licensed) -> None:
    said = licensed("market", "royalty", "c1", "200 MAD", "--id", "y1").output
    assert "agent gets 2.00 MAD." in said and "tiziri gets 8.00 MAD." in said
    licensed("market", "release", "c1", "--id", "r1")  # one of 30 days has begun: 33.33
    assert balances(licensed)["wallet:agent"] + balances(licensed)["wallet:tiziri"] == 1_000 + 3_333
    assert "Nothing was due." in licensed("market", "release", "c1").output
    assert "agent holds 8.00 MAD." in licensed("market", "withdraw", "agent", "0.67 MAD").output


def test_a_revocation_settles_the_money_ends_the_permission_and_says_who_must_be_told(licensed) -> None:
    done = licensed("market", "revoke", "c1", "--as", "tiziri", "--shown", "broadcast", "atlas-tv", "--shown",
                    "social", "network")  # fmt: skip
    assert done.exit_code == 0
    for said in (
        "1 of 30 days were used: 33.33 MAD of the fee stays with the payees, and 966.67 MAD goes back to souk.",
        "To be told: agent, atlas-tv, network, souk.",
        "Of the fee, agent gets 6.67 MAD in all.",
        "Must come down: social networks, at network.",
        "Was shown and remains: radio and television, at atlas-tv.",
    ):
        assert said in done.output
    assert not allowed(licensed)
    assert sum(balances(licensed).values()) == 0
    assert balances(licensed)["wallet:souk"] == 146_667


def test_a_revocation_that_is_said_again_settles_once(licensed) -> None:
    first = licensed("market", "revoke", "c1", "--as", "tiziri")
    again = licensed("market", "revoke", "c1", "--as", "tiziri")
    assert (again.exit_code, again.output) == (0, first.output)


def test_what_was_cut_short_between_the_market_and_the_register_goes_on_where_it_stopped(run) -> None:
    run(*OFFER)
    run("market", "deposit", "souk", "1000 MAD")
    file = MarketFile()
    file.accept("o1", id="c1", licensee="souk", at=datetime.now(UTC))
    assert not allowed(run)
    assert run("market", "accept", "o1", "--as", "souk", "--id", "c1").exit_code == 0
    assert allowed(run)
    file.revoke("c1", at=datetime.now(UTC), by="tiziri")
    assert allowed(run)
    assert run("market", "revoke", "c1", "--as", "tiziri").exit_code == 0
    assert not allowed(run)
    assert sum(balances(run).values()) == 0


def test_a_damaged_market_is_said_and_does_not_stop_a_revocation_in_the_register(
    licensed, tmp_path: Path
) -> None:
    path = tmp_path / "home" / "consent" / "market.jsonl"
    path.write_bytes(path.read_bytes().replace(b"150000", b"950000", 1))
    refused = licensed("market", "books")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "Line 2 of the market" in refused.stderr
    assert licensed("consent", "revoke", "tiziri", "--as", "tiziri", "--grant", "c1.grant").exit_code == 0
    assert not allowed(licensed)


def test_a_revocation_takes_drafts_along(licensed, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "home" / "cameo")
    draft = Use(
        id="use-0123456789abcdef", stage="draft", principals=("tiziri",), grant_ids=("c1.grant",), decision="d",
        requester="souk", prompt="a red ball", seed=1, purpose="advertising", audience="everyone", medium="social",
        territories=("MA",), topics=(), contexts=(), appearance=(), made_at=datetime.now(UTC),
    )  # fmt: skip
    shelf.add(draft, Clip(np.zeros((2, 16, 16, 3), np.uint8), 12.0))
    assert "No draft and no clip had to go." in licensed("likeness", "sweep").output
    assert "its frames are destroyed" in licensed("market", "revoke", "c1", "--as", "tiziri").output
    assert shelf.get(draft.id).stage == "withdrawn"


def test_who_has_no_say_revokes_nothing(licensed) -> None:
    refused = licensed("market", "revoke", "c1", "--as", "souk")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert allowed(licensed)


@pytest.mark.parametrize(("lang", "word"), [("en", "exclusive licence"), ("fr", "exclusive"), ("ar", "حصري")])
def test_an_exclusive_licence_in_the_way_is_explained_and_nothing_is_charged(
    run, lang: str, word: str
) -> None:
    run(*OFFER, "--exclusive")
    run("market", "deposit", "souk", "1000 MAD")
    run("market", "accept", "o1", "--as", "souk", "--id", "c1")
    run("market", "deposit", "riad", "1000 MAD")
    before = balances(run)
    refused = run("market", "accept", "o1", "--as", "riad", "--lang", lang)
    assert refused.exit_code == 3
    assert word in refused.output and "souk" in refused.output
    assert balances(run) == before


def test_who_cannot_pay_gets_no_permission(run) -> None:
    run(*OFFER)
    refused = run("market", "accept", "o1", "--as", "souk")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "Pay in 100000 centimes first" in refused.stderr
    assert not allowed(run)


def test_a_minor_is_licensed_only_where_every_guardian_offers(run) -> None:
    run("consent", "person", "anir", "--name", "Anir", "--minor", "--guardian", "idder", "--guardian", "tuda")
    offer = ("market", "offer", "anir", "--price", "10 MAD", *SCOPE)
    assert "not all guardians sign" in run(*offer, "--as", "idder").output
    assert "not all guardians sign" not in run(*offer, "--as", "idder", "--as", "tuda").output
    assert run(*offer, "--as", "souk").exit_code == 1


@pytest.mark.parametrize(("lang", "word"), [("en", "Why:"), ("fr", "Pourquoi"), ("ar", "لماذا")])
def test_an_offer_shows_its_flags_in_the_reader_s_language(run, lang: str, word: str) -> None:
    assert word in run(*OFFER, "--lang", lang).output
    assert word in run("market", "flags", "o1", "--lang", lang).output


def test_a_contract_of_others_is_read_as_it_was_ticked_off() -> None:
    asked = ("market", "flags", "--says", "training", "--says", "no-approval", "--says", "unpaid", "--says",
             "earns-revenue", "--format", "json")  # fmt: skip
    rows = json.loads(CliRunner().invoke(main, asked).output)
    expected = red_flags(Terms(training=True, approval=False, paid=False, earns_revenue=True))
    assert [row["code"] for row in rows] == [one.code for one in expected]


def test_what_was_offered_and_agreed_is_shown(licensed) -> None:
    shown = json.loads(licensed("market", "show", "--format", "json").output)
    assert [one["id"] for one in shown["offers"]] == ["o1"]
    assert [(one["id"], one["binds"]) for one in shown["contracts"]] == [("c1", True)]
    assert "Contract c1: souk accepted the offer o1. It binds until" in licensed("market", "show").output
    licensed("market", "revoke", "c1", "--as", "tiziri")
    assert "Elle ne peut" not in licensed("market", "show", "--lang", "fr").output
    assert "La licence a été retirée" in licensed("market", "show", "--lang", "fr").output


@pytest.mark.parametrize(
    "arguments",
    [
        ("offer", "nobody", "--price", "1 MAD", *SCOPE),
        ("offer", "tiziri", "--price", "1", *SCOPE),
        ("offer", "tiziri", "--price", "1 MAD", *SCOPE, "--until", "2099-01-01"),
        ("offer", "tiziri", "--price", "1 MAD", *SCOPE[:-2]),
        ("flags",),
        ("flags", "o9"),
        ("flags", "o9", "--says", "training"),
        ("accept", "o9", "--as", "souk"),
        ("deposit", "no body", "1 MAD"),
        ("withdraw", "souk", "1 MAD"),
        ("royalty", "c9", "1 MAD"),
        ("release", "c9"),
        ("revoke", "c9", "--as", "tiziri"),
    ],
    ids=lambda arguments: " ".join(arguments)[:40],
)
def test_what_cannot_be_done_is_said_on_stderr_with_status_1_and_not_written(
    run, tmp_path: Path, arguments
) -> None:
    result = run("market", *arguments)
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    assert not (tmp_path / "home" / "consent" / "market.jsonl").exists()


@pytest.fixture
def spread(licensed, tmp_path: Path):
    """A marked clip that was made under the licence and registered: its copy, and a copy without the mark."""
    home = tmp_path / "home"
    key = watermark_key(home, make=True)
    assert key is not None
    plain = render(draw_scene(4, duration_s=0.5, fps=12.0), size=(256, 144))
    marked = watermark.embed(plain, 0x1234, key=key)
    file = write(marked, tmp_path / "marked.mp4")
    at = datetime.now(UTC)
    entry = Registered(
        id="c" * 32, payload=f"{0x1234:016x}", title="Ball", fingerprint=fingerprint(marked).to_text(),
        consent_grants=("c1.grant",), registered_at=at,
    )  # fmt: skip
    with Registry(home / "registry") as registry:
        registry.add(entry, file=file, sha256="0" * 64, name=file.name, now=at)
    write(degrade.recompress(plain, crf=28), tmp_path / "plain.mp4")
    return licensed


def test_a_copy_is_left_alone_while_its_licence_stands_and_can_be_acted_on_after(spread) -> None:
    asked = ("reach", "marked.mp4", "--format", "json")
    [row] = json.loads(spread(*asked).output)
    assert (row["by"], row["look_first"], row["stands"], row["options"]) == ("watermark", False, True, {})
    spread("market", "revoke", "c1", "--as", "tiziri")
    [row] = json.loads(spread(*asked).output)
    assert row["grants"] == {"c1.grant": ["revoked"]}
    assert row["options"] == {
        "cooperates": ["unpublished", "blocked"], "notice_only": ["notified"], "closed_group": ["unreachable"],
        "deleted_account": ["unreachable"],
    }  # fmt: skip
    [row] = json.loads(spread(*asked, "--where", "notice_only").output)
    assert row["options"] == {"notice_only": ["notified"]}


def test_what_only_the_looks_lead_to_must_be_looked_at_by_a_person(spread) -> None:
    assert json.loads(spread("reach", "plain.mp4", "--format", "json").output)[0]["look_first"]
    for lang, words in (
        ("en", "A person must look at both"),
        ("fr", "Une personne doit regarder les deux"),
        ("ar", "يجب أن ينظر شخص"),
    ):
        assert words in spread("reach", "plain.mp4", "--lang", lang).output


def test_a_strong_crop_of_a_revoked_clip_is_found_by_its_kept_file(spread, tmp_path: Path) -> None:
    plain = render(draw_scene(4, duration_s=0.5, fps=12.0), size=(256, 144))
    piece = degrade.flip(degrade.crop(plain, keep=0.55, anchor=(0.9, 0.1)))
    write(degrade.recompress(piece, crf=28), tmp_path / "piece.mp4")
    asked = ("reach", "piece.mp4", "--format", "json")
    assert (
        json.loads(spread(*asked).output)[0]["clip"] is None
    )  # while the licence stands nobody looks that closely
    spread("market", "revoke", "c1", "--as", "tiziri")
    [row] = json.loads(spread(*asked).output)
    assert (row["clip"], row["by"], row["look_first"]) == ("c" * 32, "fingerprint", True)


def test_a_picture_of_one_frame_leads_to_its_clip(spread, tmp_path: Path) -> None:
    write_image(read(tmp_path / "marked.mp4").frames[3], tmp_path / "shot.png")
    assert "It leads to the clip Ball" in spread("reach", "shot.png").output


def test_what_is_no_clip_or_nobody_s_or_another_person_s_leads_to_nothing(spread, tmp_path: Path) -> None:
    (tmp_path / "page.mp4").write_bytes(b"no video")
    noise = np.random.default_rng(1).integers(0, 256, (6, 96, 96, 3), np.uint8)
    write(Clip(noise, 12.0), tmp_path / "noise.mp4")
    said = spread("reach", "page.mp4", "noise.mp4").output
    assert "cannot be read as a clip or a picture" in said
    assert "This says nothing about clips of others." in said
    assert "It leads to" not in spread("reach", "marked.mp4", "--of", "anir").output
    assert "It leads to the clip Ball" in spread("reach", "marked.mp4", "--of", "tiziri").output


def test_the_page_of_the_documentation_can_be_followed(run, tmp_path: Path) -> None:
    write(Clip(np.zeros((6, 96, 96, 3), np.uint8), 12.0), tmp_path / "found.mp4")
    blocks = re.findall(r"```bash\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    lines = [line.partition("   # ") for block in blocks for line in block.splitlines()]
    assert len(lines) > 10
    for command, _, said in lines:
        program, *arguments = shlex.split(command)
        result = run(*arguments)
        assert program == "medialit"
        assert result.exit_code == (3 if said == "refused" else 0), f"{command}\n{result.output}"
