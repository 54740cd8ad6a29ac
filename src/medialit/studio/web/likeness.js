// Likeness: who plays whom, who may use it and for what, and taking it back.

import { fill, h, icon, theirs } from "./dom.js";
import { act, choice, empty, field, notice, sheet, sure } from "./shell.js";
import { del, get, here, moment, post, refresh, state, t } from "./state.js";

const ACTIONS = ["generate", "publish", "remix", "export"];

export async function view(_name, wanted) {
  const root = h("div.page");
  async function draw() {
    const all = await get("/api/likeness");
    await refresh();
    const guardian = state.me.role === "guardian";
    const open = all.asks_to_me.filter((one) => one.state === "waiting");
    fill(root, h("h1", {}, t(guardian ? "likeness.ward" : "likeness.title")), h("p.lead", {}, t("likeness.lead")),
      open.length ? section("likeness.asks", "likeness.asks_hint", open.map((one) => asked(one, draw))) : null,
      !guardian && me(all, draw),
      section("likeness.given", "likeness.given_hint", all.grants_given.length ? all.grants_given.map((one) => given(one, draw)) : [empty("shield", t("likeness.none_given"))]),
      !guardian && others(all, draw),
      !guardian && all.grants_held.length ? section("likeness.held", null, all.grants_held.map(held)) : null,
      !guardian && all.my_asks.length ? section("likeness.my_asks", null, all.my_asks.map((one) => h("article.card", {}, plain(one), stateOf(one)))) : null);
    return all;
  }
  const all = await draw();
  return { title: t("likeness.title"), node: root, shown: () => {
    const who = wanted && all.cast.find((one) => one.id === wanted);
    if (who) askFor(who, draw);
  } };
}

const section = (title, hint, content) => h("section", {}, h("h2", {}, t(title)), hint && h("p.hint", {}, t(hint)), content);
const plain = (one) => h("div.plain-words", {}, one.plain.map((sentence) => h("p", { dir: "auto" }, sentence)));
const stateOf = (one) => one.state && h(`p.state.state-${one.state}`, {}, t(`ask.${one.state}`));

function me(all, again) {
  if (all.mine) {
    return section("likeness.mine", null, [h("div.card.mine", {}, picture(all.mine, 96), h("div", {}, h("h3", { dir: "auto" }, all.mine.name), h("p", {}, t("likeness.mine_hint")),
      h("button.plain.warn", { type: "button", onclick: () => sure(t("likeness.leave"), [t("likeness.leave_what")], t("likeness.leave"), async () => {
        await del("/api/likeness");
        notice(t("likeness.left"));
        await again();
      }) }, t("likeness.leave"))))]);
  }
  const free = all.cast.filter((one) => !one.taken_by);
  return section("likeness.choose", "likeness.choose_hint", [h("div.faces", {}, free.filter((one) => !one.minor || state.me.age !== "adult").map((one) => h("button.face", { type: "button", onclick: (event) => act(event.currentTarget, async () => {
    await post("/api/likeness", { cast: one.id });
    notice(t("likeness.chosen", { name: one.name }));
    await again();
  }) }, picture(one, 72), h("span.name", { dir: "auto" }, one.name), one.minor && h("span.state", {}, t("likeness.minor"))))), h("p.hint", {}, t("likeness.camera"))]);
}

function picture(one, size) {
  return one.picture ? h("img", { src: here(one.picture), alt: "", width: size, height: size, loading: "lazy" }) : h("span.arch", {}, icon("likeness"));
}

function others(all, again) {
  const taken = all.cast.filter((one) => one.taken_by && one.id !== all.mine?.principal);
  if (!taken.length) return null;
  return section("likeness.others", "likeness.others_hint", [h("div.faces", {}, taken.map((one) =>
    h("button.face", { type: "button", "data-cast": one.id, onclick: () => askFor(one, again) }, picture(one, 72), h("span.name", { dir: "auto" }, one.name),
      h("span.state", {}, t("likeness.played_by", { name: one.taken_by.name })))))]);
}

/** Ask somebody: for what, and why, in one's own words. Asking gives nothing yet. */
function askFor(who, again) {
  const wishes = new Set(["generate", "publish"]);
  const purposes = ["education", "art", "journalism", "satire", "personal"];
  let purpose = "education";
  const text = h("textarea", { rows: 3, maxlength: 300, dir: "auto" });
  const go = h("button.primary.wide", { type: "submit" }, t("likeness.ask_go"));
  const open = sheet(t("likeness.ask", { name: who.name }), h("form", { onsubmit: (event) => {
    event.preventDefault();
    act(go, async () => {
      await post("/api/asks", { to: who.id, actions: [...wishes], purpose, words: text.value.trim() });
      open.close();
      notice(t("likeness.asked", { name: who.name }));
      await again();
    });
  } }, h("p", {}, t("likeness.ask_lead")),
  h("fieldset.choice", {}, h("legend", {}, t("likeness.what")), h("div.options", {}, ACTIONS.map((one) => h("label", {},
    h("input", { type: "checkbox", checked: wishes.has(one), onchange: (event) => (event.target.checked ? wishes.add(one) : wishes.delete(one)) }), h("span", {}, t(`action.${one}`)))))),
  choice("purpose", t("likeness.purpose"), purposes.map((one) => [one, t(`purpose.${one}`)]), purpose, (value) => { purpose = value; }),
  field(t("likeness.words"), text, t("likeness.words_hint")), go));
}

function asked(one, again) {
  let days = 30;
  const answer = (yes, button) => act(button, async () => {
    await post(`/api/asks/${one.id}/answer`, { yes, until_days: days });
    notice(t(yes ? "likeness.yes_said" : "likeness.no_said"));
    await again();
  });
  return h("article.card.ask", {}, plain(one), one.words && h("div.quote", {}, theirs(one.words, "p")),
    one.mine_to_answer && choice("days", t("likeness.until"), [[7, t("likeness.week")], [30, t("likeness.month")], [360, t("likeness.year")]], days, (value) => { days = value; }),
    h("p.hint", {}, t(one.mine_to_answer ? "likeness.take_back_any" : "likeness.guardian_first")),
    h("div.row", {}, one.mine_to_answer && h("button.primary", { type: "button", onclick: (event) => answer(true, event.currentTarget) }, t("likeness.yes")),
      h("button.danger", { type: "button", onclick: (event) => answer(false, event.currentTarget) }, t("likeness.no"))));
}

/** Two taps: "take back", which says what it will do, and "yes, take it back". */
function given(one, again) {
  const ended = !one.stands;
  return h(`article.card.grant${ended ? ".ended" : ""}`, {}, plain(one), one.until && h("p.hint", {}, t("likeness.ends", { when: moment(one.until) })),
    ended ? h("p.state", {}, t("likeness.ended")) : h("button.danger", { type: "button", onclick: () => sure(t("likeness.revoke"), [t("likeness.revoke_n", { n: one.clips }), t("likeness.revoke_what1"), t("likeness.revoke_what2")], t("likeness.revoke_go"), async () => {
      const told = await post(`/api/grants/${one.id}/revoke`, { why: "" });
      notice(told.words);
      await again();
    }) }, t("likeness.revoke")));
}

const held = (one) => h(`article.card.grant${one.stands ? "" : ".ended"}`, {}, plain(one), !one.stands && h("p.state", {}, t("likeness.ended")));
