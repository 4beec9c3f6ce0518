// Lists that change many times a second, without losing focus: each element stays as long as its thing does.

/**
 * Makes a container's children those of `items`, in order.
 * @param key a text for each item, unique
 * @param create makes the element of an item
 * @param update brings an element up to date
 */
export function keyed(container, items, key, create, update) {
  const known = container.keyedElements ??= new Map();
  const wanted = new Set();
  let before = null;
  for (const item of items) {
    const name = key(item);
    wanted.add(name);
    let element = known.get(name);
    if (!element) known.set(name, element = create(item));
    update(element, item);
    const place = before ? before.nextSibling : container.firstChild;
    if (element !== place) container.insertBefore(element, place);
    before = element;
  }
  for (const [name, element] of known) {
    if (wanted.has(name)) continue;
    element.remove();
    known.delete(name);
  }
}

/** Sets an attribute where it is different; null takes it away. */
export function setAttribute(element, name, value) {
  if (value === null || value === false) { if (element.hasAttribute(name)) element.removeAttribute(name); return; }
  const text = value === true ? "" : String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}
