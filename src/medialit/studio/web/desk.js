// The teacher's desk: let people in, pause, look after cases, look back, take the evidence, wipe.

import { fill, h, icon, theirs, tile } from "./dom.js";
import { cases, posts, replay } from "./desk_care.js";
import { act, choice, field, keepFocus, notice, sheet, sure } from "./shell.js";
import { get, here, post, state, t } from "./state.js";

const POLL_MS = 10_000;
const PARTS = ["class", "cases", "posts", "replay", "end"];

export async function view(_name, wanted) {
  let part = PARTS.includes(wanted) ? wanted : "class";
  let desk = await get("/api/desk");
  const body = h("div.part");
  const tabs = h("nav.parts", { "aria-label": t("desk.parts") });
  const parts = { class: room, cases, posts, replay, end };

  async function draw({ fresh = true } = {}) {
    if (fresh) desk = await get("/api/desk");
    fill(tabs, PARTS.map((one) => h("button.chip", { type: "button", "data-key": `part-${one}`, "aria-current": one === part ? "true" : null, onclick: async () => { part = one; await draw(); keepFocus(`part-${one}`); } },
      t(`desk.${one}`), one === "cases" && openCases(desk) ? h("span.badge", {}, String(openCases(desk))) : null)));
    fill(body, parts[part](desk, draw));
  }

  await draw({ fresh: false });
  // The numbers of the class come by themselves; what the teacher is doing on another part is left alone.
  const timer = setInterval(() => part === "class" && !document.querySelector("dialog[open]") && !body.contains(document.activeElement) && draw().catch(() => null), POLL_MS);
  return { title: t("nav.desk"), leave: () => clearInterval(timer), node: h("div.page.wide", {}, h("h1", {}, t("desk.title")), tabs, body) };
}

const openCases = (desk) => desk.cases.filter((one) => one.open).length;

function room(desk, again) {
  const { class: klass } = desk;
  const flip = (path, body) => async (button) => act(button, async () => {
    await post(path, body);
    await again();
    window.dispatchEvent(new Event("studio-class"));
  });
  const pause = h(`button.${klass.paused ? "primary" : "danger"}.wide`, { type: "button", onclick: () => flip("/api/desk/pause", { paused: !klass.paused })(pause) }, icon(klass.paused ? "play" : "pause"), t(klass.paused ? "desk.go_on" : "desk.pause"));
  const open = h("button.plain.wide", { type: "button", onclick: () => flip("/api/desk/open", { open: !klass.open })(open) }, icon("door"), t(klass.open ? "desk.close_door" : "desk.open_door"));
  const quota = h("input", { type: "number", min: 0, max: 100, value: klass.quota_each_day });
  const set = h("button.plain", { type: "button", onclick: () => act(set, async () => { await post("/api/desk/quota", { each_day: Number(quota.value) }); notice(t("me.saved")); await again(); }) }, t("desk.set"));
  return [
    h("section.card.invite", {}, h("img.qr", { src: here("/qr.svg"), alt: t("desk.qr"), width: 180, height: 180 }), h("div", {}, h("h2", {}, t("desk.invite")), h("p.code", { dir: "ltr" }, desk.code),
      h("p", {}, h("bdi", { class: "address" }, desk.join_url)), h("p.hint", {}, state.klass?.teaches ? t("desk.invite_known") : t("desk.invite_hint")),
      h("button.plain", { type: "button", onclick: () => sure(t("desk.new_code"), [t("desk.new_code_what")], t("desk.new_code"), async () => { await post("/api/desk/code"); await again(); }, { danger: false }) }, t("desk.new_code")))),
    h("section.card", {}, h("h2", {}, t("desk.class")), h("ul.ticks", {}, h("li", {}, icon("people"), h("span", {}, t("desk.members", { n: desk.members.length }))), h("li", {}, icon("feed"), h("span", {}, t("desk.n_posts", { n: desk.posts.filter((one) => one.visible).length }))),
      h("li", {}, icon("clock"), h("span", {}, t("desk.n_queue", { n: desk.queue.length }))), h("li", {}, icon("flag"), h("span", {}, t("desk.overdue", { n: desk.overdue })))), h("div.row", {}, pause, open)),
    h("section.card", {}, choice("preset", t("desk.preset"), [["creation-first", t("preset.creation")], ["engagement-first", t("preset.engagement")]], klass.preset, (value) => post("/api/desk/preset", { preset: value }).then(again), t("desk.preset_hint")),
      h("div.inline", {}, field(t("desk.quota"), quota), set)),
    h("section.card", {}, h("h2", {}, t("desk.who")), desk.members.length ? h("ul.people", {}, desk.members.map(member)) : h("p.hint", {}, t("desk.nobody"))),
  ];
}

function member(one) {
  const { name } = one;
  const give = h("button.plain.small", { type: "button", "aria-label": t("desk.new_return_for", { name }), onclick: () => act(give, async () => {
    const told = await post(`/api/desk/members/${encodeURIComponent(one.id)}/return-code`);
    sheet(t("join.return_code"), [h("p.code", { dir: "ltr" }, told.return_code), h("p", {}, t("desk.return_hint", { name }))]);
  }) }, t("desk.new_return"));
  return h("li.person", {}, tile(name), h("div", {}, theirs(name, "strong"), h("p.hint", {}, one.age ? t(`age.${one.age}`) : "")), give);
}

function end(desk) {
  const name = h("input", { type: "text", dir: "auto", autocomplete: "off" });
  const wipe = h("button.danger.wide", { type: "submit" }, t("desk.wipe"));
  return [
    h("section.card", {}, h("h2", {}, t("desk.evidence")), h("p", {}, t("desk.evidence_what")), h("a.button.primary", { href: here("/api/desk/evidence"), download: "" }, icon("download"), t("desk.evidence_get"))),
    h("section.card.grave", {}, h("h2", {}, t("desk.wipe")), h("p", {}, t("desk.wipe_what")), h("form", { onsubmit: (event) => {
      event.preventDefault();
      act(wipe, async () => {
        await post("/api/desk/wipe", { name: name.value.trim() });
        state.me = null;
        notice(t("desk.wiped"));
        window.dispatchEvent(new CustomEvent("studio-again", { detail: { hash: "#join" } }));
      });
    } }, field(t("desk.wipe_name", { name: desk.class.name }), name), wipe)),
  ];
}
