// Whoever is signed in already goes on: a browser that comes from another site leaves the cookie away at
// first, and sends it with this.

const { searchParams } = new URL(location.href);
if (location.pathname === "/sign-in" && !searchParams.has("token") && !searchParams.has("out")) {
  const answer = await fetch("/api/me", { credentials: "same-origin" });
  const from = document.querySelector('input[name="from"]')?.value;
  // The server checked where it leads.
  if (answer.ok && from?.startsWith("/")) location.replace(from);
}
