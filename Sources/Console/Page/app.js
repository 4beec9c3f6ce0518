// The console's frame: who is signed in, the way between pages, and the page of this address.
//
// A page is a module in pages/ that exports `open(main, {me, parameters})`. It fills `main`, and sets the
// document's title through `setTitle`.

import { make } from "/participant/elements.js";
import { get, setToken } from "./api.js";

const pages = [
  { path: /^\/$/, module: "home" },
  { path: /^\/dashboard$/, module: "dashboard" },
  { path: /^\/sessions\/(?<session>[^/]+)$/, module: "playback" },
  { path: /^\/think-aloud\/(?<session>[^/]+)$/, module: "think-aloud" },
  { path: /^\/review$/, module: "review" },
  { path: /^\/review\/(?<assignment>[^/]+)$/, module: "review" },
  { path: /^\/reviews\/(?<study>[^/]+)$/, module: "reviews" },
  { path: /^\/figures\/(?<study>[^/]+)$/, module: "figures" },
];

/** Sets the title of the document. */
export function setTitle(text) { document.title = text ? `${text} · Attune` : "Attune"; }

async function start() {
  const main = document.querySelector("main");
  main.replaceChildren(make("p", { class: "loading" }, "Loading …"));
  try {
    const me = await get("/api/me");
    setToken(me.csrf);
    for (const { path, module } of pages) {
      const match = path.exec(location.pathname);
      if (!match) continue;
      const page = await import(`./pages/${module}.js`);
      main.replaceChildren();
      await page.open(main, { me, parameters: { ...match.groups } });
      return;
    }
    throw new Error("There is no such page.");
  } catch (error) {
    main.replaceChildren(
      make("div", { class: "problem", role: "alert" }, make("h1", {}, "This page cannot be shown"), make("p", {}, error.message),
        make("button", { type: "button", onclick: () => location.reload() }, "Try again")));
  }
}

start();
