// How the server's changes are put into the page's copy of the room's state.

/** Lists whose elements are replaced or added by their number, instead of as a whole. */
const numbered = new Set(["chat.turns", "chat.series"]);

/**
 * The state after a change: a JSON merge patch (RFC 7396), except that elements of `chat.turns` and
 * `chat.series` are put in by `number`. Neither argument is changed.
 */
export function merge(state, patch, path = "") {
  if (!isObject(patch)) return patch;
  const result = isObject(state) ? { ...state } : {};
  for (const [key, value] of Object.entries(patch)) {
    const place = path ? `${path}.${key}` : key;
    if (value === null) {
      delete result[key];
    } else if (numbered.has(place) && Array.isArray(value)) {
      result[key] = upsert(Array.isArray(result[key]) ? result[key] : [], value);
    } else {
      Object.defineProperty(result, key, {
        value: merge(result[key], value, place), writable: true, enumerable: true, configurable: true,
      });
    }
  }
  return result;
}

function upsert(list, changes) {
  const byNumber = new Map(list.map((element) => [element.number, element]));
  for (const element of changes) {
    if (isObject(element)) byNumber.set(element.number, merge(byNumber.get(element.number), element));
  }
  return [...byNumber.values()].sort((a, b) => a.number - b.number);
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
