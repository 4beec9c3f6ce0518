// Names for what can have the focus, be scrolled or be folded: told by the page, and found again where a
// session is replayed. A name stands for elements of one selector; a number, from 0, tells which of them.

const controls = [
  ["message", "#message"], ["send", ".composer button[type=submit]"], ["suggestion", ".suggestion"], ["conversation", ".log"],
  ["new-message", ".more"], ["instructions", ".instructions-fold > summary"], ["course", ".course-fold > summary"],
  ["table", ".as-table > summary"], ["table-rows", ".table-scroll"], ["menu", ".menu-button"], ["menu-choice", ".menu-choice"],
  ["help", ".help-button"], ["close", ".notice-close"], ["finish", ".finish-chat button"],
];

const areas = [
  ["conversation", ".log"], ["talk", ".talk"], ["state", ".client-state"], ["message", "#message"], ["table", ".table-scroll"],
];

const folds = [["instructions", ".instructions-fold"], ["course", ".course-fold"], ["table", ".as-table"]];

function named(list, element) {
  for (const [name, selector] of list) {
    if (element?.matches?.(selector)) return { name, index: [...document.querySelectorAll(selector)].indexOf(element) };
  }
  return null;
}

function found(list, name, index = 0) {
  const selector = list.find((entry) => entry[0] === name)?.[1];
  return selector ? document.querySelectorAll(selector)[index] ?? null : null;
}

/** `{name, index}` of what can have the focus; null for anything else. */
export function controlOf(element) { return named(controls, element); }
export function controlNamed(name, index) { return found(controls, name, index); }

/** The name of what can be scrolled; `page` for the document itself, null for anything else. */
export function areaOf(target) {
  if (target === document) return "page";
  return named(areas, target)?.name ?? null;
}
export function areaNamed(name) { return name === "page" ? document.scrollingElement : found(areas, name); }

export function foldOf(element) { return named(folds, element)?.name ?? null; }
export function foldNamed(name) { return found(folds, name); }
