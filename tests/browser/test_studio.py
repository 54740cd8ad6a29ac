"""The studio in a real Chromium, as a class uses it: English on a desk, Arabic on a telephone, two people at once."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Route, expect
from tests.browser.studio_people import Person, room, visit

from medialit.feed.wellbeing import check_in

__all__ = ["room", "visit"]  # fixtures; one studio for all that stands here
pytestmark = pytest.mark.browser
LONG = pytest.mark.long
EACH = pytest.mark.parametrize(("lang", "size"), [pytest.param("en", "desk", marks=LONG), ("ar", "phone")])


@EACH
def test_a_learner_joins_watches_likes_comments_steers_and_reads_why(visit, lang: str, size: str) -> None:
    me: Person = visit(lang, size)
    page = me.page
    me.join(f"saffron-{lang}")
    assert page.locator("html").get_attribute("dir") == ("rtl" if lang == "ar" else "ltr")
    me.fits()
    me.enter()
    clips = page.locator(".clip")
    expect(clips.first).to_be_visible()
    for clip in clips.all():  # nobody has to open anything to learn that a clip is synthetic
        assert clip.locator(".label").inner_text().strip()
    me.fits()
    me.shoot(f"feed-{lang}-{size}")

    first = clips.first
    like = first.locator(".tool-like")
    before = int(like.locator(".count").inner_text())
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    assert int(like.locator(".count").inner_text()) == before + 1

    first.locator(".tool-comment").click()
    rude = "<img src=x onerror=alert(1)> جميل"
    me.sheet().get_by_label(me.say("comments.write"), exact=True).fill(rude)
    me.button("comments.send", me.sheet()).click()
    expect(me.sheet().locator(".comments .theirs", has_text="onerror")).to_have_text(rude)  # text stays text
    assert me.sheet().locator(".comments img").count() == 0
    page.keyboard.press("Escape")

    first.locator(".tool-why").click()
    rows = me.sheet().locator("td.points")
    expect(rows.first).to_be_visible()
    points = [float(re.sub(r"[^\d.,+-]", "", one).replace(",", ".")) for one in rows.all_inner_texts()]
    assert points[-1] == pytest.approx(sum(points[:-1]), abs=0.05)  # the terms are the whole reason
    me.fits()
    me.shoot(f"why-{lang}-{size}")
    page.keyboard.press("Escape")

    me.button("feed.steer").click()
    wish = {"en": "less football, more cooking, zxqv", "ar": "أقل من كرة القدم، أكثر من الطبخ، zxqv"}[lang]
    me.sheet().get_by_label(me.say("feed.steer_label"), exact=True).fill(wish)
    me.button("feed.steer_go", me.sheet()).click()
    expect(me.sheet().locator(".plate.no")).to_have_text(["zxqv"])  # what was not understood is said
    me.fits()
    me.shoot(f"steer-{lang}-{size}")


@LONG
@EACH
def test_a_learner_makes_publishes_reports_and_takes_back(visit, lang: str, size: str) -> None:
    me: Person = visit(lang, size).join(f"maker-{lang}").enter()
    page = me.page
    me.go("make")
    me.fits()
    page.get_by_label(me.say("make.prompt"), exact=True).fill(
        {"en": "a red ball bounces on the beach zxqv", "ar": "كرة حمراء تقفز على الشاطئ"}[lang]
    )
    page.locator("summary").click()
    page.get_by_label(me.say("make.v1"), exact=True).check()
    me.button("make.go").click()
    expect(page.locator(".job").first).to_be_visible()
    me.shoot(f"making-{lang}-{size}")
    page.locator(".job-done a").click()
    draft = page.locator(".draft")
    expect(draft.locator(".label")).to_be_visible()
    if lang == "en":
        expect(draft.locator(".plate.no")).to_have_text(["zxqv"])
    me.fits()
    me.shoot(f"draft-{lang}-{size}")
    me.button("drafts.publish", draft).click()
    me.sheet().get_by_label(me.say("drafts.caption"), exact=True).fill("Mine مقطعي")
    me.sheet().locator(".options input").first.check()
    me.fits()
    me.button("drafts.publish", me.sheet()).click()
    expect(page.locator("main.view-post .clip")).to_contain_text("Mine مقطعي")
    me.fits()

    page.locator(".tool-more").click()
    me.button("more.back", me.sheet()).click()
    me.button("more.back", me.sheet()).click()
    expect(page.locator("main.view-feed .clip").first).to_be_visible()
    expect(page.locator(".clip", has_text="Mine مقطعي")).to_have_count(0)

    page.locator(".clip .tool-more").first.click()
    me.button("more.report", me.sheet()).click()
    me.sheet().locator("input[value=unlabelled]").check()
    expect(
        me.sheet().locator("[role=status]")
    ).not_to_be_empty()  # what a report does is said before it is sent
    me.fits()
    me.button("report.send", me.sheet()).click()
    me.sheet().get_by_role("link", name=me.say("report.cases")).click()
    expect(page.locator(".case")).to_have_count(1)
    me.fits()
    me.shoot(f"me-{lang}-{size}")


@LONG
def test_a_refused_prompt_says_why_and_costs_nothing(visit) -> None:
    me: Person = visit("en", "phone").join("prompter").enter()
    me.go("make")
    left = me.page.locator(".quota").inner_text()
    me.page.get_by_label(me.say("make.prompt"), exact=True).fill("a naked woman on the beach")
    me.button("make.go").click()
    expect(me.page.locator(".refused")).to_contain_text(me.say("make.refused"))
    assert len(me.page.locator(".refused p").first.inner_text()) > 20
    assert me.page.locator(".quota").inner_text() == left
    me.fits()
    me.shoot("refused-en-phone")


def test_two_people_lend_a_likeness_use_it_and_take_it_back(visit) -> None:
    """Enrol, ask, approve, co-star, look at the draft, publish, revoke: gone with the next refresh."""
    owner: Person = visit("en", "phone").join("hamid-plays").enter()
    maker: Person = visit("ar", "phone").join("maker-two").enter()
    owner.go("likeness")
    owner.page.locator("button.face", has_text="Hamid").click()
    expect(owner.page.locator(".mine")).to_contain_text("Hamid")
    owner.fits()
    owner.shoot("likeness-en-phone")

    maker.go("likeness")
    maker.page.locator("button.face[data-cast=hamid]").click()
    maker.sheet().get_by_label(maker.say("likeness.words"), exact=True).fill("ساعاتي يلوّح في السوق")
    maker.fits()
    maker.shoot("ask-ar-phone")
    maker.button("likeness.ask_go", maker.sheet()).click()
    expect(maker.sheet()).to_have_count(0)

    owner.go("me")
    owner.go("likeness")
    asked = owner.page.locator(".ask")
    expect(asked).to_contain_text("ساعاتي")
    owner.fits()
    owner.shoot("asked-en-phone")
    owner.button("likeness.yes", asked).click()
    expect(owner.page.locator(".grant:not(.ended)").last).to_contain_text("maker-two")

    maker.go("make")
    maker.page.get_by_label(maker.say("make.prompt"), exact=True).fill("كرة حمراء في السوق")
    maker.page.locator("label.face", has=maker.page.locator("img[src$=hamid]")).click()
    maker.page.locator("summary").click()
    maker.page.get_by_label(maker.say("make.v1"), exact=True).check()
    maker.button("make.go").click()
    maker.page.locator(".job-done a").click()
    expect(
        maker.button("drafts.publish", maker.page.locator(".draft"))
    ).to_be_disabled()  # the person shown looks first

    owner.go("drafts")
    expect(owner.page.locator(".draft")).to_be_visible()
    owner.fits()
    owner.shoot("showing-en-phone")
    owner.button("drafts.yes").click()
    expect(owner.page.locator(".notice")).to_contain_text(owner.say("drafts.said_yes"))

    maker.go("make")
    maker.go("drafts")
    maker.button("drafts.publish", maker.page.locator(".draft")).click()
    maker.button("drafts.publish", maker.sheet()).click()
    expect(maker.page.locator("main.view-post .shows")).to_contain_text("حميد")
    address = maker.page.url
    video = maker.page.locator("video").evaluate("one => one.src")  # the whole address
    assert maker.context.request.get(video).ok

    owner.go("likeness")
    taps = owner.taps
    owner.tap(owner.button("likeness.revoke", owner.page.locator(".grant", has_text="maker-two")))
    expect(owner.sheet()).to_contain_text(owner.say("likeness.revoke_n", n=1))  # what it will do is said
    owner.fits()
    owner.shoot("revoke-en-phone")
    owner.tap(owner.button("likeness.revoke_go", owner.sheet()))
    assert owner.taps - taps == 2
    expect(owner.sheet()).to_have_count(0)

    maker.page.goto(address)
    maker.page.reload()
    expect(maker.page.locator("main h1")).to_have_text(maker.say("state.trouble"))
    assert maker.context.request.get(video).status == 404


def test_a_parent_sets_six_controls_with_seven_taps_and_a_child_cannot_loosen_them(visit) -> None:
    child: Person = visit("ar", "phone").join("nejma", age="13_15")
    assert len(child.codes) == 2
    child.enter()
    child.go("likeness")
    parent: Person = visit("ar", "phone")
    page = parent.page
    page.goto(f"{parent.room.url}#parent")
    page.get_by_label(parent.say("join.child"), exact=True).fill("nejma")
    page.get_by_label(parent.say("join.guardian_code"), exact=True).fill(child.codes[1])
    parent.fits()
    parent.tap(parent.button("join.parent.go"))
    expect(page.locator(".six fieldset")).to_have_count(6)
    parent.fits()
    parent.shoot("guardian-ar-phone")
    chosen = {
        "posts_a_sitting": 0,
        "daily_minutes": 0,
        "quiet": 1,
        "messages": 1,
        "likeness": 1,
        "personalised": 0,
    }
    for part, n in chosen.items():
        parent.tap(page.locator(f"[data-part={part}] .options input").nth(n))
        expect(page.locator(f"[data-part={part}] input").nth(n)).to_be_checked()
    assert parent.taps == 7  # one to come in, one for each: far under a minute
    expect(page.locator(".notice")).to_contain_text(parent.say("me.saved"))

    child.go("me")
    child.page.locator("[data-part=daily_minutes] .options input").nth(3).click()
    expect(child.page.locator(".notice")).to_contain_text(child.say("me.stricter"))
    expect(child.page.locator("[data-part=daily_minutes] input").first).to_be_checked()
    child.fits()


@LONG
def test_under_thirteen_is_turned_away_kindly(visit) -> None:
    me: Person = visit("en", "phone")
    me.knock("little-one", age="under_13")
    expect(me.page.locator(".wrong")).to_contain_text("13")
    me.shoot("under13-en-phone")


def test_the_keyboard_alone_is_enough_and_the_focus_is_never_lost(visit) -> None:
    me: Person = visit("en", "desk")
    page, keys = me.page, me.page.keyboard
    page.goto(f"{me.room.url}?code={me.room.code}")
    expect(page.locator("form.card")).to_be_visible()

    def to(target: Locator, key: str = "Tab", most: int = 60) -> None:
        for _step in range(most):
            if target.evaluate("one => one === document.activeElement"):
                return
            keys.press(key)
        pytest.fail(f"{target} is not reached by {key}")

    keys.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"  # the bars can be jumped over
    to(page.get_by_label(me.say("join.pseudonym"), exact=True))
    keys.type("keys-only")
    to(page.locator("input[value='13_15']"))
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    expect(page.locator("input[value=adult]")).to_be_checked()
    to(me.button("join.go"))
    me.send(lambda: keys.press("Enter"))
    expect(page.locator(".keep").first).to_be_visible()
    assert page.evaluate("document.activeElement.tagName") == "H1"
    to(me.button("join.written"))
    keys.press("Enter")
    expect(page.locator(".clip").first).to_be_visible()
    assert page.evaluate("document.activeElement.tagName") == "H1"  # a new view is begun at its title
    like = page.locator(".clip .tool-like").first
    to(like)
    keys.press("Enter")
    expect(like).to_have_attribute("aria-pressed", "true")
    why = page.locator(".clip .tool-why").first
    to(why)
    keys.press("Enter")
    expect(me.sheet().locator("td.points").first).to_be_visible()
    for _step in range(8):  # a sheet keeps the focus; the browser's own bars come between
        keys.press("Tab")
        assert page.evaluate("!document.activeElement.closest('main, nav, header')")
    keys.press("Escape")
    expect(me.sheet()).to_have_count(0)
    expect(why).to_be_focused()  # and gives it back
    keys.press("ArrowDown")
    assert page.evaluate(
        "document.activeElement.closest('.reel > *') === document.querySelectorAll('.reel > *')[1]"
    )
    expect(page.locator(".reel > *").nth(1)).to_be_in_viewport(ratio=0.5)
    to(page.locator(".tab-me"), "Shift+Tab", 90)
    keys.press("Enter")
    expect(page.locator("main.view-me h1")).to_be_focused()
    to(page.locator("[data-part=quiet] input:checked"))
    keys.press("ArrowRight")
    expect(page.locator("[data-part=quiet] input").nth(1)).to_be_checked()
    expect(page.locator("[data-part=quiet] input").nth(1)).to_be_focused()
    me.go("people")
    following = page.locator(".person .follow").first
    to(following)
    keys.press("Enter")
    expect(following).to_have_attribute("aria-pressed", "true")
    expect(following).to_be_focused()  # though the list was drawn anew


@LONG
def test_films_play_silently_in_view_and_never_by_themselves_where_motion_is_unwelcome(visit) -> None:
    mover: Person = visit("en", "phone").join("mover").enter()
    playing = mover.page.locator(".clip video").first
    expect(mover.page.locator(".play").first).to_have_attribute("aria-label", mover.say("clip.pause"))
    assert playing.evaluate("one => one.muted && !one.paused")
    mover.page.locator(".play").first.click()
    assert playing.evaluate("one => one.paused")
    box = mover.page.locator(".reel")
    for _page in range(9):
        box.evaluate("one => one.scrollTo(0, one.scrollHeight)")
        if mover.page.locator(".over").count():
            break
        mover.page.wait_for_load_state("networkidle")
    mover.page.locator(".over").scroll_into_view_if_needed()
    expect(mover.page.locator(".over")).to_be_in_viewport()  # the feed has an end
    mover.fits()
    mover.shoot("end-en-phone")
    box.evaluate("one => one.scrollTo(0, 0)")
    expect(mover.page.locator(".clip").first).to_be_in_viewport(ratio=0.6)
    assert playing.evaluate("one => one.paused")  # what a person paused stays paused

    calm: Person = visit("en", "phone", reduced_motion="reduce").join("calm").enter()
    still = calm.page.locator(".clip video").first
    expect(calm.page.locator(".clip").first).to_be_in_viewport(ratio=0.6)
    calm.page.locator(".clip .tool-why").first.click()  # time for a film to begin, if it wanted to
    expect(calm.sheet().locator("td.points").first).to_be_visible()
    calm.page.keyboard.press("Escape")
    assert still.evaluate("one => one.paused && one.currentTime === 0")
    calm.page.locator(".play").first.click()
    expect(calm.page.locator(".play").first).to_have_attribute("aria-label", calm.say("clip.pause"))


@LONG
def test_a_lost_connection_is_said_and_the_page_goes_on_by_itself(visit) -> None:
    me: Person = visit("ar", "phone").join("offliner").enter()
    expect(me.page.locator(".clip").first).to_be_visible()
    me.context.set_offline(True)
    me.page.locator(".tool-like").first.click()
    expect(me.page.locator(".banner")).to_have_text(me.say("state.offline"))
    expect(me.page.locator(".clip").first).to_be_visible()  # what is seen stays
    me.shoot("offline-ar-phone")
    me.go("people")
    expect(me.page.locator("main h1")).to_have_text(me.say("state.trouble"))
    me.context.set_offline(False)
    expect(me.page.locator(".person").first).to_be_visible()
    expect(me.page.locator(".banner")).to_be_hidden()


@LONG
def test_the_feed_asks_after_a_while_and_closes_when_one_wants_or_when_it_is_late(visit) -> None:
    me: Person = visit("ar", "phone").join("sleepy").enter()
    expect(me.page.locator(".clip").first).to_be_visible()
    asked = check_in(1260.0, clock=time(15), lang="ar")

    def after_a_while(
        route: Route,
    ) -> None:  # nobody waits twenty minutes here: the question joins the real answer
        answer = route.fetch()
        answers = [{"id": one.value, "words": words} for one, words in asked.answers]
        route.fulfill(
            response=answer,
            json=answer.json() | {"check_in": {"question": asked.question, "answers": answers}},
        )

    me.page.route("**/api/feed?*", after_a_while)
    me.go("people")
    me.go("feed")
    me.page.locator(".asks").first.scroll_into_view_if_needed()
    sizes = (
        me.page.locator(".asks")
        .first.locator(".answer")
        .evaluate_all("all => all.map(one => one.offsetWidth)")
    )
    assert len(sizes) == 4 and len(set(sizes)) == 1  # no answer is smaller than another
    me.fits()
    me.shoot("check-in-ar-phone")
    stop = next(words for one, words in asked.answers if one == "stop")
    me.page.locator(".asks").first.get_by_role("button", name=stop).click()
    expect(me.page.locator(".over h2")).not_to_be_empty()
    expect(me.page.locator(".clip")).to_have_count(0)
    me.page.unroute("**/api/feed?*")

    me.page.evaluate(
        """async () => {
          const me = await (await fetch('/api/me')).json();
          await fetch('/api/me/controls', {method: 'PUT', body: JSON.stringify({controls: {quiet: [['05:00', '05:00']]}}),
            headers: {'Content-Type': 'application/json', 'X-Medialit-CSRF': me.csrf}});
        }"""
    )
    me.go("people")
    me.go("feed")
    expect(me.page.locator(".over h2")).not_to_be_empty()
    expect(me.page.locator(".clip")).to_have_count(0)
    me.fits()
    me.shoot("closed-ar-phone")


@LONG
def test_people_follow_each_other_write_and_block(visit) -> None:
    one: Person = visit("en", "desk").join("pen-one").enter()
    other: Person = visit("ar", "phone").join("pen-two").enter()
    for me, whom in ((one, "pen-two"), (other, "pen-one")):
        me.go("people")
        row = me.page.locator(".person", has_text=whom)
        row.locator(".follow").click()
        expect(row.locator(".follow")).to_have_attribute("aria-pressed", "true")
        me.fits()
    other.shoot("people-ar-phone")
    other.page.locator(".person", has_text="pen-one").get_by_role("link").click()
    other.page.get_by_label(other.say("messages.write"), exact=True).fill("سلام! <b>hi</b>")
    other.button("comments.send").click()
    expect(other.page.locator(".talk .own")).to_contain_text("سلام! <b>hi</b>")
    one.go("messages")
    expect(one.page.locator(".top .badge")).to_contain_text("1")
    one.page.locator("a.person", has_text="pen-two").click()
    expect(one.page.locator(".talk .other")).to_contain_text("سلام")
    one.fits()
    one.shoot("talk-en-desk")
    one.go("people")
    blocking = one.say("people.block_name", name="pen-two")
    one.page.locator(".person", has_text="pen-two").get_by_role("button", name=blocking).click()
    one.button("people.block", one.sheet()).click()
    expect(one.page.locator(".person", has_text="pen-two")).to_contain_text(one.say("people.blocked"))


def test_zz_the_teacher_pauses_decides_looks_back_takes_the_evidence_and_wipes(visit, tmp_path: Path) -> None:
    """The last story of the file: after it the class is gone."""
    teacher: Person = visit("en", "desk")
    page = teacher.page
    page.goto(f"{teacher.room.url}#desk")
    page.get_by_label(teacher.say("join.key"), exact=True).fill(teacher.room.key)
    teacher.button("join.teacher.go").click()
    expect(page.locator(".invite .code")).to_have_text(teacher.room.code)
    assert page.locator(".qr").evaluate("one => one.decode().then(() => one.naturalWidth)") > 0
    teacher.fits()
    teacher.shoot("desk-en-desk")

    learner: Person = visit("ar", "phone").join("reporter").enter()
    learner.page.locator(".clip .tool-more").first.click()
    learner.button("more.report", learner.sheet()).click()
    learner.sheet().locator("input[value=other]").check()
    learner.sheet().get_by_label(learner.say("report.why"), exact=True).fill("هذا ليس شارعنا")
    learner.button("report.send", learner.sheet()).click()
    expect(learner.sheet().get_by_role("link")).to_be_visible()

    page.locator(".page").evaluate("one => { one.dataset.still = 'there'; }")
    teacher.button("desk.pause").click()
    expect(page.locator(".banner")).to_have_text(teacher.say("state.paused"))
    learner.go("people")
    expect(learner.page.locator(".banner")).to_have_text(learner.say("state.paused"))
    learner.fits()
    learner.shoot("paused-ar-phone")
    teacher.button("desk.go_on").click()
    expect(page.locator(".banner")).to_be_hidden()
    page.wait_for_load_state("networkidle")
    # A desk that were drawn anew by then would throw back whoever has gone on to another part of it.
    expect(page.locator(".page")).to_have_attribute("data-still", "there")

    page.locator(".parts .chip", has_text=teacher.say("desk.cases")).click()
    case = page.locator(".case", has=page.locator(".trail", has_text="reporter"))
    expect(case).to_contain_text("هذا ليس شارعنا")  # the words of whoever reported
    teacher.fits()
    teacher.shoot("cases-en-desk")
    teacher.button("act.take_down", case).click()
    teacher.sheet().get_by_label(teacher.say("desk.reason"), exact=True).fill(
        "It says our street, and it is not."
    )
    teacher.button("act.take_down", teacher.sheet()).click()
    expect(case.locator(".state")).to_have_text(teacher.say("case.take_down"))
    learner.go("me")
    expect(learner.page.locator(".case")).to_contain_text(learner.say("case.take_down"))

    page.locator(".parts .chip", has_text=teacher.say("desk.posts")).click()
    posts = page.locator(".posts li")
    removing = page.locator(".posts .danger")
    expect(removing.first).to_be_visible()
    before = removing.count()
    removing.first.click()
    teacher.sheet().get_by_label(teacher.say("desk.reason"), exact=True).fill("For the test of the desk.")
    teacher.button("desk.remove", teacher.sheet()).click()
    expect(removing).to_have_count(before - 1)
    assert posts.count() >= before
    teacher.fits()

    page.locator(".parts .chip", has_text=teacher.say("desk.replay")).click()
    expect(page.locator(".thumbs li").first).to_be_visible()
    page.get_by_label(teacher.say("desk.slider"), exact=True).press("Home")
    expect(page.locator(".thumbs li")).to_have_count(1)  # when the first clip came
    teacher.fits()
    teacher.shoot("replay-en-desk")

    page.locator(".parts .chip", has_text=teacher.say("desk.end")).click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name=teacher.say("desk.evidence_get")).click()
    waiting.value.save_as(tmp_path / "evidence.zip")
    assert (tmp_path / "evidence.zip").read_bytes()[:2] == b"PK"
    teacher.fits()
    wiping = page.locator(".grave input")
    wiping.fill("another class")
    teacher.button("desk.wipe").click()
    expect(page.locator(".notice.trouble")).to_be_visible()  # a wrong name wipes nothing
    wiping.fill("demo")
    teacher.button("desk.wipe").click()
    expect(page.locator(".notice", has_text=teacher.say("desk.wiped"))).to_be_visible()
