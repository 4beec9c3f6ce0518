// What a scheme says of annotations beside one another, as the server holds them too: of an exclusive group one interval at
// a time; a code with a parent within an interval of the parent.

function intervalsOf(annotation, store) {
  return store.all.filter((one) => one.kind === "interval" && one.layer === annotation.layer && one.scheme === annotation.scheme && one.annotation !== annotation.annotation);
}

/** The annotation of the same exclusive group that this one would overlap, or null. */
export function overlapOf(annotation, { scheme, store }) {
  const code = scheme?.code(annotation.code);
  const group = code && annotation.kind === "interval" ? scheme.groupOf(code) : null;
  if (!group) return null;
  return intervalsOf(annotation, store).find((one) => {
    const other = scheme.code(one.code);
    return other && scheme.groupOf(other) === group && one.start_s < annotation.end_s && annotation.start_s < one.end_s;
  }) ?? null;
}

/** The code within whose intervals an annotation has to lie and does not, or null. */
export function missingParent(annotation, { scheme, store }) {
  const code = scheme?.code(annotation.code);
  if (!code?.parent || !Number.isFinite(annotation.start_s)) return null;
  const end = annotation.kind === "interval" ? annotation.end_s : annotation.start_s;
  const lies = intervalsOf(annotation, store).some((one) => one.code === code.parent && one.start_s <= annotation.start_s && end <= one.end_s);
  return lies ? null : scheme.code(code.parent) ?? null;
}

/** Why an annotation cannot be as it is told, in words; null where it can. */
export function obstacle(annotation, context) {
  const { scheme } = context;
  const title = scheme?.code(annotation.code)?.title ?? annotation.code;
  const other = overlapOf(annotation, context);
  if (other) return `"${title}" would overlap "${scheme.code(other.code).title}": of "${scheme.groupOf(scheme.code(other.code)).title}" one is marked at a time`;
  const parent = missingParent(annotation, context);
  return parent ? `"${title}" has to lie within one "${parent.title}", which is not marked there` : null;
}
