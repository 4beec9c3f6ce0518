"""LSL outlets with known numbers and known stamps, for tests.

    lsl_outlet.py KIND SECONDS [SOURCE_ID]

KIND is `numbers` (a stream of each numeric format), `markers`, or `one` (a float32 stream alone, in
pieces of ten at 200 Hz). Prints one JSON line for each thing sent: [stream, stamp, values], after a first
line `ready` once somebody listens.
"""

import json
import sys
import time

import pylsl

FORMATS = {"f32": pylsl.cf_float32, "f64": pylsl.cf_double64, "i8": pylsl.cf_int8,
           "i16": pylsl.cf_int16, "i32": pylsl.cf_int32, "i64": pylsl.cf_int64}


def value(kind, number, channel):
    """Numbers that need all of their format's digits."""
    number = number * 3 + channel
    return {"f32": lambda: number / 8 - 100, "f64": lambda: number * 1e-9 + 1 / 3,
            "i8": lambda: number % 256 - 128, "i16": lambda: number * 37 % 65536 - 32768,
            "i32": lambda: number * 1_000_003 % 2**32 - 2**31,
            "i64": lambda: number * 10**12 + 2**53 + 1}[kind]()


def outlet(name, kind, rate, source, channels=2):
    info = pylsl.StreamInfo(name, "test", channels, rate, FORMATS.get(kind, pylsl.cf_string),
                            source)
    described = info.desc().append_child("channels")
    for number in range(channels):
        channel = described.append_child("channel")
        channel.append_child_value("label", f"label{number}")
        channel.append_child_value("unit", "microvolts")
    return pylsl.StreamOutlet(info)


def main():
    kind, seconds = sys.argv[1], float(sys.argv[2])
    source = sys.argv[3] if len(sys.argv) > 3 else "test-source"
    if kind == "markers":
        outlets = {"markers": outlet("markers", "string", 0, source + "-markers", 1)}
        kinds, rate = {"markers": "string"}, 10
    elif kind == "one":
        outlets, kinds, rate = {"one": outlet("one", "f32", 200, source)}, {"one": "f32"}, 200
    else:
        outlets = {name: outlet(f"numbers-{name}", name, 100, f"{source}-{name}")
                   for name in FORMATS}
        kinds, rate = {name: name for name in FORMATS}, 100
    end = time.monotonic() + 30
    while not all(one.have_consumers() for one in outlets.values()) and time.monotonic() < end:
        time.sleep(0.02)
    print('"ready"', flush=True)
    time.sleep(0.5)
    start = pylsl.local_clock()
    number = 0
    while number < seconds * rate:
        time.sleep(max(0, start + number / rate - pylsl.local_clock()))
        for name, one in outlets.items():
            for step in range(10 if rate > 10 else 1):
                # Stamps of the sender's own making, with a jitter that must come through.
                stamp = start + (number + step) / rate + ((number + step) * 7 % 13) * 1e-4
                if kinds[name] == "string":
                    values = [f"marker {number} ü\"\\"]
                else:
                    values = [value(kinds[name], number + step, channel) for channel in range(2)]
                one.push_sample(values, stamp)
                print(json.dumps([name, stamp, values]))
        number += 10 if rate > 10 else 1
        sys.stdout.flush()
    time.sleep(1)


main()
