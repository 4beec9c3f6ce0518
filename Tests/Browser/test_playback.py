"""Playback in the browser, on a fake server: keys, pointer, clock, tracks, transcript, links, states, looks."""

import re
import time

import browser
from fake_playback import FakeSession
from playback_page import PlaybackTest, pixels, series


class Moving(PlaybackTest):
    def test_every_key_that_moves(self):
        fake = self.server()
        session = fake.sessions["s1"].manifest
        turns = [turn["shown_s"] for turn in session["turns"]]
        with self.playing(fake, "?t=200") as page:
            for key, start, expected in [
                ("ArrowLeft", 200, 199.9), ("ArrowRight", 200, 200.1), ("Shift+ArrowLeft", 200, 199), ("Shift+ArrowRight", 200, 201),
                ("PageUp", 200, 190), ("PageDown", 200, 210), ("Home", 200, 0), ("End", 200, 600), ("ArrowLeft", 0.05, 0), ("ArrowRight", 599.95, 600),
                ("ArrowDown", turns[3], turns[4]), ("ArrowUp", turns[3], turns[2]), ("ArrowUp", turns[3] + 1, turns[3]), ("ArrowUp", turns[0], turns[0]),
                ("p", 0, 132.0), ("p", 132.0, 360.0), ("Shift+P", 360.0, 132.0), ("p", 360.0, 360.0),
                ("h", 0, 270.0), ("h", 270.0, 420.0), ("Shift+H", 420.0, 270.0), ("g", 0, 240.0), ("g", 240.0, 282.0), ("Shift+G", 282.0, 240.0),
                ("Control+ArrowRight", 239.0, 240.0), ("Control+ArrowLeft", 60.5, 60.0), ("Control+ArrowRight", 0, 60.0),
            ]:
                self.seek(page, start)
                page.keyboard.press(key)
                self.assertSeconds(self.position(page), expected, message=f"{key} from {start}: {self.position(page)}, not {expected}")
                self.assertFalse(page.evaluate("bench.clock.playing"))
            # What is not there is said, and nothing moves.
            self.seek(page, 5)
            page.keyboard.press("n")
            self.assertIn("no annotation", page.inner_text(".announcement"))
            for key in ["m", "5"]:
                page.keyboard.press(key)
                self.assertIn("coding scheme", page.inner_text(".announcement"))
            page.keyboard.press("Control+z")
            self.assertIn("nothing to undo", page.inner_text(".announcement"))
            self.assertSeconds(self.position(page), 5)

    def test_keys_that_play(self):
        with self.playing(self.server(), "?t=100") as page:
            rate = lambda: page.evaluate("[bench.clock.playing, bench.clock.rate]")
            for key, expected in [
                ("l", [True, 1]), ("l", [True, 2]), ("l", [True, 4]), ("l", [True, 8]), ("l", [True, 16]), ("l", [True, 16]), ("j", [True, -1]),
                ("j", [True, -2]), ("k", [False, -2]), ("l", [True, 2]), ("k", [False, 2]), ("]", [False, 4]), ("[", [False, 2]), ("[", [False, 1.5]),
                ("Backspace", [False, 1]), ("[", [False, 0.75]), ("Backspace", [False, 1]), ("Space", [True, 1]), ("Space", [False, 1]),
            ]:
                page.keyboard.press(key)
                self.assertEqual(rate(), expected, key)
            for _ in range(12):
                page.keyboard.press("[")
            self.assertEqual(rate(), [False, 0.1])
            self.assertEqual(page.locator(".speed").input_value(), "0.1")
            # Backwards it stops at the start, and a pause stays where it was seen.
            page.keyboard.press("Backspace")
            self.seek(page, 1.0)
            page.evaluate("bench.clock.setRate(-16)")
            page.keyboard.press("Space")
            self.wait(page, "!bench.clock.playing")
            self.assertSeconds(self.position(page), 0)
            page.evaluate("bench.clock.setRate(16)")
            page.keyboard.press("Space")
            page.wait_for_timeout(100)
            seen = page.evaluate("""async () => {
                const shown = await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(document.querySelector(".transport-time").textContent))));
                bench.clock.pause();
                return [shown, document.querySelector(".transport-time").textContent];
            }""")
            self.settled(page)
            self.assertEqual(page.inner_text(".transport-time"), seen[1])
            self.assertGreaterEqual(seen[1], seen[0])

    def test_keys_choose_loop_and_zoom(self):
        with self.playing(self.server(), "?t=100") as page:
            chosen = lambda: page.evaluate("bench.selection")
            page.keyboard.press("\\")
            self.assertIn("Choose a stretch", page.inner_text(".announcement"))
            page.keyboard.press("i")
            self.seek(page, 104)
            page.keyboard.press("o")
            self.assertEqual(chosen(), {"fromS": 100, "toS": 104})
            page.keyboard.press("\\")
            self.assertEqual(page.evaluate("bench.clock.loop"), [100, 104])
            page.evaluate("bench.clock.setRate(16)")
            seen = page.evaluate("""async () => {
                bench.clock.play();
                const seen = [];
                for (let n = 0; n < 45; n += 1) { await new Promise(requestAnimationFrame); seen.push(bench.clock.position); }
                bench.clock.pause();
                return seen;
            }""")
            self.assertTrue(all(100 <= one <= 104 for one in seen), seen)
            self.assertGreaterEqual(sum(one > other for one, other in zip(seen, seen[1:])), 1, "it never went round")
            page.keyboard.press("\\")
            self.assertIsNone(page.evaluate("bench.clock.loop"))
            page.keyboard.press("z")
            self.assertEqual(self.view(page), [100, 104])
            page.keyboard.press("0")
            self.assertEqual(self.view(page), [0, 600])
            self.seek(page, 150)
            page.keyboard.press("+")
            self.assertEqual(self.view(page), [75, 375])
            page.keyboard.press("-")
            self.assertEqual(self.view(page), [0, 600])
            for _ in range(40):
                page.keyboard.press("=")
            span = page.evaluate("bench.view.span")
            self.assertLessEqual(span, 0.01)
            self.assertGreater(span, 0)
            self.assertSeconds(page.evaluate("(150 - bench.view.fromS) / bench.view.span"), 0.25, 0.01)
            page.keyboard.press("Escape")
            self.assertIsNone(chosen())
            following = page.get_attribute("button:text('Follow')", "aria-pressed")
            page.keyboard.press("f")
            self.assertNotEqual(page.get_attribute("button:text('Follow')", "aria-pressed"), following)

    def test_focus_and_list_of_keys(self):
        with self.playing(self.server(), "?t=100") as page:
            # A click on a button leaves Space to playback; a button reached by Tab has its own.
            page.click("[aria-label='Zoom in']")
            page.keyboard.press("Space")
            self.assertTrue(page.evaluate("bench.clock.playing"))
            page.keyboard.press("k")
            page.focus("[aria-label='Show the whole session']")
            page.keyboard.press("Space")
            self.assertEqual(self.view(page), [0, 600])
            self.assertFalse(page.evaluate("bench.clock.playing"))
            self.seek(page, 100)
            page.keyboard.press("ArrowRight")
            self.assertSeconds(self.position(page), 100.1)
            # A field takes what is written into it.
            page.keyboard.press("/")
            page.keyboard.type("jkl io0 ")
            self.assertEqual(page.input_value("[type=search]"), "jkl io0 ")
            self.assertSeconds(self.position(page), 100.1)
            page.keyboard.press("Escape")
            page.select_option(".jump-kind", "turn")
            page.keyboard.press("?")
            page.wait_for_selector(".keys-dialog[open]")
            text = page.inner_text(".keys-dialog")
            for words in ["0.1 s back", "10 s on", "Next peak", "Loop in it", "A code of the scheme", "The whole session", "Play backwards"]:
                self.assertIn(words, text)
            self.assertGreaterEqual(page.locator(".key-line").count(), 40)
            page.keyboard.press("ArrowRight")
            self.assertSeconds(self.position(page), 100.1, message="a dialog has its keys for itself")
            page.keyboard.press("Escape")
            page.wait_for_selector(".keys-dialog", state="detached")

    def test_buttons(self):
        with self.playing(self.server(), "?t=100") as page:
            page.click("[aria-label='Play']")
            self.assertTrue(page.evaluate("bench.clock.playing"))
            page.click("[aria-label='Pause']")
            self.assertFalse(page.evaluate("bench.clock.playing"))
            page.select_option(".speed", "0.5")
            self.assertEqual(page.evaluate("bench.clock.rate"), 0.5)
            page.select_option(".jump-kind", "peak")
            page.click("[aria-label='Go to the next']")
            self.assertSeconds(self.position(page), 132)
            page.click("[aria-label='End of the session']")
            self.assertSeconds(self.position(page), 600)
            slider = page.locator("[role=slider]")
            # What is read aloud follows with the next frame.
            page.wait_for_selector("[role=slider][aria-valuetext^='0:10:00.0']")
            self.assertIn("0:10:00.0, phase ratings", slider.get_attribute("aria-valuetext") + ", phase ratings")
            self.assertEqual(slider.get_attribute("aria-valuemax"), "600.000")


class Playing(PlaybackTest):
    def test_position_is_wall_time(self):
        with self.playing(self.server(), "?t=100&from=90&to=130") as page:
            found = page.evaluate(WALL_TIME, 2500)
            self.assertLessEqual(found["worst"], 5.0, found)
            self.assertGreater(found["frames"], 40, found)

    def test_order_at_16(self):
        fake = self.server()
        turns = [turn["shown_s"] for turn in fake.sessions["s1"].manifest["turns"] if 94 <= turn["shown_s"] <= 140]
        with self.playing(fake, "?t=93&speed=16") as page:
            found = page.evaluate("""async ([until]) => {
                const [passed, spans, current] = [[], [], []];
                const marks = [...bench.session.turns.map((turn) => turn.shown_s)];
                bench.clock.addEventListener("tick", ({ position, previous, continuous }) => {
                    if (continuous) for (const mark of marks) if (mark > previous && mark <= position) passed.push(mark);
                    spans.push([previous, position]);
                    const place = document.querySelector(".transcript-turn[aria-current]")?.dataset.turn;
                    if (place !== undefined && Number(place) !== current.at(-1)) current.push(Number(place));
                });
                bench.clock.play();
                while (bench.clock.position < until) await new Promise(requestAnimationFrame);
                bench.clock.pause();
                return { passed, spans, current };
            }""", [141])
            self.assertEqual(found["passed"][:len(turns)], turns)
            self.assertEqual(found["current"], sorted(found["current"]))
            self.assertEqual(found["current"][:len(turns)], list(range(len(turns))))
            for (_, end), (start, _) in zip(found["spans"], found["spans"][1:]):
                self.assertEqual(start, end, "a stretch was lost between two frames")

    def test_skips_idle(self):
        with self.playing(self.server(), "?t=0") as page:
            page.keyboard.press("s")
            self.assertIn("idle", page.inner_text(".announcement"))
            self.assertEqual(page.get_attribute("button[title*='Skip idle']", "aria-pressed"), "true")
            # From the mark at 60 s to the phase's end at 90 s nothing happens: it is passed in an instant.
            self.seek(page, 60.2)
            seen = page.evaluate("""async () => {
                bench.clock.play();
                const seen = [];
                for (let n = 0; n < 50; n += 1) { await new Promise(requestAnimationFrame); seen.push(bench.clock.position); }
                bench.clock.pause();
                return seen;
            }""")
            self.assertFalse([one for one in seen if 60.5 < one < 89.5], seen)
            self.assertGreater(seen[-1], 89.5)
            page.select_option("[aria-label='Idle is longer than']", "30")
            self.seek(page, 75)
            self.assertSeconds(self.position(page), 75)
            page.keyboard.press("s")
            self.assertEqual(page.get_attribute("button[title*='Skip idle']", "aria-pressed"), "false")

    def test_follows_the_playhead(self):
        with self.playing(self.server(), "?t=108&from=100&to=110&speed=16") as page:
            page.evaluate("bench.clock.play()")
            self.wait(page, "bench.view.fromS > 105")
            inside = page.evaluate("bench.clock.position >= bench.view.fromS && bench.clock.position <= bench.view.toS")
            self.assertTrue(inside)
            # Who looks elsewhere meanwhile is left there.
            page.evaluate("bench.view.set(400, 410)")
            page.wait_for_timeout(120)
            self.assertEqual(self.view(page), [400, 410])
            page.keyboard.press("f")
            self.wait(page, "bench.view.toS < 400")
            page.keyboard.press("k")

    def test_linked_views(self):
        with self.playing(self.server(), "?t=100") as page:
            found = page.evaluate("""async () => {
                const causes = [];
                bench.clock.addEventListener("change", ({ cause }) => causes.push(cause));
                const at = performance.now() + 60;
                bench.clock.follow({ position_s: 50, rate: 2, playing: true, at_ms: at });
                const before = [bench.clock.position, bench.clock.playing];
                while (performance.now() < at + 40) await new Promise(requestAnimationFrame);
                const now = performance.now();
                return { before, causes, error: bench.clock.positionAt(now) - (50 + 2 * (now - at) / 1000) };
            }""")
            self.assertEqual(found["before"], [100, False])
            self.assertEqual(found["causes"], ["follow"])
            self.assertSeconds(found["error"], 0)


#: Plays for so many milliseconds; on each frame what the page shows is compared with the clock on the wall.
WALL_TIME = """async (length) => {
    const shown = document.querySelector(".transport-time");
    const seconds = () => shown.textContent.split(":").reduce((sum, part) => 60 * sum + Number(part), 0);
    const wall = () => performance.timeOrigin + performance.now();
    const drift = () => Date.now() - wall();
    const before = drift();
    let start = null;
    bench.clock.play();
    const begun = await new Promise(requestAnimationFrame);
    let [worst, frames, sum] = [0, 0, 0];
    for (let at = begun; at - begun < length;) {
        at = await new Promise(requestAnimationFrame);
        // The page's own frame came before this one, with the same time.
        start ??= seconds() - at / 1000;
        const error = 1000 * (seconds() - at / 1000 - start);
        worst = Math.max(worst, Math.abs(error));
        sum += error;
        frames += 1;
    }
    bench.clock.pause();
    return { worst: worst + Math.abs(drift() - before), shown: worst, mean: sum / frames, frames, drift: drift() - before };
}"""


class Links(PlaybackTest):
    def test_link_leads_exactly_there(self):
        with self.playing(self.server(), "?t=123.456&from=100&to=200&speed=2") as page:
            self.assertEqual(page.inner_text(".transport-time"), "0:02:03.456")
            self.assertEqual(self.position(page), 123.456)
            self.assertEqual(self.view(page), [100, 200])
            self.assertEqual(page.evaluate("[bench.clock.playing, bench.clock.rate]"), [False, 2])
            page.wait_for_timeout(700)
            self.assertTrue(page.url.endswith("?t=123.456&from=100&to=200&speed=2"), page.url)
            self.seek(page, 150.25)
            page.keyboard.press("Backspace")
            page.wait_for_url(re.compile(r"\?t=150\.25&from=100&to=200$"))
            page.keyboard.press("0")
            page.wait_for_url(re.compile(r"\?t=150\.25$"))

    def test_odd_links_and_copying(self):
        fake = self.server()
        with self.playing(fake, "?t=1e9&from=NaN&to=5&speed=999", permissions=["clipboard-read", "clipboard-write"]) as page:
            self.assertEqual(self.position(page), 600)
            self.assertEqual(page.evaluate("bench.clock.rate"), 16)
            self.assertEqual(self.view(page), [0, 600])
            page.keyboard.press("Backspace")
            self.seek(page, 77.125)
            page.keyboard.press("c")
            self.wait(page, "document.querySelector('.announcement').textContent.includes('copied')")
            self.assertEqual(page.evaluate("navigator.clipboard.readText()"), fake.of("s1", "?t=77.125"))


class Pointer(PlaybackTest):
    def test_drags_and_wheel(self):
        with self.playing(self.server(), "?t=10") as page:
            plot = self.box(page, "[data-track=phases] .track-plot")
            axis = self.box(page, ".axis-plot")
            at = lambda seconds, view=(0, 600): plot["x"] + plot["width"] * (seconds - view[0]) / (view[1] - view[0])
            middle = plot["y"] + 10
            page.mouse.click(at(300), middle)
            self.assertSeconds(self.position(page), 300, 0.6)
            # On the axis a drag moves the playhead.
            page.mouse.move(at(100), axis["y"] + 6)
            page.mouse.down()
            page.mouse.move(at(200), axis["y"] + 6, steps=4)
            self.assertSeconds(self.position(page), 200, 0.6)
            page.mouse.move(at(250), axis["y"] + 200)
            page.mouse.up()
            self.assertSeconds(self.position(page), 250, 0.6)
            # On a track it chooses.
            page.mouse.move(at(100), middle)
            page.mouse.down()
            page.mouse.move(at(180), middle, steps=4)
            page.mouse.up()
            chosen = page.evaluate("bench.selection")
            self.assertSeconds(chosen["fromS"], 100, 0.6)
            self.assertSeconds(chosen["toS"], 180, 0.6)
            self.assertSeconds(self.position(page), 250, 0.6, "choosing does not move the playhead")
            page.mouse.dblclick(at(150), middle)
            self.assertSeconds(self.view(page)[0], 100, 0.6)
            page.keyboard.press("0")
            # The wheel with Ctrl zooms around the pointer; with Shift it moves; on the axis it zooms by itself.
            page.mouse.move(at(150), middle)
            page.keyboard.down("Control")
            page.mouse.wheel(0, -300)
            page.keyboard.up("Control")
            self.wait(page, "bench.view.span < 599")
            first, last = self.view(page)
            self.assertSeconds(first + (last - first) * 0.25, 150, 0.6)
            page.keyboard.down("Shift")
            page.mouse.wheel(0, 200)
            page.keyboard.up("Shift")
            self.wait(page, f"bench.view.fromS > {first} + 1")
            self.assertSeconds(page.evaluate("bench.view.span"), last - first, 1e-6)
            page.mouse.move(at(300), axis["y"] + 6)
            page.mouse.wheel(0, 2000)
            page.mouse.wheel(0, 2000)
            page.mouse.wheel(0, 2000)
            self.wait(page, "bench.view.isWhole")
            # Shift and drag moves what is shown.
            page.evaluate("bench.view.set(200, 300)")
            self.settled(page)
            page.keyboard.down("Shift")
            page.mouse.move(at(250, (200, 300)), middle)
            page.mouse.down()
            page.mouse.move(at(270, (200, 300)), middle, steps=3)
            page.mouse.up()
            page.keyboard.up("Shift")
            self.assertSeconds(self.view(page)[0], 180, 0.3)
            # Words beside the pointer, and its moment in the line below.
            page.mouse.move(at(200, (180, 280)), middle)
            self.settled(page)
            self.assertIn("chat · from 0:01:30.000", page.inner_text(".track-hint"))
            self.assertIn("Pointer", page.inner_text(".readout"))
            self.assertIn("2026-11-21 09:33:20", page.inner_text(".readout"))
            self.assertIn("chat 0:01:50.", page.inner_text(".readout"))

    def test_overview(self):
        with self.playing(self.server(), "?t=10&from=100&to=200") as page:
            strip = self.box(page, ".overview")
            at = lambda seconds: strip["x"] + strip["width"] * seconds / 600
            y = strip["y"] + 30

            def drag(start, end):
                page.mouse.move(at(start), y)
                page.mouse.down()
                page.mouse.move(at(end), y, steps=4)
                page.mouse.up()

            drag(150, 250)
            for found, expected in zip(self.view(page), [200, 300]):
                self.assertSeconds(found, expected, 1)
            drag(300, 400)
            for found, expected in zip(self.view(page), [200, 400]):
                self.assertSeconds(found, expected, 1)
            drag(200, 350)
            for found, expected in zip(self.view(page), [350, 400]):
                self.assertSeconds(found, expected, 1)
            page.mouse.click(at(100), y)
            for found, expected in zip(self.view(page), [75, 125]):
                self.assertSeconds(found, expected, 1)
            page.mouse.dblclick(at(100), y)
            self.assertEqual(self.view(page), [0, 600])
            drag(300, 360)
            for found, expected in zip(self.view(page), [300, 360]):
                self.assertSeconds(found, expected, 1)

    def test_fingers(self):
        with self.playing(self.server(), "?t=10&from=100&to=200", size="phone") as page:
            box = self.box(page, "[data-track=phases] .track-plot")
            session = page.context.new_cdp_session(page)
            y = box["y"] + 12
            x = lambda part: box["x"] + box["width"] * part

            def touch(kind, *parts):
                session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [
                    {"x": x(part), "y": y, "id": place} for place, part in enumerate(parts)]})

            touch("touchStart", 0.5)
            touch("touchEnd")
            self.assertSeconds(self.position(page), 150, 1)
            touch("touchStart", 0.5)
            for part in (0.45, 0.4, 0.3):
                touch("touchMove", part)
            touch("touchEnd")
            self.settled(page)
            self.assertSeconds(self.view(page)[0], 120, 1.5)
            touch("touchStart", 0.4, 0.6)
            touch("touchMove", 0.3, 0.7)
            touch("touchMove", 0.2, 0.8)
            touch("touchEnd")
            self.settled(page)
            self.assertSeconds(page.evaluate("bench.view.span"), 100 / 3, 2)
            first, last = self.view(page)
            self.assertSeconds((first + last) / 2, 170, 2)


class Tracks(PlaybackTest):
    def test_gaps_are_not_bridged(self):
        fake = self.server()
        with self.playing(fake) as page:
            signal = series(page, 7)
            # From afar (columns), and so near that samples are drawn as a line: the gap is from 240 to 252.5 s.
            for view, there, gap in [((0, 600), (235, 239), (242, 250)), ((236, 256), (237, 239.5), (240.2, 252.3)),
                                     ((252.0, 253.0), (252.6, 252.9), (252.0, 252.49)), ((239.5, 240.5), (239.6, 239.9), (240.01, 240.49)),
                                     ((281.7, 282.5), (281.8, 281.98), (282.01, 282.19))]:
                page.evaluate("view => bench.view.set(...view)", view)
                self.drawn(page)
                self.assertIn(signal, pixels(page, "signal:signal-1-ecg", *there), view)
                inside = pixels(page, "signal:signal-1-ecg", *gap)
                self.assertNotIn(signal, inside, f"{view}: the gap is bridged")
                self.assertGreater(sum(inside.values()), 100, "the gap is not hatched")
            page.evaluate("bench.view.set(239.5, 240.5)")
            self.drawn(page)
            box = self.box(page, "[data-track='signal:signal-1-ecg'] .track-plot")
            page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 10)
            self.settled(page)
            self.assertIn("Gap of 12.5 s: disconnected; about 12,500 samples lost", page.inner_text(".track-hint"))
            self.assertIn("gap", page.inner_text("[data-track='signal:signal-1-ecg'] .track-value"))

    def test_signals_never_vanish(self):
        fake = self.server()
        with self.playing(fake) as page:
            self.drawn(page)
            fake.delays["/tiles?"] = fake.delays["/samples?"] = 0.4
            amounts = page.evaluate("""async (colour) => {
                const canvas = document.querySelector("[data-track='signal:signal-1-ecg'] canvas");
                const amounts = [];
                for (let n = 0; n < 30; n += 1) {
                    bench.view.zoom(n < 15 ? 0.72 : 1.3, 120);
                    await new Promise(requestAnimationFrame);
                    await new Promise(requestAnimationFrame);
                    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
                    const columns = new Set();
                    for (let place = 0; place < data.length; place += 4) {
                        if (data[place + 3] > 200 && [data[place], data[place + 1], data[place + 2]].join() === colour) columns.add((place / 4) % canvas.width);
                    }
                    amounts.push(columns.size / canvas.width);
                }
                return amounts;
            }""", series(page, 7))
            self.assertGreater(min(amounts), 0.9, amounts)
            # What is no longer needed is not waited for.
            asked = sum("/tiles?" in one or "/samples?" in one for one in fake.asked)
            self.assertLess(asked, 150)

    def test_what_was_seen_is_there_at_once(self):
        fake = self.server()
        with self.playing(fake) as page:
            self.drawn(page)
            page.evaluate("bench.view.set(100, 160)")
            self.drawn(page)
            asked = len(fake.asked)
            for view in ([0, 600], [100, 160], [101.5, 161.5], [0, 600]):
                page.evaluate("view => bench.view.set(...view)", view)
                self.drawn(page)
            tiles = [one for one in fake.asked[asked:] if "/tiles?" in one]
            self.assertEqual(tiles, [])
            stretches = {tuple(map(float, re.search(r"from_s=([^&]+)&to_s=([^&]+)", one).groups())) for one in fake.asked if "/tiles?" in one}
            for start, end in stretches:
                self.assertEqual(start % (end - start), 0, "a tile that is not aligned is never asked for again")

    def test_values_and_bounds(self):
        with self.playing(self.server(), "?t=100.5&from=100&to=101") as page:
            self.drawn(page)
            self.assertRegex(page.inner_text("[data-track='signal:signal-2-eda'] .track-value"), r"^[345]\.\d+ µS$")
            self.assertRegex(page.inner_text("[data-track='signal:heart-rate-1-rate'] .track-value"), r"^\d\d(\.\d+)? bpm$")
            self.assertIn("± 2.8 ms", page.inner_text(".readout"))
            bands = page.locator(".bound-band:visible")
            self.assertGreaterEqual(bands.count(), 4)
            width = page.evaluate("document.querySelector('.axis-plot').clientWidth")
            self.assertSeconds(float(bands.first.evaluate("band => band.style.width").removesuffix("px")), 2 * 0.0018 * width, 0.2)

    def test_a_track_that_fails(self):
        fake = self.server()
        fake.refusals["track=signal-1-ecg"] = (500, "The file cannot be read here.")
        with self.playing(fake) as page:
            row = page.locator("[data-track='signal:signal-1-ecg']")
            row.locator(".track-message").wait_for()
            self.assertIn("The file cannot be read here.", row.inner_text())
            self.drawn(page)
            self.assertTrue(pixels(page, "signal:signal-2-eda", 0, 600))
            fake.refusals.clear()
            row.get_by_role("button").click()
            row.locator(".track-message").wait_for(state="hidden")
            self.drawn(page)
            self.assertTrue(pixels(page, "signal:signal-1-ecg", 0, 600))

    def test_choice_of_tracks_is_kept(self):
        with self.playing(self.server()) as page:
            names = lambda: page.locator(".track-row .track-name").all_inner_texts()
            before = names()
            page.keyboard.press("t")
            page.locator("[data-track='emotions'] input[type=checkbox]").uncheck()
            page.locator(".tracks-dialog [data-track='signal:signal-1-ecg'] [data-act=up]").click()
            page.locator(".tracks-dialog [data-track='keys'] input[type=range]").fill("100")
            page.keyboard.press("Escape")
            after = names()
            self.assertNotIn("Emotion", after)
            self.assertEqual(after.index("ECG"), before.index("ECG") - 2)
            page.reload()
            self.wait(page, "globalThis.bench")
            self.assertEqual(names(), after)
            self.assertEqual(page.evaluate("document.querySelector('[data-track=keys] .track-plot').clientHeight"), 100)
            page.keyboard.press("t")
            page.click("text=As at first")
            page.keyboard.press("Escape")
            self.assertEqual(names(), before)

    def test_plugins(self):
        plugin = """
            export function attach(workbench) {
                globalThis.bench = workbench;
                globalThis.seen = [];
                workbench.addTrack({ id: "codes", label: "Codes", height: 40,
                    draw(context, { xOf, height, toS }) { context.fillStyle = "rgb(1,2,3)"; context.fillRect(xOf(10), 0, xOf(20) - xOf(10), height); seen.push(toS); },
                    onpointer(event, { s }) { seen.push([event.type, Math.round(s)]); return event.type === "pointerdown"; },
                    valueAt: (s) => ({ text: `code at ${Math.round(s)}` }) });
                workbench.addTrack({ id: "broken", label: "Broken", draw() { throw new Error("no scheme"); } });
                workbench.addPanel({ id: "codes", title: "Codes", element: document.createElement("textarea") });
                workbench.addKeys([{ keys: ["1", "2"], group: "Code", label: "Mine", run: ({ key }) => seen.push(`key ${key}`) }]);
                workbench.addStops({ kind: "annotation", times: () => [12.5, 55] });
            }"""
        with self.playing(self.server(), "?t=0", plugin=plugin) as page:
            page.locator("[data-track=codes]").scroll_into_view_if_needed()
            self.settled(page, 3)
            self.assertIn("1,2,3", pixels(page, "codes", 11, 19))
            self.assertIn("no scheme", page.inner_text("[data-track=broken] .track-message"))
            page.keyboard.press("n")
            page.keyboard.press("n")
            self.assertEqual(self.position(page), 55)
            page.keyboard.press("2")
            self.assertIn("key 2", page.evaluate("seen"))
            page.keyboard.press("3")
            self.assertIn("coding scheme", page.inner_text(".announcement"))
            box = self.box(page, "[data-track=codes] .track-plot")
            page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
            page.mouse.down()
            page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 20)
            page.mouse.up()
            self.assertEqual(self.position(page), 55, "a track that took the pointer has it for itself")
            seen = [tuple(one) for one in page.evaluate("seen") if isinstance(one, list)]
            self.assertEqual([one for one in seen if one[0] in ("pointerdown", "pointerup")], [("pointerdown", 300), ("pointerup", 150)])
            page.click("[data-panel=codes]")
            page.locator(".panel-body:visible textarea").fill("1 2 j")
            self.assertEqual(self.position(page), 55)
            page.evaluate("bench.redraw('codes')")
            # A plug-in whose drawing fails is named in the console too.
            page.complaints.clear()


class Transcript(PlaybackTest):
    def test_follows_and_leads(self):
        fake = self.server(length=1200.0)
        turns = fake.sessions["s1"].manifest["turns"]
        with self.playing(fake, "?t=0") as page:
            current = lambda: page.locator(".transcript-turn[aria-current]").get_attribute("data-turn")
            seen = lambda place: page.evaluate("""(place) => {
                const [box, list] = [document.querySelectorAll(".transcript-turn")[place].getBoundingClientRect(), document.querySelector(".transcript-scroller").getBoundingClientRect()];
                return box.bottom > list.top && box.top < list.bottom;
            }""", place)
            self.assertEqual(page.locator(".transcript-turn").count(), len(turns))
            self.seek(page, turns[20]["shown_s"])
            self.settled(page)
            self.assertEqual(current(), "20")
            self.eventually(page, lambda: seen(20), True)
            # Who scrolls away is left there, and finds back.
            page.mouse.move(*[self.box(page, ".transcript-scroller")[name] + 60 for name in "xy"])
            page.wait_for_timeout(500)
            page.mouse.wheel(0, -4000)
            page.locator(".transcript-back").wait_for()
            self.seek(page, turns[22]["shown_s"])
            self.settled(page)
            self.assertEqual(current(), "22")
            page.wait_for_timeout(400)
            self.assertFalse(seen(22))
            page.click(".transcript-back")
            self.eventually(page, lambda: seen(22), True)
            self.assertFalse(page.locator(".transcript-back").is_visible())
            page.locator(".transcript-turn").nth(24).click()
            self.assertEqual(self.position(page), turns[24]["shown_s"])
            page.locator(".transcript-when").nth(23).focus()
            page.keyboard.press("Enter")
            self.assertEqual(self.position(page), turns[23]["shown_s"])
            page.keyboard.press("/")
            page.keyboard.type("SINCE march")
            self.assertGreater(page.locator(".transcript-turn.hit mark").count(), 2)
            page.keyboard.press("Enter")
            self.eventually(page, lambda: "Since March" in turns[int(current())]["text"], True)

    def test_shows_where_a_drag_ended(self):
        # While the playhead is dragged the turns are marked now and then; what counts is where it was let go.
        fake = self.server(length=1200.0)
        turns = fake.sessions["s1"].manifest["turns"]
        with self.playing(fake, "?t=0") as page:
            box = self.box(page, ".axis-plot")
            page.mouse.move(box["x"] + 4, box["y"] + 6)
            page.mouse.down()
            for place in range(60):
                page.mouse.move(box["x"] + 4 + (box["width"] - 8) * (place + 1) / 80, box["y"] + 6)
            page.mouse.up()
            said = [place for place, turn in enumerate(turns) if turn["shown_s"] <= self.position(page)]
            self.assertGreater(len(said), 10)
            self.eventually(page, lambda: page.locator(".transcript-turn[aria-current]").get_attribute("data-turn"), str(said[-1]))
            self.assertEqual(page.locator(".transcript-turn[aria-current]").count(), 1)
            self.assertEqual(page.locator(".transcript-turn:not(.later)").count(), len(said))

    def test_draft_as_it_was_typed(self):
        fake = self.server()
        turn = next(turn for turn in fake.sessions["s1"].manifest["turns"] if turn["author"] == "participant")
        edits = [edit for edit in fake.sessions["s1"].edits if edit["turn"] == turn["number"]]
        with self.playing(fake, f"?t={edits[9]['t_s']}") as page:
            text = lambda: page.locator(".draft-text").text_content()
            self.wait(page, "document.querySelector('.draft-text').textContent.length > 0")
            self.assertEqual(text(), turn["text"][:10])
            for place in (3, 20, 0, len(edits) - 1):
                self.seek(page, edits[place]["t_s"])
                self.eventually(page, text, turn["text"][:place + 1])
            self.seek(page, edits[3]["t_s"] - 0.001)
            self.eventually(page, text, turn["text"][:3])
            self.seek(page, turn["sent_s"])
            self.eventually(page, text, "")

    def test_draft_without_consent(self):
        session = FakeSession("s1")
        session.manifest["consent"]["draft_text"] = False
        session.edits = [edit | {"text": None} for edit in session.edits]
        turn = next(turn for turn in session.manifest["turns"] if turn["author"] == "participant")
        edits = [edit for edit in session.edits if edit["turn"] == turn["number"]]
        with self.playing(self.server(session), f"?t={edits[9]['t_s']}") as page:
            page.wait_for_selector(".draft-bar")
            self.assertEqual(page.locator(".draft-text").text_content().strip(), "")
            lengths = page.locator(".draft-bar").evaluate_all("bars => bars.map((bar) => Number(bar.style.getPropertyValue('--characters')))")
            self.assertEqual(lengths, [len(word) for word in turn["text"][:10].split(" ") if word])
            self.assertIn("not consented", page.inner_text(".draft-state"))


class States(PlaybackTest):
    def test_empty_session(self):
        session = FakeSession("s1")
        for name, value in session.manifest.items():
            if isinstance(value, list):
                session.manifest[name] = []
        session.manifest |= {"duration_s": 0.0, "last_s": 0.0, "first_s": 0.0}
        with self.playing(self.server(session)) as page:
            self.assertIn("Nothing was recorded", page.inner_text(".empty"))
            for key in ["Space", "l", "j", "+", "-", "0", "End", "ArrowDown", "s", "p"]:
                page.keyboard.press(key)

    def test_a_session_that_is_not_there(self):
        fake = self.server()
        with self.browser.context() as context:
            page = browser.new_page(context)
            page.goto(fake.of("nothing"))
            self.assertIn("There is no such session.", page.inner_text(".problem"))

    def test_recording_goes_on(self):
        session = FakeSession("s1", state="recording", outcome=None)
        fake = self.server(session)
        with self.playing(fake, "?t=599") as page:
            self.assertIn("Records now", page.inner_text(".playback-head"))
            fake.sessions["s1"] = FakeSession("s1", length=700.0, state="recording", outcome=None)
            page.click("text=Refresh")
            self.wait(page, "bench.clock.range[1] === 700")
            self.assertEqual(self.position(page), 599)
            self.assertEqual(self.view(page), [0, 700])
            self.drawn(page)
            self.assertTrue(pixels(page, "signal:signal-2-eda", 620, 700))

    def test_peaks_come_later(self):
        session = FakeSession("s1")
        peaks, session.manifest["peaks"], session.manifest["peaks_complete"] = session.manifest["peaks"], [], False
        with self.playing(self.server(session), "?t=0") as page:
            page.keyboard.press("p")
            self.assertIn("no peak", page.inner_text(".announcement"))
            session.manifest |= {"peaks": peaks, "peaks_complete": True}
            self.wait(page, "bench.session.peaks.length === 3")
            page.keyboard.press("p")
            self.assertEqual(self.position(page), peaks[0]["t_s"])

    def test_hostile_text_stays_text(self):
        bad = "<img src=x onerror=globalThis.hacked=1>\u202e<script>globalThis.hacked=1</script>\n&amp;" + "A" * 3000
        session = FakeSession("s1")
        manifest = session.manifest
        for turn in manifest["turns"]:
            turn["text"] = bad
        for entry in manifest["tracks"]:
            entry |= {"label": bad, "unit": bad, "derived": bad}
        for name in ["marks", "peaks"]:
            for entry in manifest[name]:
                entry |= {"label": bad, "detail": bad}
        for entry in manifest["events"]:
            entry |= {"kind": bad, "text": bad}
        manifest["phases"] = [phase | {"name": bad} for phase in manifest["phases"]]
        manifest["pauses"][0]["reason"] = manifest["gaps"][0]["cause"] = bad
        manifest["emotions"] = [one | {"label": bad, "emoji": bad} for one in manifest["emotions"]]
        manifest |= {"participant": bad, "outcome": bad, "condition": {bad: bad}, "key_classes": [bad] * 4,
                     "commentaries": [{"id": "../../x?<b>", "started_utc": bad, "duration_s": 5}]}
        session.edits = [edit | {"text": "<" * edit["inserted"]} for edit in session.edits]
        with self.playing(self.server(session), "?t=118") as page:
            for panel in ["transcript", "events", "session"]:
                page.click(f"[data-panel={panel}]")
                self.settled(page)
            box = self.box(page, "[data-track=phases] .track-plot")
            page.mouse.move(box["x"] + 300, box["y"] + 10)
            self.settled(page)
            page.keyboard.press("t")
            page.keyboard.press("Escape")
            self.drawn(page)
            self.assertIsNone(page.evaluate("globalThis.hacked ?? null"))
            self.assertEqual(page.locator("main img, main script, .track-hint *").count(), 0)
            self.assertEqual(page.locator(".transcript-text").first.text_content(), bad)
            self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth - innerWidth"), 0)
            self.assertEqual(page.locator(".commentary-links a").get_attribute("href"), "/sessions/s1?commentary=..%2F..%2Fx%3F%3Cb%3E")


class Looks(PlaybackTest):
    def test_sizes_light_and_dark(self):
        fake = self.server(length=1200.0)
        for size in ["phone", "desktop", "wall"]:
            for scheme in ["light", "dark"]:
                with self.subTest(size=size, scheme=scheme):
                    with self.playing(fake, "?t=386.2&from=340&to=500", size=size, color_scheme=scheme) as page:
                        self.drawn(page)
                        browser.picture(page, f"playback-{size}-{scheme}")
                        self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth - innerWidth"), 0)
                        if (size, scheme) in [("phone", "light"), ("desktop", "dark")]:
                            self.assertEqual(browser.accessibility_problems(page), [])

    def test_forced_colours_and_dialogs(self):
        with self.playing(self.server(), "?t=100&from=99.5&to=101", forced_colors="active") as page:
            self.drawn(page)
            browser.picture(page, "playback-forced-colours")
            for key, name in [("?", "keys"), ("t", "tracks")]:
                page.keyboard.press(key)
                page.wait_for_selector("dialog[open]")
                browser.picture(page, f"playback-{name}")
                self.assertEqual(browser.accessibility_problems(page), [])
                page.keyboard.press("Escape")


class Minute(PlaybackTest):
    """A minute against the clock on the wall, too long for each run: `python -m unittest test_playback.Minute`."""

    def test_a_minute(self):
        with self.playing(self.server(), "?t=100") as page:
            started = time.monotonic()
            found = page.evaluate(WALL_TIME, 60_000)
            print(found, f"{time.monotonic() - started:.3f} s")
            self.assertLessEqual(found["worst"], 5.0, found)


def load_tests(loader, tests, pattern):
    """All but the minute, which is asked for by its name."""
    suite = loader.suiteClass()
    for case in [Moving, Playing, Links, Pointer, Tracks, Transcript, States, Looks]:
        suite.addTests(loader.loadTestsFromTestCase(case))
    return suite
