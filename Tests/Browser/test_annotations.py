"""Annotations in the browser, with the real programs: codes by key while playing, drag, undo and redo, reaction
time, reload, two people at once, saving while the console is away. test_annotations.py, with ATTUNE_PROGRAMS
naming the folder of the built programs."""

import json
import pathlib
import time
import unittest
import uuid

import browser
import recorded
from console_station import ConsoleStation, programs

SCHEME = "peer-support-moments"
LANE = 18
LAB, BEN = "lab:researcher", "ben:researcher"


class Annotations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = browser.Browser()
        cls.station = ConsoleStation(programs())
        cls.session = recorded.put(cls.station)
        cls.station.start()
        cls.station.serve_console()
        cls.stored = next(cls.station.data.rglob(f"*{recorded.PARTICIPANT}*/*-chat.attune"))

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.station.stop()
        cls.station.__exit__(None, None, None)

    def setUp(self):
        self.context = self.browser.chromium.new_context(**browser.SIZES["desktop"])
        self.context.set_default_timeout(20_000)
        self.addCleanup(self.context.close)

    # The page

    def open(self, context=None, scheme=SCHEME, role=LAB, rest=""):
        page = self.station.page(context or self.context, f"/sessions/{self.session}{rest}", role)
        page.get_by_role("tab", name="Annotations").click()
        if scheme is not None:
            page.get_by_label("Coding scheme").select_option(scheme)
        page.wait_for_selector('[data-track^="annotations:"]')
        return page

    def saved(self, page):
        """Waits until all is saved."""
        self.until(page, """document.querySelector(".annotation-panel .badge").textContent.startsWith("Saved")""")

    def until(self, page, condition, seconds=15):
        """Waits until something holds. The page's security policy lets nobody make code from text in it."""
        deadline = time.monotonic() + seconds
        while not page.evaluate(f"Boolean({condition})"):
            self.assertLess(time.monotonic(), deadline, f"waited in vain for: {condition}")
            page.wait_for_timeout(20)

    def rows(self, **wanted):
        """What the server has, in the order of time."""
        answer = self.station.get(f"/api/sessions/{self.session}/annotations", LAB)
        found = [row for row in answer["annotations"] if all(row[name] == value for name, value in wanted.items())]
        return sorted(found, key=lambda row: row["start_s"] or 0)

    def clear(self):
        """Takes everything away that earlier tests have left."""
        left = [row for row in self.rows() if row["layer"] in ("lab", "signals")]
        changes = [{"change": str(uuid.uuid4()), "annotation": row["annotation"], "action": "remove", "layer": row["layer"],
                    "kind": row["kind"], "code": row["code"], "turn": row["turn"], "span_start": row["span_start"],
                    "span_end": row["span_end"], "start_s": row["start_s"], "end_s": row["end_s"], "stream": row["stream"],
                    "removed": True} for row in left]
        if changes:
            self.station.post(f"/api/sessions/{self.session}/annotations", {"changes": changes}, LAB)

    def go(self, page, seconds):
        """Moves the playhead about there, by a click on the axis."""
        box = page.locator(".axis-plot").bounding_box()
        view = self.view(page)
        page.mouse.click(box["x"] + (seconds - view[0]) / (view[1] - view[0]) * box["width"], box["y"] + box["height"] / 2)
        page.evaluate("document.activeElement.blur()")
        page.wait_for_timeout(50)
        return self.position(page)

    def position(self, page):
        return float(page.locator('[role="slider"]').first.get_attribute("aria-valuenow"))

    def view(self, page):
        manifest = self.station.get(f"/api/sessions/{self.session}", LAB)
        return [min(0, manifest["first_s"]), max(manifest["last_s"], manifest["duration_s"])]

    def lane(self, page, index, seconds):
        """The place on the page of a moment in a lane of one's own track."""
        box = page.locator('[data-track="annotations:lab"] .track-plot').bounding_box()
        view = self.view(page)
        return (box["x"] + (seconds - view[0]) / (view[1] - view[0]) * box["width"], box["y"] + 3 + index * LANE + LANE / 2)

    def drag(self, page, start, end):
        page.mouse.move(*start)
        page.mouse.down()
        page.mouse.move((start[0] + end[0]) / 2, end[1], steps=3)
        page.mouse.move(*end, steps=3)
        page.mouse.up()

    # Signals

    def heart(self):
        """The ECG's track, and the track of its intervals."""
        manifest = self.station.get(f"/api/sessions/{self.session}", LAB)
        rr = next(track for track in manifest["tracks"] if track["kind"] == "rr")
        return f"signal:signal-{rr['stream']}-{rr['channel']}", rr

    def beats(self):
        """R peaks as the server has them: `found`, and as `corrected`."""
        return self.station.get(f"/api/sessions/{self.session}/beats?track={self.heart()[1]['id']}", LAB)

    def three(self, beats):
        """Three neighbouring R peaks in the first clean stretch behind 5 s."""
        return next(three for three in zip(beats, beats[1:], beats[2:])
                    if three[0] > 5 and all(0.5 < b - a < 1.3 for a, b in zip(three, three[1:])))

    def spot(self, page, track, seconds, view, share=0.6):
        """The place on the page of a moment on a track."""
        plot = page.locator(f'[data-track="{track}"] .track-plot')
        plot.scroll_into_view_if_needed()
        box = plot.bounding_box()
        return box["x"] + (seconds - view[0]) / (view[1] - view[0]) * box["width"], box["y"] + share * box["height"]

    def beats_are(self, expected):
        """Waits until the server's R peaks are these, to 8 ms: a pixel and the finest step of an ECG."""
        deadline = time.monotonic() + 15
        while True:
            now = self.beats()["corrected"]
            if len(now) == len(expected) and all(abs(one - other) < 0.008 for one, other in zip(now, sorted(expected))):
                return now
            self.assertLess(time.monotonic(), deadline, f"{now} is not {sorted(expected)}")
            time.sleep(0.1)

    def tab_to(self, page, what):
        """Goes on with Tab until the element that has the focus fits."""
        for _ in range(150):
            page.keyboard.press("Tab")
            if page.evaluate(f"Boolean(document.activeElement?.matches({json.dumps(what)}))"):
                return
        self.fail(f"Tab never comes to {what}")

    def ran(self, page, announcement):
        """Waits until something was said."""
        page.locator(".announcement", has_text=announcement).wait_for(state="attached")

    # The tests

    def test_keys_while_playing(self):
        self.clear()
        page = self.open()
        start = self.go(page, 4)
        # When the page hears of each key: on a busy machine later than it was told to wait.
        page.evaluate("""window.heard = {};
            addEventListener('keydown', event => { heard[event.key] ??= performance.now() }, true)""")
        page.keyboard.press("Space")
        page.keyboard.press("1")
        page.wait_for_timeout(600)
        page.keyboard.press("2")
        heard = page.evaluate("heard")
        page.wait_for_timeout(300)
        page.keyboard.press("5")
        # Held down, it lasts as long as it is held.
        page.keyboard.down("9")
        page.wait_for_timeout(500)
        page.keyboard.press("r")
        page.wait_for_timeout(200)
        page.keyboard.up("9")
        page.keyboard.press("2")
        page.keyboard.press("m")
        page.keyboard.press("k")
        # A child without its parent is refused in words.
        page.keyboard.press("r")
        self.assertIn("Struggle", page.inner_text(".announcement"))
        self.saved(page)
        rows = self.rows()
        by = {row["code"]: row for row in rows}
        self.assertEqual(sorted(by), sorted(["exploring", "reflecting", "premature-advice", "struggle", "rewording", "marker"]))
        exploring, reflecting = by["exploring"], by["reflecting"]
        # The new interval of the group ended the running one, at its own beginning.
        self.assertAlmostEqual(exploring["end_s"], reflecting["start_s"], places=6)
        self.assertGreater(exploring["start_s"], start - 0.01)
        lasted = (heard["2"] - heard["1"]) / 1000
        self.assertGreater(lasted, 0.55)
        self.assertAlmostEqual(exploring["end_s"] - exploring["start_s"], lasted, delta=0.05)
        self.assertLess(by["struggle"]["start_s"], by["rewording"]["start_s"])
        self.assertLess(by["rewording"]["start_s"], by["struggle"]["end_s"])
        self.assertEqual(by["marker"]["scheme"], None)
        self.assertEqual(exploring["detail"]["rate"], 1)
        self.assertNotIn("reaction_ms", exploring["detail"])
        self.assertEqual({row["scheme_version"] for row in rows if row["scheme"]}, {"1"})
        self.assertEqual([row["actor"] for row in rows], ["lab"] * 6)
        # A reload shows all of it, and the keys go from one to the next.
        page.reload()
        page.get_by_role("tab", name="Annotations").click()
        page.wait_for_selector(".annotation-item >> nth=5")
        self.go(page, 0.5)
        page.keyboard.press("n")
        self.until(page, f"Math.abs(document.querySelector('[role=slider]').getAttribute('aria-valuenow') - {exploring['start_s']}) < 0.01")
        page.get_by_label("Filter annotations by code, note or person").fill("rewor")
        self.assertEqual(page.locator(".annotation-item").count(), 1)
        browser.picture(page, "console-annotations-desktop")
        self.assertEqual([text for text in page.complaints if "404" not in text], [])
        self.assertEqual(browser.accessibility_problems(page), [])

    def test_drag_undo_and_redo(self):
        self.clear()
        page = self.open()
        self.drag(page, self.lane(page, 0, 5), self.lane(page, 0, 8))
        self.saved(page)
        [drawn] = self.rows()
        self.assertEqual(drawn["code"], "exploring")
        self.assertAlmostEqual(drawn["start_s"], 5, delta=0.1)
        self.assertAlmostEqual(drawn["end_s"], 8, delta=0.1)
        # Its edge, then the whole of it.
        self.drag(page, self.lane(page, 0, drawn["end_s"]), self.lane(page, 0, 10))
        self.drag(page, self.lane(page, 0, 7), self.lane(page, 0, 9))
        self.saved(page)
        [moved] = self.rows()
        self.assertAlmostEqual(moved["start_s"], 7, delta=0.15)
        self.assertAlmostEqual(moved["end_s"], 12, delta=0.2)
        # Another one of the group cannot be drawn over it.
        self.drag(page, self.lane(page, 0, 4), self.lane(page, 0, 9))
        self.saved(page)
        first = self.rows()[0]
        self.assertEqual(first["end_s"], moved["start_s"])
        for key in ["Control+z", "Control+z", "Control+z"]:
            page.keyboard.press(key)
        self.saved(page)
        [undone] = self.rows()
        self.assertEqual([undone["start_s"], undone["end_s"]], [drawn["start_s"], drawn["end_s"]])
        page.keyboard.press("Control+z")
        self.saved(page)
        self.assertEqual(self.rows(), [])
        for key in ["Control+Shift+z", "Control+y", "Control+y", "Control+y"]:
            page.keyboard.press(key)
        self.saved(page)
        self.assertEqual([(row["start_s"], row["end_s"]) for row in self.rows()],
                         [(row["start_s"], row["end_s"]) for row in [first, moved]])
        # Nothing was overwritten: each step is a row.
        history = self.station.get(f"/api/sessions/{self.session}/annotations/{moved['annotation']}/history", LAB)["rows"]
        self.assertEqual([row["action"] for row in history],
                         ["add", "change", "change", "undo", "undo", "undo", "redo", "redo", "redo"])
        # Exact times and a modifier, by the dialog.
        page.mouse.dblclick(*self.lane(page, 0, 9))
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("From (s)").fill("7.123456")
        dialog.get_by_label("Note").fill("<b>näher</b>")
        dialog.get_by_label("To (s)").fill("3")
        dialog.get_by_role("button", name="Save").click()
        self.assertIn("end after it begins", dialog.inner_text())
        dialog.get_by_label("To (s)").fill("11.5")
        dialog.locator("summary").click()
        dialog.get_by_role("cell", name="done again").first.wait_for()
        browser.picture(page, "console-annotations-dialog")
        dialog.get_by_role("button", name="Save").click()
        self.saved(page)
        self.assertEqual([(row["start_s"], row["end_s"], row["note"]) for row in self.rows(code="exploring")][-1],
                         (7.123456, 11.5, "<b>näher</b>"))
        page.keyboard.press("Delete")
        self.saved(page)
        self.assertEqual(len(self.rows()), 1)
        self.assertEqual(page.complaints, [])

    def test_reaction_time_and_words(self):
        self.clear()
        page = self.open()
        page.get_by_label("Take off my reaction time of").check()
        page.get_by_label("Reaction time in milliseconds").fill("300")
        page.get_by_label("Reaction time in milliseconds").press("Tab")
        self.go(page, 10)
        page.keyboard.press("Space")
        page.wait_for_timeout(200)
        page.keyboard.press("8")
        page.keyboard.press("k")
        # While it stands still there is nothing to take off.
        page.keyboard.press("8")
        self.saved(page)
        first, second = self.rows(code="turning-point")
        self.assertEqual((first["detail"]["reaction_ms"], first["detail"]["rate"]), (300, 1))
        self.assertAlmostEqual(first["detail"]["pressed_s"] - first["start_s"], 0.3, places=5)
        self.assertNotIn("reaction_ms", second["detail"])
        page.get_by_label("Take off my reaction time of").uncheck()
        # Words of a turn, over a character of two units and what would be markup.
        page.get_by_role("tab", name="Transcript").click()
        page.evaluate("""() => {
            const words = [...document.querySelectorAll(".transcript-text")].find((one) => one.textContent.includes("😔"));
            const text = words.firstChild;
            const range = document.createRange();
            range.setStart(text, text.data.indexOf("hurt"));
            range.setEnd(text, text.data.indexOf("😔") + 2);
            getSelection().removeAllRanges();
            getSelection().addRange(range);
        }""")
        page.keyboard.press("6")
        self.saved(page)
        [cue] = self.rows(code="missed-cue")
        text = recorded.TURNS[cue["turn"] - 1][1].encode("utf-16-le")
        self.assertEqual(text[2 * cue["span_start"]:2 * cue["span_end"]].decode("utf-16-le"), "hurt. 😔")
        page.get_by_role("tab", name="Annotations").click()
        self.assertEqual(page.locator(".annotation-item", has_text="incomplete").count(), 1)

    def test_the_console_away(self):
        self.clear()
        page = self.open()
        self.go(page, 6)
        page.context.set_offline(True)
        page.keyboard.press("8")
        page.keyboard.press("m")
        self.until(page, """document.querySelector(".annotation-panel .badge").textContent.includes("not saved")""")
        self.assertIn("kept in this browser", page.inner_text(".annotation-panel .badge >> nth=0"))
        self.assertEqual(page.locator(".annotation-item").count(), 2)
        self.assertEqual(self.rows(), [])
        # The page goes away meanwhile; the next one sends what it left.
        page.context.set_offline(False)
        page.evaluate("() => { window.onbeforeunload = null; }")
        page.close(run_before_unload=False)
        page = self.open(scheme=None)
        self.saved(page)
        self.assertEqual(sorted(row["code"] for row in self.rows()), ["marker", "turning-point"])

    def test_two_people_and_elan(self):
        self.clear()
        # Somebody else's layer, by the command line.
        eaf = pathlib.Path(self.station.folder) / "ben.eaf"
        eaf.write_text("""<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT FORMAT="3.0" VERSION="3.0"><HEADER TIME_UNITS="milliseconds"/><TIME_ORDER>
<TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="3000"/><TIME_SLOT TIME_SLOT_ID="ts2" TIME_VALUE="6000"/></TIME_ORDER>
<TIER TIER_ID="stance" LINGUISTIC_TYPE_REF="t"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2">
<ANNOTATION_VALUE>advising</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>
<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="t" TIME_ALIGNABLE="true"/></ANNOTATION_DOCUMENT>""")
        page, other = self.open(), self.open()
        with self.browser.context() as context:
            ben = self.open(context, role=BEN)
            ben.keyboard.press("8")
            self.saved(ben)
            page.wait_for_selector('[data-track="annotations:ben"]')
            ben.wait_for_selector('.annotation-panel [data-state="ok"]')
        report = self.station.attune("review", "import", str(self.stored), str(eaf), "--layer", "ben", "--scheme", SCHEME)
        self.assertEqual(report["taken"], 1)
        # It can be looked at, not changed.
        item = page.locator(".annotation-item", has_text="Advising")
        item.wait_for()
        self.assertIn("uid", item.inner_text())
        item.get_by_role("button", name="Look at").click()
        dialog = page.get_by_role("dialog")
        self.assertEqual(dialog.get_by_role("button", name="Save").count(), 0)
        dialog.get_by_role("button", name="Close").click()
        before = page.locator(".annotation-item").count()
        page.keyboard.press("Delete")
        self.assertIn("This is ben's", page.inner_text(".announcement"))
        self.assertEqual(page.locator(".annotation-item").count(), before)
        # Two at the same annotation: the second is told, and has theirs.
        self.drag(page, self.lane(page, 0, 5), self.lane(page, 0, 8))
        other.wait_for_selector(".annotation-item:has-text('Exploring')")
        other.route("**/annotations?since=*", lambda route: route.abort())
        self.drag(page, self.lane(page, 0, 6.5), self.lane(page, 0, 9.5))
        self.saved(page)
        [theirs] = self.rows(code="exploring")
        self.drag(other, self.lane(other, 0, 6.5), self.lane(other, 0, 3))
        other.wait_for_selector(".annotation-panel .problem")
        self.assertIn("Somebody else", other.inner_text(".annotation-panel .problem"))
        other.unroute("**/annotations?since=*")
        other.get_by_role("button", name="I have seen it").click()
        other.evaluate("dispatchEvent(new Event('focus'))")
        self.saved(other)
        self.assertEqual(other.locator(".problem").count(), 0)
        self.assertEqual([(row["id"], row["start_s"]) for row in self.rows(code="exploring")], [(theirs["id"], theirs["start_s"])])
        self.until(other, f"document.querySelector('.annotation-list').innerText.includes('v{theirs['id']}')")
        # The ELAN file that goes out has both layers, and comes in again as nothing new.
        status, headers, body = self.station.request("GET", f"/api/sessions/{self.session}/annotations.eaf", headers={"cookie": self.station.cookie(LAB)})
        self.assertEqual((status, b'TIER_ID="ben: stance"' in body, b'TIER_ID="lab: stance"' in body), (200, True, True))
        self.assertIn(".eaf", headers["content-disposition"])
        again = self.station.attune("review", "import", str(self.stored), str(eaf), "--layer", "ben", "--scheme", SCHEME)
        self.assertEqual((again["taken"], again["repeated"]), (0, 1))
        status, _, grid = self.station.request("GET", f"/api/sessions/{self.session}/annotations.TextGrid", headers={"cookie": self.station.cookie(LAB)})
        self.assertEqual((status, grid[:24]), (200, b'File type = "ooTextFile"'))

    def test_beats_with_the_pointer(self):
        self.clear()
        ecg, rr = self.heart()
        found = self.beats()["found"]
        before, beat, behind = self.three(found)
        view = (before - 1, behind + 1)
        page = self.open(scheme=None, rest=f"?from={view[0]}&to={view[1]}")
        page.wait_for_load_state("networkidle")
        answered, recordings = [], []
        page.on("request", lambda request: "/tiles?track=signal" in request.url and recordings.append(request.url))
        page.on("response", lambda answer: "track=" + rr["id"] in answer.url and answered.append(answer.headers.get("x-attune-corrections")))
        page.get_by_role("button", name="Edit R peaks").click()
        page.get_by_role("button", name="Edit R peaks").evaluate("(one) => one.blur()")
        # Moved, exactly to where it is let go.
        page.mouse.move(*self.spot(page, ecg, beat, view))
        page.wait_for_timeout(200)
        page.mouse.down()
        page.mouse.move(*self.spot(page, ecg, beat + 0.06, view), steps=4)
        page.mouse.move(*self.spot(page, ecg, beat + 0.12, view), steps=4)
        page.keyboard.down("Alt")
        page.mouse.up()
        page.keyboard.up("Alt")
        rest = [at for at in found if at != beat]
        self.beats_are([*rest, beat + 0.12])
        self.assertEqual([(row["kind"], row["stream"]) for row in self.rows(layer="signals")],
                         [("no-beat", rr["stream"]), ("beat", rr["stream"])])
        # Again: the same annotation, to the nearest summit this time, which is where the detector found it.
        page.mouse.move(*self.spot(page, ecg, beat + 0.12, view))
        page.mouse.down()
        page.mouse.move(*self.spot(page, ecg, beat + 0.05, view), steps=4)
        page.mouse.move(*self.spot(page, ecg, beat + 0.015, view), steps=4)
        page.mouse.up()
        self.beats_are(found)
        self.assertEqual(len(self.rows(layer="signals")), 2)
        # One more in the middle of nothing; a click on it and Delete takes it away.
        middle = (before + beat) / 2
        page.keyboard.down("Alt")
        page.mouse.click(*self.spot(page, ecg, middle, view))
        page.keyboard.up("Alt")
        self.beats_are([*found, middle])
        page.mouse.click(*self.spot(page, ecg, middle, view))
        page.keyboard.press("Delete")
        self.beats_are(found)
        # A found one is taken away; it is undone.
        page.mouse.click(*self.spot(page, ecg, behind, view))
        browser.picture(page, "console-annotations-beats")
        page.keyboard.press("Delete")
        self.beats_are([at for at in found if at != behind])
        page.keyboard.press("Control+z")
        self.beats_are(found)
        # What the page shows of heart rate is of the newest corrections.
        version = self.station.get(f"/api/sessions/{self.session}", LAB)["corrections"]
        deadline = time.monotonic() + 15
        while str(version) not in answered:
            self.assertLess(time.monotonic(), deadline, answered)
            page.wait_for_timeout(100)
        # What was recorded is not asked for again, and does not go from the screen meanwhile.
        self.assertEqual(recordings, [])
        self.assertEqual(page.complaints, [])

    def test_beats_by_keys_alone(self):
        self.clear()
        found = self.beats()["found"]
        before, beat, behind = self.three(found)
        page = self.open(scheme=None, rest=f"?t={before + 0.05}&from={before - 1}&to={behind + 1}")
        page.keyboard.press("Shift+Enter")
        self.ran(page, "Edit R peaks first")
        page.keyboard.press("Shift+R")
        self.ran(page, "R peaks:")
        self.assertEqual(page.get_by_role("button", name="Edit R peaks").get_attribute("aria-pressed"), "true")
        # A wrong one is put, and taken away again.
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        page.keyboard.press("Shift+Enter")
        self.ran(page, "R peak put at")
        deadline = time.monotonic() + 15
        while len(self.beats()["corrected"]) != len(found) + 1:
            self.assertLess(time.monotonic(), deadline)
            page.wait_for_timeout(100)
        page.keyboard.press("Delete")
        self.beats_are(found)
        # The one behind is chosen, moved by steps that become one change, and taken away.
        page.keyboard.press(".")
        self.until(page, f"Math.abs(document.querySelector('[role=slider]').getAttribute('aria-valuenow') - {beat}) < 0.01")
        for _ in range(10):
            page.keyboard.press("Control+Shift+ArrowRight")
        self.saved(page)
        self.beats_are([at + 0.02 if at == beat else at for at in found])
        [row] = [row for row in self.rows(kind="beat")]
        history = self.station.get(f"/api/sessions/{self.session}/annotations/{row['annotation']}/history", LAB)["rows"]
        self.assertEqual([one["action"] for one in history], ["add"])
        for _ in range(5):
            page.keyboard.press("Control+Shift+ArrowLeft")
        self.beats_are([at + 0.01 if at == beat else at for at in found])
        page.keyboard.press("Escape")
        page.keyboard.press(".")
        page.keyboard.press(",")
        self.until(page, f"Math.abs(document.querySelector('[role=slider]').getAttribute('aria-valuenow') - {beat + 0.01}) < 0.005")
        page.keyboard.press("Delete")
        self.beats_are([at for at in found if at != beat])
        for _ in range(3):
            page.keyboard.press("Control+z")
        self.beats_are(found)
        # Brought to the playhead: to the summit near it.
        page.keyboard.press(".")
        self.ran(page, "R peak at")
        page.keyboard.press("Shift+I")
        self.ran(page, "R peak moved to")
        self.beats_are(found)
        page.keyboard.press("Shift+R")
        self.assertEqual(page.get_by_role("button", name="Edit R peaks").get_attribute("aria-pressed"), "false")
        self.assertEqual(page.complaints, [])

    def test_artefacts_with_the_pointer(self):
        self.clear()
        ecg, rr = self.heart()
        beats = self.beats()["found"]
        view = (4, 12)
        page = self.open(scheme="artefacts", rest="?from=4&to=12")
        self.drag(page, self.spot(page, ecg, 6, view), self.spot(page, ecg, 8, view))
        self.saved(page)
        [drawn] = self.rows(kind="artefact")
        self.assertEqual((drawn["layer"], drawn["stream"], drawn["code"], drawn["scheme"]), ("signals", rr["stream"], "movement", "artefacts"))
        self.assertAlmostEqual(drawn["start_s"], 6, delta=0.03)
        self.assertAlmostEqual(drawn["end_s"], 8, delta=0.03)
        # Its end, its start, then all of it.
        self.drag(page, self.spot(page, ecg, drawn["end_s"], view), self.spot(page, ecg, 9, view))
        self.drag(page, self.spot(page, ecg, drawn["start_s"], view), self.spot(page, ecg, 7, view))
        self.drag(page, self.spot(page, ecg, 8, view), self.spot(page, ecg, 7.5, view))
        self.saved(page)
        [moved] = self.rows(kind="artefact")
        self.assertAlmostEqual(moved["start_s"], 6.5, delta=0.05)
        self.assertAlmostEqual(moved["end_s"], 8.5, delta=0.05)
        browser.picture(page, "console-annotations-artefact")
        # The page's own heart rate has a hole there, as the server has: nothing is asked of an old version.
        tile = self.station.request("GET", f"/api/sessions/{self.session}/samples?track={rr['id']}&from_s=6.6&to_s=8.4", headers={"cookie": self.station.cookie(LAB)})[2]
        self.assertEqual(tile[:4], b"\0\0\0\0")
        self.assertEqual(self.beats()["found"], beats)
        # What is let go half way by Escape stays as it was.
        page.mouse.move(*self.spot(page, ecg, 7.5, view))
        page.mouse.down()
        page.mouse.move(*self.spot(page, ecg, 10, view), steps=4)
        page.keyboard.press("Escape")
        page.mouse.up()
        self.assertEqual([row["id"] for row in self.rows(kind="artefact")], [moved["id"]])
        page.keyboard.press("Delete")
        self.saved(page)
        self.assertEqual(self.rows(kind="artefact"), [])
        page.keyboard.press("Control+z")
        self.saved(page)
        self.assertEqual([(row["start_s"], row["end_s"]) for row in self.rows(kind="artefact")], [(moved["start_s"], moved["end_s"])])
        self.assertEqual(page.complaints, [])

    def test_artefacts_by_keys_alone(self):
        self.clear()
        page = self.open(scheme=None, rest="?t=5")
        self.tab_to(page, ".annotation-panel select")
        page.keyboard.type("Artef")
        self.tab_to(page, ".annotation-code")
        # The first stream is that of the artefacts, unless another one is chosen.
        page.keyboard.press("2")
        for _ in range(3):
            page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("2")
        self.saved(page)
        [drawn] = self.rows(kind="artefact")
        self.assertEqual((drawn["code"], drawn["layer"]), ("contact", "signals"))
        self.assertAlmostEqual(drawn["start_s"], 5, places=6)
        self.assertAlmostEqual(drawn["end_s"], 8, places=6)
        page.keyboard.press(",")
        self.ran(page, "Loose contact at")
        # Longer by 50 ms, later by 20 ms, with a start at the playhead.
        for _ in range(5):
            page.keyboard.press("Control+Shift+ArrowUp")
        for _ in range(2):
            page.keyboard.press("Control+Shift+ArrowRight")
        page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("Shift+I")
        self.saved(page)
        [moved] = self.rows(kind="artefact")
        self.assertAlmostEqual(moved["start_s"], 6, places=6)
        self.assertAlmostEqual(moved["end_s"], 8.07, places=6)
        # By its dialog, to the microsecond.
        page.keyboard.press("e")
        page.get_by_role("dialog").wait_for()
        self.tab_to(page, "dialog input[type=number]")
        page.keyboard.press("Control+a")
        page.keyboard.type("5.25")
        page.keyboard.press("Enter")
        page.get_by_role("dialog").wait_for(state="detached")
        self.saved(page)
        self.assertEqual(self.rows(kind="artefact")[0]["start_s"], 5.25)
        page.keyboard.press("Delete")
        self.saved(page)
        self.assertEqual(self.rows(kind="artefact"), [])
        for _ in range(5):
            page.keyboard.press("Control+z")
        self.saved(page)
        self.assertEqual([(row["start_s"], row["end_s"]) for row in self.rows(kind="artefact")], [(drawn["start_s"], drawn["end_s"])])
        self.assertEqual(page.complaints, [])

    def test_intervals_by_keys_alone(self):
        self.clear()
        page = self.open(rest="?t=4")
        page.evaluate("document.activeElement.blur()")

        def on(seconds):
            for _ in range(abs(seconds)):
                page.keyboard.press("Shift+ArrowRight" if seconds > 0 else "Shift+ArrowLeft")

        def interval(code):
            [row] = self.rows(code=code)
            return [round(row["start_s"], 6), round(row["end_s"], 6)]

        page.keyboard.press("1")
        on(4)
        page.keyboard.press("1")
        self.saved(page)
        self.assertEqual(interval("exploring"), [4, 8])
        # What excludes it cannot begin in it, and ends before it.
        on(-2)
        page.keyboard.press("2")
        self.ran(page, "is marked here already")
        on(-4)
        page.keyboard.press("2")
        on(5)
        page.keyboard.press("2")
        self.saved(page)
        self.assertEqual(interval("reflecting"), [2, 4])
        # Backwards as well.
        on(5)
        page.keyboard.press("3")
        on(-5)
        page.keyboard.press("3")
        self.saved(page)
        self.assertEqual(interval("advising"), [8, 12])
        # What lies within an interval that has not ended is stored with it.
        on(6)
        page.keyboard.press("9")
        on(2)
        page.keyboard.press("r")
        on(1)
        page.keyboard.press("m")
        page.locator(".annotation-panel .badge", has_text="until the interval around ends").wait_for()
        page.locator(".annotation-item", has_text="Marker").wait_for()
        deadline = time.monotonic() + 15
        while not self.rows(code="marker"):
            self.assertLess(time.monotonic(), deadline)
            page.wait_for_timeout(100)
        self.assertEqual(self.rows(code="rewording"), [])
        # Also over a reload.
        page.reload()
        page.locator(".annotation-panel .badge", has_text="until the interval around ends").wait_for(state="attached")
        page.get_by_role("tab", name="Annotations").click()
        page.evaluate("document.activeElement.blur()")
        self.go(page, 18)
        end = self.position(page)
        page.keyboard.press("9")
        self.saved(page)
        self.assertEqual(interval("struggle")[0], 13)
        self.assertAlmostEqual(interval("struggle")[1], end, places=3)
        self.assertEqual(self.rows(code="rewording")[0]["start_s"], 15)
        self.assertEqual(page.locator(".annotation-panel .problem").count(), 0)
        # Its neighbours are in the way; what lies within it holds it open.
        self.go(page, 3)
        page.keyboard.press(".")
        self.ran(page, "Exploring at")
        on(-2)
        page.keyboard.press("Shift+I")
        self.ran(page, "another one is in the way")
        page.locator(".annotation-item", has_text="Struggle").get_by_role("button").first.click()
        self.go(page, 16.5)
        page.keyboard.press("Shift+I")
        self.saved(page)
        self.assertEqual(interval("struggle")[0], 15)
        # With it goes what lies within it, and comes back.
        page.keyboard.press("Delete")
        self.saved(page)
        self.assertEqual(self.rows(code="struggle") + self.rows(code="rewording"), [])
        page.keyboard.press("Control+z")
        self.saved(page)
        self.assertEqual((len(self.rows(code="struggle")), len(self.rows(code="rewording"))), (1, 1))
        self.assertEqual(page.complaints, [])

    def test_what_is_not_ones_own(self):
        """Layers of others and stale states are refused by the server, whatever a page does."""
        self.clear()
        name = lambda: str(uuid.uuid4())
        path = f"/api/sessions/{self.session}/annotations"
        csrf = self.station.get("/api/me", LAB)["csrf"]
        headers = {"content-type": "application/json", "x-attune-csrf": csrf, "cookie": self.station.cookie(LAB)}

        def put(**change):
            state = {"change": name(), "annotation": name(), "action": "add", "layer": "lab", "kind": "point", "code": "x", "start_s": 2}
            status, _, answer = self.station.request("POST", path, json.dumps({"changes": [state | change]}), headers)
            return status, json.loads(answer)

        self.assertEqual(put(layer="ben")[0], 403)
        self.assertEqual(put(start_s=1e6)[0], 400)
        self.assertEqual(put(start_s=1e300)[0], 400)
        self.assertEqual(put(scheme=SCHEME, scheme_sha256="0" * 64)[0], 400)
        annotation = name()
        status, first = put(annotation=annotation)
        self.assertEqual(status, 200)
        self.assertEqual(put(annotation=annotation, action="change", start_s=3, based_on=first["rows"][0]["id"])[0], 200)
        status, answer = put(annotation=annotation, action="change", start_s=4, based_on=first["rows"][0]["id"])
        self.assertEqual((status, answer["newest"]), (409, first["rows"][0]["id"] + 1))
        self.assertIn("Somebody else", answer["error"])
        self.assertEqual([row["start_s"] for row in self.rows(layer="lab")], [3])


if __name__ == "__main__":
    unittest.main()
