// The console's frame: who is signed in, the way between pages, and the page of this address.
//
// A page is a module in pages/ that exports `open(main, {me, parameters})`. It fills `main`, and sets the
// document's title through `setTitle`. A page that fills the window sets `document.body.classList.add("fills")`.

import { make } from "/participant/elements.js";
import { get, setToken } from "./api.js";
import { has, showFrame } from "./frame.js";

const pages = [
  { path: /^\/$/, module: "home" },
  { path: /^\/dashboard$/, module: "dashboard" },
  { path: /^\/sessions\/(?<session>[^/]+)$/, module: "playback" },
  { path: /^\/think-aloud\/(?<session>[^/]+)$/, module: "think-aloud" },
  { path: /^\/review$/, module: "review" },
  { path: /^\/review\/(?<assignment>[^/]+)$/, module: "review" },
  { path: /^\/reviews\/(?<study>[^/]+)$/, module: "reviews" },
  { path: /^\/figures\/(?<study>[^/]+)$/, module: "figures" },
  { path: /^\/export\/(?<study>[^/]+)$/, module: "export" },
];

/** Sets the title of the document. */
export function setTitle(text) { document.title = text ? `${text} · Attune` : "Attune"; }

/** Takes a style sheet of a page's own, such as "/page/player/player.css"; resolves once it counts. */
export function useStyle(address) {
  const known = document.querySelector(`link[rel="stylesheet"][href="${CSS.escape(address)}"]`);
  if (known) return Promise.resolve();
  return new Promise((resolve) => {
    // A page without its own look still works.
    const link = make("link", { rel: "stylesheet", href: address, onload: resolve, onerror: resolve });
    document.head.append(link);
  });
}

/** Where somebody without the lab's pages begins; null for those who have them. */
function beginning(me) {
  if (has(me, "operator", "researcher")) return null;
  if (me.session) return `/think-aloud/${encodeURIComponent(me.session)}`;
  return "/review";
}

function showProblem(main, error) {
  const heading = make("h1", { tabindex: "-1" }, "This page cannot be shown");
  main.replaceChildren(
    make("div", { class: "problem", role: "alert" }, heading, make("p", {}, error.message),
      make("div", { class: "actions start" },
        make("button", { type: "button", onclick: () => location.reload() }, "Try again"),
        location.pathname === "/" ? null : make("a", { class: "button", href: "/" }, "To the first page"))));
  setTitle("Problem");
}

async function start() {
  const main = document.querySelector("main");
  main.replaceChildren(make("p", { class: "loading", role: "status" }, "Loading …"));
  const match = pages.map(({ path, module }) => ({ found: path.exec(location.pathname), module })).find(({ found }) => found);
  // The page's modules come while the station is asked who this is.
  const coming = match && import(`./pages/${match.module}.js`);
  coming?.catch(() => { /* Said where it is waited for. */ });
  try {
    const me = await get("/api/me");
    setToken(me.csrf);
    const elsewhere = location.pathname === "/" ? beginning(me) : null;
    if (elsewhere) return location.replace(elsewhere);
    showFrame(document.querySelector("body > header"), me);
    if (match) {
      const page = await coming;
      main.replaceChildren();
      const parameters = Object.fromEntries(
        Object.entries(match.found.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]));
      await page.open(main, { me, parameters });
      return;
    }
    throw new Error("There is no such page.");
  } catch (error) {
    // On the way to signing in nothing needs to be said.
    if (error.status !== 401) showProblem(main, error);
  }
}

start();
