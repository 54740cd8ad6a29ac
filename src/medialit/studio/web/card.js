// One clip: its picture, its honest label, and what one can do with it.

import { calm, fill, h, icon, theirs, tile } from "./dom.js";
import { comments, made, more, why } from "./sheets.js";
import { act } from "./shell.js";
import { here, number, post as send, state, t } from "./state.js";

/** The film with its own button: it plays silently where `watch` sees it, and never by itself where motion is unwelcome. */
export function film(one, name) {
  const video = h("video", { src: here(one.video), poster: one.poster ? here(one.poster) : null, muted: true, loop: true, playsInline: true, preload: "metadata", tabindex: "-1", "aria-label": name });
  if (one.width && one.height) {
    video.width = one.width;
    video.height = one.height;
  }
  const button = h("button.play", { type: "button" });
  const draw = () => {
    button.setAttribute("aria-label", video.paused ? t("clip.play") : t("clip.pause"));
    button.classList.toggle("going", !video.paused);
    fill(button, icon(video.paused ? "play" : "pause"));
  };
  const turn = () => {
    video.dataset.stopped = video.paused ? "" : "yes";  // a person's pause is not undone by scrolling
    if (video.paused) video.play().catch(() => null);
    else video.pause();
  };
  button.addEventListener("click", turn);
  video.addEventListener("click", turn);
  for (const change of ["play", "pause"]) video.addEventListener(change, draw);
  draw();
  return h("div.film", {}, video, button);
}

/** Play the films that are in view, and stop the others; tell how long each was looked at. */
export function watch(root, ondwell) {
  const since = new Map();
  const observer = new IntersectionObserver((entries) => {
    for (const { target, intersectionRatio } of entries) {
      const video = target.querySelector("video");
      const seen = intersectionRatio > 0.6;
      if (seen && !since.has(target)) since.set(target, performance.now());
      if (seen && video && !calm() && video.dataset.stopped !== "yes") video.play().catch(() => null);
      if (seen) continue;
      video?.pause();
      tell(target);
    }
  }, { threshold: [0, 0.6, 0.61, 1] });

  function tell(target) {
    const start = since.get(target);
    since.delete(target);
    const seconds = start === undefined ? 0 : (performance.now() - start) / 1000;
    if (seconds >= 0.5) ondwell?.(target.dataset.id, Math.min(seconds, 3600));
  }

  return {
    add: (node) => observer.observe(node),
    stop: () => {
      observer.disconnect();
      for (const target of [...since.keys()]) tell(target);
    },
  };
}

const readable = (text) => /[\u0600-\u06ff]/.test(text) === (state.lang === "ar");

/** What the label says, in letters that the reader reads; a synthetic clip without one is called that, so that silence
 * is never read as "filmed". */
export function label(one) {
  if (!one.synthetic) return h("p.label.filmed", {}, icon("feed"), one.label || t("clip.not_synthetic"));
  return h(`p.label.synthetic${one.label ? "" : ".without"}`, {}, icon("star"), one.label ? (readable(one.label) ? one.label : t("clip.synthetic")) : t("clip.unlabelled"));
}

export function card(one, { onremoved, open = false } = {}) {
  const by = one.mine ? t("clip.you") : one.author_name;
  const node = h("article.clip", { "data-id": one.id, "aria-label": t("clip.by", { name: one.author_name }) });
  const follow = !one.mine && state.me?.role === "learner" && h("button.follow", { type: "button", "aria-pressed": String(one.following), onclick: (event) =>
    act(event.currentTarget, async () => {
      await send(`/api/people/${encodeURIComponent(one.author)}/${one.following ? "unfollow" : "follow"}`);
      one.following = !one.following;
      follow.setAttribute("aria-pressed", String(one.following));
      fill(follow, t(one.following ? "clip.following" : "clip.follow"));
    }) }, t(one.following ? "clip.following" : "clip.follow"));
  const words = h("div.words", {},
    h("div.author", {}, tile(one.author_name), theirs(by, "strong"), follow),
    one.caption && theirs(one.caption, "p"),
    one.shows?.length ? h("p.shows", {}, icon("likeness"), h("span", {}, t("clip.shows", { names: one.shows.map((who) => who.name).join(", ") }))) : null,
    one.remix_of && h("p.shows", {}, icon("remix"), h("a", { href: `#post/${encodeURIComponent(one.remix_of)}` }, t("clip.remix_of"))));
  fill(node, film(one, t("clip.video", { caption: one.caption || one.author_name })),
    h("button.made", { type: "button", onclick: () => made(one) }, label(one), h("span.unseen", {}, t("clip.made"))),
    words, actions(one, node, { onremoved, open }));
  return node;
}

function actions(one, node, { onremoved, open }) {
  const learner = state.me?.role === "learner";
  const tool = (name, words, attributes, count) => h(`button.tool.tool-${name}`, { type: "button", ...attributes }, icon(name === "comment" ? "message" : name),
    h("span", {}, words), count !== undefined && h("span.count", {}, number(count)));
  const likes = () => [icon("like"), h("span", {}, t("clip.like")), h("span.count", {}, number(one.likes))];
  const like = tool("like", "", { disabled: !learner, "aria-pressed": String(one.liked), onclick: () => act(like, async () => {
    Object.assign(one, await send(`/api/posts/${one.id}/${one.liked ? "unlike" : "like"}`));
    like.setAttribute("aria-pressed", String(one.liked));
    fill(like, likes());
  }) });
  fill(like, likes());
  const comment = tool("comment", t("clip.comment"), { onclick: () => comments(one, (n) => {
    one.comments = n;
    comment.querySelector(".count").textContent = number(n);
  }) }, one.comments);
  return h("div.tools", {}, like, !open && comment,
    learner && tool("remix", t("clip.remix"), { onclick: () => { location.hash = `#make/${encodeURIComponent(one.id)}`; } }),
    learner && tool("why", t("clip.why"), { onclick: () => why(one) }),
    tool("more", t("clip.more"), { onclick: () => more(one, () => onremoved?.(one, node)) }));
}
