"""A microphone that hears clicks: a WAV for Chromium's fake audio device, and a browser that uses it."""

import array
import random
import wave

from playwright.sync_api import sync_playwright

import browser

RATE = 48_000
#: Seconds from click to click; the file begins with half of it.
EACH = 0.4


def write(path, seconds=8):
    """Writes clicks of 2 ms in silence that is not quite silent: noise, of which each piece is found again."""
    noise = random.Random(7)
    samples = array.array("h", [noise.randrange(-30, 31) for _ in range(int(seconds * RATE))])
    for number in range(int(seconds / EACH)):
        first = int((number + 0.5) * EACH * RATE)
        for place in range(96):
            samples[first + place] = 24_000 if place // 12 % 2 == 0 else -24_000
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


class ClickBrowser(browser.Browser):
    """Chromium whose microphone hears a file."""

    def __init__(self, path):
        self._playwright = sync_playwright().start()
        self.chromium = self._playwright.chromium.launch(executable_path=browser.CHROMIUM, args=[
            "--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-audio-capture={path}"])
