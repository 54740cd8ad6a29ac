// The studio: which view is shown, and what happens to it when the class pauses or its computer is away.

import { h, sprite } from "./dom.js";
import { bars, build, closeSheets, notice, strip, told } from "./shell.js";
import { Offline, firstLanguage, get, refresh, speak, state, t } from "./state.js";

const VIEWS = {
  join: () => import("./join.js"),
  back: () => import("./join.js"),
  parent: () => import("./join.js"),
  teacher: () => import("./join.js"),
  feed: () => import("./feed.js"),
  post: () => import("./post.js"),
  make: () => import("./make.js"),
  drafts: () => import("./drafts.js"),
  likeness: () => import("./likeness.js"),
  people: () => import("./people.js"),
  messages: () => import("./people.js"),
  me: () => import("./me.js"),
  ward: () => import("./me.js"),
  desk: () => import("./desk.js"),
};
const DOORS = ["join", "back", "parent", "teacher"];
const BEHIND = { desk: "teacher", ward: "parent" };
const HOME = { learner: "feed", guardian: "ward", teacher: "desk" };
const ALLOWED = {
  learner: ["feed", "post", "make", "drafts", "likeness", "people", "messages", "me"],
  guardian: ["ward", "drafts", "likeness", "post", "me"],
  teacher: ["desk", "post", "me"],
};

let main;
let leave = null;
let turn = 0;
let unseen = false;  // the view could not be shown because the class's computer was away

function wanted() {
  const [name, ...rest] = location.hash.slice(1).split("/");
  const id = rest.length ? decodeURIComponent(rest.join("/")) : null;
  if (!state.me) return { name: DOORS.includes(name) ? name : (BEHIND[name] ?? "join"), id };
  const allowed = ALLOWED[state.me.role];
  return allowed.includes(name) ? { name, id } : { name: HOME[state.me.role], id: null };
}

/** Show what the address says. The focus goes to the new view's title, so that a screen reader begins there. */
async function show({ focus = true } = {}) {
  const mine = ++turn;
  closeSheets();
  leave?.();
  leave = null;
  const { name, id } = wanted();
  bars(name);
  main.setAttribute("aria-busy", "true");
  unseen = false;
  let page;
  try {
    const module = await VIEWS[name]().catch(() => {
      throw new Offline(t("state.offline"));
    });
    page = await module.view(name, id);
  } catch (error) {
    if (error?.status === 401 && state.me) {
      await refresh();
      if (mine === turn && !state.me) location.hash = "#join";
    }
    told(error);
    unseen = error instanceof Offline;
    page = { title: t("state.trouble"), node: h("div.empty", {}, h("h1", {}, t("state.trouble")),
      h("p", {}, error instanceof Offline ? t("state.offline") : error.message),
      h("button.primary", { type: "button", onclick: () => show() }, t("state.again"))) };
  }
  if (mine !== turn) {
    page.leave?.();
    return;
  }
  leave = page.leave ?? null;
  main.className = `view view-${name}`;
  main.removeAttribute("aria-busy");
  main.replaceChildren(page.node);
  main.scrollTop = 0;
  window.scrollTo(0, 0);
  document.title = state.klass?.name ? `${page.title} · ${state.klass.name}` : page.title;
  const title = main.querySelector("h1");
  title?.setAttribute("tabindex", "-1");
  if (focus) title?.focus({ preventScroll: true });
  page.shown?.();
}

async function klass() {
  state.klass = await get("/api/class").catch(() => state.klass);
  const { paused = false, open = true } = state.klass ?? {};
  strip(paused ? t("state.paused") : open ? null : t("state.closed"), "paused");
}

let away = 0;
window.addEventListener("studio-offline", () => {
  strip(t("state.offline"), "offline");
  away ||= setInterval(() => get("/health").catch(() => null), 4000);
});
window.addEventListener("studio-online", () => {
  if (!away) return;
  clearInterval(away);
  away = 0;
  strip(null);
  notice(t("state.back"));
  klass();
  if (unseen) show();
});

window.addEventListener("hashchange", async () => {
  if (state.me) await refresh().catch(() => null);
  klass();
  show();
});
// A view that changed who is here, or the language, asks for everything to be drawn again.
window.addEventListener("studio-again", async (event) => {
  if (event.detail?.lang) await speak(event.detail.lang).catch(told);
  if (event.detail?.hash && location.hash !== event.detail.hash) location.hash = event.detail.hash;
  else show();
});
// What holds for the whole class changed: the strip says it, and the view that changed it stays as it is.
window.addEventListener("studio-class", () => klass());
window.addEventListener("studio-me", () => main && bars(wanted().name));

async function start() {
  sprite();
  const waitingWords = speak(firstLanguage());
  const waitingClass = get("/api/class").catch(() => null);
  await waitingWords;
  main = build();
  state.klass = await waitingClass;
  await refresh().catch(() => null);
  if (state.me && state.me.lang !== state.lang) await speak(state.me.lang).catch(() => null);
  main = build();
  await klass();
  await show({ focus: false });
  // Every view is fetched now, so that it can be opened, and say what is missing, while the class's computer is away.
  for (const one of Object.values(VIEWS)) one().catch(() => null);
}

start();
