// Whoever is signed in already goes on: a browser that comes from another site leaves the cookie away at
// first, and sends it with this.

const { searchParams } = new URL(location.href);
const token = searchParams.get("token");
// A link that has a button is still to be used.
if (location.pathname === "/sign-in" && !document.querySelector('input[name="token"]') && !searchParams.has("out")) {
  const answer = await fetch(`/sign-in/state${token ? `?token=${encodeURIComponent(token)}` : ""}`, { credentials: "same-origin" });
  const { is_in: isIn } = answer.ok ? await answer.json() : {};
  // The server checked where it leads.
  const from = document.querySelector('input[name="from"]')?.value;
  if (isIn && from?.startsWith("/")) location.replace(from);
}
