// Drafts: mine, which I may publish, and those that show me (or my child), which I may refuse.

import { film, label, watch } from "./card.js";
import { fill, h, icon, theirs } from "./dom.js";
import { act, empty, field, notice, sheet, sure } from "./shell.js";
import { del, get, post, refresh, state, t } from "./state.js";
import { words as plates } from "./feed.js";

export async function view() {
  const root = h("div.page");
  const films = watch(root);
  async function draw() {
    const { mine, showing_me: showing } = await get("/api/drafts");
    await refresh();
    const guardian = state.me.role === "guardian";
    fill(root, h("h1", {}, t("drafts.title")),
      (guardian || showing.length > 0) && h("section", {}, h("h2", {}, t(guardian ? "drafts.showing_ward" : "drafts.showing")), h("p.hint", {}, t("drafts.showing_hint")),
        showing.length ? showing.map((one) => shown(one, draw)) : empty("likeness", t("drafts.none_showing"))),
      !guardian && h("section", {}, h("h2", {}, t("drafts.mine")), h("p.hint", {}, t("drafts.mine_hint")),
        mine.length ? mine.map((one) => own(one, draw)) : empty("drafts", t("drafts.none"), h("a.button.primary", { href: "#make" }, t("drafts.make")))));
    for (const node of root.querySelectorAll(".draft")) films.add(node);
  }
  await draw();
  return { title: t("drafts.title"), node: root, leave: films.stop };
}

function draft(one, ...rest) {
  return h("article.card.draft", { "data-id": one.id }, film(one, t("clip.video", { caption: one.prompt })),
    label({ ...one, synthetic: true }), theirs(one.prompt, "p"), rest);
}

function shown(one, again) {
  const about = state.me.ward?.id ?? state.me.id;
  const me = one.shows.find((who) => who.member === about);
  const minor = state.me.role === "learner" && state.me.age !== "adult";  // for whom the guardian says yes
  const answer = (yes, button) => act(button, async () => {
    await post(`/api/drafts/${one.id}/answer`, { yes });
    notice(t(yes ? "drafts.said_yes" : "drafts.said_no"));
    await again();
  });
  return draft(one, h("p.hint", {}, t("drafts.by", { name: one.by_name })), me && me.answer !== "waiting" && h("p.state", {}, t(`answer.${me.answer}`)), minor && h("p.hint", {}, t("likeness.guardian_first")), h("div.row", {},
    !minor && h("button.primary", { type: "button", onclick: (event) => answer(true, event.currentTarget) }, t("drafts.yes")),
    h("button.danger", { type: "button", onclick: (event) => answer(false, event.currentTarget) }, t("drafts.no"))));
}

function own(one, again) {
  return draft(one, plates("make.not_understood", one.not_understood, "no"),
    one.shows.length ? h("ul.answers-list", {}, one.shows.map((who) => h("li", {}, icon({ yes: "check", no: "close" }[who.answer] ?? "clock"), theirs(who.name, "strong"), h("span", {}, t(`answer.${who.answer}`))))) : null,
    !one.can_publish && one.why_not && h("p.hint", { dir: "auto" }, one.why_not),
    h("div.row", {}, h("button.primary", { type: "button", disabled: !one.can_publish, onclick: () => publish(one, again) }, t("drafts.publish")),
      h("button.plain", { type: "button", onclick: () => sure(t("drafts.throw"), [t("drafts.throw_what")], t("drafts.throw"), async () => { await del(`/api/drafts/${one.id}`); await again(); }) }, t("drafts.throw"))));
}

async function publish(one, again) {
  const caption = h("input", { type: "text", maxlength: 200, dir: "auto" });
  const chosen = new Set();
  const known = await get("/api/topics").catch(() => []);
  const go = h("button.primary.wide", { type: "submit" }, t("drafts.publish"));
  const open = sheet(t("drafts.publish"), h("form", { onsubmit: (event) => {
    event.preventDefault();
    act(go, async () => {
      const words = [...chosen];
      const made = await post(`/api/drafts/${one.id}/publish`, { caption: caption.value.trim(), topics: words });
      open.close();
      notice(t("drafts.published"));
      if (made?.id) location.hash = `#post/${encodeURIComponent(made.id)}`;
      else await again();
    });
  } }, label({ ...one, synthetic: true }), h("p.hint", {}, t("drafts.label_stays")),
  field(t("drafts.caption"), caption), topicsOf(known, chosen), go));
}

/** Up to four topics: with the fifth the first one goes. */
function topicsOf(known, chosen) {
  const box = h("fieldset.choice", {}, h("legend", {}, t("drafts.topics")), h("p.hint", {}, t("drafts.topics_hint")), h("div.options", {}, known.map((one) => h("label", {},
    h("input", { type: "checkbox", value: one.id, onchange: (event) => {
      if (!event.target.checked) return chosen.delete(one.id);
      chosen.add(one.id);
      const [first] = chosen;
      if (chosen.size <= 4) return undefined;
      chosen.delete(first);
      box.querySelector(`input[value="${CSS.escape(first)}"]`).checked = false;
      return undefined;
    } }), h("span", {}, one.words)))));
  return box;
}
