// What the page knows, how it asks the class's computer, and how it says things.

export const state = { me: null, lang: "en", dir: "ltr", words: {}, klass: null };

/** What the server answered when it did not do what was asked. */
export class Refused extends Error {
  constructor(status, error) {
    super(error?.message ?? t("error.unknown"));
    this.status = status;
    this.code = error?.code ?? "unknown";
    this.more = error ?? {};
  }
}

/** The class's computer did not answer at all. */
export class Offline extends Error {}

/** The address of a path of the studio's, which may lie below another server's. */
export const here = (path) => path.replace(/^\/+/, "./");

/** Ask the server. Gives what it answers, or null where it answers nothing. */
export async function ask(method, path, body) {
  const headers = { "Accept-Language": state.lang };
  if (method !== "GET") headers["X-Medialit-CSRF"] = state.me?.csrf ?? "join";
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(here(path), { method, headers, body: body === undefined ? undefined : JSON.stringify(body), credentials: "same-origin" });
  } catch {
    window.dispatchEvent(new Event("studio-offline"));
    throw new Offline(t("state.offline"));
  }
  window.dispatchEvent(new Event("studio-online"));
  if (answer.status === 204) return null;
  const data = await answer.json().catch(() => null);
  if (data?.error?.code === "sign-in") location.reload(); // the server in front has forgotten who I am: its page asks
  if (!answer.ok) throw new Refused(answer.status, data?.error);
  return data;
}

export const get = (path) => ask("GET", path);
export const post = (path, body = {}) => ask("POST", path, body);
export const put = (path, body = {}) => ask("PUT", path, body);
export const del = (path) => ask("DELETE", path);

/** Say a text in the person's language; what fills a slot keeps its own direction. */
export function t(key, slots = {}) {
  const text = state.words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = slots[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? number(value) : `\u2068${value}\u2069`;
  });
}

// Moroccan custom: Arabic text with the digits 0 to 9, and the months' Moroccan names.
const locale = () => ({ ar: "ar-MA", fr: "fr-FR" })[state.lang] ?? "en-GB";
// Numbers have a point before their decimals, as in the course's sentences and code; ar-MA would have a comma.
const counting = () => (state.lang === "ar" ? "en-GB" : locale());
export const number = (value, options) => new Intl.NumberFormat(counting(), options).format(value);
export const moment = (iso) =>
  new Intl.DateTimeFormat(locale(), { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(new Date(iso));
export const clock = (text) => {
  const [hours, minutes] = text.split(":").map(Number);
  return new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(2000, 0, 1, hours, minutes));
};
export const points = (value) =>
  `\u2066${number(value, { signDisplay: "exceptZero", minimumFractionDigits: 1, maximumFractionDigits: 2 })}\u2069`; // the sign before it

const SPOKEN = ["en", "fr", "ar"];

/** Which language to begin with: the one used last on this device, else the browser's. */
export function firstLanguage() {
  const asked = new URLSearchParams(location.search).get("lang") ?? remembered("lang");
  const wished = [asked, ...(navigator.languages ?? [])].map((one) => (one ?? "").slice(0, 2));
  return wished.find((one) => SPOKEN.includes(one)) ?? "en";
}

/** Take the words of a language, and turn the page the way it runs. */
export async function speak(lang) {
  const spoken = await get(`/words/${SPOKEN.includes(lang) ? lang : "en"}.json`);
  Object.assign(state, { lang: spoken.lang, dir: spoken.dir, words: spoken.words });
  document.documentElement.lang = spoken.lang;
  document.documentElement.dir = spoken.dir;
  remember("lang", spoken.lang);
}

/** Who I am, or null for a visitor. */
export async function refresh() {
  try {
    state.me = await get("/api/me");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status !== 401) throw error;
    state.me = null;
  }
  window.dispatchEvent(new Event("studio-me"));
  return state.me;
}

export function remember(key, value) {
  try {
    localStorage.setItem(`studio-${key}`, value);
  } catch {
    // A browser that keeps nothing works as well.
  }
}

export function remembered(key) {
  try {
    return localStorage.getItem(`studio-${key}`);
  } catch {
    return null;
  }
}
