// What stands around each page: the way between pages by role, the station's state, who is signed in.

import { make } from "/participant/elements.js";
import { get } from "./api.js";

/** The pages of the way, the roles that have them, and the addresses that count as theirs. */
const places = [
  { name: "Sessions", address: "/", roles: ["operator", "researcher"], here: /^\/$|^\/sessions\/|^\/think-aloud\/|^\/(figures|export)\// },
  { name: "Dashboard", address: "/dashboard", roles: ["operator", "researcher"], here: /^\/dashboard$/ },
  { name: "Review", address: "/review", roles: ["researcher", "expert", "participant"], here: /^\/review(s)?(\/|$)/ },
];

/** How often the station's state is asked for, in milliseconds. */
const statePeriod = 5000;

/** Whether somebody has one of some roles. */
export function has(me, ...roles) { return roles.some((role) => me.roles.includes(role)); }

/** Fills the header for who is signed in. */
export function showFrame(header, me) {
  const way = places.filter(({ roles }) => has(me, ...roles)).map(({ name, address, here }) =>
    make("li", {}, make("a", { href: address, "aria-current": here.test(location.pathname) ? (location.pathname === address ? "page" : "true") : null }, name)));
  const state = make("span", { class: "badge site-state", "data-state": "idle", role: "status" }, "Station …");
  const seesStation = has(me, "operator", "researcher");
  // Who has one page alone needs no way between pages.
  header.replaceChildren(...[
    make("a", { class: "brand", href: "/" }, make("img", { src: "/participant/icon.svg", alt: "" }), make("span", {}, "Attune")),
    way.length > 1 ? make("nav", { class: "site-nav", "aria-label": "Pages" }, make("ul", {}, way)) : null,
    make("div", { class: "site-status" },
      seesStation ? state : null,
      make("span", { class: "who" }, make("span", {}, "Signed in as "), make("b", {}, me.name)),
      // A form, so that it works while scripts are busy or broken.
      make("form", { method: "post", action: "/sign-out" },
        make("input", { type: "hidden", name: "csrf", value: me.csrf }),
        make("button", { class: "quiet small", type: "submit" }, "Sign out")))].filter(Boolean));
  if (seesStation) followStation(state);
}

/**
 * Shows what the station does, while the page is looked at. The document hears `attune-station` when a
 * session begins or ends.
 */
function followStation(badge) {
  let timer = 0;
  let known = null;
  const look = async () => {
    clearTimeout(timer);
    if (document.visibilityState !== "visible") return;
    try {
      const station = await get("/api/station");
      show(badge, station.state, station.text);
      if (known !== null && known !== station.recording) document.dispatchEvent(new CustomEvent("attune-station", { detail: station }));
      known = station.recording;
    } catch (error) {
      if (error.status !== 401) show(badge, "bad", "Console away");
    }
    timer = setTimeout(look, statePeriod);
  };
  document.addEventListener("visibilitychange", look);
  look();
}

function show(badge, state, text) {
  if (badge.dataset.state !== state) badge.dataset.state = state;
  if (badge.textContent !== text) badge.textContent = text;
}
