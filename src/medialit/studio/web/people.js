// Who is in the class, and messages, which go where both sides and the rules let them.

import { fill, h, icon, theirs, tile } from "./dom.js";
import { act, empty, field, sure } from "./shell.js";
import { get, moment, number, post, refresh, t } from "./state.js";

export async function view(name, id) {
  if (name === "messages") return id ? talk(id) : inbox();
  const root = h("div.page");
  async function draw() {
    const all = await get("/api/people");
    fill(root, h("h1", {}, t("people.title")), h("p.lead", {}, t("people.lead")),
      all.length ? h("ul.people", {}, all.map((one) => person(one, draw))) : empty("people", t("people.none")));
  }
  await draw();
  return { title: t("people.title"), node: root };
}

function person(one, again) {
  const path = `/api/people/${encodeURIComponent(one.id)}`;
  const follow = h("button.follow", { type: "button", "data-key": `follow-${one.id}`, "aria-pressed": String(one.following), onclick: () => act(follow, async () => {
    await post(`${path}/${one.following ? "unfollow" : "follow"}`);
    await again();
  }) }, t(one.following ? "clip.following" : "clip.follow"));
  const block = h("button.plain.small", { type: "button", "aria-label": t("people.block_name", { name: one.name }), onclick: () => sure(t("people.block"), [t("people.block_what", { name: one.name })], t("people.block"), async () => {
    await post(`${path}/block`);
    await again();
  }) }, t("people.block"));
  return h("li.person", {}, tile(one.name), h("div", {}, theirs(one.name, "strong"), h("p.hint", {},
    one.blocked ? t("people.blocked") : one.following && one.follows_me ? t("people.both") : one.follows_me ? t("people.follows_you") : one.age_minor ? t("people.minor") : "")),
  h("div.row", {}, !one.blocked && follow, one.may_message && h("a.button.plain.small", { href: `#messages/${encodeURIComponent(one.id)}` }, icon("message"), t("people.write")), !one.blocked && block));
}

async function inbox() {
  const [people, talks] = await Promise.all([get("/api/people"), get("/api/messages")]);
  const talked = new Map(talks.map((one) => [one.with, one]));
  const open = people.filter((one) => one.may_message || talked.has(one.id));
  const shut = people.filter((one) => !one.may_message && !one.blocked && !talked.has(one.id));
  return { title: t("messages.title"), node: h("div.page", {}, h("h1", {}, t("messages.title")), h("p.lead", {}, t("messages.lead")),
    open.length ? h("ul.people", {}, open.map((one) => h("li", {}, h("a.person", { href: `#messages/${encodeURIComponent(one.id)}` }, tile(one.name), h("div", {}, theirs(one.name, "strong"), talked.get(one.id) && theirs(talked.get(one.id).last, "p")), talked.get(one.id)?.new ? h("span.badge", {}, number(talked.get(one.id).new)) : icon("message")))))
      : empty("message", t("messages.none"), h("a.button.primary", { href: "#people" }, t("nav.people"))),
    shut.length ? h("details", {}, h("summary", {}, t("messages.shut")), h("ul.people", {}, shut.map((one) =>
      h("li.person", {}, tile(one.name), h("div", {}, theirs(one.name, "strong"), h("p.hint", { dir: "auto" }, one.why_not)))))) : null) };
}

async function talk(id) {
  const name = (await get("/api/people")).find((one) => one.id === id)?.name ?? id;
  const list = h("ol.talk", { "aria-live": "polite" });
  const text = h("textarea", { rows: 2, maxlength: 500, dir: "auto" });
  const go = h("button.primary", { type: "submit" }, t("comments.send"));
  let drawn = -1;
  async function draw() {
    const all = await get(`/api/messages?with=${encodeURIComponent(id)}`);
    if (all.length === drawn) return;  // a screen reader would read it all again
    drawn = all.length;
    fill(list, all.map((one) => h(`li${one.by === id ? ".other" : ".own"}`, {}, theirs(one.text, "p"), h("time", { datetime: one.at }, moment(one.at)))));
    if (!all.length) fill(list, h("li.none", {}, t("messages.begin")));
  }
  await draw();
  await refresh();
  const timer = setInterval(() => draw().catch(() => null), 5000);
  return { title: t("messages.with", { name }), leave: () => clearInterval(timer), shown: () => list.lastElementChild?.scrollIntoView({ block: "nearest" }), node: h("div.page", {}, h("h1", {}, t("messages.with", { name })), list,
    h("form.write", { onsubmit: (event) => {
      event.preventDefault();
      if (!text.value.trim()) return;
      act(go, async () => {
        await post("/api/messages", { to: id, text: text.value.trim() });
        text.value = "";
        await draw();
        list.lastElementChild?.scrollIntoView({ block: "nearest" });
      });
    } }, field(t("messages.write"), text), go)) };
}
