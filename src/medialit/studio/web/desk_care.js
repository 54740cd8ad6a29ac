// The parts of the desk that look after what was posted: cases with their deadlines, posts, and looking back.

import { fill, h, icon, theirs } from "./dom.js";
import { act, empty, field, notice, sheet } from "./shell.js";
import { get, here, moment, post, t } from "./state.js";

/** Cases, the next deadline first. Each decision needs a reason, which both sides read. */
export function cases(desk, again) {
  const open = (one) => one.open;
  const sorted = [...desk.cases].sort((a, b) => Number(open(b)) - Number(open(a)) || String(a.deadline).localeCompare(String(b.deadline)));
  if (!sorted.length) return empty("shield", t("desk.no_cases"));
  return sorted.map((one) => {
    const late = open(one) && new Date(one.deadline) < new Date();
    return h(`article.card.case${late ? ".late" : ""}`, {}, h("div.job-head", {}, h("h2", {}, one.ground_words), h("span.state", {}, t(`case.${one.state}`))),
      h("p.hint", {}, icon("clock"), " ", one.deadline && t(late ? "desk.was_due" : "cases.deadline", { when: moment(one.deadline) })),
      one.post && h("p", {}, h("a", { href: `#post/${encodeURIComponent(one.post)}` }, t("desk.look"))),
      one.why && h("div.quote", {}, theirs(one.why, "p")),
      h("ol.trail", {}, one.trail.map((sentence) => h("li", { dir: "auto" }, sentence))),
      open(one) && h("div.row", {}, (one.state === "appeal" ? ["restore", "uphold"] : ["take_down", "keep"]).map((what) =>
        h(`button.${what === "take_down" ? "danger" : "plain"}`, { type: "button", onclick: () => decide(one, what, again) }, t(`act.${what}`)))));
  });
}

function decide(one, what, again) {
  reason(t(`act.${what}`), t("desk.reason_hint"), async (why) => {
    await post(`/api/desk/cases/${one.id}`, { act: what, why });
    notice(t("desk.decided"));
    await again();
  });
}

/** Ask for a reason; without one nothing is done. */
function reason(title, hint, work) {
  const text = h("textarea", { rows: 3, maxlength: 500, dir: "auto", required: true });
  const go = h("button.primary.wide", { type: "submit" }, title);
  const open = sheet(title, h("form", { onsubmit: (event) => {
    event.preventDefault();
    act(go, async () => { await work(text.value.trim()); open.close(); });
  } }, field(t("desk.reason"), text, hint), go));
}

export function posts(desk, again) {
  if (!desk.posts.length) return empty("feed", t("desk.no_posts"));
  return h("ul.posts", {}, desk.posts.map((one) => h("li.card", {}, one.poster && h("img", { src: here(one.poster), alt: "", width: 96, height: 72, loading: "lazy" }),
    h("div", {}, theirs(one.author_name, "strong"), one.caption && theirs(one.caption, "p"), h("p.hint", {}, one.label || t(one.synthetic ? "clip.unlabelled" : "clip.not_synthetic")), h("p.hint", {}, moment(one.at), !one.visible && ` · ${t("desk.not_shown")}`)),
    h("div.row", {}, h("a.button.plain.small", { href: `#post/${encodeURIComponent(one.id)}` }, t("more.open")),
      one.visible && h("button.danger.small", { type: "button", "aria-label": t("desk.remove_of", { name: one.author_name }), onclick: () => reason(t("desk.remove"), t("desk.reason_hint"), async (why) => {
        await post(`/api/desk/posts/${one.id}/remove`, { why });
        notice(t("desk.removed"));
        await again();
      }) }, t("desk.remove"))))));
}

/** What the class looked like at a moment, from the records; sliding changes nothing. */
export function replay(desk) {
  const first = Math.min(...desk.posts.map((one) => Date.parse(one.at) + 1), Date.now() - 3_600_000);  // what came later in that millisecond, too
  const last = Date.now();
  const when = h("output", { class: "when" });
  const shown = h("div.then", { "aria-live": "polite" });
  const slider = h("input", { type: "range", min: 0, max: 100, value: 100, step: 1 });
  let timer = 0;
  const at = () => new Date(first + ((last - first) * Number(slider.value)) / 100).toISOString();

  async function draw() {
    when.textContent = moment(at());
    slider.setAttribute("aria-valuetext", moment(at()));
    const told = await get(`/api/desk/replay?at=${encodeURIComponent(at())}`).catch((error) => ({ error }));
    if (told.error) return fill(shown, h("p.wrong", {}, told.error.message));
    return fill(shown, h("h3", {}, t("desk.stood", { n: told.posts.length })), h("ul.thumbs", {}, told.posts.map((one) => h("li", {}, one.poster && h("img", { src: here(one.poster), alt: "", width: 96, height: 72, loading: "lazy" }), theirs(one.author_name)))),
      h("h3", {}, t("desk.events")), h("ol.trail", {}, told.events.map((one) => h("li", { dir: "auto" }, one.words))));
  }

  slider.addEventListener("input", () => {
    when.textContent = moment(at());
    clearTimeout(timer);
    timer = setTimeout(draw, 250);
  });
  draw();
  return h("section.card", {}, h("p", {}, t("desk.replay_what")), field(t("desk.slider"), slider), when, shown);
}
