// One conversation turn by turn: what the participant and each expert said, with flags drawn in the text.

import { make } from "/participant/elements.js";
import { get } from "../api.js";
import { passage } from "./passage.js";
import { labelOf } from "./scale.js";
import { scrolls } from "./results.js";

const purposes = { own: "participant", main: "expert", calibration: "calibration", repeat: "second time" };

export async function showBeside(place, { address, sessions, sessionName }) {
  if (!sessions.length) { place.replaceChildren(make("p", { class: "empty" }, "No conversation.")); return; }
  const body = make("div", { class: "stack" });
  const choice = make("select", { id: "beside-session", onchange: () => show() }, sessions.map((id) => make("option", { value: id }, sessionName(id))));
  place.replaceChildren(make("div", { class: "stack beside-place" }, make("div", { class: "field inline" }, make("label", { for: "beside-session" }, "Conversation"), choice), body));

  async function show() {
    body.replaceChildren(make("p", { class: "loading" }, "Loading …"));
    const answer = await get(`${address}/sessions/${choice.value}`);
    body.replaceChildren(...draw(answer));
  }
  await show();
}

function draw({ raters, items, flag_codes: codes, turns, ratings, flags }) {
  const find = (rater, turn, item, stage) => ratings.find((one) => one.rater === rater && (one.turn ?? null) === turn && one.item === item.name && one.stage === stage);
  const stagesOf = (item) => item.stages ?? ["transcript"];
  const rows = (of, turn, author) => items.filter((item) => item.of === of && (!author || [author, "both"].includes(item.author ?? "participant")))
    .flatMap((item) => stagesOf(item).map((stage) => make("tr", {}, make("th", { scope: "row" }, item.title, stagesOf(item).length > 1 ? ` (${stage})` : ""),
      raters.map((_, rater) => {
        const said = find(rater, turn, item, stage);
        return make("td", { class: "number", title: said ? [labelOf(item.scale, said.value), said.rationale].filter(Boolean).join(": ") : "" }, said ? said.value : "–");
      }))));
  const table = (list) => list.length ? scrolls(make("table", { class: "data dense beside" },
    make("thead", {}, make("tr", {}, make("td", {}), raters.map(({ rater, purpose }) => make("th", { scope: "col", class: "number" }, rater, make("span", { class: "soft" }, ` ${purposes[purpose]}`))))), make("tbody", {}, list))) : null;
  /** Why they said so, in words: a title is not seen on a phone. */
  const reasons = (of, turn) => {
    const said = ratings.filter((one) => (one.turn ?? null) === turn && one.rationale && items.find(({ name }) => name === one.item)?.of === of);
    return said.length ? make("ul", { class: "reasons" }, said.map((one) => {
      const item = items.find(({ name }) => name === one.item);
      return make("li", {}, make("b", {}, raters[one.rater].rater), make("span", { class: "soft" }, ` ${item.title}${stagesOf(item).length > 1 ? ` (${one.stage})` : ""} ${one.value}: `), make("span", { class: "pre", dir: "auto" }, one.rationale));
    })) : null;
  };
  const name = (author) => (author === "participant" ? "Supporter" : author === "client" ? "Client" : author);
  return [
    make("div", { class: "toolbar", "aria-label": "Flags" }, codes.map((code, index) => make("span", { class: "series", "data-series": index % 8 + 1 }, code.title))),
    make("ol", { class: "turns" }, turns.map((turn) => {
      const own = flags.filter((flag) => flag.turn === turn.number).map((flag) => {
        const index = Math.max(codes.findIndex((code) => code.name === flag.code), 0);
        return { ...flag, index, label: `${codes[index]?.title ?? flag.code}: ${raters[flag.rater].rater}` };
      });
      const list = table(rows("turn", turn.number, turn.author));
      return make("li", { class: `turn ${turn.author === "client" ? "client" : "participant"}` }, make("div", { class: "text" },
        make("h3", {}, name(turn.author), make("span", { class: "soft figures" }, ` ${turn.number}`)), make("p", { class: "said pre", dir: "auto" }, turn.text ? passage(turn.text, own) : "(the text is withheld)"),
        own.length ? make("ul", { class: "turn-flags" }, own.map((flag) => make("li", {}, make("span", { class: "series", "data-series": flag.index % 8 + 1 }, flag.label), make("q", { class: "soft", dir: "auto" }, turn.text.slice(flag.start, flag.end)), flag.rationale ? make("span", { class: "pre" }, flag.rationale) : null))) : null),
      list ? make("div", { class: "items" }, list, reasons("turn", turn.number)) : null);
    })),
    make("section", { class: "card" }, make("h3", {}, "The whole conversation"), table(rows("session", null)) ?? make("p", { class: "soft" }, "Nothing is asked of it."), reasons("session", null)),
  ];
}
