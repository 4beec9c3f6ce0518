"""Opens the demo's example as a browser would: its link lets in, playback derives a heart rate and both parts
of skin conductance, and the commentary has words and a sound that is not silent."""

import array
import http.cookiejar
import json
import math
import sys
import urllib.parse
import urllib.request

link = urllib.parse.urlsplit(sys.argv[1])
base = f"{link.scheme}://{link.netloc}"
fields = dict(urllib.parse.parse_qsl(link.query))
opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))


def get(path):
    return opener.open(base + path, timeout=30).read()


request = urllib.request.Request(f"{base}/sign-in", urllib.parse.urlencode(fields).encode(), {"Origin": base})
arrived = opener.open(request, timeout=30).geturl()
assert arrived == base + fields["from"], arrived
page = urllib.parse.urlsplit(arrived)
session = page.path.removeprefix("/sessions/")
commentary = urllib.parse.parse_qs(page.query)["commentary"][0]

manifest = json.loads(get(f"/api/sessions/{session}"))
assert len(manifest["turns"]) == 5 and manifest["suggestions"] and manifest["emotions"], manifest
track = {one["kind"]: one for one in manifest["tracks"]}


def values(kind):
    tile = array.array("f", get(f"/api/sessions/{session}/tiles?track={track[kind]['id']}&from_s=0"
                                f"&to_s={manifest['duration_s']}&pixels=200"))
    return [value for value in tile if math.isfinite(value)]


for kind, low, high, least in [("heart-rate", 45, 120, 100), ("rr", 500, 1300, 100), ("tonic", 1, 12, 50),
                               ("phasic", -2, 3, 50), ("keys", 0, 100, 100)]:
    found = values(kind)
    assert len(found) >= least and low <= min(found) and max(found) <= high, (kind, len(found), found[:9])

told = json.loads(get(f"/api/commentaries/{commentary}"))
assert len(told["transcript"]["segments"]) == len(told["cues"]) == 3, told
assert all("no real voice" in one["text"] for one in told["transcript"]["segments"]), told
sound = array.array("h", get(f"/api/commentaries/{commentary}/audio.wav")[44:])
level = math.sqrt(sum(sample * sample for sample in sound) / len(sound))
assert level > 500, level
