// Figures of a study, live from its sessions: each as a drawing, with its data as a table and as a file.

import { make, setText } from "/participant/elements.js";
import { get } from "../api.js";
import { setTitle, useStyle } from "../app.js";

/** How often it is asked whether a session came, in milliseconds. */
const PERIOD = 10_000;

/** Rows of a table that are shown; the file has all. */
const ROWS = 400;

export async function open(main, { parameters }) {
  const study = parameters.study;
  setTitle(`Figures of ${study}`);
  await useStyle("/page/figures/figures.css");
  const page = make("div", { class: "page figure-page" });
  main.replaceChildren(page);
  await new FiguresPage(page, study).open();
}

class FiguresPage {
  #study;
  #version = null;
  #figures = new Map();
  #pilots = make("input", { type: "checkbox", onchange: () => this.#load() });
  #count = make("p", { class: "hint", role: "status" });
  #sources = make("p", { class: "hint" });
  #problem = make("div", { class: "problem", role: "alert", hidden: true });
  #place = make("div", { class: "stack figure-list" }, make("p", { class: "loading" }, "Loading …"));

  constructor(page, study) {
    this.#study = study;
    page.append(
      make("div", { class: "page-head" }, make("h1", {}, `Figures of ${study}`),
        make("div", { class: "toolbar" }, make("label", {}, this.#pilots, " With pilots"),
          make("button", { type: "button", onclick: () => print() }, "Print"))),
      this.#count, this.#sources, this.#problem, this.#place);
  }

  async open() {
    await this.#load();
    const look = () => { if (document.visibilityState === "visible") this.#load(); };
    setInterval(look, PERIOD);
    document.addEventListener("visibilitychange", look);
  }

  async #load() {
    const pilots = this.#pilots.checked ? "1" : "0";
    let found;
    try {
      found = await get(`/api/figures/${encodeURIComponent(this.#study)}?pilots=${pilots}`);
    } catch (error) {
      this.#problem.replaceChildren(make("h2", {}, "The figures cannot be shown"), make("p", {}, error.message),
        make("button", { type: "button", onclick: () => this.#load() }, "Try again"));
      this.#problem.hidden = false;
      if (this.#version === null) this.#place.replaceChildren();
      return;
    }
    this.#problem.hidden = true;
    const version = `${found.version}-${pilots}`;
    if (version === this.#version) return;
    this.#version = version;
    setText(this.#count, countWords(found));
    const sources = `/api/figures/${encodeURIComponent(this.#study)}/sources.csv?pilots=${pilots}`;
    this.#sources.replaceChildren(`Data version ${found.data_version}: `,
      make("a", { href: sources, download: `${this.#study}-sources.csv` }, "sessions, and the corrections that were used (CSV)"));
    if (this.#figures.size === 0) this.#place.replaceChildren();
    for (const figure of found.figures) {
      if (!this.#figures.has(figure.name)) {
        const card = new FigureCard(this.#study, figure.name);
        this.#figures.set(figure.name, card);
        this.#place.append(card.element);
      }
      this.#figures.get(figure.name).show(figure, pilots, found.version);
    }
  }
}

function countWords({ sessions, pilots_left_out: pilots, unreadable }) {
  const words = [`${sessions} session${sessions === 1 ? "" : "s"}`];
  if (pilots > 0) words.push(`${pilots} pilot${pilots === 1 ? "" : "s"} left out`);
  if (unreadable > 0) words.push(`${unreadable} cannot be read`);
  return words.join(", ");
}

/** One figure. */
class FigureCard {
  #study;
  #name;
  #heading = make("h2", {});
  #caption = make("p", { class: "hint" });
  #dark = make("source", { media: "screen and (prefers-color-scheme: dark)" });
  #image = make("img", { alt: "" });
  #drawing = make("div", { class: "figure-drawing", tabindex: "0", role: "region" }, make("picture", {}, this.#dark, this.#image));
  #state = make("p", { class: "loading" }, "Computing …");
  #links = make("div", { class: "toolbar" });
  #table = make("div", { class: "figure-table", tabindex: "0", role: "region" });
  #details = make("details", {}, make("summary", {}, "Data"), this.#table);
  #address = "";

  constructor(study, name) {
    this.#study = study;
    this.#name = name;
    this.element = make("section", { class: "card figure-card", "data-figure": name },
      make("div", { class: "card-head" }, this.#heading, this.#links), this.#state,
      this.#drawing, this.#caption, this.#details);
    this.#image.addEventListener("load", () => { this.#state.hidden = true; this.#image.hidden = false; });
    this.#image.addEventListener("error", () => this.#fail());
    this.#details.addEventListener("toggle", () => { if (this.#details.open) this.#showData(); });
  }

  show(figure, pilots, version) {
    const base = `/api/figures/${encodeURIComponent(this.#study)}/${this.#name}`;
    const query = `pilots=${pilots}&of=${encodeURIComponent(version)}`;
    this.#address = `${base}.json?${query}`;
    setText(this.#heading, figure.title);
    this.#state.className = "loading";
    setText(this.#state, "Computing …");
    this.#state.hidden = false;
    this.#image.alt = figure.missing ?? `${figure.title}. The numbers stand under Data.`;
    this.#dark.setAttribute("srcset", `${base}.svg?${query}&theme=dark`);
    this.#image.src = `${base}.svg?${query}&theme=light`;
    this.#links.replaceChildren(
      make("a", { class: "button quiet small", href: `${base}.svg?${query}`, download: `${this.#study}-${this.#name}.svg` }, "SVG",
        make("span", { class: "visually-hidden" }, ` of ${figure.title}`)),
      make("a", { class: "button quiet small", href: `${base}.csv?${query}`, download: `${this.#study}-${this.#name}.csv` }, "CSV",
        make("span", { class: "visually-hidden" }, ` of ${figure.title}`)));
    this.#drawing.setAttribute("aria-label", `Drawing of: ${figure.title}`);
    this.#table.setAttribute("aria-label", `Data of: ${figure.title}`);
    if (figure.caption === null) this.#showCaption();
    else setText(this.#caption, figure.missing ? "" : figure.caption);
    if (this.#details.open) this.#showData();
  }

  #fail() {
    this.#state.hidden = false;
    this.#state.className = "problem";
    setText(this.#state, "This figure cannot be drawn.");
    this.#image.hidden = true;
  }

  /** What takes longer than the rest tells its caption once it is there. */
  async #showCaption() {
    setText(this.#caption, "");
    const address = this.#address;
    try {
      const { caption, missing } = await get(address);
      if (address === this.#address) setText(this.#caption, missing ? "" : caption);
    } catch { /* The drawing says what is wrong. */ }
  }

  async #showData() {
    const address = this.#address;
    try {
      const { header, rows } = await get(address);
      if (address !== this.#address) return;
      const more = rows.length > ROWS ? make("p", { class: "hint" }, `${rows.length - ROWS} more rows are in the CSV file.`) : null;
      const body = rows.slice(0, ROWS).map((row) => make("tr", {}, row.map((cell) => make("td", { class: isNumber(cell) ? "number" : null }, cell))));
      this.#table.replaceChildren(
        make("table", { class: "data dense" }, make("thead", {}, make("tr", {}, header.map((name) => make("th", { scope: "col" }, name)))), make("tbody", {}, body)),
        ...(more ? [more] : []));
    } catch (error) {
      this.#table.replaceChildren(make("p", { class: "problem" }, error.message));
    }
  }
}

function isNumber(cell) { return cell !== "" && Number.isFinite(Number(cell)); }
