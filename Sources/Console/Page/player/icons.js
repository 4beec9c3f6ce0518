// Small drawings on buttons; each button also has a name in words.

import { draw } from "/participant/elements.js";

const PATHS = {
  play: "M7 4.5v15l13-7.5z", pause: "M6 4.5h4v15H6zM14 4.5h4v15h-4z", reverse: "M17 4.5v15L4 12z", start: "M5 5h2.5v14H5zM19 5v14L8.5 12z",
  end: "M16.5 5H19v14h-2.5zM5 5v14l10.5-7z", previous: "M15.5 5l-7 7 7 7 1.6-1.6L11.7 12l5.4-5.4z", next: "M8.5 5l7 7-7 7-1.6-1.6 5.4-5.4-5.4-5.4z",
  loop: "M7 7h9v3l4.5-4L16 2v3H5v6h2zM17 17H8v-3l-4.5 4L8 22v-3h11v-6h-2z", skip: "M4 6v12l7-6zM12 6v12l7-6zM19 6h2v12h-2z",
  plus: "M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z", minus: "M5 11h14v2H5z", fit: "M3 5h2v14H3zM19 5h2v14h-2zM6 12l4-3.5V11h4V8.5l4 3.5-4 3.5V13h-4v2.5z",
  link: "M10.6 13.4a1 1 0 0 1-1.4 0 5 5 0 0 1 0-7l3-3a5 5 0 0 1 7 7l-1.6 1.6-1.4-1.4 1.6-1.6a3 3 0 0 0-4.2-4.2l-3 3a3 3 0 0 0 0 4.2 1 1 0 0 1 0 1.4zm2.8-2.8a1 1 0 0 1 1.4 0 5 5 0 0 1 0 7l-3 3a5 5 0 0 1-7-7l1.6-1.6 1.4 1.4-1.6 1.6a3 3 0 0 0 4.2 4.2l3-3a3 3 0 0 0 0-4.2 1 1 0 0 1 0-1.4z",
  tracks: "M4 5h10v2H4zM4 11h16v2H4zM4 17h7v2H4zM16 3h2v6h-2zM8 9h2v6H8zM14 15h2v6h-2z",
  up: "M12 6l7 8-1.5 1.4L12 9.2l-5.5 6.2L5 14z", down: "M12 18l7-8-1.5-1.4-5.5 6.2-5.5-6.2L5 10z",
};

export function icon(name) {
  return draw("svg", { viewBox: "0 0 24 24", width: "1.15em", height: "1.15em", "aria-hidden": "true", focusable: "false" }, draw("path", { d: PATHS[name], fill: "currentColor" }));
}
