// Styles of single parts of the console, which only pages that have the part load.

const asked = new Map();

/** Loads a style sheet of this folder once, such as "replay/replay.css"; done when it is there. */
export function loadStyle(name) {
  if (!asked.has(name)) {
    asked.set(name, new Promise((done) => {
      const link = document.createElement("link");
      Object.assign(link, { rel: "stylesheet", href: new URL(name, import.meta.url).href, onload: done, onerror: done });
      document.head.append(link);
    }));
  }
  return asked.get(name);
}
