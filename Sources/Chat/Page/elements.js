// Making elements. Text is always set as text, so nothing that comes from outside becomes markup.

/**
 * An element with properties and children. `attributes`: names as in HTML; `on…` adds a listener;
 * null, undefined and false leave one out. Children: elements, or text.
 */
export function make(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same in the SVG namespace. */
export function draw(name, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on") && typeof value === "function") {
      element.addEventListener(name.slice(2), value);
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Text in paragraphs: an empty line, as YAML gives it, begins a new one. */
export function paragraphs(text) {
  return String(text ?? "").split(/\n\s*\n/).filter((piece) => piece.trim())
    .map((piece) => make("p", { class: "prose" }, piece.trim()));
}

/** Replaces an element's children only where something is different, so that focus stays. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

let lastIdentity = 0;

/** An id that no other element has. */
export function identity(stem) {
  lastIdentity += 1;
  return `${stem}-${lastIdentity}`;
}
