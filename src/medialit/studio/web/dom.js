// Making elements. Text, whoever wrote it, only ever becomes a text node. Nothing here parses markup.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element: h("button.primary", {onclick}, "Text", child). A class may follow the tag's name. */
export function h(what, attributes = {}, ...children) {
  const [tag, ...classes] = what.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (["value", "checked", "disabled", "muted", "loop", "playsInline", "selected"].includes(name)) node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  put(node, children);
  return node;
}

function put(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Put other children into an element. */
export function fill(node, ...children) {
  node.replaceChildren();
  put(node, children);
  return node;
}

/** What a person wrote: its direction is its own. */
export function theirs(text, tag = "span") {
  return h(tag, { dir: "auto", class: "theirs" }, text);
}

/** Take all icons into the page, once: they are there when the connection is not. */
export function sprite() {
  return new Promise((done) => {
    const asked = new XMLHttpRequest();
    asked.open("GET", "web/icons.svg");
    asked.responseType = "document";
    asked.onloadend = () => {
      if (asked.response) document.body.append(document.importNode(asked.response.documentElement, true));
      done();
    };
    asked.send();
  });
}

/** A picture from the sprite, which says nothing to a screen reader. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

const GLAZES = ["#0f766e", "#b4541f", "#28479a", "#8a5a00", "#7a2f6b", "#2f6b3a", "#9b2f3a", "#35618f"];

/** A tile for a pseudonym: a star whose glaze comes from its letters. Nobody has a photograph here. */
export function tile(name) {
  let sum = 7;
  for (const letter of String(name)) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "tile");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", "M12 .8l3.300 3.300h4.600v4.600L23.200 12l-3.300 3.300v4.600h-4.600L12 23.200l-3.300-3.300H4.100v-4.600L.8 12l3.300-3.300V4.100h4.600z");
  path.setAttribute("fill", GLAZES[sum % GLAZES.length]);
  const letter = document.createElementNS(SVG, "text");
  letter.setAttribute("x", "12");
  letter.setAttribute("y", "16.200");
  letter.textContent = [...String(name)][0]?.toUpperCase() ?? "";
  svg.append(path, letter);
  return svg;
}

/** Whether the person asked for less motion. */
export const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
