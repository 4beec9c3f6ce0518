// A coding scheme in the page: its codes by key, and how they hang together.

/** The code of a marker, which needs no scheme. */
export const MARKER = { code: "marker", title: "Marker", kind: "point", colour: 4, modifiers: [], examples: [], key: "m" };

export class Scheme {
  constructor({ name, version, title, description, sha256, layer, groups = [], codes = [] }) {
    Object.assign(this, { name, version, title, description, sha256, layer, groups, codes });
  }

  /** What its annotations say of it. */
  get fields() { return { scheme: this.name, scheme_version: this.version, scheme_sha256: this.sha256 }; }

  code(name) { return this.codes.find(({ code }) => code === name); }

  byKey(key) { return this.codes.find((code) => code.key === key); }

  /** The exclusive group of a code, or null. */
  groupOf(code) {
    const group = this.groups.find(({ name }) => name === code.group);
    return group?.exclusive && code.kind === "interval" ? group : null;
  }

  /** The codes that lie within this one. */
  children(code) { return this.codes.filter(({ parent }) => parent === code.code); }

  /** The codes that a code lies within, the nearest first. */
  ancestors(code) {
    const found = [];
    for (let next = this.code(code.parent); next && !found.includes(next); next = this.code(next.parent)) found.push(next);
    return found;
  }

  /** All codes within this one, and within those. */
  descendants(code, seen = new Set()) {
    for (const child of this.children(code)) {
      if (seen.has(child)) continue;
      seen.add(child);
      this.descendants(child, seen);
    }
    return [...seen];
  }

  /** Its rows on a track: each exclusive group, and each other code, `{id, title, codes}`. */
  get lanes() {
    const lanes = [];
    for (const code of this.codes) {
      if (code.kind === "artefact") continue;
      const group = this.groupOf(code);
      const id = group ? `group ${group.name}` : `code ${code.code}`;
      const lane = lanes.find((other) => other.id === id);
      if (lane) lane.codes.push(code);
      else lanes.push({ id, title: group?.title ?? code.title, codes: [code] });
    }
    return lanes;
  }

  laneOf(name) {
    const code = this.code(name);
    return code ? this.lanes.findIndex(({ codes }) => codes.some((one) => one.code === name)) : -1;
  }
}

/** What is missing of an annotation by its code: required modifiers that have no value. */
export function missingOf(annotation, code) {
  return (code?.modifiers ?? []).filter(({ name, required }) => required && [undefined, null, ""].includes(annotation.modifiers?.[name])).map(({ title }) => title);
}

/** The colour of a code, 1 to 8, also where its scheme is not known. */
export function colourOf(annotation, code) {
  if (code) return code.colour;
  if (annotation.code === MARKER.code) return MARKER.colour;
  let sum = 0;
  for (const character of annotation.code) sum = (sum * 31 + character.codePointAt(0)) % 997;
  return sum % 8 + 1;
}
