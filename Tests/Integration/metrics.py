"""The console's metrics, with the real programs, virtual devices, and Prometheus' own reader, checker and server.

    metrics.py PROGRAMS

Values are held against what the devices sent, what the files have and what the system says; the texts are read by
PyPI's prometheus_client and checked by promtool; and each query of systemd/metrics is asked of a real Prometheus that
reads the station: it names only metrics that there are, and has an answer.
"""

import base64
import http.client
import json
import os
import pathlib
import re
import socket
import struct
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import varlink
from prometheus_client import parser as plain
from prometheus_client.openmetrics import parser as openmetrics

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "Browser")]

import stored  # noqa: E402
from console_station import ConsoleStation  # noqa: E402
from sensors import BLUETOOTH, STAND, bus  # noqa: E402
from station import Failure, wait_for  # noqa: E402

METRICS = HERE.parents[1] / "systemd" / "metrics"
TOKEN = "3b5c0ffee15600d5ca1ab1e0decade00"
CODES = ["Quasimodo", "Esmeralda"]
OPENMETRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
LABELS = {"device", "source", "stream", "session", "state", "severity", "acknowledged", "code", "ring", "le",
          "version", "method"}
# What a station may not know, and where its status says that it does not.
UNKNOWN = {
    "attune_clock_synchronised": ("clock", "synchronised"),
    "attune_clock_error_bound_seconds": ("clock", "error_bound_ms"),
    "attune_clock_offset_seconds": ("clock", "offset_ms"),
    "attune_clock_last_step_seconds": ("clock", "last_step_ms"),
    "attune_storage_growth_bytes_per_second": ("storage", "bytes_per_second"),
}
checked = 0


def check(what, holds, seen=""):
    global checked
    if not holds:
        raise Failure(f"{what}: {seen}")
    checked += 1


class Scraped:
    """One answer of /metrics, by the name of each sample."""

    def __init__(self, text, read=plain):
        self.text = text
        self.families = list(read.text_string_to_metric_families(text))
        self.samples = {}
        for family in self.families:
            for sample in family.samples:
                self.samples.setdefault(sample.name, []).append((sample.labels, sample.value))

    def __call__(self, name, **labels):
        """The sum of the values with these labels; None where there is none."""
        found = [value for have, value in self.samples.get(name, []) if labels.items() <= have.items()]
        return sum(found) if found else None


def ask(station, accept=None, token=TOKEN, **fields):
    """Status, content type and text of /metrics."""
    headers = {name.replace("_", "-"): value for name, value in fields.items()}
    if token:
        headers["authorization"] = f"Bearer {token}"
    if accept:
        headers["accept"] = accept
    status, answered, body = station.request("GET", "/metrics", headers=headers)
    return status, answered["content-type"], body.decode()


def scrape(station):
    status, _, text = ask(station)
    check("metrics are told", status == 200, text[:200])
    return Scraped(text)


# Who may read them

def access(station, token_file):
    station.serve_console()
    status, _, text = ask(station)
    check("metrics are off unless they are asked for", status == 404 and "attune_up" not in text, status)
    station.stop_console()

    station.serve_console("--metrics")
    host = urllib.parse.urlsplit(station.address)
    for wanted, fields in [
            (200, {}), (200, {"host": f"localhost:{host.port}"}), (403, {"host": "lab.example.org"}),
            (403, {"x_forwarded_for": "192.0.2.1"}), (403, {"forwarded": "for=192.0.2.1"}), (403, {"via": "1.1 proxy"})]:
        status, _, text = ask(station, token=None, **fields)
        check(f"this machine alone, {fields}", status == wanted and ("attune_up" in text) == (wanted == 200), status)
    station.stop_console()

    behind = station.spawn("attune-console", "--listen", "127.0.0.1:0", "--runtime", station.runtime, "--data",
                           station.data, "--state", station.path("behind"), "--metrics", "--public-url",
                           "https://lab.example.org", stderr=subprocess.PIPE)
    told = behind.communicate(timeout=20)[1].decode()
    check("behind a proxy a token is needed", behind.returncode == 78 and "metricsTokenFile" in told, told)

    settings = pathlib.Path(station.path("console.yaml"))
    settings.write_text(f"metrics: true\nmetricsTokenFile: {token_file}\n")
    station.serve_console("--settings", settings)
    for token in [None, TOKEN[:-1], TOKEN + "0"]:
        status, _, text = ask(station, token=token)
        check("nobody reads them without the token", status == 401 and "attune_up" not in text, status)


# Prometheus

class Prometheus:
    """A server that reads the station twice a second."""

    def __init__(self, station, token_file):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        target = urllib.parse.urlsplit(station.address).netloc
        settings = pathlib.Path(station.path("prometheus.json"))
        # JSON is YAML.
        settings.write_text(json.dumps({
            "global": {"scrape_interval": "500ms", "evaluation_interval": "1s"},
            "rule_files": [str(METRICS / "attune-rules.yml")],
            "scrape_configs": [{"job_name": "attune", "authorization": {"credentials_file": str(token_file)},
                                "static_configs": [{"targets": [target]}]}]}))
        station.spawn("/usr/bin/prometheus", f"--config.file={settings}", f"--storage.tsdb.path={station.path('tsdb')}",
                      f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn", log=station.path("prometheus.log"))

    def get(self, path, **query):
        address = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise Failure(f"{query}: {error.read().decode()}") from error
        except OSError:
            return None

    def names(self):
        return set(self.get("label/__name__/values") or [])

    def query(self, text):
        return self.get("query", query=text)["result"]


def layout():
    """The dashboard is as Grafana reads it: each panel has its place, and asks the source that is chosen."""
    dashboard = json.loads((METRICS / "attune-dashboard.json").read_text())
    check("the dashboard is of a version that is migrated from", 36 <= dashboard["schemaVersion"] <= 39)
    check("the source can be chosen", dashboard["templating"]["list"][0]["type"] == "datasource"
          and dashboard["templating"]["list"][0]["query"] == "prometheus")
    chosen, cells, numbers = {"type": "prometheus", "uid": "${datasource}"}, set(), set()
    for one in [*dashboard["templating"]["list"][1:], *dashboard["annotations"]["list"]]:
        check(f"the source of {one['name']}", one["datasource"] == chosen, one)
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        own = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        check(f"the place of {panel['title']}", own and not own & cells and max(x for x, _ in own) < 24, place)
        cells |= own
        numbers.add(panel["id"])
        targets = panel["targets"]
        check(f"the source of {panel['title']}", all(one["datasource"] == chosen for one in [panel, *targets]), panel)
        check(f"the queries of {panel['title']}", len({one["refId"] for one in targets}) == len(targets) > 0)
        for one in targets:
            # Stations beside each other: none is summed with another, and each line says whose it is.
            check(f"{panel['title']} {one['refId']} tells stations apart", "{{instance}}" in one["legendFormat"]
                  and '{instance=~"$instance"' in one["expr"] and not re.search(r"by \((?!instance)", one["expr"]), one)
    check("each panel has a number", len(numbers) == len(dashboard["panels"]))


def expressions(rules):
    """Every query of the files, by where it stands. A comparison becomes one that has an answer either way."""
    found = {}
    for group in rules["groups"]:
        for rule in group["rules"]:
            found[f"rule {rule['name']}"] = rule["query"]
    dashboard = json.loads((METRICS / "attune-dashboard.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            found[f"panel {panel['title']} {target['refId']}"] = target["expr"]
    for note in dashboard["annotations"]["list"]:
        found[f"note {note['name']}"] = note["expr"]
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            found[f"variable {variable['name']}"] = re.fullmatch(r"label_values\((\w+), \w+\)", variable["definition"])[1]
    return found


def queries(prometheus, status):
    rules = prometheus.get("rules")
    check("the server has all rules", sum(len(group["rules"]) for group in rules["groups"])
          == (METRICS / "attune-rules.yml").read_text().count("- alert:"), rules)
    known = prometheus.names()
    asked = expressions(rules)
    check("there are many queries", len(asked) > 80, len(asked))
    for place, text in asked.items():
        text = text.replace("$__rate_interval", "20s").replace("$instance", ".*")
        text = re.sub(r" (==|!=|>=|<=|<|>) ", r" \1 bool ", text)
        named = set(re.findall(r"\b(?:attune|process)_\w+", text))
        missing = {name for name in named - known
                   if name not in UNKNOWN or status[UNKNOWN[name][0]].get(UNKNOWN[name][1]) is not None}
        check(f"{place} names metrics that there are", not missing, missing)
        if named <= known:
            answer = prometheus.query(text)
            check(f"{place} has an answer", answer, text)
            check(f"{place} has no undefined answer", "NaN" not in [row["value"][1] for row in answer], text)
    return len(asked)


# The texts

def untold(station, text):
    """Nobody is named."""
    for code in [*CODES, str(station.data), "pilot"]:
        check(f"'{code}' is not told", code.lower() not in text.lower())


def formats(station):
    status, kind, text = ask(station)
    check("the text format", kind == "text/plain; version=0.0.4; charset=utf-8", kind)
    told = Scraped(text)
    status, kind, other = ask(station, OPENMETRICS)
    check("OpenMetrics", kind == "application/openmetrics-text; version=1.0.0; charset=utf-8", kind)
    # This reader is strict.
    strict = Scraped(other, openmetrics)
    check("both have the same metrics", set(told.samples) == set(strict.samples), set(told.samples) ^ set(strict.samples))
    for family in told.families:
        check(f"{family.name} is explained", family.documentation and family.type != "unknown", family)
        for sample in family.samples:
            check(f"labels of {sample.name}", set(sample.labels) <= LABELS, sample.labels)
    untold(station, text)
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
    check("promtool finds no fault in the metrics", done.returncode == 0 and not done.stderr, done.stderr)
    done = subprocess.run(["promtool", "check", "rules", "--lint-fatal", str(METRICS / "attune-rules.yml")],
                          capture_output=True, text=True)
    check("promtool finds no fault in the rules", done.returncode == 0, done.stdout + done.stderr)


def as_the_system_says(station):
    before = station.attune("status")
    # Asked for each two seconds, like the status, and of sessions that the status has told of.
    wait_for("what is known of a session's streams",
             lambda: scrape(station)("attune_stream_time_bound_seconds", source="bitalino") is not None)
    time.sleep(2.5)
    name = "attune_commit_duration_seconds"

    def asked_since():
        told = scrape(station)
        return told if (told(f"{name}_count") or 0) >= before["storage"]["commits"] else None
    told = wait_for("figures of now", asked_since, 10)
    after = station.attune("status")
    check("the daemon is up", told("attune_up") == 1)
    check("the status is of now", told("attune_status_age_seconds") < 5)
    check("one session records", told("attune_sessions", state="recording") == 1)
    count = told(f"{name}_count")
    check("commits", before["storage"]["commits"] <= count <= after["storage"]["commits"] and count > 10,
          (before["storage"]["commits"], count, after["storage"]["commits"]))
    classes = [(float(labels["le"]), value) for labels, value in told.samples[f"{name}_bucket"]]
    check("classes are cumulative", classes == sorted(classes) and all(a[1] <= b[1] for a, b in zip(classes, classes[1:]))
          and classes[-1] == (float("inf"), count), classes)
    check("the classes fit the sum", 0 < told(f"{name}_sum") <= sum(
        (b[1] - a[1]) * min(b[0], 60) for a, b in zip([(0, 0)] + classes, classes)), told(f"{name}_sum"))
    disk = os.statvfs(station.data)
    free = disk.f_bavail * disk.f_frsize
    check("room on the disk", abs(told("attune_storage_free_bytes") - free) < max(free * 0.02, 1 << 30), free)
    check("the daemon's start", abs(told("attune_start_time_seconds") - started(station.daemon.pid)) < 3,
          (told("attune_start_time_seconds"), started(station.daemon.pid)))
    check("the console's start", abs(told("process_start_time_seconds") - started(station.console.pid)) < 1.5)
    resident = int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{station.console.pid}/status").read_text())[1]) << 10
    check("the console's memory", abs(told("process_resident_memory_bytes") / resident - 1) < 0.2, resident)
    for ring in after["rings"]:
        check("a ring's room", told("attune_ring_capacity_bytes", ring=ring["name"]) == ring["capacity"])
        check("nothing was dropped", told("attune_ring_dropped_records_total", ring=ring["name"]) == 0)
    heart = next(one for one in after["devices"] if one["name"] == "heart-rate")
    check("a battery", heart.get("battery_percent") is not None
          and told("attune_device_battery_ratio", device="heart-rate") == heart["battery_percent"] / 100, heart)
    check("its rate", abs(told("attune_device_rate_hertz", device="bitalino") / 1000 - 1) < 0.2,
          told("attune_device_rate_hertz", device="bitalino"))
    check("what is given", told("attune_device_state", device="bitalino", state="streaming") == 1
          and told("attune_device_nominal_rate_hertz", device="bitalino") == 1000)
    check("its age", told("attune_stream_last_sample_age_seconds", source="bitalino") < 1)
    check("the bound of its times", 0 < told("attune_stream_time_bound_seconds", source="bitalino") < 0.5)
    check("a program that is linked", told("attune_link_clients", state="connected") == 1)
    check("the code in its signals' name is withheld",
          told("attune_stream_samples_total", source="withheld-band", stream="withheld-band.gsr") == 0,
          told.samples["attune_stream_samples_total"])
    check("copies", told("attune_backup_last_verified_timestamp_seconds") > time.time() - 60
          and told("attune_backup_failing") == 0)
    return after


def started(pid):
    """When a process began, in seconds since 1970."""
    ticks = int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME) + ticks / os.sysconf("SC_CLK_TCK")


def pages(station):
    """Streams of events are counted while they are open."""
    host = urllib.parse.urlsplit(station.address)
    page = http.client.HTTPConnection(host.hostname, host.port, timeout=10)
    page.request("GET", "/api/dashboard/stream", headers={"cookie": station.cookie("operator")})
    check("a dashboard follows", page.getresponse().status == 200)
    # Its head may go out a moment before its body begins.
    wait_for("it to be counted", lambda: scrape(station)("attune_console_event_streams") == 1)
    check("it is counted once", scrape(station)("attune_console_event_streams") == 1)
    # Its response holds the connection, too.
    page.sock.shutdown(socket.SHUT_RDWR)
    page.close()
    wait_for("the stream to be gone", lambda: scrape(station)("attune_console_event_streams") == 0)
    before = scrape(station)("attune_console_requests_total", method="GET", code="404")
    station.request("GET", "/nothing")
    check("requests are counted", scrape(station)("attune_console_requests_total", method="GET", code="404")
          == (before or 0) + 1)


def client_falls_silent(station, link, session, band):
    """A linked client that is called after somebody gives a sample, and no more: the alarm does not say who."""
    link.SendSamples(session=session, client=band, stream=f"{band}.gsr", sequence=1, first_time_ns=time.monotonic_ns(),
                     count=1, data=base64.b64encode(struct.pack("<d", 2.5)).decode())

    def alarms():
        told = scrape(station)
        silent = [labels["device"] for labels, _ in told.samples.get("attune_alarm_standing", [])
                  if labels["code"] == "silent"]
        return told if set(silent) - {"grove-gsr", "shimmer3-gsr", "bitalino", "heart-rate"} else None
    told = wait_for("the alarm of the linked client", alarms, 30, step=0.2)
    untold(station, told.text)
    check("its alarm is told", told("attune_alarm_standing", code="silent", device="") == 1,
          told.samples["attune_alarm_standing"])
    check("its sample is told", told("attune_stream_samples_total", source="withheld-band") == 1)


def sent(station, name):
    return sum(line.startswith("F ") and line.split()[2] == "sent"
               for line in pathlib.Path(station.path(f"{name}.log")).read_text().splitlines())


def as_the_files_say(station, sessions):
    told = scrape(station)
    files = [stored.connect(one["file"]) for one in sessions]
    for name in ["bitalino", "shimmer3-gsr"]:
        have = {"samples": 0, "gaps": 0, "lost_samples": 0}
        for database in files:
            number = stored.stream_id(database, name)
            have["samples"] += len(stored.samples(database, number)[1])
            gaps = stored.gaps(database, number).values()
            have["gaps"] += len(gaps)
            have["lost_samples"] += sum(gap.lost for gap in gaps)
        counted = {what: told(f"attune_stream_{what}_total", source=name, stream=name) for what in have}
        check(f"{name} is counted as the files have it", counted == have, (counted, have))
        check(f"{name} gave much", have["samples"] > 1000, have)
        print(name, counted)
    check("the loss is told", told("attune_stream_lost_samples_total", source="shimmer3-gsr") > 100)
    came, made = told("attune_device_samples_total", device="bitalino"), sent(station, "bitalino")
    # What is read just before a session takes the device over belongs to neither.
    check("what the device sent came", told("attune_stream_samples_total", source="bitalino") < came <= made < came + 500,
          (came, made))


# The station

def begin(station):
    """Devices of several kinds, one of them with a radio that breaks off."""
    backup = pathlib.Path(station.path("backup"))
    backup.mkdir()
    (backup / ".attune-backup").touch()
    heart = BLUETOOTH["heart-rate"]
    station.set(f"""station: metrics
backup: {backup}
devices:
  - {{profile: bitalino, path: {station.path("bitalino")}, name: bitalino, options: {{rate: 1000, channels: [A1]}}}}
  - {{profile: shimmer3-gsr, path: {station.path("shimmer3-gsr")}, name: shimmer3-gsr}}
  - {{profile: grove-gsr, path: {station.path("grove-gsr")}, name: grove-gsr}}
  - {{profile: heart-rate, address: "{heart["address"]}", name: heart-rate}}
""")
    address = bus(station)
    os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = address
    devices = {}
    for name, options in [("bitalino", ["--channels", "1"]), ("grove-gsr", []), ("heart-rate", []),
                          ("shimmer3-gsr", ["--silent", "--unplug-every", "1.7", "--unplug-for", "0.4"])]:
        devices[name] = station.simulate(name, "--link", station.path(name), "--log", station.path(f"{name}.log"),
                                         "--seed", "7", *options)
    described = {key: heart[key] for key in ("address", "name", "services", "characteristics") if key in heart}
    pathlib.Path(station.path("devices.json")).write_text(json.dumps(
        [described | {"pty": station.path("heart-rate"), "battery": 64}]))
    station.spawn("/usr/bin/python3", STAND / "fake_bluez.py", "--bus", address, "--devices",
                  station.path("devices.json"), log=station.path("bluez.log"), stdin=subprocess.PIPE)
    # Only the daemon: this station's devices are not those of the pages' tests.
    super(ConsoleStation, station).start()
    return devices


def main(programs):
    with ConsoleStation(programs) as station:
        token_file = pathlib.Path(station.path("token"))
        token_file.write_text(f"{TOKEN}\n")
        token_file.chmod(0o600)
        layout()
        devices = begin(station)
        access(station, token_file)
        prometheus = Prometheus(station, token_file)
        for name in devices:
            station.wait_for_device(name)

        first = station.attune("session", "start", "metrics", CODES[0])
        time.sleep(2)
        station.attune("session", "stop", "--wait")
        second = station.attune("session", "start", "metrics", CODES[1])
        with varlink.Client(f"unix:{station.socket}") as client, client.open("io.attune.Link") as link:
            band = f"{CODES[1]}-band"
            link.Register(session=second["id"], client=band, title="A band", clock="station", streams=[
                {"name": f"{band}.gsr", "kind": "signal", "rate_hz": 10.0, "clock": "arrival", "channels": [
                    {"name": "gsr", "unit": "uS", "type": "f64", "scale": 1.0, "offset": 0.0}]}])
            pages(station)
            status = as_the_system_says(station)
            formats(station)
            station.end(devices.pop("grove-gsr"))
            wait_for("the alarm", lambda: scrape(station)("attune_alarm_standing", device="grove-gsr"))
            told = scrape(station)
            check("a device that is gone is seen", told("attune_device_state", device="grove-gsr", state="streaming") == 0
                  and told("attune_device_recording", device="grove-gsr") == 1)
            check("an alarm counts", told("attune_alarms", acknowledged="false") >= 1)
            client_falls_silent(station, link, second["id"], band)
            wait_for("the server to have it", lambda: prometheus.query("attune_alarm_standing"))
            count = queries(prometheus, status)
        for device in devices.values():
            station.end(device)
        time.sleep(1)
        station.attune("session", "stop", "--wait")
        time.sleep(2.5)
        as_the_files_say(station, [first, second])
        began = scrape(station)("attune_start_time_seconds")

        station.kill()
        wait_for("the daemon to be away", lambda: scrape(station)("attune_up") == 0, 5)
        took = []
        for _ in range(3):
            asked = time.monotonic()
            told = scrape(station)
            took.append(time.monotonic() - asked)
        # One that waited for the daemon would do so each time.
        check("that is told at once", min(took) < 0.5, took)
        check("and nothing old is", not any(name.startswith(("attune_device", "attune_stream", "attune_ring", "attune_storage"))
                                            for name in told.samples), set(told.samples))
        super(ConsoleStation, station).start()
        wait_for("the new daemon", lambda: scrape(station)("attune_up") == 1, 10)
        told = scrape(station)
        check("a restart is a new start", told("attune_start_time_seconds") > began)
        check("counters begin anew", not told("attune_stream_samples_total") and told("attune_commit_duration_seconds_count") == 0)
        check("the console goes out well", station.stop_console() == 0)
        print(f"{checked} checks, {count} queries", flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except Failure as failure:
        print("FAILED", failure)
        sys.exit(1)
