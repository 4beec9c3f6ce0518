"""Makes the pictures of the README out of the console's real pages, with recorded sessions:

    screenshots.sh PROGRAMS [PAGE ...]

They go to Sources/Console/Screenshots, each at most 150 kB. A page that is not there is passed over. What takes
a whole procedure to come to (a think-aloud, a review) is taken over from the pictures of the tests, where
they were run before.
"""

import sys

import browser
import recorded
from console_station import CHECKOUT, ConsoleStation, programs

FOLDER = CHECKOUT / "Sources" / "Console" / "Screenshots"
MOST = 150_000
SIZE = {"width": 1280, "height": 800}


def home(page, station, session):
    page.wait_for_selector("tbody tr")


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
    "playback": ("/sessions/{session}", "operator,researcher", playback),
    "think-aloud": ("/think-aloud/{session}", "operator,researcher", quiet),
    "reviews": ("/reviews/{study}", "operator,researcher", quiet),
}

# Pictures that tests left in .build-browser, and what they are called here.
TAKEN = {
    "dashboard-desktop": "dashboard",
    "console-annotations-desktop": "coding",
    "review-desk-1440": "rating",
    "review-turns-1440": "turn-by-turn",
    "console-figures-desktop-light": "figures",
    "think-aloud-researcher": "think-aloud-researcher",
    "commentary": "commentary",
}


def take_over(driver, wanted):
    """Keeps the tests' pictures that are there, as small as the others."""
    for source, name in TAKEN.items():
        path = browser.PICTURES / f"{source}.png"
        if wanted and name not in wanted:
            continue
        if not path.exists():
            print(f"{name}: no test has left {path.relative_to(CHECKOUT)}")
            continue
        with driver.context(viewport={"width": 1440, "height": 900}) as context:
            page = context.new_page()
            page.goto(path.as_uri())
            size = page.evaluate("(({ naturalWidth, naturalHeight }) => [naturalWidth, naturalHeight])(document.images[0])")
            page.set_viewport_size({"width": size[0], "height": min(size[1], 900)})
            page.evaluate("document.images[0].style.cssText = 'position: absolute; left: 0; top: 0; width: auto; height: auto; cursor: default'")
            keep(page, name)


def keep(page, name):
    """A picture that is small enough: as PNG, or else as JPEG."""
    for old in FOLDER.glob(f"{name}.*"):
        old.unlink()
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
    asked = sys.argv[1:]
    wanted = [name for name in PAGES if not asked or name in asked]
    FOLDER.mkdir(exist_ok=True)
    driver = browser.Browser()
    try:
        with ConsoleStation(programs()) as station:
            session = recorded.put(station)
            station.start()
            station.serve()
            station.serve_console()
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
        take_over(driver, asked)
    finally:
        driver.close()


if __name__ == "__main__":
    main()
