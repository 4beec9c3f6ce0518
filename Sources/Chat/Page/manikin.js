// The figures of a self-assessment manikin, drawn by this project after the idea of Bradley and Lang
// (1994, doi:10.1016/0005-7916(94)90063-9): the mouth tells valence, what goes on in the chest arousal,
// and the size dominance.

import { draw } from "./elements.js";

/** The figure of a point. `share`: 0 for the lowest point of the scale, 1 for the highest. */
export function manikin(dimension, share) {
  const svg = draw("svg", { viewBox: "0 0 64 84", "aria-hidden": "true", focusable: "false", class: "manikin-figure" });
  const size = dimension === "dominance" ? 0.42 + 0.58 * share : 1;
  const body = draw("g", { transform: `translate(${32 - 32 * size} ${84 - 84 * size}) scale(${size})` });
  body.append(draw("rect", { class: "figure", x: 17, y: 3, width: 30, height: 28, rx: 5 }),
    draw("path", { class: "figure", d: "M24 31h16v5h13l5 22h-9l-3-12v34H18V46l-3 12H6l5-22h13z" }),
    ...eyes(dimension, share), mouth(dimension, share));
  if (dimension === "arousal") body.append(...burst(share));
  svg.append(body);
  return svg;
}

function eyes(dimension, share) {
  if (dimension === "arousal" && share < 0.2) {
    return [26, 38].map((x) => draw("path", { class: "stroke", d: `M${x - 3} 14q3 2.5 6 0` }));
  }
  const radius = dimension === "arousal" ? 1.6 + 1.9 * share : 2.2;
  const parts = [26, 38].map((x) => draw("circle", { class: "ink", cx: x, cy: 14, r: radius }));
  if (dimension === "valence") {
    // Brows fall towards the nose at the unpleasant end, and rise at the other.
    const tilt = Math.max(0, (0.5 - share) * 5);
    const y = 9 - Math.max(0, (share - 0.5) * 3);
    parts.push(draw("path", { class: "stroke", d: `M22 ${y - tilt}L30 ${y + tilt}` }),
      draw("path", { class: "stroke", d: `M34 ${y + tilt}L42 ${y - tilt}` }));
  }
  return parts;
}

function mouth(dimension, share) {
  const bend = dimension === "valence" ? (share - 0.5) * 13 : 0;
  return draw("path", { class: "stroke", d: `M24 ${24 - bend / 3}Q32 ${24 + bend} 40 ${24 - bend / 3}` });
}

/** Dots at rest; the more aroused, the larger a star, and trembling outlines. */
function burst(share) {
  const points = 12;
  const outer = 2 + 13 * share;
  const inner = outer * (1 - 0.55 * share);
  const path = Array.from({ length: points * 2 }, (_, index) => {
    const radius = index % 2 ? inner : outer;
    const angle = (index / points) * Math.PI;
    return `${index ? "L" : "M"}${(32 + radius * Math.sin(angle)).toFixed(1)} ${(52 - radius * Math.cos(angle)).toFixed(1)}`;
  }).join("");
  const parts = [draw("path", { class: "ink", d: `${path}Z` })];
  if (share > 0.6) {
    const far = 2 + 4 * share;
    parts.push(draw("path", { class: "stroke", d: `M13 8q-${far} 8 0 18` }), draw("path", { class: "stroke", d: `M51 8q${far} 8 0 18` }));
  }
  return parts;
}
