// One annotation with all that is said of it, and its history.

import { identity, make, setText } from "/participant/elements.js";
import { plain } from "../player/canvas-text.js";
import { sessionTime } from "../player/times.js";

const ACTIONS = { add: "added", change: "changed", remove: "deleted", undo: "undone", redo: "done again", import: "brought in" };

/**
 * Shows an annotation. `codes`: those that it could have, with its own; `isOwn`: whether it may be changed. `onsave(state)`,
 * `onremove()`. `position()`: the playhead. `obstacle(state)`: why it cannot be so, in words, or null.
 */
export function editAnnotation({ annotation, codes, code, isOwn, store, position, range, obstacle, onsave, onremove }) {
  const titleId = identity("annotation");
  const dialog = make("dialog", { class: "annotation-dialog", "aria-labelledby": titleId });
  const problem = make("p", { class: "problem", role: "alert", hidden: true });
  const field = (label, input, hint) => {
    input.id ||= identity("field");
    input.disabled = !isOwn;
    return make("div", { class: "field" }, make("label", { for: input.id }, label), input, hint ? make("p", { class: "hint" }, hint) : null);
  };
  const choice = make("select", {}, codes.map((one) => make("option", { value: one.code, selected: one.code === annotation.code }, one.title)));
  const modifiers = make("div", { class: "stack", "data-part": "modifiers" });
  let inputs = new Map();
  const fillModifiers = () => {
    const chosen = codes.find((one) => one.code === choice.value) ?? code;
    inputs = new Map((chosen?.modifiers ?? []).map((modifier) => [modifier, inputOf(modifier, annotation.modifiers?.[modifier.name])]));
    modifiers.replaceChildren(
      ...(chosen?.definition ? [make("p", { class: "soft" }, chosen.definition)] : []),
      ...[...inputs].map(([modifier, input]) => field(modifier.title + (modifier.unit ? ` (${modifier.unit})` : "") + (modifier.required ? " *" : ""), input)));
  };
  choice.addEventListener("change", fillModifiers);
  fillModifiers();
  const note = make("textarea", { rows: 3, maxlength: 5000 });
  note.value = annotation.note ?? "";
  const hasTime = Number.isFinite(annotation.start_s) && !["turn", "span"].includes(annotation.kind);
  const start = timeInput(annotation.start_s);
  const end = timeInput(annotation.end_s);
  const time = (label, input) => make("div", { class: "time-field" }, field(label, input),
    make("button", { type: "button", class: "small", disabled: !isOwn, onclick: () => { input.value = position().toFixed(6); } }, "To the playhead"));
  const history = make("div", { class: "annotation-history" }, make("p", { class: "loading" }, "Loading the history …"));
  const form = make("form", { method: "dialog", class: "stack" },
    make("h2", { id: titleId, tabindex: "-1" }, code?.title ?? plain(annotation.code, 60)),
    make("p", { class: "soft" }, [
      annotation.scheme ? `${annotation.scheme} ${annotation.scheme_version ?? ""}` : "without a scheme", `layer ${annotation.layer}`,
      annotation.isUnsaved ? "not saved yet" : `by ${annotation.actor}, version ${annotation.id}`].join(" · ")),
    annotation.kind === "span" ? make("blockquote", { class: "soft" }, spanText(annotation, store)) : null,
    codes.length > 1 ? field("Code", choice) : null, modifiers, field("Note", note),
    hasTime ? make("div", { class: "time-fields" }, time(annotation.end_s === null || annotation.end_s === undefined ? "At (s)" : "From (s)", start),
      Number.isFinite(annotation.end_s) ? time("To (s)", end) : null) : null,
    reactionWords(annotation), problem,
    make("details", { ontoggle: () => showHistory(history, store, annotation) }, make("summary", {}, "History"), history),
    make("div", { class: "actions" },
      isOwn ? make("button", { type: "button", class: "danger", onclick: () => { onremove(); dialog.close(); } }, "Delete") : null,
      make("button", { type: "button", onclick: () => dialog.close() }, isOwn ? "Cancel" : "Close"),
      isOwn ? make("button", { type: "submit", class: "primary" }, "Save") : null));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const state = { ...annotation, code: choice.value || annotation.code, note: note.value, modifiers: {} };
    let wrong = "";
    for (const [modifier, input] of inputs) {
      const value = valueOf(modifier, input);
      if (value === undefined) wrong ||= `"${modifier.title}" has to be a number${boundsWords(modifier)}`;
      else if (value !== null) state.modifiers[modifier.name] = value;
    }
    if (hasTime) {
      state.start_s = Number(start.value);
      if (Number.isFinite(annotation.end_s)) state.end_s = Number(end.value);
      const times = [state.start_s, ...(Number.isFinite(annotation.end_s) ? [state.end_s] : [])];
      if (times.some((value) => !Number.isFinite(value) || value < range[0] || value > range[1])) wrong ||= `Times lie between ${range[0].toFixed(3)} and ${range[1].toFixed(3)} s`;
      else if (times.length > 1 && times[1] <= times[0]) wrong ||= "It has to end after it begins";
    }
    wrong ||= obstacle(state) ?? "";
    problem.hidden = !wrong;
    setText(problem, wrong);
    if (wrong) return;
    onsave(state);
    dialog.close();
  });
  dialog.append(form);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

function spanText(annotation, store) {
  const turn = store.turns?.find(({ number }) => number === annotation.turn);
  return turn?.text ? turn.text.slice(annotation.span_start, annotation.span_end) : `turn ${annotation.turn}`;
}

function timeInput(value) {
  const input = make("input", { type: "number", step: "any", class: "figures" });
  // Microseconds: finer than any clock here, and a number that can be read.
  if (Number.isFinite(value)) input.value = value.toFixed(6);
  return input;
}

function inputOf(modifier, value) {
  if (modifier.kind === "choice") {
    return make("select", {}, make("option", { value: "" }, "–"), modifier.choices.map((choice) => make("option", { value: choice, selected: choice === value }, choice)));
  }
  const input = make("input", modifier.kind === "number" ? { type: "number", step: "any", min: modifier.minimum, max: modifier.maximum } : { type: "text", maxlength: 1000 });
  input.value = value ?? "";
  return input;
}

/** What was entered; null for nothing, undefined for what is no number in its bounds. */
function valueOf(modifier, input) {
  const text = input.value.trim();
  if (modifier.kind !== "number") return text || null;
  if (text === "") return input.validity.badInput ? undefined : null;
  const value = Number(text);
  return Number.isFinite(value) && value >= (modifier.minimum ?? -Infinity) && value <= (modifier.maximum ?? Infinity) ? value : undefined;
}

function boundsWords({ minimum, maximum }) {
  if (Number.isFinite(minimum) && Number.isFinite(maximum)) return ` from ${minimum} to ${maximum}`;
  if (Number.isFinite(minimum)) return ` of ${minimum} or more`;
  return Number.isFinite(maximum) ? ` of ${maximum} or less` : "";
}

function reactionWords({ detail }) {
  if (!detail?.reaction_ms) return null;
  const pressed = Number.isFinite(detail.pressed_s) ? ` The key was pressed at ${sessionTime(detail.pressed_s)}.` : "";
  return make("p", { class: "hint" }, `${detail.reaction_ms} ms were taken off for the reaction, at ${detail.rate}×.${pressed}`);
}

async function showHistory(element, store, { annotation }) {
  try {
    const rows = await store.history(annotation);
    element.replaceChildren(make("div", { class: "scroll" }, make("table", { class: "data dense" },
      make("thead", {}, make("tr", {}, ["Version", "When", "Who", "What", "Code", "Times"].map((title) => make("th", { scope: "col" }, title)))),
      make("tbody", {}, rows.map((row) => make("tr", {},
        make("td", { class: "number" }, row.id), make("td", { class: "figures" }, new Date(row.made_utc_ns / 1e6).toISOString().slice(0, 19).replace("T", " ")),
        make("td", {}, plain(row.actor, 40)), make("td", {}, ACTIONS[row.action] ?? row.action), make("td", {}, plain(row.code, 40)),
        make("td", { class: "figures" }, [row.start_s, row.end_s].filter(Number.isFinite).map((value) => sessionTime(value)).join(" – "))))))));
  } catch (error) {
    element.replaceChildren(make("p", { class: "soft" }, error.status === 404 ? "It is not saved yet." : `The history cannot be read: ${error.message}`));
  }
}
