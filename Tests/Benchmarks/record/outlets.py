"""The study's signals as streams of Lab Streaming Layer, until it is ended.

    outlets.py

Prints a line once all are there."""

import math
import time

import pylsl

RATES = {"ecg": 250, "pulse": 100, "eda": 15, "breathing": 8}


def main():
    outlets = {}
    for name, rate in RATES.items():
        info = pylsl.StreamInfo(name, "signal", 1, rate, pylsl.cf_float32, f"bench-{name}")
        outlets[name] = pylsl.StreamOutlet(info)
    print("ready", flush=True)
    sent = dict.fromkeys(RATES, 0)
    start = pylsl.local_clock()
    while True:
        time.sleep(0.01)
        now = pylsl.local_clock()
        for name, rate in RATES.items():
            while start + sent[name] / rate <= now:
                place = sent[name]
                outlets[name].push_sample([math.sin(place / rate) * 500 + place % 7], start + place / rate)
                sent[name] += 1


if __name__ == "__main__":
    main()
