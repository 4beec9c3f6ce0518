// Answers: when an item is asked, whether it is answered, and what is wrong with what was.
//
// An answer is null, a number, a text, a list of chosen values, or {choices, texts} where something
// was written beside an option.

/** Whether there is nothing in an answer. */
export function isEmpty(answer) {
  if (answer === null || answer === undefined) return true;
  if (typeof answer === "string") return answer.trim() === "";
  return Array.isArray(chosen(answer)) && chosen(answer).length === 0;
}

/** The values of the chosen options; undefined where the answer is a text. */
export function chosen(answer) {
  if (Array.isArray(answer)) return answer;
  if (typeof answer === "number") return [answer];
  return Array.isArray(answer?.choices) ? answer.choices : undefined;
}

/** What was written beside an option. */
export function beside(answer, value) {
  return answer?.texts?.[String(value)] ?? "";
}

/** The names of the items that are asked. One that is not counts as unanswered for those after it. */
export function visibleItems(items, answers) {
  const visible = new Set();
  const counted = {};
  for (const item of items) {
    if (item.when && !holds(item.when, counted)) continue;
    visible.add(item.name);
    counted[item.name] = answers[item.name];
  }
  return visible;
}

/** Whether a condition holds. What the page does not know, such as a factor, is the server's matter. */
export function holds(condition, answers) {
  if (Array.isArray(condition.all)) return condition.all.every((part) => holds(part, answers));
  if (Array.isArray(condition.any)) return condition.any.some((part) => holds(part, answers));
  if (condition.item === undefined) return true;
  const answer = answers[condition.item];
  if (condition.answered !== undefined) return !isEmpty(answer) === condition.answered;
  if (isEmpty(answer)) return false;
  const values = chosen(answer) ?? [answer];
  const number = values.length === 1 && typeof values[0] === "number" ? values[0] : undefined;
  const wanted = condition.any_of ?? condition.anyOf ?? (condition.equals === undefined ? undefined : [condition.equals]);
  if (wanted) return [wanted].flat().some((value) => values.includes(value));
  const least = condition.at_least ?? condition.atLeast;
  if (least !== undefined) return number !== undefined && number >= least;
  const most = condition.at_most ?? condition.atMost;
  if (most !== undefined) return number !== undefined && number <= most;
  return true;
}

/** What is wrong with an answer to an item that is asked: `missing`, `length`, or null. */
export function problem(item, answer) {
  if (isEmpty(answer)) return item.required ? "missing" : null;
  if (typeof answer === "string" && item.maximum_length && answer.length > item.maximum_length) return "length";
  return null;
}
