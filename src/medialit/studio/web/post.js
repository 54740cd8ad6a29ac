// One clip with an address of its own, what is said about it, and what was made from it.

import { card, watch } from "./card.js";
import { h } from "./dom.js";
import { thread } from "./sheets.js";
import { get, t } from "./state.js";

export async function view(_name, id) {
  const one = await get(`/api/posts/${encodeURIComponent(id)}`);
  const count = Array.isArray(one.comments) ? one.comments.length : one.comments;
  const node = card({ ...one, comments: count }, { open: true, onremoved: () => { location.hash = "#feed"; } });
  const films = watch(node);
  films.add(node);
  const { node: said, load } = thread(one);
  await load();
  return {
    title: t("clip.by", { name: one.author_name }),
    node: h("div.single", {}, h("h1.unseen", {}, t("clip.by", { name: one.author_name })), node,
      h("section.card", {}, h("h2", {}, t("comments.title")), said),
      one.remixes?.length ? h("section.card", {}, h("h2", {}, t("clip.remixes")), h("ul.list", {}, one.remixes.map((each, at) =>
        h("li", {}, h("a.button.plain", { href: `#post/${encodeURIComponent(each)}` }, t("clip.remix_n", { n: at + 1 })))))) : null),
    leave: () => films.stop(),
  };
}
