// The course of valence, arousal and the seven categories over the client's turns, drawn as SVG,
// with the same numbers as a table. No reading depends on colour: lines differ in dash and marks,
// and each category has a strip of its own with its name beside it.

import { draw, make } from "./elements.js";
import { categories, categoryName } from "./categories.js";
import { t } from "./texts.js";

const height = 132;
const margin = { left: 30, right: 10, top: 10, bottom: 20 };
/** Beyond this many turns the earliest leave the drawing; the table keeps all. */
const mostDrawn = 60;

export class Course extends HTMLElement {
  #context;
  #plot;
  #strips;
  #table;
  #details;
  #drawn = null;
  #width = 300;

  prepare(context) {
    this.#context = context;
    this.hidden = true;
    this.#plot = make("div", { class: "plot" });
    this.#strips = make("div", { class: "strips", "aria-hidden": "true" });
    this.#table = make("div", { class: "table-scroll", role: "region", tabindex: 0, "aria-label": t("course.table") });
    this.#details = make("details", { class: "as-table", ontoggle: () => this.#fillTable() },
      make("summary", {}, t("course.asTable")), this.#table);
    this.append(make("section", { class: "course", "aria-labelledby": "course-title" },
      make("h3", { id: "course-title" }, t("course.title")), this.#plot,
      make("h4", {}, t("course.categories")), this.#strips, this.#details));
    new ResizeObserver((entries) => {
      const width = Math.round(entries[0].contentRect.width);
      if (width < 40 || width === this.#width) return;
      this.#width = width;
      this.#drawn = null;
      this.update();
    }).observe(this.#plot);
    this.update();
  }

  update() {
    const series = this.#context.state.chat?.series ?? [];
    this.hidden = series.length === 0;
    if (series.length === 0 || this.#drawn === series) return;
    this.#drawn = series;
    const shown = series.slice(-mostDrawn);
    this.#plot.replaceChildren(this.#lines(shown), legend());
    this.#strips.replaceChildren(...categories.map((category) => this.#strip(category, shown)));
    this.#fillTable();
  }

  #lines(points) {
    const width = Math.max(this.#width, 120);
    const x = (index) => margin.left + (points.length === 1 ? 0.5 : index / (points.length - 1))
      * (width - margin.left - margin.right);
    const y = (value) => margin.top + (1 - (clamp(value, -1, 1) + 1) / 2) * (height - margin.top - margin.bottom);
    const last = points.at(-1);
    const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": t("course.summary", {
      turns: points.length, valence: number(last.valence), arousal: number(last.arousal),
    }) });
    for (const value of [-1, 0, 1]) {
      svg.append(draw("line", { class: value === 0 ? "zero" : "grid", x1: margin.left, x2: width - margin.right, y1: y(value), y2: y(value) }),
        draw("text", { class: "tick", x: margin.left - 6, y: y(value) + 4, "text-anchor": "end" }, value > 0 ? "+1" : String(value).replace("-", "−")));
    }
    const step = Math.max(1, Math.ceil(points.length / Math.max(2, Math.floor(width / 48))));
    points.forEach((point, index) => {
      if ((points.length - 1 - index) % step === 0) {
        svg.append(draw("text", { class: "tick", x: x(index), y: height - 4, "text-anchor": "middle" }, String(point.number)));
      }
    });
    for (const name of ["arousal", "valence"]) {
      const path = points.map((point, index) => `${index ? "L" : "M"}${x(index).toFixed(1)} ${y(point[name]).toFixed(1)}`).join("");
      svg.append(draw("path", { class: `line ${name}`, d: path }));
      points.forEach((point, index) => svg.append(mark(name, x(index), y(point[name]))));
    }
    return svg;
  }

  #strip(category, points) {
    const width = 120;
    const step = width / Math.max(points.length, 8);
    const svg = draw("svg", { viewBox: `0 0 ${width} 20`, preserveAspectRatio: "none", focusable: "false" });
    svg.append(draw("rect", { class: "base", x: 0, y: 19, width, height: 1 }));
    points.forEach((point, index) => {
      const share = clamp(point.probabilities?.[category], 0, 1);
      svg.append(draw("rect", { class: "bar", x: (index * step).toFixed(2), width: (step * 0.8).toFixed(2),
        y: (19 - share * 18).toFixed(2), height: (share * 18 + 0.5).toFixed(2) }));
    });
    return make("div", { class: "strip" }, make("span", { class: "strip-name" }, categoryName(category)), svg,
      make("span", { class: "strip-value" }, percent(points.at(-1).probabilities?.[category])));
  }

  #fillTable() {
    if (!this.#details.open || this.#drawn === null) return;
    const head = ["course.turn", "course.valence", "course.arousal"].map((key) => make("th", { scope: "col" }, t(key)))
      .concat(categories.map((category) => make("th", { scope: "col" }, categoryName(category))));
    this.#table.replaceChildren(make("table", {}, make("caption", {}, t("course.table")), make("thead", {}, make("tr", {}, head)),
      make("tbody", {}, this.#drawn.map((point) => make("tr", {}, make("th", { scope: "row" }, String(point.number)),
        make("td", {}, number(point.valence)), make("td", {}, number(point.arousal)),
        categories.map((category) => make("td", {}, percent(point.probabilities?.[category]))))))));
  }
}

function legend() {
  return make("p", { class: "legend", "aria-hidden": "true" }, ["valence", "arousal"].map((name) => {
    const svg = draw("svg", { viewBox: "0 0 34 12", width: 34, height: 12 });
    svg.append(draw("path", { class: `line ${name}`, d: "M1 6L33 6" }), mark(name, 17, 6));
    return make("span", {}, svg, t(`course.${name}`));
  }));
}

function mark(name, x, y) {
  if (name === "valence") return draw("circle", { class: "mark valence", cx: x.toFixed(1), cy: y.toFixed(1), r: 3.2 });
  return draw("rect", { class: "mark arousal", x: (x - 3).toFixed(1), y: (y - 3).toFixed(1), width: 6, height: 6 });
}

function clamp(value, least, most) {
  return Math.min(most, Math.max(least, Number.isFinite(value) ? value : 0));
}

function number(value) {
  if (!Number.isFinite(value)) return "–";
  return `${value > 0 ? "+" : value < 0 ? "−" : ""}${Math.abs(value).toFixed(2)}`;
}

function percent(value) {
  return Number.isFinite(value) ? `${Math.round(value * 100)} %` : "–";
}

customElements.define("attune-course", Course);
