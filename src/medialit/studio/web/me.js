// One's own page and a guardian's: six switches in plain words, each kept with the tap that sets it.

import { fill, h, icon, tile } from "./dom.js";
import { languages } from "./join.js";
import { act, choice, field, notice, sheet, sure, told } from "./shell.js";
import { clock, get, moment, post, put, refresh, state, t } from "./state.js";

const again = (detail) => window.dispatchEvent(new CustomEvent("studio-again", { detail }));
const NIGHTS = [[], [["21:00:00", "07:00:00"]], [["22:00:00", "07:00:00"]]];

export async function view(name) {
  await refresh();
  if (name === "ward") return ward();
  const { me } = state;
  const learner = me.role === "learner";
  const cases = me.role === "teacher" ? [] : await get("/api/cases").catch(() => []);
  return { title: t("nav.me"), node: h("div.page", {},
    h("header.self", {}, tile(me.name), h("div", {}, h("h1", { dir: "auto" }, me.name), h("p.hint", {}, t(learner ? `age.${me.age}` : `role.${me.role}`)))),
    learner && today(me), learner && six(), cases.length ? trail(cases) : null,
    h("section.card", {}, h("h2", {}, t("me.language")), languages(async (code) => {
      await put("/api/me/language", { lang: code }).catch(told);
      again({ lang: code });
    })),
    h("button.plain.warn.wide", { type: "button", onclick: () => sure(t("me.leave"), [t(learner ? "me.leave_what" : "me.leave_short")], t("me.leave"), async () => {
      await post("/api/leave");
      state.me = null;
      again({ hash: "#join" });
    }, { danger: false }) }, icon("door"), t("me.leave"))) };
}

function today(me) {
  const left = me.opening?.minutes_left;
  return h("section.card.today", {}, h("h2", {}, t("me.today")), h("ul.ticks", {},
    h("li", {}, icon("make"), h("span", {}, t("make.left", { left: me.quota.left, each: me.quota.each_day }))),
    h("li", {}, icon(me.opening?.open === false ? "moon" : "clock"), h("span", { dir: "auto" }, me.opening?.open === false ? me.opening.words : left === null || left === undefined ? t("me.not_begun") : t("me.minutes", { n: Math.round(left) }))),
    h("li", {}, icon("likeness"), h("span", {}, me.likeness.name ? t("me.plays", { name: me.likeness.name }) : t("me.plays_nobody")))));
}

async function ward() {
  const { me } = state;
  return { title: t("nav.ward"), node: h("div.page", {}, h("h1", {}, t("ward.title", { name: me.ward.name })),
    h("p.lead", {}, t("ward.lead")),
    h("ul.ticks", {}, [1, 2, 3].map((n) => h("li", {}, icon("check"), h("span", {}, t(`ward.always${n}`))))),
    six(), h("div.row", {}, h("a.button.plain", { href: "#drafts" }, t("drafts.showing_ward")), h("a.button.plain", { href: "#likeness" }, t("likeness.ward")))) };
}

/** The six switches. A setting that a guardian or the age makes stricter shows what holds. */
function six() {
  const box = h("div.six");
  const guardian = state.me.role === "guardian";
  const minor = guardian || state.me.age !== "adult";

  async function set(part) {
    try {
      const answer = await put("/api/me/controls", { controls: part });
      state.me = answer;
      const [key] = Object.keys(part);
      const holds = JSON.stringify(state.me.controls.effective[key]) === JSON.stringify(part[key]);
      notice(t(holds ? "me.saved" : "me.stricter"));
    } catch (error) {
      told(error);
    }
    const focused = document.activeElement?.closest("fieldset")?.dataset.part;
    draw();
    if (focused) box.querySelector(`[data-part="${focused}"] input:checked`)?.focus();
  }

  function row(part, mark, options) {
    const now = state.me.controls.effective[part];
    const chosen = options.find(([value]) => JSON.stringify(value) === JSON.stringify(now));
    const all = chosen ? options : [...options, [now, part === "quiet" ? hours(now) : String(now ?? t("set.none"))]];
    const node = choice(part, t(`set.${part}`), all, (chosen ?? all.at(-1))[0], (value) => set({ [part]: value }), t(`set.${part}_hint`));
    node.dataset.part = part;
    node.prepend(h("span.mark", {}, icon(mark)));
    return node;
  }

  function draw() {
    const messages = [["off", t("set.messages_off")], ["known", t("set.messages_known")], ...(minor ? [] : [["everyone", t("set.messages_everyone")]])];
    const likeness = [["off", t("set.likeness_off")], ["ask_guardian", t("set.likeness_guardian")], ...(minor ? [] : [["ask_me", t("set.likeness_me")]])];
    fill(box, h("h2", {}, t(guardian ? "ward.six" : "me.six")), h("p.hint", {}, t("me.six_hint")),
      row("posts_a_sitting", "feed", [[10, t("set.posts", { n: 10 })], [20, t("set.posts", { n: 20 })], [40, t("set.posts", { n: 40 })], [null, t("set.posts_none")]]),
      row("daily_minutes", "clock", [[20, t("set.minutes", { n: 20 })], [45, t("set.minutes", { n: 45 })], [60, t("set.minutes", { n: 60 })], [120, t("set.minutes", { n: 120 })]]),
      row("quiet", "moon", NIGHTS.map((night) => [night, night.length ? hours(night) : t("set.quiet_none")])),
      row("messages", "message", messages), row("likeness", "likeness", likeness.filter(([value]) => value !== "ask_guardian" || minor)),
      row("personalised", "steer", [[false, t("set.same")], [true, t("set.personal")]]));
  }

  draw();
  return box;
}

const hours = (quiet) => quiet.map(([start, end]) => t("set.hours", { from: clock(start), to: clock(end) })).join(", ");

function trail(cases) {
  return h("section.card", {}, h("h2", {}, t("cases.mine")), cases.map((one) => h("details.case", {}, h("summary", {}, t("cases.about", { ground: one.ground_words }), " · ", h("span.state", {}, t(`case.${one.state}`))),
    one.deadline && h("p.hint", {}, t("cases.deadline", { when: moment(one.deadline) })), h("ol.trail", {}, one.trail.map((sentence) => h("li", { dir: "auto" }, sentence))),
    one.may_appeal && h("button.plain", { type: "button", onclick: () => appeal(one) }, t("cases.appeal")))));
}

function appeal(one) {
  const text = h("textarea", { rows: 3, maxlength: 500, dir: "auto" });
  const go = h("button.primary", { type: "submit" }, t("cases.appeal"));
  const open = sheet(t("cases.appeal"), h("form", { onsubmit: (event) => {
    event.preventDefault();
    act(go, async () => {
      await post(`/api/cases/${one.id}/appeal`, { why: text.value.trim() });
      open.close();
      notice(t("cases.appealed"));
      again({});
    });
  } }, field(t("report.why"), text), go));
}
