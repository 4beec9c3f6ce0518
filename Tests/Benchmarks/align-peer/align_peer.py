"""Loads made-up recordings with pyxdf and holds its time stamps against the truth.

    align_peer.py RECORDINGS

RECORDINGS/recordings.json is a list of {case, file, count, rate, batch, split}; `file` holds the
arrival of each sample and then its true time, both as int64 nanoseconds. Each becomes an XDF file as a
recorder would write it, one sample a time stamp, and is loaded in several ways. Printed are, for each
case and way, the medians over its recordings, in milliseconds.
"""

import json
import logging
import os
import statistics
import struct
import sys
import uuid
from pathlib import Path

import numpy
import pyxdf

# What it warns of here is expected: a stream split at pauses.
logging.disable(logging.WARNING)

BOUNDARY = uuid.UUID("43a546dc-cbf5-410f-b30e-d5467383cbe4").bytes


def chunk(tag, content):
    return struct.pack("<BIH", 4, len(content) + 2, tag) + content


def write_xdf(path, stamps, rate):
    """One stream of one float channel: sample chunks of a second, a clock offset of 0 every 5 s, a
    boundary every 10 s."""
    stream = struct.pack("<I", 1)
    header = (
        '<?xml version="1.0"?><info><name>made-up</name><type>signal</type>'
        "<channel_count>1</channel_count>"
        f"<nominal_srate>{rate}</nominal_srate><channel_format>float32</channel_format>"
        "<source_id>made-up</source_id></info>"
    )
    samples = numpy.zeros(
        len(stamps), dtype=[("bytes", "u1"), ("stamp", "<f8"), ("value", "<f4")]
    )
    samples["bytes"] = 8
    samples["stamp"] = stamps
    samples["value"] = numpy.arange(len(stamps))
    first, last = stamps[0], stamps.max()
    with open(path, "wb") as file:
        file.write(b"XDF:")
        file.write(chunk(1, b'<?xml version="1.0"?><info><version>1.0</version></info>'))
        file.write(chunk(2, stream + header.encode()))
        begin = 0
        for second in range(int(last - first) + 2):
            until = first + second
            if second % 10 == 0:
                file.write(chunk(5, BOUNDARY))
            if second % 5 == 0:
                file.write(chunk(4, stream + struct.pack("<dd", until, 0.0)))
            # As they came, not as they are sorted: the first that is not yet there ends the chunk.
            later = numpy.nonzero(stamps[begin:] >= until + 1)[0]
            end = begin + (later[0] if len(later) else len(stamps) - begin)
            if end > begin:
                count = struct.pack("<BI", 4, end - begin)
                file.write(chunk(3, stream + count + samples[begin:end].tobytes()))
                begin = end
        footer = f'<?xml version="1.0"?><info><sample_count>{len(stamps)}</sample_count></info>'
        file.write(chunk(6, stream + footer.encode()))


def errors(path, truth, **ways):
    streams, _ = pyxdf.load_xdf(str(path), **ways)
    stamps = streams[0]["time_stamps"]
    if len(stamps) != len(truth):
        raise SystemExit(f"{path}: pyxdf loaded {len(stamps)} of {len(truth)} samples")
    if not numpy.array_equal(
        streams[0]["time_series"][:, 0], numpy.arange(len(truth), dtype=numpy.float32)
    ):
        raise SystemExit(f"{path}: pyxdf loaded other values than were written")
    error = (stamps - truth) * 1e3
    return {
        "rms": float(numpy.sqrt(numpy.mean(error**2))),
        "bias": float(error.mean()),
        "deviation": float(error.std()),
        "worst": float(numpy.abs(error).max()),
    }


def main():
    folder = Path(sys.argv[1])
    found = {}
    path = folder / "recording.xdf"
    parent = os.getppid()
    for recording in json.loads((folder / "recordings.json").read_text()):
        if os.getppid() != parent:
            raise SystemExit("Nobody waits for this any more.")
        columns = numpy.fromfile(folder / recording["file"], dtype="<i8")
        count = recording["count"]
        # Seconds since the first arrival: doubles then tell nanoseconds from each other.
        first = columns[0]
        arrival = (columns[:count] - first) / 1e9
        truth = (columns[count:] - first) / 1e9

        def note(way, stamps, **ways):
            write_xdf(path, stamps, recording["rate"])
            found.setdefault((recording["case"], way), []).append(errors(path, truth, **ways))

        note("default", arrival)
        note("raw", arrival, dejitter_timestamps=False)
        note(
            "split",
            arrival,
            jitter_break_threshold_seconds=recording["split"],
            jitter_break_threshold_samples=10,
        )
        batch = recording["batch"]
        if batch > 1:
            # A sender that pushes packets as chunks has their samples stamped backwards from the
            # arrival, at the nominal rate.
            back = (batch - 1 - numpy.arange(count) % batch) / recording["rate"]
            note("chunks", arrival - back)
    path.unlink(missing_ok=True)
    for (case, way), each in found.items():
        medians = {name: statistics.median(one[name] for one in each) for name in each[0]}
        print(json.dumps({"case": case, "way": way, **medians}), flush=True)


if __name__ == "__main__":
    main()
