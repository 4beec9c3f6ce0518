// The first page: what there is to do.

import { make } from "/participant/elements.js";
import { setTitle } from "../app.js";

export async function open(main, { me }) {
  setTitle("");
  main.append(make("h1", {}, "Attune"), make("p", {}, `Signed in as ${me.name}.`));
}
