"""Screenshots of every phase with the fake server, for the eye: gallery.py [SIZE ...]"""

import sys

import browser
import examples
from fake_room import FakeRoom, state


def take(size, look, **options):
    runner = browser.Browser()
    room = FakeRoom(state(phases=examples.PHASES, consent={"tiers": examples.TIERS, "needed": True},
                          session={"state": "recording", "pilot": True}))
    with runner.context(size, **options) as context:
        page = browser.new_page(context)
        name = lambda what: f"{size}{look}-{what}"
        page.goto(room.address)
        page.wait_for_selector(".waiting")
        browser.picture(page, name("waiting"))
        def phase(what, kind, **more):
            room.phase(what, kind, **more)
            page.wait_for_selector(f".kind-{kind}")
            page.wait_for_timeout(250)
            problems = browser.accessibility_problems(page)
            print(size, look, what, problems or "ok")
            page.screenshot(path=browser.PICTURES / f"{name(what)}.png", full_page=what in ("consent", "ratings"))
        phase("consent", "consent", instructions="Read what is recorded, and choose what you agree to.", advance="participant")
        phase("fitting", "fitting", instructions="The researcher puts the sensors on.")
        phase("baseline", "baseline", instructions="Sit comfortably, keep still, and breathe as usual.", duration_seconds=300, advance="duration")
        phase("typing", "baseline", task="typing", text="The quick brown fox jumps over the lazy dog. " * 4, advance="participant")
        phase("briefing", "briefing", advance="participant", instructions="You are going to chat with a client.")
        room.patch({"chat": examples.CHAT})
        phase("chat", "chat", duration_seconds=1200, instructions="Support the client as you would in your own practice.")
        page.click(".suggestion >> nth=1")
        room.patch({"chat": {"typing": True}, "message": {"id": "m1", "text": "Five minutes left."}})
        page.wait_for_timeout(300)
        browser.picture(page, name("chat-busy"))
        page.screenshot(path=browser.PICTURES / f"{name('chat-full')}.png", full_page=True)
        page.click(".menu-button")
        browser.picture(page, name("menu"))
        page.click(".menu-choice >> nth=0")
        print(size, look, "dialog", browser.accessibility_problems(page) or "ok")
        browser.picture(page, name("dialog"))
        page.click("dialog button >> nth=0")
        phase("ratings", "ratings", advance="participant", questionnaires=[examples.QUESTIONS])
        page.click("attune-questionnaire button.primary")
        page.screenshot(path=browser.PICTURES / f"{name('ratings-wrong')}.png", full_page=True)
        phase("think-aloud", "think-aloud")
        room.patch({"resources": examples.RESOURCES})
        phase("debrief", "debrief", advance="participant", instructions="Talk about how this was for you.")
        room.patch({"ended": {"outcome": "completed"}})
        page.wait_for_selector(".ended")
        browser.picture(page, name("ended"))
        print(page.complaints)
    room.close()
    runner.close()


if __name__ == "__main__":
    for wanted in sys.argv[1:] or ["desktop", "phone"]:
        size, _, look = wanted.partition(":")
        options = {"dark": {"color_scheme": "dark"}, "contrast": {"contrast": "more"}, "forced": {"forced_colors": "active"}}.get(look, {})
        take(size, f"-{look}" if look else "", **options)
