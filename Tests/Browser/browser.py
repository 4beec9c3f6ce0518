"""Debian's Chromium, driven by Playwright; screenshots; the accessibility check."""

import contextlib
import pathlib
import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
PICTURES = CHECKOUT / ".build-browser"
CHROMIUM = "/usr/bin/chromium"
SIZES = {"phone": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True,
                   "is_mobile": True},
         "desktop": {"viewport": {"width": 1440, "height": 900}},
         "smallest": {"viewport": {"width": 320, "height": 640}},
         "wall": {"viewport": {"width": 2560, "height": 1440}}}


class Browser:
    """One Chromium for all tests of a run."""

    def __init__(self):
        self._playwright = sync_playwright().start()
        self.chromium = self._playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--use-fake-device-for-media-stream",
                                            "--use-fake-ui-for-media-stream"])

    def close(self):
        self.chromium.close()
        self._playwright.stop()

    @contextlib.contextmanager
    def context(self, size="desktop", **options):
        context = self.chromium.new_context(**(SIZES[size] | options))
        context.set_default_timeout(30_000)
        try:
            yield context
        finally:
            context.close()


def new_page(context):
    """A page that keeps what goes wrong in it, in `page.complaints`."""
    page = context.new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(f"error: {error}"))
    page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
    return page


def picture(page, name):
    """Keeps a screenshot as an artefact."""
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"{re.sub(r'[^a-z0-9-]+', '-', name.lower())}.png")


def accessibility_problems(page):
    """What axe finds that is serious or critical, in words."""
    # axe's own text needs no network: it is put in by the driver, past the content security policy.
    results = Axe().run(page, options={"resultTypes": ["violations"]})
    return [f"{finding['id']} ({finding['impact']}): {finding['help']}: "
            + "; ".join(node["html"][:160] for node in finding["nodes"][:3])
            for finding in results.response["violations"] if finding["impact"] in ("serious", "critical")]
