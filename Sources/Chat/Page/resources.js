// Places one can turn to.

import { make } from "./elements.js";

/** A list of the room's resources. Only addresses of the web and of mail become links. */
export function resourceList(resources) {
  return make("ul", { class: "resources" }, (resources ?? []).map((resource) => make("li", {},
    make("strong", {}, resource.title), resource.text && make("p", {}, resource.text),
    resource.phone && make("p", {}, make("a", { href: `tel:${String(resource.phone).replace(/[^+\d]/g, "")}` }, resource.phone)),
    resource.url && make("p", {}, link(resource.url)))));
}

function link(url) {
  if (!/^(https?|mailto):/i.test(url)) return make("span", {}, url);
  return make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, url.replace(/^(https?:\/\/|mailto:)/i, ""));
}
