// All words that the page says by itself stand in texts/LANGUAGE.json, so that they can be translated.

let english = {};
let chosen = {};
let language = "en";
const reported = new Set();

/** Reads the English texts, and those of `wanted` beside them where there are any. */
export async function loadTexts(wanted) {
  if (Object.keys(english).length === 0) english = await read("en");
  language = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(wanted ?? "") ? wanted : "en";
  chosen = english;
  if (language === "en") return;
  for (const name of [language, language.split("-")[0]]) {
    try {
      chosen = await read(name);
      return;
    } catch {
      // The next, less particular one is tried.
    }
  }
  console.error(`There are no texts in "${language}": the page speaks English.`);
  chosen = english;
  language = "en";
}

/** The language that the page speaks. */
export function pageLanguage() {
  return language;
}

/** The text of a key, with `{name}` replaced by the value of that name. */
export function t(key, values = {}) {
  let text = chosen[key];
  if (typeof text !== "string") {
    text = english[key];
    report(key);
  }
  return (text ?? key).replace(/\{(\w+)\}/g, (whole, name) => name in values ? String(values[name]) : whole);
}

/** Whether there is a text of a key, for words of the server that may be unknown here. */
export function hasText(key) {
  return typeof chosen[key] === "string" || typeof english[key] === "string";
}

function report(key) {
  if (reported.has(key)) return;
  reported.add(key);
  console.error(`The text "${key}" is missing in texts/${language}.json.`);
}

async function read(name) {
  const answer = await fetch(new URL(`./texts/${name}.json`, import.meta.url));
  if (!answer.ok) throw new Error(`texts/${name}.json: ${answer.status}`);
  return answer.json();
}
