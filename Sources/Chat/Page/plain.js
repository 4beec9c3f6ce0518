// Pages of words alone: before the session, after it, and where there is nothing to do.

import { make } from "./elements.js";
import { t } from "./texts.js";

/** A page with a heading and a text, and what else there is. */
export function plainPage(name, ...content) {
  const heading = make("h2", { tabindex: -1 }, t(`${name}.title`));
  const element = make("section", { class: `plain ${name}` }, heading,
    ...t(`${name}.text`).split("\n\n").map((text) => make("p", { class: "prose" }, text)), ...content);
  element.focusStart = () => heading.focus();
  return element;
}
