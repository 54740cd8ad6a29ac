// The feed: one clip a screen, an end, a question now and then, and a box to say what one would rather see.

import { card, watch } from "./card.js";
import { fill, h, icon } from "./dom.js";
import { act, empty, field, sheet } from "./shell.js";
import { Offline, del, get, post, put, refresh, state, t } from "./state.js";

const PAGE = 8;
const HEARTBEAT_MS = 15_000;

export async function view() {
  const learner = state.me.role === "learner";
  const reel = h("div.reel");
  const order = h("p.order");
  const bar = h("div.feed-head", {}, h("h1", {}, t("feed.title")), order,
    learner && h("button.chip", { type: "button", onclick: () => steer(steering, (now) => { steering = now; again(); }) }, icon("steer"), h("span", {}, t("feed.steer"))));
  const root = h("div.feed", {}, bar, reel);
  const films = watch(root, (id, seconds) => learner && post(`/api/posts/${id}/seen`, { dwell_s: Math.round(seconds * 10) / 10 }).catch(() => null));
  let next = 0;
  let busy = false;
  let over = false;
  let steering = null;
  let beat = 0;

  const last = new IntersectionObserver((entries) => entries.some((one) => one.isIntersecting) && load(), { rootMargin: "60%" });

  async function load() {
    if (busy || next === null || over) return;
    busy = true;
    try {
      const page = await get(`/api/feed?start=${next}&n=${PAGE}`);
      const first = next === 0;
      next = page.next;
      steering = page.steering;
      over = page.ended || next === null;
      fill(order, t(page.personalised ? "feed.for_you" : "feed.for_all"));
      for (const one of page.posts) {
        const node = card(one, { onremoved: (gone, where) => where.remove() });
        reel.append(node);
        films.add(node);
      }
      last.disconnect();
      if (page.check_in && learner) reel.append(question(page.check_in));
      if (over) reel.append(end(page, first && !page.posts.length));
      else if (reel.lastElementChild) last.observe(reel.lastElementChild);
    } catch (error) {
      if (error instanceof Offline) {
        if (next !== 0) return;
        rest();
        throw error;  // the whole view waits for the connection
      } else reel.append(h("section.pause", {}, h("div.arch", {}, icon("clock")), h("p", { dir: "auto" }, error.message)));
    } finally {
      busy = false;
    }
  }

  async function again() {
    fill(reel);
    [next, over] = [0, false];
    await load();
    reel.scrollTop = 0;
  }

  /** The question has answers of the same size, and may be passed over by scrolling on. */
  function question(asked) {
    const said = h("p.lead", { role: "status", dir: "auto" });
    const answers = h("div.answers", {}, asked.answers.map((one) => h("button.answer", { type: "button", onclick: (event) => act(event.currentTarget, async () => {
      const told = await post("/api/me/check-in", { answer: one.id });
      fill(answers);
      fill(said, told.words);
      if (one.id === "make") location.hash = "#make";
      if (one.id === "something_else") await again();
      if (one.id === "stop") shut(told.words);
      else if (told.opening && !told.opening.open) shut(told.opening.words);
    }) }, one.words)));
    return h("section.pause.asks", { "aria-label": t("feed.check_in") }, h("div.arch", {}, icon("clock")), h("h2", { dir: "auto" }, asked.question), answers, said);
  }

  function end(page, nothing) {
    const words = page.end_words || t(nothing ? "feed.nothing" : "feed.all_seen");
    return h("section.pause.over", { "aria-label": t("feed.end") }, h("div.arch", {}, icon(page.ended ? "moon" : "check")), h("h2", { dir: "auto" }, words),
      reel.querySelector(".clip") && h("p", {}, t("feed.end_hint")),
      learner && h("div.row", {}, h("a.button.primary", { href: "#make" }, t("feed.make")), h("a.button.plain", { href: "#people" }, t("nav.people"))));
  }

  function shut(words) {
    films.stop();
    rest();
    last.disconnect();
    over = true;
    fill(reel, h("section.pause.over", {}, h("div.arch", {}, icon("moon")), h("h2", { dir: "auto" }, words), h("p", {}, t("feed.shut_hint")),
      h("a.button.plain", { href: "#me" }, t("feed.limits"))));
  }

  root.addEventListener("keydown", (event) => {
    if (!["ArrowDown", "ArrowUp"].includes(event.key) || event.target.closest("textarea, input, dialog")) return;
    const all = [...reel.children];
    const at = all.indexOf(event.target.closest(".reel > *"));
    const to = all[at + (event.key === "ArrowDown" ? 1 : -1)];
    if (!to) return;
    event.preventDefault();
    to.scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    to.querySelector("button, a")?.focus({ preventScroll: true });
  });

  /** A feed that is closed counts no minutes. */
  function rest() {
    clearInterval(beat);
    if (beat && learner) post("/api/me/beat", { active: false }).catch(() => null);
    beat = 0;
  }

  beat = learner && setInterval(async () => {
    const active = document.visibilityState === "visible";
    const told = await post("/api/me/beat", { active }).catch(() => null);
    if (told?.opening && !told.opening.open) shut(told.opening.words);
  }, HEARTBEAT_MS);

  if (learner) {
    await post("/api/me/beat", { active: true }).catch(() => null);
    await refresh();
  }
  if (learner && state.me.opening?.open === false) shut(state.me.opening.words);
  else await load();
  if (!reel.children.length) reel.append(empty("feed", t("feed.nothing")));
  return {
    title: t("feed.title"),
    node: root,
    leave: () => {
      rest();
      films.stop();
      last.disconnect();
    },
  };
}

/** Say what one wants in one's own words; what was understood and what was not is shown at once. */
function steer(now, done) {
  const text = h("textarea", { rows: 3, maxlength: 300, dir: "auto" });
  const told = h("div.understood", { role: "status" });
  const draw = (answer) => fill(told, (answer.said ?? []).map((one) => h("p", { dir: "auto" }, one)),
    words("feed.not_understood", answer.not_understood, "no"));
  const go = h("button.primary", { type: "submit" }, t("feed.steer_go"));
  const clear = h("button.plain", { type: "button", onclick: () => act(clear, async () => {
    await del("/api/me/steering");
    text.value = "";
    fill(told, h("p", {}, t("feed.steer_cleared")));
    done(null);
  }) }, t("feed.steer_clear"));
  sheet(t("feed.steer"), h("form", { onsubmit: (event) => {
    event.preventDefault();
    act(go, async () => {
      const answer = await put("/api/me/steering", { text: text.value.trim() });
      draw(answer);
      done(answer);
    });
  } }, field(t("feed.steer_label"), text, t("feed.steer_hint")), h("div.row", {}, go, clear), told));
  if (now?.text) {
    text.value = now.steering.text;
    draw(now.steering);
  }
}

/** Words as small plates. */
export function words(key, list, kind) {
  return list?.length ? h("div.plates", {}, h("span", {}, t(key)), list.map((one) => h(`bdi.plate${kind ? `.${kind}` : ""}`, {}, one))) : null;
}
