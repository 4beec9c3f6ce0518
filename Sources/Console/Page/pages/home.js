// The first page: what there is to do.

import { make } from "/participant/elements.js";
import { setTitle } from "../app.js";

export async function open(main, { me }) {
  setTitle("Sessions");
  main.append(make("div", { class: "page" }, make("h1", {}, "Sessions"), make("p", {}, `Signed in as ${me.name}.`)));
}
