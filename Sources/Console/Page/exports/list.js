// The export that is being written, and those that have ended.

import { make, setText } from "/participant/elements.js";
import { get, post } from "../api.js";
import { ask } from "../dashboard/dialogs.js";
import { bytes } from "../dashboard/format.js";
import { machineTime, when } from "../home/words.js";
import { count, formatsOf, optionsOf, progressOf, reasonOf, states } from "./words.js";

/** The export that is being written. */
export class RunningExport {
  #heading = make("h2", {}, "Being written");
  #facts = make("p", { class: "hint" });
  #bar = make("progress", { max: "1", "aria-label": "How far the export is" });
  #words = make("span", {});
  #problem = make("p", { class: "wrong", role: "alert" });
  #cancel;

  constructor({ base, choices, changed }) {
    this.choices = choices;
    this.#cancel = make("button", { type: "button", class: "danger", onclick: () => this.#end(base, changed) }, "Cancel");
    this.element = make("section", { class: "card export-running", hidden: true },
      make("div", { class: "card-head" }, this.#heading, this.#cancel), this.#facts,
      make("div", { class: "progress" }, this.#bar, this.#words), this.#problem,
      make("p", { class: "hint" }, "It goes on without this page."));
  }

  show(running) {
    this.element.hidden = !running;
    if (!running) {
      setText(this.#problem, "");
      return;
    }
    const { share, words } = progressOf(running);
    if (share === null) this.#bar.removeAttribute("value");
    else this.#bar.value = share;
    setText(this.#words, words);
    setText(this.#facts, running.request
      ? `${formatsOf(running.request, this.choices)}; ${optionsOf(running.request, this.choices).join("; ")}. Begun by ${running.actor}, ${when(running.started_utc_ns)}.` : "");
    this.#cancel.disabled = running.is_cancelled;
  }

  async #end(base, changed) {
    this.#cancel.disabled = true;
    try {
      await post(`${base}/cancel`);
    } catch (error) { setText(this.#problem, error.message); }
    await changed();
  }
}

function fact(name, ...value) { return [make("dt", {}, name), make("dd", {}, ...value)]; }

function folded(title, items) {
  return make("details", {}, make("summary", {}, title), make("ul", { class: "plain" }, items.map((item) => make("li", { class: "anywhere" }, item))));
}

/** One export that has ended. `changed` hears that it was deleted. */
export function exportCard({ record, withdrawn }, { base, choices, changed }) {
  const address = `${base}/${encodeURIComponent(record.id)}`;
  const isDone = record.state === "done";
  const [state, words] = states[record.state] ?? ["idle", record.state];
  const of = ` of ${when(record.started_utc_ns)}`;
  const problem = make("p", { class: "wrong", role: "alert" });
  const remove = async () => {
    const answer = await ask({
      title: "Delete this export?", action: "Delete", isDangerous: true,
      words: isDone ? [`${count(record.files, "file")}, ${bytes(record.bytes)}. This cannot be undone; what was downloaded stays where it is.`, "The sessions are not touched."] : ["Its entry in this list goes."],
    });
    if (answer === null) return;
    try {
      await post(`${address}/delete`);
      await changed();
    } catch (error) { setText(problem, error.message); }
  };
  const hidden = () => make("span", { class: "visually-hidden" }, of);
  return make("article", { class: "card", "data-export": record.id },
    make("div", { class: "card-head" }, make("h3", {}, make("time", { datetime: machineTime(record.started_utc_ns) }, when(record.started_utc_ns))),
      make("span", { class: "badge", "data-state": state }, words)),
    record.message ? make("p", { class: record.state === "failed" ? "problem" : "note warn" }, record.message) : null,
    withdrawn ? make("p", { class: "note warn" }, `${count(withdrawn, "session")} of it ${withdrawn === 1 ? "was" : "were"} withdrawn by now. Delete this export, and make it anew.`) : null,
    make("dl", { class: "facts" },
      fact("By", record.actor), fact("Formats", formatsOf(record.request, choices)), fact("Options", optionsOf(record.request, choices).join("; ")),
      isDone ? fact("Sessions", record.left_out.length ? `${record.session_count}, and ${record.left_out.length} left out` : `${record.session_count}`) : null,
      isDone ? fact("Size", `${count(record.files, "file")}, ${bytes(record.bytes)}`) : null),
    record.left_out.length ? folded("Left out, and why", record.left_out.map((one) => `${[one.participant, one.file?.split("/").at(-1)].filter(Boolean).join(" ") || "A session"}: ${reasonOf(one)}`)) : null,
    record.notes.length ? folded(`Notes (${record.notes.length})`, record.notes) : null,
    isDone ? fileList(address) : null,
    make("div", { class: "toolbar" },
      isDone ? make("a", { class: "button primary", href: `${address}/zip`, download: "" }, "Download .zip", hidden()) : null,
      make("button", { type: "button", class: "quiet", onclick: remove }, "Delete …", hidden())), problem);
}

/** The files of an export, asked for once they are looked at. */
function fileList(address) {
  const place = make("div", { class: "scroll export-files", role: "region", "aria-label": "Files", tabindex: "0" });
  const details = make("details", {}, make("summary", {}, "File by file"), place);
  const path = (name) => name.split("/").map(encodeURIComponent).join("/");
  details.addEventListener("toggle", async () => {
    if (!details.open || place.childElementCount) return;
    try {
      const { files } = await get(`${address}/files`);
      place.replaceChildren(make("table", { class: "data dense" },
        make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "File"), make("th", { scope: "col", class: "number" }, "Size"))),
        make("tbody", {}, files.map((file) => make("tr", {},
          make("th", { scope: "row", class: "anywhere" }, make("a", { href: `${address}/files/${path(file.path)}`, download: "" }, file.path)),
          make("td", { class: "number" }, bytes(file.bytes)))))));
    } catch (error) { place.replaceChildren(make("p", { class: "problem" }, error.message)); }
  });
  return details;
}
