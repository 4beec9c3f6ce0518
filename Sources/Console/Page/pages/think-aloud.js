// Retrospective think-aloud: the start, the researcher's view, and the participant's. The address names a
// commentary, or a session that one is to be held over.

import { make } from "/participant/elements.js";
import { get } from "../api.js";
import { setTitle, useStyle } from "../app.js";
import { openParticipant } from "../think-aloud/participant.js";
import { openResearcher } from "../think-aloud/researcher.js";
import { ThinkAloudRoom } from "../think-aloud/room.js";
import { openStart } from "../think-aloud/start.js";

export async function open(main, { me, parameters }) {
  setTitle("Think-aloud");
  await useStyle("/page/think-aloud/think-aloud.css");
  const id = parameters.session;
  const isResearcher = me.roles.includes("researcher");
  let commentary = id;
  if (isResearcher) {
    const { sessions } = await get("/api/sessions");
    const listed = sessions.find((one) => one.id === id) ?? sessions.find((one) => one.id.startsWith(id));
    if (listed && listed.kind !== "commentary") return openStart(main, listed.id);
    commentary = listed?.id ?? id;
    if (listed && listed.state !== "recording") return showOver(main, listed);
  }
  const isParticipant = !isResearcher || new URLSearchParams(location.search).get("view") === "participant";
  main.replaceChildren(make("p", { class: "loading", role: "status" }, "Opening the think-aloud …"));
  const room = new ThinkAloudRoom(commentary, isParticipant ? "participant" : "researcher");
  await room.start();
  if (isParticipant) await openParticipant(main, room, { commentary, isResearcher });
  else await openResearcher(main, room, { commentary });
}

function showOver(main, { id, parent, participant }) {
  main.replaceChildren(make("div", { class: "page narrow" }, make("div", { class: "empty" }, make("h1", {}, "This think-aloud is over"),
    make("p", {}, `Participant ${participant}.`), make("div", { class: "actions" },
      make("a", { class: "button primary", href: `/sessions/${encodeURIComponent(parent)}?commentary=${encodeURIComponent(id)}` }, "Play the session back with it"),
      make("a", { class: "button", href: `/think-aloud/${encodeURIComponent(parent)}` }, "Hold another one")))));
}
