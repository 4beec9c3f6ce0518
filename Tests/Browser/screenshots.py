"""Makes the pictures of the README out of the console's real pages, with recorded sessions:

    screenshots.sh PROGRAMS [PAGE ...]

They go to Sources/Console/Screenshots, each at most 150 kB. A page that is not there is passed over.
"""

import sys
import time

import browser
import recorded
from console_station import CHECKOUT, ConsoleStation, programs

FOLDER = CHECKOUT / "Sources" / "Console" / "Screenshots"
MOST = 150_000
SIZE = {"width": 1280, "height": 800}


def home(page, station, session):
    page.wait_for_selector("tbody tr")


def dashboard(page, station, session):
    # Some seconds of signals.
    page.wait_for_timeout(8000)


def playback(page, station, session):
    page.wait_for_timeout(2500)
    page.keyboard.press("Space")
    page.wait_for_timeout(3000)
    page.keyboard.press("Space")


def quiet(page, station, session):
    page.wait_for_timeout(2000)


PAGES = {
    "sign-in": ("/sign-in", None, quiet),
    "home": ("/", "operator,researcher", home),
    "dashboard": ("/dashboard", "operator,researcher", dashboard),
    "playback": ("/sessions/{session}", "operator,researcher", playback),
    "think-aloud": ("/think-aloud/{session}", "operator,researcher", quiet),
    "reviews": ("/reviews/{study}", "operator,researcher", quiet),
    "figures": ("/figures/{study}", "operator,researcher", quiet),
}


def keep(page, name):
    """A picture that is small enough: as PNG, or else as JPEG."""
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path)
    if path.stat().st_size > MOST:
        path.unlink()
        path = FOLDER / f"{name}.jpg"
        for quality in (80, 65, 50):
            page.screenshot(path=path, type="jpeg", quality=quality)
            if path.stat().st_size <= MOST:
                break
    print(f"{path.relative_to(CHECKOUT)}: {path.stat().st_size // 1000} kB")


def main():
    wanted = sys.argv[1:] or list(PAGES)
    FOLDER.mkdir(exist_ok=True)
    driver = browser.Browser()
    try:
        with ConsoleStation(programs(), devices=True) as station:
            session = recorded.put(station)
            station.start()
            station.serve()
            station.serve_console()
            running = station.session("p8")
            time.sleep(3)
            for name in wanted:
                path, role, prepare = PAGES[name]
                with driver.context(viewport=SIZE, color_scheme="light") as context:
                    if role:
                        station.sign_in(context, role)
                    page = browser.new_page(context)
                    page.goto(station.address + path.format(session=session, study=recorded.STUDY))
                    page.wait_for_selector("main > *")
                    prepare(page, station, session)
                    if page.locator("main > .problem").count():
                        print(f"{name}: not there ({page.inner_text('main > .problem p')})")
                        continue
                    keep(page, name)
            station.stop_session(running)
    finally:
        driver.close()


if __name__ == "__main__":
    main()
