// The doors: new here, back again, a parent's, the teacher's.

import { fill, h, icon } from "./dom.js";
import { act, choice, field, notice } from "./shell.js";
import { post, state, t } from "./state.js";

const LANGUAGES = [["en", "English"], ["fr", "Français"], ["ar", "العربية"]];
const PLACES = ["atlas", "rif", "souss", "dades", "tafilalt", "zaer", "gharb", "haouz"];
const THINGS = ["heron", "almond", "lantern", "cedar", "falcon", "olive", "comet", "teapot", "gecko", "saffron"];

/** Whether whoever is here has signed in to a server in front. */
const known = () => typeof state.klass?.teaches === "boolean";

export async function view(wanted) {
  const name = wanted === "teacher" && state.klass?.teaches === false ? "join" : wanted;
  return { title: t(`join.${name}.title`), node: h("div.door", {}, hero(), { join: fresh, back, parent, teacher }[name](), doors(name), languages()) };
}

function hero() {
  return h("div.hero", {}, h("div.arch.big", {}, icon("star")), h("p.where", { dir: "auto" }, state.klass?.name ?? ""));
}

function doors(current) {
  const others = ["join", "back", "parent", "teacher"].filter((one) => one !== current && !(one === "teacher" && state.klass?.teaches === false));
  return h("nav.doors", { "aria-label": t("join.doors") }, others.map((one) => h("a.button.plain", { href: `#${one}` }, t(`join.${one}.door`))));
}

export function languages(onchange) {
  return h("div.languages", {}, icon("globe"), LANGUAGES.map(([code, name]) => h("button.plain", {
    type: "button", lang: code, "aria-pressed": String(code === state.lang),
    onclick: () => (onchange ? onchange(code) : again({ lang: code })),
  }, name)));
}

const again = (detail) => window.dispatchEvent(new CustomEvent("studio-again", { detail }));

function form(title, lead, fields, verb, send) {
  const button = h("button.primary.wide", { type: "submit" }, verb);
  const wrong = h("p.wrong", { role: "alert", hidden: true, dir: "auto" });
  return h("form.card", { novalidate: true, onsubmit: (event) => {
    event.preventDefault();
    wrong.hidden = true;
    act(button, async () => {
      try {
        await send();
      } catch (error) {
        wrong.hidden = false;
        wrong.classList.toggle("kind", error.code === "under-13");
        fill(wrong, error.message);
      }
    });
  } }, h("h1", {}, title), lead && h("p.lead", {}, lead), fields, wrong, button);
}

const line = (attributes = {}) => h("input", { type: "text", autocomplete: "off", autocapitalize: "none", spellcheck: "false", ...attributes });
const codeLine = (attributes = {}) => line({ class: "code-line", dir: "ltr", ...attributes });

function fresh() {
  const code = codeLine({ value: new URLSearchParams(location.search).get("code") ?? "" });
  const pseudonym = line({ dir: "auto", maxlength: 40 });
  const place = line({ dir: "auto", maxlength: 60 });
  let age = null;
  const pick = (list) => list[Math.floor(Math.random() * list.length)];
  const dice = h("button.plain", { type: "button", onclick: () => { pseudonym.value = `${pick(PLACES)}-${pick(THINGS)}-${Math.floor(10 + Math.random() * 90)}`; } }, t("join.suggest"));
  const ages = [["13_15", t("age.13_15")], ["16_17", t("age.16_17")], ["adult", t("age.adult")], ["under_13", t("age.under_13")]];
  return form(t("join.join.title"), known() ? t("join.join.known") : t("join.join.lead"), [
    field(t("join.code"), code, t("join.code_hint")),
    field(t("join.pseudonym"), pseudonym, t("join.pseudonym_hint")), dice,
    choice("age", t("join.age"), ages, null, (value) => { age = value; }, t("join.age_hint")),
    field(t("join.place"), place, t("join.place_hint")),
    h("section.rules", { "aria-label": t("join.rules") }, h("h2", {}, t("join.rules")),
      h("ol", {}, [1, 2, 3].map((n) => h("li", {}, t(`join.rule${n}`))))),
  ], t("join.go"), async () => {
    if (!code.value.trim() || !pseudonym.value.trim() || !age) throw new Error(t("join.missing"));
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "Africa/Casablanca";
    const told = await post("/api/join", { code: code.value.trim(), pseudonym: pseudonym.value.trim(), age, place: place.value.trim(), zone, lang: state.lang });
    welcome(told);
  });
}

/** The return code is shown this once, and large: whoever loses it asks the teacher. */
function welcome(told) {
  const done = h("button.primary.wide", { type: "button", onclick: () => inside(told) }, t("join.written"));
  const copy = (text) => h("button.plain", { type: "button", onclick: async () => {
    await navigator.clipboard?.writeText(text).catch(() => null);
    notice(t("join.copied"));
  } }, t("join.copy"));
  const shown = (title, code, sentence) => h("div.keep", {}, h("h2", {}, title), h("p.code", { dir: "ltr" }, code), h("p", {}, sentence), navigator.clipboard && copy(code));
  const card = h("div.card", {}, h("h1", { tabindex: "-1" }, t("join.welcome")),
    shown(t("join.return_code"), told.return_code, t("join.return_hint")),
    told.guardian_code && shown(t("join.guardian_code"), told.guardian_code, t("join.guardian_hint")), done);
  fill(document.querySelector("#view .door"), hero(), card);
  card.querySelector("h1").focus();
}

function inside(told) {
  state.me = { ...told.me, csrf: told.csrf ?? told.me.csrf };
  history.replaceState(null, "", location.pathname + location.hash);
  again({ lang: state.me.lang ?? state.lang, hash: `#${{ learner: "feed", guardian: "ward", teacher: "desk" }[state.me.role]}` });
}

function back() {
  const code = codeLine({ value: new URLSearchParams(location.search).get("code") ?? "" });
  const [pseudonym, own] = [line({ dir: "auto" }), codeLine()];
  return form(t("join.back.title"), t("join.back.lead"), [field(t("join.code"), code), field(t("join.pseudonym"), pseudonym), field(t("join.return_code"), own)],
    t("join.back.go"), async () => inside(await post("/api/return", { code: code.value.trim(), pseudonym: pseudonym.value.trim(), return_code: own.value.trim(), lang: state.lang })));
}

function parent() {
  const [pseudonym, code] = [line({ dir: "auto" }), codeLine()];
  return form(t("join.parent.title"), t("join.parent.lead"), [field(t("join.child"), pseudonym), field(t("join.guardian_code"), code)],
    t("join.parent.go"), async () => inside(await post("/api/guardian", { pseudonym: pseudonym.value.trim(), guardian_code: code.value.trim(), lang: state.lang })));
}

function teacher() {
  if (state.klass?.teaches) {
    return form(t("join.teacher.title"), t("join.teacher.known"), [], t("join.teacher.go"), async () => inside(await post("/api/teacher", { lang: state.lang })));
  }
  const key = codeLine({ type: "password" });
  return form(t("join.teacher.title"), t("join.teacher.lead"), [field(t("join.key"), key)],
    t("join.teacher.go"), async () => inside(await post("/api/teacher", { key: key.value.trim(), lang: state.lang })));
}
