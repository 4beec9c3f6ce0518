// Words on a canvas: one line, as long as there is room. What comes from outside is text and nothing else: controls
// and marks that turn the direction of what follows are left out.

/** Text as one line without controls, at most `most` characters. */
export function plain(text, most = 200) {
  const line = String(text ?? "").slice(0, 4 * most).replace(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu, " ").trim();
  const characters = [...line];
  return characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : line;
}

const widths = new Map();

/** About how wide a character is in a font, px: measuring each text would cost more than drawing it. */
function characterWidth(context) {
  if (!widths.has(context.font)) widths.set(context.font, context.measureText("abcdefghij ABC 0123 etaoin").width / 26);
  return widths.get(context.font);
}

/** Fewer characters than these tell nothing, unless they are all. */
const FEWEST = 6;

/** Draws `text` from `x` on, cut to `room` px; nothing where too little of it would be seen. */
export function drawText(context, text, x, y, room) {
  const characters = Math.floor(room / characterWidth(context));
  const line = plain(text, Math.max(1, Math.min(characters, 200)));
  if (characters < FEWEST && line.endsWith("…")) return;
  context.fillText(line, x, y);
}
