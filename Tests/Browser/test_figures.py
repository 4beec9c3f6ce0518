"""Figures of a study in the browser, with the real programs: what is shown, in which units, of how many; drawings and tables as
files that agree with one another; a study with nothing in it. test_figures.py, with ATTUNE_PROGRAMS naming the folder of
the built programs."""

import csv
import io
import json
import pathlib
import re
import unittest
import urllib.request
import xml.etree.ElementTree as tree

import browser
import recorded
from console_station import ConsoleStation, programs

LAB = "lab:researcher"
NAMES = ["message-length", "likert", "strategies", "emotion", "physiology"]
TITLES = ["Message length by participant", "Ratings", "Use of Suggestions", "The client's emotion over the chat",
          "Physiology around the client's turns"]
SVG = "{http://www.w3.org/2000/svg}"
# Chats of each participant beside the recorded one.
CHATS = {"p7": 1, "p8": 2, "p9": 3, "p10": 2, "p11": 1}


class Figures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = browser.Browser()
        cls.station = ConsoleStation(programs())
        recorded.put(cls.station)
        first = next(cls.station.data.rglob("*-chat.attune"))
        number = 0
        for participant, chats in CHATS.items():
            for _ in range(chats):
                number += 1
                recorded.another(first, participant, number)
        cls.sessions = number + 1
        cls.station.start()
        cls.station.attune("study", "new", "empty", "--protocol", "browser-test", "--participants", "2", json_output=False)
        cls.station.serve_console()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.station.stop()
        cls.station.__exit__(None, None, None)

    def open(self, context, study=recorded.STUDY):
        page = self.station.page(context, f"/figures/{study}", LAB)
        page.wait_for_selector(".figure-card >> nth=4")
        for name in NAMES:
            page.locator(f'[data-figure="{name}"]').scroll_into_view_if_needed()
            page.locator(f'[data-figure="{name}"] .loading').wait_for(state="hidden")
        # Captions of what takes longer come by themselves.
        if study == recorded.STUDY:
            page.locator('[data-figure="physiology"] p.hint', has_text="coverage").wait_for()
        return page

    def files(self, page, name):
        """The two files that a person gets from the page: the drawing, and its table."""
        card = page.locator(f'[data-figure="{name}"]')
        texts = []
        for ending in ["SVG", "CSV"]:
            with page.expect_download() as download:
                card.get_by_role("link", name=ending).click()
            self.assertEqual(download.value.suggested_filename, f"{recorded.STUDY}-{name}.{ending.lower()}")
            texts.append(pathlib.Path(download.value.path()).read_bytes().decode())
        return tree.fromstring(texts[0]), list(csv.DictReader(io.StringIO(texts[1], newline="")))

    # Reading a drawing back

    def texts(self, svg):
        return [(one.text or "", float(one.get("x")), float(one.get("y"))) for one in svg.iter(f"{SVG}text")]

    def scale(self, svg, low, high, across=False):
        """From a place on the paper to a value, by the numbers of the axis that lie between two places."""
        marks = []
        for text, x, y in self.texts(svg):
            # Numbers of the axis alone: turned titles, n and what stands in bars are no bare numbers.
            if re.fullmatch(r"−?[\d.]+", text) and (low <= (x if across else y) <= high):
                marks.append((x if across else y - 4, float(text.replace("−", "-"))))
        marks = sorted({mark for mark in marks})
        (place, value), (other, another) = marks[0], marks[-1]
        self.assertGreater(len(marks), 2)
        return lambda at: value + (at - place) * (another - value) / (other - place)

    def points(self, path):
        return [tuple(map(float, point.split())) for point in re.split("[ML]", path.get("d")) if point]

    def thick(self, svg):
        return [path for path in svg.iter(f"{SVG}path") if path.get("stroke-width") == "2.5"]

    # The tests

    def test_what_is_shown(self):
        with self.browser.context() as context:
            page = self.open(context)
            self.assertEqual(page.locator(".figure-card h2").all_inner_texts(), TITLES)
            self.assertIn(f"{self.sessions} sessions", page.inner_text(".figure-page"))
            captions = [page.locator(f'[data-figure="{name}"] > p.hint').inner_text() for name in NAMES]
            for caption, words in zip(captions, [f"{2 * self.sessions} messages of 5 participants", f"in {self.sessions} sessions",
                                                 f"{2 * self.sessions} messages of 5 participants", f"{3 * self.sessions} turns of the client",
                                                 f"{3 * self.sessions} turns in {self.sessions} sessions"]):
                self.assertIn(words, caption)
            images = page.evaluate("() => [...document.querySelectorAll('.figure-card img')].map((one) => [one.naturalWidth, one.alt])")
            for (width, alt), title in zip(images, TITLES):
                self.assertGreater(width, 500)
                self.assertIn(title, alt)
            # The data stand on the page too.
            page.locator('[data-figure="likert"] summary').click()
            page.locator('[data-figure="likert"] table tbody tr >> nth=6').wait_for()
            self.assertEqual(page.complaints, [])
            self.assertEqual(browser.accessibility_problems(page), [])
            with page.expect_download() as download:
                page.get_by_role("link", name="sessions, and the corrections").click()
            sources = list(csv.DictReader(io.StringIO(pathlib.Path(download.value.path()).read_text(encoding="utf-8"))))
            self.assertEqual(len(sources), self.sessions)
            self.assertEqual({row["corrections"] for row in sources}, {"0"})

    def test_drawings_and_tables_agree(self):
        with self.browser.context(accept_downloads=True) as context:
            page = self.open(context)
            version = re.search(r"Data version (\w+)", page.inner_text(".figure-page")).group(1)
            found = {name: self.files(page, name) for name in NAMES}
        for name, (svg, rows) in found.items():
            with self.subTest(name):
                # A file that was put away says what it is of.
                self.assertEqual({row["data_version"] for row in rows}, {version})
                self.assertIn(f"Data version {version}.", svg.find(f"{SVG}desc").text)
                self.assertEqual(svg.find(f"{SVG}title").text, TITLES[NAMES.index(name)])
        self.lengths(*found["message-length"])
        self.likert(*found["likert"])
        self.strategies(*found["strategies"])
        self.emotion(*found["emotion"])
        self.physiology(*found["physiology"])

    def lengths(self, svg, rows):
        self.assertEqual(len(rows), 2 * self.sessions)
        texts = self.texts(svg)
        self.assertIn("Words a message", [text for text, _, _ in texts])
        value = self.scale(svg, 0, 320)
        dots = [(float(dot.get("cx")), round(value(float(dot.get("cy"))))) for dot in svg.iter(f"{SVG}circle")]
        for participant in CHATS:
            own = sorted(int(row["words"]) for row in rows if row["participant"] == participant)
            [(_, x, _)] = [text for text in texts if text[0] == participant]
            self.assertIn(f"n {len(own)}", [text for text, at, _ in texts if at == x])
            self.assertEqual(sorted(words for at, words in dots if abs(at - x) < 25), own)

    def likert(self, svg, rows):
        own = [row for row in rows if row["item"] == "human-likeness"]
        count = sum(int(row["count"]) for row in own)
        self.assertEqual((count, {row["n"] for row in own}), (self.sessions, {str(self.sessions)}))
        texts = [text for text, _, _ in self.texts(svg)]
        self.assertIn(f"n {count}", texts)
        self.assertIn("Share of answers to each side of the middle, %", texts)
        bars = {bar.find(f"{SVG}title").text: float(bar.get("width")) for bar in svg.iter(f"{SVG}rect")
                if bar.find(f"{SVG}title") is not None}
        for row in own:
            share = int(row["count"]) / count
            width = bars.get(f"{row['text']} {row['value']}: {row['count']}", 0)
            self.assertAlmostEqual(width, share * 230, delta=0.02)

    def strategies(self, svg, rows):
        self.assertEqual(len(rows), 2 * self.sessions)
        bars = {bar.find(f"{SVG}title").text: float(bar.get("width")) for bar in svg.iter(f"{SVG}rect")
                if bar.find(f"{SVG}title") is not None}
        words = {"direct-adoption": "direct adoption", "slight-modification": "slight modification", "combination": "combining several",
                 "rewritten": "rewritten", "no-detected-overlap": "independent (no overlap found)"}
        texts = [text for text, _, _ in self.texts(svg)]
        self.assertIn("Share of messages, %", texts)
        seen = 0
        for who in ["All", *CHATS]:
            own = [row["class"] for row in rows if who in ("All", row["participant"])]
            self.assertIn(f"n {len(own)}", texts)
            for kind in set(own):
                self.assertAlmostEqual(bars[f"{who}, {words[kind]}: {own.count(kind)}"], 640 * own.count(kind) / len(own), delta=0.02)
                seen += 1
        self.assertEqual(seen, len(bars))

    def emotion(self, svg, rows):
        means = [row for row in rows if row["session"] == ""]
        self.assertEqual(len(means), 6)
        for measure, (low, high), path in zip(["valence", "arousal"], [(0, 240), (250, 485)], self.thick(svg)):
            value = self.scale(svg, low, high)
            own = sorted((row for row in means if row["measure"] == measure), key=lambda row: int(row["client_turn"]))
            for row, (_, y) in zip(own, self.points(path), strict=True):
                self.assertAlmostEqual(value(y), float(row["mean"]), delta=1e-3)
                self.assertLessEqual(float(row["low"]), float(row["mean"]))
                self.assertEqual(row["sessions"], str(self.sessions))
        # Each thin line is a session of the table.
        thin = [path for path in svg.iter(f"{SVG}path") if path.get("stroke-width") == "1"]
        value = self.scale(svg, 0, 240)
        drawn = sorted([round(value(y), 2) for _, y in self.points(path)] for path in thin[:self.sessions])
        told = {}
        for row in rows:
            if row["session"] and row["measure"] == "valence":
                told.setdefault(row["session"], []).append(float(row["mean"]))
        self.assertEqual(drawn, sorted(told.values()))

    def physiology(self, svg, rows):
        texts = [text for text, _, _ in self.texts(svg)]
        self.assertIn("Time from the client's turn, s", texts)
        drawn = self.thick(svg)
        for measure, unit, (low, high), dashed in [("Heart rate, change", "bpm", (20, 245), False), ("Phasic EDA, change", "µS", (270, 495), True)]:
            own = [row for row in rows if row["measure"] == measure]
            self.assertEqual(({row["unit"] for row in own}, len(own)), ({unit}, 40))
            self.assertIn(f"{measure}, {unit}", texts)
            path = next(path for path in drawn if (path.get("stroke-dasharray") is not None) == dashed)
            value = self.scale(svg, low, high)
            known = [row for row in own if row["mean"]]
            self.assertGreater(len(known), 20)
            span = abs(value(low) - value(high))
            for row, (_, y) in zip(known, self.points(path), strict=True):
                self.assertAlmostEqual(value(y), float(row["mean"]), delta=span / 1000)
            self.assertEqual({row["sessions"] for row in known}, {str(self.sessions)})
            self.assertTrue(any(text.startswith(f"n {3 * self.sessions} turns, {self.sessions} sessions") for text in texts), texts)

    def test_a_drawing_needs_nothing_else(self):
        with self.browser.context(accept_downloads=True) as context:
            page = self.open(context)
            version = page.inner_text(".figure-page")
            self.assertIn("Data version", version)
            for name in NAMES:
                for theme in ["light", "dark"]:
                    status, headers, body = self.station.request(
                        "GET", f"/api/figures/{recorded.STUDY}/{name}.svg?theme={theme}", headers={"cookie": self.station.cookie(LAB)})
                    self.assertEqual((status, headers["content-type"]), (200, "image/svg+xml"))
                    text = body.decode()
                    root = tree.fromstring(text)
                    for node in root.iter():
                        self.assertIn(node.tag.removeprefix(SVG), ["svg", "title", "desc", "text", "rect", "line", "circle", "path"])
                        for key, value in node.attrib.items():
                            self.assertNotRegex(key + "=" + value, r"href|url\(|^on|^style|://|nan|inf\b")
                    # As a file of its own, without the console.
                    path = pathlib.Path(self.station.folder) / f"{name}-{theme}.svg"
                    path.write_bytes(body)
                    other = context.new_page()
                    asked = []
                    other.on("request", lambda request, asked=asked: asked.append(request.url))
                    other.goto(path.as_uri())
                    box = other.evaluate("() => { const { width, height } = document.documentElement.getBoundingClientRect(); return [width, height]; }")
                    self.assertGreater(min(box), 100)
                    self.assertEqual([url for url in asked if url != path.as_uri()], [])
                    # Nothing stands beyond the paper.
                    out = other.evaluate("""() => {
                        const [, , width, height] = document.documentElement.getAttribute("viewBox").split(" ").map(Number);
                        return [...document.querySelectorAll("text, rect, circle, path")].filter((one) => {
                            const box = one.getBBox();
                            const turned = one.getAttribute("transform");
                            const [x, y, w, h] = turned ? [box.y, 0, 0, 0] : [box.x, box.y, box.width, box.height];
                            return x < -1 || y < -1 || x + w > width + 1 || y + h > height + 1;
                        }).map((one) => `${one.tagName} ${one.textContent} ${JSON.stringify(one.getBBox())}`);
                    }""")
                    self.assertEqual(out, [], f"{name} {theme}")
                    other.close()

    def test_nothing_to_show(self):
        with self.browser.context() as context:
            page = self.open(context, "empty")
            self.assertIn("0 sessions", page.inner_text(".figure-page"))
            for name, words in zip(NAMES, ["No participant has sent a message yet.", "No rating has been answered yet.",
                                           "No message was sent with Suggestions", "No emotion has been scored yet.",
                                           "No session has heart rate or skin conductance"]):
                status, _, body = self.station.request("GET", f"/api/figures/empty/{name}.svg", headers={"cookie": self.station.cookie(LAB)})
                self.assertEqual(status, 200)
                self.assertIn(words, "".join(tree.fromstring(body).itertext()))
                status, _, body = self.station.request("GET", f"/api/figures/empty/{name}.csv", headers={"cookie": self.station.cookie(LAB)})
                self.assertEqual((status, len(body.decode().splitlines())), (200, 1))
            browser.picture(page, "console-figures-empty")
            self.assertEqual(page.complaints, [])
            self.assertEqual(browser.accessibility_problems(page), [])
            page = self.station.page(context, "/figures/nosuch", LAB)
            page.wait_for_selector(".figure-page .problem")
            self.assertIn("no such study", page.inner_text(".figure-page .problem"))

    def test_pictures(self):
        """Screenshots at phone, laptop and wall-display width, to be looked at."""
        for size in ["phone", "desktop", "wall"]:
            for scheme in ["light", "dark"]:
                with self.browser.context(size, color_scheme=scheme) as context:
                    page = self.open(context)
                    wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
                    self.assertEqual(wide, 0)
                    page.evaluate("() => scrollTo(0, 0)")
                    page.screenshot(path=browser.PICTURES / f"console-figures-{size}-{scheme}.png", full_page=True)


if __name__ == "__main__":
    unittest.main()
