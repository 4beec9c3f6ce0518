// What is asked before a session is paused or stopped; consent; the participant's link.

import { make, setText } from "/participant/elements.js";
import { get } from "../api.js";
import { ask, show } from "./dialogs.js";

/** Stops with an outcome and a reason. */
export async function stop(page) {
  const { session } = page;
  const answer = await ask({
    title: `Stop the session of ${session.participant}?`, isDangerous: true, action: "Stop recording",
    words: "Recording ends, and the file is closed. A stopped session cannot go on.",
    fields: [
      { name: "outcome", label: "Outcome", kind: "choice", value: "completed", options: [
        { value: "completed", label: "Completed" }, { value: "aborted", label: "Broken off" },
        { value: "withdrawn", label: "The participant withdrew" }, { value: "failed", label: "Failed" }] },
      { name: "reason", label: "Reason", hint: "Needed unless the session was completed." }],
  });
  if (!answer) return null;
  return page.commands.send("stop", { outcome: answer.outcome, reason: answer.reason || null },
    ({ session: ended }) => `The session of ${ended.participant} has stopped: ${ended.outcome ?? ended.state}.`);
}

/** Pauses with a reason, or goes on. */
export async function pauseOrResume(page) {
  if (page.session.paused !== null && page.session.paused !== undefined) {
    return page.commands.send("resume", { reason: null }, "The session goes on.");
  }
  const answer = await ask({
    title: "Pause the session?", action: "Pause", words: "The participant's page waits; sensors go on.",
    fields: [{ name: "reason", label: "Reason", required: true }],
  });
  return answer && page.commands.send("pause", { reason: answer.reason }, "The session is paused.");
}

/** Marks a moment that is over already with words that come now. */
export async function markWithLabel(page, ms) {
  const answer = await ask({
    title: "What is marked?", action: "Mark", words: "The mark is put on the moment at which you pressed the key.",
    fields: [{ name: "label", label: "Label", required: true, most: 100 }],
  });
  return answer && page.commands.mark(answer.label, ms);
}

/** Shows what the participant has agreed to, and takes changes. */
export async function consent(page) {
  const { session } = page;
  const address = `/api/dashboard/studies/${encodeURIComponent(session.study)}/participants/${encodeURIComponent(session.participant)}/consent`;
  let consent;
  try { ({ consent } = await get(address)); } catch (error) { return page.commands.tell(error.message, "bad"); }
  const rows = consent.tiers.map((tier) => {
    const name = `tier-${tier.tier}`;
    const choice = (value, label) => make("label", { class: "choice" },
      make("input", { type: "radio", name, value, checked: String(tier.answer) === value || null, disabled: page.mayAct ? null : true }), label);
    return Object.assign(make("fieldset", { class: "consent-tier" },
      make("legend", { class: "anywhere" }, `${tier.title || tier.tier}${tier.required ? " (required)" : ""}`),
      make("div", { class: "toolbar" }, choice("true", "Agrees"), choice("false", "Does not agree"),
        make("span", { class: "badge", "data-state": tier.recorded ? "ok" : "idle" }, tier.recorded ? "recorded" : "not recorded")),
      tier.answer === null || tier.answer === undefined ? make("p", { class: "hint" }, "Not asked yet.") : null), { tier });
  });
  const answer = await ask({
    title: `Consent of ${session.participant}`, action: "Keep the changes", isDangerous: true,
    words: consent.tiers.length ? "A change counts at once: what is not agreed to is not read any more." : "The study's protocol has no tiers of consent.",
    body: make("div", { class: "consent-tiers" }, rows),
  });
  if (!answer) return null;
  const answers = {};
  for (const row of rows) {
    const chosen = row.querySelector("input:checked")?.value;
    if (chosen !== undefined && chosen !== String(row.tier.answer)) answers[row.tier.tier] = chosen === "true";
  }
  if (!Object.keys(answers).length) return page.commands.tell("Nothing was changed.");
  return page.commands.send("consent", { answers }, "The participant's answers are kept, and count from now on.");
}

/** Makes a link that lets a participant's browser in, once. */
export async function invite(page) {
  const answer = await page.commands.send("invite", {}, "A link was made.");
  if (!answer) return null;
  const state = make("p", { class: "hint", role: "status" }, `It lets one browser in, once, until ${new Date(answer.expires_utc_ns / 1e6).toLocaleTimeString()}.`);
  const link = make("input", { type: "text", readonly: true, value: answer.url, "aria-label": "Link for the participant", onfocus: () => link.select() });
  const copy = async () => {
    try { await navigator.clipboard.writeText(answer.url); setText(state, "The link is copied."); } catch {
      link.select();
      setText(state, "This browser does not let the page copy: press Ctrl+C.");
    }
  };
  const revoke = async () => {
    const done = await page.commands.send("revoke", {}, ({ revoked }) => `${revoked} links are void now.`);
    if (done) dialog.close();
  };
  const dialog = show({
    title: `The participant's page of ${page.session.participant}`,
    body: make("div", { class: "stack invitation" }, link, state, make("div", { class: "toolbar" },
      make("button", { type: "button", class: "primary", onclick: copy }, "Copy"),
      make("button", { type: "button", class: "danger", onclick: revoke }, "Make unused links void"))),
  });
  link.focus();
  return answer;
}
