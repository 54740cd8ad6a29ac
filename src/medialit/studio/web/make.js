// Making a clip: a sentence, perhaps people who agreed, and a fair turn in the queue.

import { fill, h, icon, theirs } from "./dom.js";
import { words as plates } from "./feed.js";
import { act, choice, empty, field, keepFocus, notice } from "./shell.js";
import { del, get, here, post, refresh, state, t } from "./state.js";

const POLL_MS = 1200;

export async function view(_name, parent) {
  const [likeness, quota] = await Promise.all([get("/api/likeness"), refresh()]).then(([first]) => [first, state.me.quota]);
  const source = parent && (await get(`/api/posts/${encodeURIComponent(parent)}`).catch(() => null));
  const jobs = h("section.jobs", { "aria-label": t("make.queue") });
  const queue = follow(jobs);
  const left = h("p.quota", {}, icon("clock"), h("span", {}, t("make.left", { left: quota.left, each: quota.each_day })));
  const form = maker(likeness, source, async () => {
    await refresh();
    fill(left, icon("clock"), h("span", {}, t("make.left", { left: state.me.quota.left, each: state.me.quota.each_day })));
    await queue.now();
  });
  await queue.now();
  return { title: t("make.title"), node: h("div.page", {}, h("h1", {}, t("make.title")), left, form, jobs), leave: queue.stop };
}

function maker(likeness, source, made) {
  const prompt = h("textarea", { rows: 3, maxlength: 300, dir: "auto", class: "prompt" });
  const seed = h("input", { type: "number", min: 0, max: 2147483647, step: 1, inputmode: "numeric" });
  const chosen = new Set();
  const how = { model: "v2", purpose: "education", doing: "wave" };
  const refused = h("div.refused", { role: "alert", hidden: true });
  const go = h("button.primary.wide", { type: "submit" }, icon("make"), t("make.go"));
  const examples = h("div.plates", {}, h("span", {}, t("make.try")), [1, 2, 3].map((n) =>
    h("button.plate", { type: "button", onclick: () => { prompt.value = t(`make.example${n}`); prompt.focus(); } }, t(`make.example${n}`))));
  return h("form.card", { onsubmit: (event) => {
    event.preventDefault();
    refused.hidden = true;
    act(go, async () => {
      try {
        await post("/api/clips", { prompt: prompt.value.trim(), seed: seed.value === "" ? null : Number(seed.value), ...how, people: [...chosen], remix_of: source?.id ?? null });
        prompt.value = "";
        await made();
      } catch (error) {
        refusal(refused, error);
      }
    });
  } },
  source && h("p.shows", {}, icon("remix"), h("span", {}, t("make.remix", { name: source.author_name })), source.caption && theirs(source.caption)),
  field(t("make.prompt"), prompt, t("make.prompt_hint")), examples, costars(likeness, chosen, how),
  h("details", {}, h("summary", {}, t("make.more")),
    choice("model", t("make.model"), [["v2", t("make.v2")], ["v1", t("make.v1")]], "v2", (value) => { how.model = value; }),
    field(t("make.seed"), seed, t("make.seed_hint"))),
  h("p.hint", {}, t("make.labelled")), refused, go);
}

/** A refusal says why, and where another person's yes is missing it says how to ask. */
function refusal(box, error) {
  box.hidden = false;
  const who = error.more.ask;
  fill(box, h("h2", {}, t("make.refused")), h("p", { dir: "auto" }, error.message),
    error.code === "prompt-refused" && h("p.hint", {}, t("make.refused_hint")),
    who && h("a.button.primary", { href: `#likeness/${encodeURIComponent(who)}` }, t("make.ask")));
}

const PURPOSES = ["education", "art", "journalism", "satire", "personal"];
const DOINGS = ["wave", "stand", "turn", "nod", "talk", "walk"];

function costars(likeness, chosen, how) {
  const more = h("div.list", { hidden: true }, choice("purpose", t("make.purpose"), PURPOSES.map((one) => [one, t(`purpose.${one}`)]), how.purpose, (value) => { how.purpose = value; }),
    choice("doing", t("make.doing"), DOINGS.map((one) => [one, t(`doing.${one}`)]), how.doing, (value) => { how.doing = value; }));
  const mine = likeness.mine?.principal;
  const said = new Set(likeness.grants_held.filter((one) => one.stands).map((one) => one.principal));
  const people = likeness.cast.filter((one) => one.taken_by || one.id === mine);
  if (!people.length) return h("p.hint", {}, t("make.nobody"), " ", h("a", { href: "#likeness" }, t("make.to_likeness")));
  return h("fieldset.costars", {}, h("legend", {}, t("make.costars")), h("p.hint", {}, t("make.costars_hint")), h("div.faces", {}, people.map((one) => {
    const own = one.id === mine;
    const words = own ? t("make.it_is_you") : said.has(one.id) ? t("make.agreed") : t("make.not_asked");
    return h("label.face", {}, h("input", { type: "checkbox", onchange: (event) => {
      if (event.target.checked) chosen.add(one.id);
      else chosen.delete(one.id);
      more.hidden = !chosen.size;
    } }),
      one.picture && h("img", { src: here(one.picture), alt: "", width: 64, height: 64, loading: "lazy" }),
      h("span.name", { dir: "auto" }, one.name), h("span.state", {}, words));
  })), more);
}

/** The queue, asked again while something is in it; what is finished leads to the drafts. */
function follow(box) {
  let timer = 0;
  let stopped = false;
  const known = new Map();

  async function now() {
    clearTimeout(timer);
    const jobs = await get("/api/jobs").catch(() => null);
    if (stopped) return;
    if (jobs) draw(jobs);
    if (!jobs || jobs.some((one) => ["waiting", "making"].includes(one.state))) timer = setTimeout(now, POLL_MS);
  }

  function draw(jobs) {
    for (const one of jobs) {
      if (known.has(one.id) && known.get(one.id) !== "done" && one.state === "done") {
        notice(t("make.ready"));
        refresh();
      }
      known.set(one.id, one.state);
    }
    const held = document.activeElement?.dataset?.key;  // drawn anew each second: the focus stays
    fill(box, jobs.length ? h("h2", {}, t("make.queue")) : null, jobs.map(row), !jobs.length && empty("make", t("make.none")));
    if (held) keepFocus(held);
  }

  function row(one) {
    const busy = ["waiting", "making"].includes(one.state);
    const stop = busy && h("button.plain", { type: "button", "data-key": `cancel-${one.id}`, onclick: () => act(stop, async () => { await del(`/api/jobs/${one.id}`); await now(); }) }, t("make.cancel"));
    return h(`article.job.job-${one.state}`, {}, h("div.job-head", {}, one.prompt && theirs(one.prompt, "strong"), h("span.state", {}, t(`job.${one.state}`))),
      busy && h("progress", { max: 1, value: one.progress ?? 0, "aria-label": t("make.progress") }), h("p", { dir: "auto" }, one.words),
      one.state === "waiting" && one.place > 0 && h("p.hint", {}, t("make.place", { n: one.place })),
      plates("make.not_understood", one.not_understood, "no"), one.not_understood?.length ? h("p.hint", {}, t("make.not_understood_hint")) : null,
      h("div.row", {}, one.state === "done" && h("a.button.primary", { href: "#drafts" }, t("make.to_drafts")), stop));
  }

  return { now, stop: () => { stopped = true; clearTimeout(timer); } };
}
