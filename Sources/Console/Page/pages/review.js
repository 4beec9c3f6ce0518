// What raters see: the list of their conversations, and one conversation with what is asked of it.

import { setTitle, useStyle } from "../app.js";
import { showList } from "../review/list.js";
import { RatingDesk } from "../review/desk.js";

export async function open(main, { me, parameters }) {
  useStyle("/page/review/review.css");
  if (!parameters.assignment) {
    setTitle("Review");
    await showList(main, me);
    return;
  }
  const desk = new RatingDesk(main, parameters.assignment);
  await desk.load();
}
