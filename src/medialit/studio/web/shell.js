// What is around every view: the bars, the notices, the sheets.

import { fill, h, icon } from "./dom.js";
import { Offline, Refused, state, t } from "./state.js";

const main = h("main", { id: "view", tabindex: "-1" });
const top = h("header.top");
const bar = h("nav.bar");
const banner = h("div.banner", { role: "status", hidden: true });
const notices = h("div.notices", { role: "status", "aria-live": "polite" });

const TABS = {
  learner: ["feed", "likeness", "make", "drafts", "me"],
  guardian: ["ward", "drafts", "likeness", "me"],
  teacher: ["desk", "me"],
};

/** Put the bars on the page, once. */
export function build() {
  const skip = h("a.skip", { href: "#view", onclick: (event) => { event.preventDefault(); main.focus(); } }, t("nav.skip"));
  fill(document.getElementById("app"), skip, top, bar, banner, main, notices);
  return main;
}

/** Draw the bars for who is here, with the current view marked. */
export function bars(current) {
  const { me } = state;
  document.body.dataset.role = me?.role ?? "visitor";
  const home = me ? `#${TABS[me.role][0]}` : "#join";
  const waiting = me?.waiting ?? {};
  const side = me?.role === "learner" && [
    h("a.button.round", { href: "#people", "aria-current": current === "people" ? "page" : null, "aria-label": t("nav.people") }, icon("people")),
    h("a.button.round", { href: "#messages", "aria-current": current === "messages" ? "page" : null, "aria-label": t("nav.messages") }, icon("message"), badge(waiting.messages)),
  ];
  fill(top, h("a.brand", { href: home }, icon("star"), h("span", { dir: "auto" }, state.klass?.name ?? "Studio")), h("div.side", {}, side));
  bar.hidden = !me;
  if (!me) return;
  bar.setAttribute("aria-label", t("nav.label"));
  const counts = { likeness: waiting.asks, drafts: waiting.drafts };
  fill(bar, TABS[me.role].map((name) =>
    h(`a.tab.tab-${name}`, { href: `#${name}`, "aria-current": current === name ? "page" : null },
      icon(name === "ward" ? "shield" : name), h("span", {}, t(`nav.${name}`)), badge(counts[name])),
  ));
}

function badge(count) {
  return count ? h("span.badge", {}, String(count), h("span.unseen", {}, ` ${t("nav.waiting")}`)) : null;
}

/** Say something for a moment; a trouble stays until it is put away. */
export function notice(text, { trouble = false } = {}) {
  const close = h("button.round", { type: "button", "aria-label": t("common.close"), onclick: () => one.remove() }, icon("close"));
  const one = h(`div.notice${trouble ? ".trouble" : ""}`, { role: trouble ? "alert" : null, dir: "auto" }, h("p", {}, text), close);
  for (const other of notices.querySelectorAll(".notice:not(.trouble)")) other.remove();  // the newest word counts
  notices.append(one);
  while (notices.children.length > 3) notices.firstChild.remove();
  if (!trouble) setTimeout(() => one.remove(), 4500);
}

/** Run what a button does; while it runs the button waits, and what went wrong is said. */
export async function act(button, work) {
  if (button?.getAttribute("aria-busy") === "true") return undefined;
  button?.setAttribute("aria-busy", "true");
  try {
    return await work();
  } catch (error) {
    told(error);
    return undefined;
  } finally {
    button?.removeAttribute("aria-busy");
    keepFocus(button?.dataset.key);
  }
}

/** Where what had the focus was drawn anew, give it to the same thing again, or else to the view's title. */
export function keepFocus(key) {
  if (document.activeElement && document.activeElement !== document.body) return;
  const again = key && document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  const title = main.querySelector("h1");
  title?.setAttribute("tabindex", "-1");
  (again || title)?.focus({ preventScroll: true });
}

/** Say an error in words. What is nobody's fault here is not hidden. */
export function told(error) {
  if (error instanceof Offline) return;  // the banner says it
  notice(error instanceof Refused ? error.message : t("error.unknown"), { trouble: true });
  if (!(error instanceof Refused)) console.error(error);
}

/** A line above the view that stays while a state lasts; null takes it away. */
export function strip(text, kind = "") {
  banner.hidden = !text;
  banner.className = `banner ${kind}`;
  fill(banner, text && icon(kind === "paused" ? "pause" : "clock"), text && h("p", {}, text));
}

/** A sheet over the view: the browser's own dialog keeps the focus in, and gives it back. */
export function sheet(title, content) {
  const close = () => dialog.close();
  const head = h("div.sheet-head", {}, h("h2", { id: "sheet-title", tabindex: "-1" }, title),
    h("button.round", { type: "button", "aria-label": t("common.close"), onclick: close }, icon("close")));
  const dialog = h("dialog.sheet", { "aria-labelledby": "sheet-title" }, head, h("div.sheet-body", {}, content));
  dialog.addEventListener("close", () => {
    dialog.remove();
    keepFocus();
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) close(); });
  document.getElementById("app").append(dialog);
  dialog.showModal();
  head.querySelector("h2").focus();
  return { close, dialog };
}

/** Put every open sheet away, as a change of view does. */
export function closeSheets() {
  for (const one of document.querySelectorAll("dialog[open]")) one.close();
}

/** Ask before something that cannot be taken back: the second of two taps. */
export function sure(title, sentences, verb, work, { danger = true } = {}) {
  const go = h(`button.${danger ? "danger" : "primary"}`, { type: "button" }, verb);
  const open = sheet(title, [sentences.map((one) => h("p", { dir: "auto" }, one)),
    h("div.row", {}, go, h("button.plain", { type: "button", onclick: () => open.close() }, t("common.no")))]);
  go.addEventListener("click", () => act(go, async () => { await work(); open.close(); }));
}

/** A place with nothing in it yet. */
export function empty(name, sentence, ...more) {
  return h("div.empty", {}, h("div.arch", {}, icon(name)), h("p", {}, sentence), more);
}

/** A field with its name above it and a hint beneath. */
export function field(label, control, hint) {
  const id = `f-${field.count = (field.count ?? 0) + 1}`;
  control.id = id;
  if (hint) control.setAttribute("aria-describedby", `${id}-hint`);
  return h("div.field", {}, h("label", { for: id }, label), control, hint && h("p.hint", { id: `${id}-hint` }, hint));
}

/** A choice of a few, each one tap. */
export function choice(name, legend, options, chosen, onchange, hint) {
  const group = `c-${name}-${choice.count = (choice.count ?? 0) + 1}`;
  return h("fieldset.choice", {}, h("legend", {}, legend), hint && h("p.hint", {}, hint), h("div.options", {}, options.map(([value, words]) =>
    h("label", {}, h("input", { type: "radio", name: group, value: String(value), checked: value === chosen, onchange: () => onchange?.(value) }), h("span", {}, words)))));
}
