// What opens over a clip: how it was made, why it is here, what others say, and how to report it.

import { fill, h, icon, theirs, tile } from "./dom.js";
import { act, choice, field, notice, sheet, sure } from "./shell.js";
import { del, get, here, moment, points, post, state, t } from "./state.js";

/** How a clip was made, and which marks it carries. */
export function made(one) {
  sheet(t("made.title"), [
    h("p.lead", { dir: "auto" }, one.synthetic ? one.label || t("clip.unlabelled") : one.label || t("clip.not_synthetic")),
    one.prompt && h("div.quote", {}, h("h3", {}, t("made.prompt")), theirs(one.prompt, "p")),
    one.marks?.length ? h("ul.dots", {}, one.marks.map((mark) => h("li", { dir: "auto" }, mark))) : h("p", {}, t("made.no_marks")),
    h("p.hint", {}, t("made.limits")),
    h("p.hint", {}, t("made.when", { when: moment(one.at) })),
  ]);
}

/** Every term that placed the clip here. The points add up to the whole: nothing else moved it. */
export async function why(one) {
  const body = h("div", { "aria-busy": "true" }, h("p", {}, t("common.wait")));
  const open = sheet(t("why.title"), body);
  try {
    const told = await get(`/api/posts/${one.id}/why`);
    const most = Math.max(...told.terms.map((term) => Math.abs(term.points)), 0.01);
    fill(body, told.words.map((sentence) => h("p.lead", { dir: "auto" }, sentence)),
      h("table.terms", {}, h("caption", {}, t("why.terms")),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("why.reason")), h("th", { scope: "col" }, t("why.points")))),
        h("tbody", {}, told.terms.map((term) => {
          const bar = h("meter", { min: 0, max: most, value: Math.abs(term.points), "aria-hidden": "true" });
          return h(`tr${term.points < 0 ? ".less" : ""}`, {}, h("td", { dir: "auto" }, term.words, bar), h("td.points", {}, h("bdi", {}, points(term.points))));
        })),
        h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, t("why.total")), h("td.points", {}, h("bdi", {}, points(told.total)))))),
      h("p.hint", {}, t(told.personalised ? "why.personal" : "why.same")));
  } catch (error) {
    fill(body, h("p.wrong", {}, error.message));
  }
  body.removeAttribute("aria-busy");
  return open;
}

/** What others wrote, and a line to write on. */
export async function comments(one, oncount) {
  const { node, load } = thread(one, oncount);
  sheet(t("comments.title"), node);
  await load();
}

/** The comments of a post as a list with a line beneath. */
export function thread(one, oncount) {
  const list = h("ul.comments");
  const draw = (all) => {
    fill(list, all.map((said) => h("li", {}, tile(said.by_name), h("div", {}, h("p.by", {}, theirs(said.by_name, "strong"), h("time", { datetime: said.at }, moment(said.at))), theirs(said.text, "p")))));
    if (!all.length) fill(list, h("li.none", {}, t("comments.none")));
    oncount?.(all.length);
  };
  const text = h("textarea", { rows: 2, maxlength: 500, dir: "auto" });
  const go = h("button.primary", { type: "submit" }, t("comments.send"));
  let all = [];
  const write = state.me?.role === "learner" && h("form.write", { onsubmit: (event) => {
    event.preventDefault();
    if (!text.value.trim()) return;
    act(go, async () => {
      all.push(await post(`/api/posts/${one.id}/comments`, { text: text.value.trim() }));
      text.value = "";
      draw(all);
    });
  } }, field(t("comments.write"), text, t("comments.hint")), go);
  return { node: h("div", {}, list, write), load: async () => {
    all = (await get(`/api/posts/${one.id}`)).comments;
    if (!Array.isArray(all)) all = [];
    draw(all);
  } };
}

/** The rest: take it with you, report it, or take back what is yours. */
export function more(one, gone) {
  const open = sheet(t("more.title"), h("div.list", {},
    one.download ? h("a.button.plain", { href: here(one.download), download: "" }, icon("download"), t("more.download")) : h("p.hint", {}, t("more.no_download")),
    h("a.button.plain", { href: `#post/${encodeURIComponent(one.id)}` }, icon("feed"), t("more.open")),
    !one.mine && state.me?.role !== "teacher" && h("button.plain", { type: "button", onclick: () => { open.close(); report(one, gone); } }, icon("flag"), t("more.report")),
    one.mine && h("button.plain.warn", { type: "button", onclick: () => {
      open.close();
      sure(t("more.back"), [t("more.back_what")], t("more.back"), async () => {
        await del(`/api/posts/${one.id}`);
        notice(t("more.back_done"));
        gone();
      });
    } }, icon("close"), t("more.back"))));
}

/** A report opens a case with a deadline; what it does is said before it is sent. */
export async function report(one, gone) {
  const grounds = await get("/api/grounds").catch(() => []);
  let ground = null;
  const what = h("p.hint", { role: "status" });
  const reason = h("textarea", { rows: 3, maxlength: 500, dir: "auto" });
  const go = h("button.primary.wide", { type: "submit" }, t("report.send"));
  const open = sheet(t("report.title"), h("form", { onsubmit: (event) => {
    event.preventDefault();
    if (!ground) return notice(t("report.choose"), { trouble: true });
    return act(go, async () => {
      const told = await post(`/api/posts/${one.id}/report`, { ground, why: reason.value.trim() });
      fill(open.dialog.querySelector(".sheet-body"), h("p.lead", { dir: "auto" }, told.words), h("p", {}, t("report.follow")),
        h("a.button.primary", { href: "#me" }, t("report.cases")));
      if (grounds.find((each) => each.id === ground)?.hides_at_once) gone?.();
    });
  } }, h("p", {}, t("report.lead")),
  choice("ground", t("report.ground"), grounds.map((each) => [each.id, each.words]), null, (value) => {
    ground = value;
    fill(what, t(grounds.find((each) => each.id === value)?.hides_at_once ? "report.at_once" : "report.later"));
  }), what, field(t("report.why"), reason, t("report.why_hint")), go));
}
