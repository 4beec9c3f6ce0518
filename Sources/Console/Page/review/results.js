// Figures of agreement and bias, as tables with a drawn interval each; what is undefined says why.

import { draw, make } from "/participant/elements.js";

const digits = (value) => (value === null || value === undefined ? "–" : value.toFixed(2).replace("-", "−"));
const stageNames = { transcript: "conversation alone", context: "with suggestions and feelings" };

/** A table that can be scrolled where it is too wide, with the keyboard too. */
export function scrolls(table, label = "Table") {
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, table);
}

/** An interval on a line from −1 to 1 (or other bounds), its figure as a dot. */
function whisker({ value, low, high }, from = -1, to = 1) {
  if (value === null || value === undefined) return "";
  const x = (one) => 4 + 112 * (Math.min(Math.max(one, from), to) - from) / (to - from);
  return draw("svg", { viewBox: "0 0 120 14", class: "whisker", role: "img", "aria-label": `${digits(value)}${low === null || low === undefined ? "" : `, 95% ${digits(low)} to ${digits(high)}`}` },
    draw("line", { x1: 4, x2: 116, y1: 7, y2: 7, class: "axis" }), draw("line", { x1: x(0), x2: x(0), y1: 2, y2: 12, class: "zero" }),
    low === null || low === undefined ? null : draw("line", { x1: x(low), x2: x(high), y1: 7, y2: 7, class: "range" }), draw("circle", { cx: x(value), cy: 7, r: 3.5 }));
}

function figures(list) {
  return scrolls(make("table", { class: "data dense" },
    make("thead", {}, make("tr", {}, ["Figure", "Value", "95% interval", "", "n"].map((text) => make("th", { scope: "col" }, text || make("span", { class: "visually-hidden" }, "Drawn"))))),
    make("tbody", {}, list.map((one) => make("tr", { "data-figure": one.name }, make("th", { scope: "row" }, one.name),
      make("td", { class: "number" }, one.value === null || one.value === undefined ? make("span", { title: one.undefined }, "undefined") : digits(one.value)),
      make("td", {}, one.value === null || one.value === undefined ? make("span", { class: "soft" }, one.undefined) : one.low === null || one.low === undefined ? make("span", { class: "soft" }, `none: ${one.without_interval}`) : make("span", { title: one.interval }, `${digits(one.low)} to ${digits(one.high)}`, make("span", { class: "soft" }, one.interval === "F" ? " F" : " sessions"))),
      make("td", {}, whisker(one)), make("td", { class: "number" }, one.units))))));
}

function matrix({ rows, columns, values, counts }) {
  const most = Math.max(1, ...counts.flat());
  return scrolls(make("table", { class: "data dense matrix" }, make("caption", {}, `Rows: ${rows}; columns: ${columns}`),
    make("thead", {}, make("tr", {}, make("td", {}), values.map((value) => make("th", { scope: "col", class: "number" }, value)))),
    make("tbody", {}, counts.map((row, place) => make("tr", {}, make("th", { scope: "row", class: "number" }, values[place]), row.map((count, other) => {
      const cell = make("td", { class: `number${place === other ? " same" : ""}` }, count || "·");
      cell.style.setProperty("--share", String(count / most));
      return cell;
    }))))));
}

function comparison(one, level = 3) {
  return make("section", { class: "comparison stack" }, make(`h${level}`, {}, one.name),
    make("p", { class: "soft figures" }, `${one.compared} of ${one.units} compared, ${one.missing} ratings missing, ${one.sessions} ${one.sessions === 1 ? "session" : "sessions"}`),
    figures(one.figures), one.matrix ? make("details", {}, make("summary", {}, "Confusion matrix"), matrix(one.matrix)) : null,
    one.bias ? make("details", {}, make("summary", {}, `Bias: ${digits(one.bias.mean)} points`), bias(one.bias)) : null);
}

function more(title, list) {
  return list.length ? make("details", {}, make("summary", {}, `${title} (${list.length})`), make("div", { class: "stack" }, list.map((one) => comparison(one, 4)))) : null;
}

/** How far experts agree, by item and by flag. */
export function showAgreement(place, results) {
  const sections = results.items.map((item) => make("section", { class: "card", "data-item": item.item }, make("div", { class: "card-head" }, make("h2", {}, item.title), make("span", { class: "badge" }, stageNames[item.stage])),
    make("p", { class: "soft figures" }, `${item.level} scale; given: ${item.values.map((value, place) => `${value}: ${item.counts[place]}`).join(", ")}`),
    item.experts ? comparison(item.experts) : make("p", { class: "empty" }, "Fewer than two experts have locked ratings."),
    more("Pairs of experts", item.pairs), more("Raters with themselves (hidden repeats)", item.repeats), item.calibration ? more("Calibration", [item.calibration]) : null));
  const flags = results.flags.map((flag) => make("section", { class: "card", "data-flag": flag.code }, make("div", { class: "card-head" }, make("h2", {}, flag.code ? `Flag: ${flag.title}` : "Any flag"), make("span", { class: "badge" }, stageNames[flag.stage])),
    make("p", { class: "soft figures" }, `${flag.flags} flags; ${flag.flagged} of ${flag.turns} messages that two experts saw are flagged by at least one. `, flag.raters.map(({ rater, flags, flagged, turns }) => `${rater}: ${flags} in ${flagged} of ${turns}`).join("; ")),
    figures(flag.figures)));
  place.replaceChildren(make("div", { class: "results" }, sections, flags),
    make("p", { class: "hint" }, `Intervals marked “sessions” are drawn over sessions (${results.resamples} times, seed ${results.seed}), since messages of one conversation depend on each other. n: what the figure rests on. With fewer than about ten sessions such an interval says little; Flags with suggestions and feelings are those of both stages. Where a draw of sessions has no figure it is left out; the interval's title then says how many draws had one. F is the interval of intraclass correlations by the F distribution, which holds where no two units are of one session.`));
}

function bias(one) {
  const rows = [["Mean difference", one.mean, null, null], ["95% interval over sessions", null, one.session_low, one.session_high], ["95% interval by Student's t, as if messages were independent", null, one.low, one.high],
    ["Limits of agreement (95% of differences)", null, one.limit_low, one.limit_high], ["Standard deviation", one.deviation, null, null]];
  return make("div", { class: "stack" }, make("p", { class: "soft figures" }, `${one.name}, in points of the scale; ${one.pairs} ${one.pairs === 1 ? "pair" : "pairs"} of ${one.sessions} ${one.sessions === 1 ? "session" : "sessions"}`),
    scrolls(make("table", { class: "data dense" }, make("tbody", {}, rows.map(([name, value, low, high]) => make("tr", {}, make("th", { scope: "row" }, name),
      make("td", { class: "number" }, value !== null && value !== undefined ? `${value > 0 && name !== "Standard deviation" ? "+" : ""}${digits(value)}` : low === null || low === undefined ? "–" : `${digits(low)} to ${digits(high)}`)))))));
}

/** Participants beside experts: the signed difference first, then agreement. */
export function showBias(place, results) {
  const own = results.items.filter(({ peers }) => peers);
  if (!own.length) {
    place.replaceChildren(make("div", { class: "empty" }, make("h2", {}, "Nothing to compare yet"), make("p", {}, "Participants and experts have both to lock ratings of the same conversation.")));
    return;
  }
  place.replaceChildren(make("div", { class: "results" }, own.map((item) => make("section", { class: "card", "data-peers": item.item }, make("div", { class: "card-head" }, make("h2", {}, item.title), make("span", { class: "badge" }, stageNames[item.stage])),
    item.peers.bias?.pairs ? make("p", { class: "lead figures" }, lead(item.peers.bias)) : null, item.peers.bias ? bias(item.peers.bias) : null,
    comparison({ ...item.peers, bias: null })))));
}

function lead({ mean, session_low: low, session_high: high }) {
  const words = mean > 0 ? "rate themselves higher than experts do" : mean < 0 ? "rate themselves lower than experts do" : "rate themselves as experts do";
  return `Participants ${words}: ${mean > 0 ? "+" : ""}${digits(mean)} points${low === null || low === undefined ? "" : ` (${digits(low)} to ${digits(high)})`}.`;
}
