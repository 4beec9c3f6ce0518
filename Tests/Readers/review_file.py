"""Reads one channel of a finished session by its newest alignment, with the 95% bound of each time, by
the description in Protocols/formats/review-file.md. Usage: review_file.py FILE STREAM CHANNEL"""
import os, pathlib, sqlite3, sys, zlib
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from session_file import columns

def opened(path): return sqlite3.connect(pathlib.Path(path).absolute().as_uri() + "?mode=ro", uri=True).execute

def channel(path, stream, name):  # times in nanoseconds, their bounds, and raw values
    session, review = opened(path), path.removesuffix(".attune") + ".review"
    [(own, id, place)] = session("SELECT session.id, s.id, position FROM session, streams AS s, channels AS c WHERE s.id = stream_id AND s.name = ? AND c.name = ?", (stream, name))
    blobs = session("SELECT data, packets FROM chunks WHERE stream_id = ? ORDER BY first_index", [id])
    chunks = [[*columns(zlib.decompress(data)), *columns(zlib.decompress(packets))] for data, packets in blobs]
    times = [time for chunk in chunks for n, time in zip(*chunk[-2:]) for _ in range(n)]
    read = opened(review) if os.path.exists(review) else lambda *_: []
    assert [*read("SELECT session_id FROM review")] in ([], [(own,)]), "the review file of another session"
    rows = "SELECT first_index, origin_ns, period_ns, bound_ns, method FROM %s WHERE stream_id = ? ORDER BY first_index"
    newest, bounds = "alignment_segments NATURAL JOIN (SELECT max(id) AS alignment_id FROM alignments)", [None] * len(times)
    for first, origin, period, bound, method in [*read(rows % newest, [id])] or session(rows % "clock_segments", [id]):
        bounds[first:] = [bound] * len(times[first:])
        if method != "stamped": times[first:] = [origin + (int(2 * i * period) + 1) // 2 for i in range(len(times[first:]))]
    return times, bounds, [value for chunk in chunks for value in chunk[place]]

if __name__ == "__main__": print(*(f"{time} {bound} {value}" for time, bound, value in zip(*channel(*sys.argv[1:]))), sep="\n")
