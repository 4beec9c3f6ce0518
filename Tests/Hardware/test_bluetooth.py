"""Bluetooth sensors through bluetoothd: found, recorded, lost and taken up again."""

import time

from bluetooth import BluetoothTest
from peripherals import HeartRateStrap, PolarStrap

SETTINGS = f"""
devices:
  - {{profile: heart-rate, address: "{HeartRateStrap.address}", name: strap}}
  - {{profile: polar-h10, address: "{PolarStrap.address}", name: polar}}
"""


class BluetoothRecordingTest(BluetoothTest):
    def stream(self, path, device, channel):
        """The name of the device's stream that has this channel."""
        [(name,)] = self.rows(
            path, "SELECT s.name FROM streams s JOIN channels c ON c.stream_id = s.id "
                  "WHERE s.source = ? AND c.name = ?", device, channel)
        return name

    def pieces(self, path, stream, channels):
        """Stored samples between the gaps of a stream, and the gaps: (cause, start, end)."""
        times, values = self.samples(path, stream, channels)
        gaps = self.rows(path, "SELECT after_index, cause, start_ns, end_ns FROM gaps g JOIN streams s "
                               "ON s.id = g.stream_id WHERE s.name = ? ORDER BY after_index", stream)
        found, begin = [], 0
        for after_index, _, start, end in gaps:
            found.append(values[begin:after_index + 1])
            self.assertEqual((start, end), (times[after_index], times[after_index + 1]), "the gap's neighbours")
            begin = after_index + 1
        self.assertTrue(all(a <= b for a, b in zip(times, times[1:])), "times grow")
        return [*found, values[begin:]], [gap[1:] for gap in gaps]

    def assert_sent(self, stored, sent, begin=None, missing=0):
        """What is stored stands in what was sent, without a hole; from `begin` on if that is known, and
        with at most `missing` samples under way in the end."""
        self.assertTrue(stored, "nothing is stored")
        if begin is None:
            begin = next((place for place in range(len(sent)) if sent[place:place + len(stored)] == stored), None)
            self.assertIsNotNone(begin, f"{stored[:4]}… is not in {sent[:8]}…")
        self.assertEqual(stored, sent[begin:begin + len(stored)])
        self.assertLessEqual(len(sent) - begin - len(stored), missing, "samples that were sent and not stored")

    def test_heart_rate_strap_is_recorded_lost_and_taken_up_again(self):
        strap = HeartRateStrap(seed=11)
        radio = self.radio(strap)
        self.start_daemon(SETTINGS.replace("  - {profile: polar", "  # - {profile: polar"))
        self.await_device("strap", "streaming")
        self.attune("session start pilot P04 --protocol pilot --pilot --device strap")
        sent = strap.sent
        self.await_value("5 packets of the first connection", lambda: sent and len(sent[0]) >= 5)
        for ending, expected in ((strap.drop, 2), (strap.lose, 3)):
            radio.do(ending())
            self.await_device("strap", "absent", "opening", "starting", "silent")
            time.sleep(4)
            radio.do(strap.advertise())
            back = time.monotonic()
            self.await_value("packets of the next connection", lambda: len(sent) == expected)
            self.report(f"{ending.__name__}: recorded again {time.monotonic() - back:.1f} s after its return")
            self.await_value("5 packets", lambda: len(sent[-1]) >= 5)
        # The strap sends on while the session is stopped and its file is looked at: what was sent before is due.
        due = len(sent[-1])
        path = self.finished_file()

        stored, gaps = self.pieces(path, self.stream(path, "strap", "rate"), ["rate"])
        self.report(f"heart rate: {[len(piece) for piece in stored]} stored of "
                    f"{[len(run) for run in sent]} packets; gaps {gaps}")
        self.assertEqual([gap[0] for gap in gaps], ["disconnect", "disconnect"])
        intervals, gaps = self.pieces(path, self.stream(path, "strap", "rr"), ["rr"])
        self.assertEqual([gap[0] for gap in gaps], ["disconnect", "disconnect"])
        for number, run in enumerate(sent):
            begin = None if number == 0 else 0
            last = number == len(sent) - 1
            # One packet may be under way when the connection ends, or the session.
            rest = run[(due if last else len(run)) - 1:]
            self.assert_sent([value for value, in stored[number]], [rate for rate, _ in run], begin, len(rest))
            self.assert_sent([value for value, in intervals[number]],
                             [interval for _, packet in run for interval in packet], begin,
                             sum(len(packet) for _, packet in rest))
        [(level,)] = self.samples(path, self.stream(path, "strap", "level"), ["level"])[1][:1]
        self.assertEqual(level, strap.battery)
        self.assert_bluetoothd_survived()

    def find_again_after_bluetoothd(self, polar, radio):
        """BlueZ 5.66 now and then falls itself over a client that dies with a descriptor of notifications in
        its hands, and systemd starts it again. The strap is then out of reach, and must be found again."""
        self.report("bluetoothd fell with the client, and was started again")
        runs = polar.sent[PolarStrap.ECG]
        waits = []

        def packets():
            # A strap without a connection lets itself be found, once each time.
            if polar.connection is not None:
                waits.clear()
            elif not waits:
                waits.append(True)
                radio.do(polar.advertise())
            return len(runs) >= 3 and len(runs[-1]) >= 8

        self.await_value("8 packets after bluetoothd's return", packets)
        path = self.finished_file()
        for kind, channels in ((PolarStrap.ECG, ["ecg"]), (PolarStrap.ACCELERATION, ["accX", "accY", "accZ"])):
            runs = [[sample for packet in run for sample in packet] for run in polar.sent[kind]]
            stored, gaps = self.pieces(path, self.stream(path, "polar", channels[0]), channels)
            self.report(f"{channels}: {[len(piece) for piece in stored]} stored of "
                        f"{[len(run) for run in runs]} sent; gaps {gaps}")
            self.assertEqual(gaps[0][0], "disconnect")
            self.assertIn(gaps[-1][0], ["disconnect", "restart"])
            self.assert_sent(stored[0], runs[0], None, 4 * PolarStrap.kinds[kind][1])
            self.assert_sent(stored[1], runs[1][:len(stored[1])], 0)
            self.assert_sent(stored[-1], runs[-1], 0, len(runs[-1]))

    def test_polar_strap_is_recorded_lost_and_taken_up_after_a_crash(self):
        polar = PolarStrap(seed=12)
        radio = self.radio(polar)
        self.start_daemon(SETTINGS.replace("  - {profile: heart", "  # - {profile: heart"))
        self.await_device("polar", "streaming")
        self.attune("session start pilot P05 --protocol pilot --pilot --device polar")
        sent = polar.sent[PolarStrap.ECG]
        self.await_value("8 packets of ECG", lambda: sent and len(sent[0]) >= 8)
        radio.do(polar.lose())
        self.await_device("polar", "absent", "opening", "starting", "silent")
        time.sleep(3)
        radio.do(polar.advertise())
        back = time.monotonic()
        self.await_value("packets of the next connection", lambda: len(sent) == 2 and sent[1])
        self.report(f"recorded again {time.monotonic() - back:.1f} s after its return")
        self.await_value("8 packets", lambda: len(sent[1]) >= 8)
        # Killed with the descriptor of notifications in its hands: the link stays, and is taken over.
        self.guest.run("systemctl kill --signal=KILL attuned")
        self.guest.wait_until("systemctl is-active attuned", "the daemon is up again")
        if self.guest.run("pidof bluetoothd || true").strip() != self.bluetoothd:
            return self.find_again_after_bluetoothd(polar, radio)
        if polar.connection is None:
            radio.do(polar.advertise())
        # The strap never stopped, so that nothing is started anew: its second run goes on.
        crashed = len(sent[1])
        self.await_value("8 packets after the crash", lambda: len(sent[1]) >= crashed + 8)
        self.assert_bluetoothd_survived()
        # What was sent until now must be stored; the strap goes on after the session.
        due = {kind: sum(map(len, runs[-1])) for kind, runs in polar.sent.items()}
        path = self.finished_file()
        self.guest.run("systemctl stop attuned.socket attuned")
        self.report(f"told to the strap: {[write.hex() for write in polar.writes]}")
        self.assertEqual(polar.running, {}, "the strap was not told to stop")
        self.assert_bluetoothd_survived()

        for kind, channels in ((PolarStrap.ECG, ["ecg"]), (PolarStrap.ACCELERATION, ["accX", "accY", "accZ"])):
            runs = [[sample for packet in run for sample in packet] for run in polar.sent[kind]]
            stored, gaps = self.pieces(path, self.stream(path, "polar", channels[0]), channels)
            self.report(f"{channels}: {[len(piece) for piece in stored]} stored of "
                        f"{[len(run) for run in runs]} sent; gaps {gaps}")
            self.assertEqual([gap[0] for gap in gaps], ["disconnect", "restart"])
            packet = PolarStrap.kinds[kind][1]
            # Packets that were on the air when the link broke are lost.
            self.assert_sent(stored[0], runs[0], None, 4 * packet)
            self.assert_sent(stored[1], runs[1][:len(stored[1])], 0)
            # What came between the kill and the restart is lost with bluetoothd's open end; no more than that.
            rest = runs[1][len(stored[1]):]
            self.assert_sent(stored[2], rest, None, len(rest))
            end = len(stored[1]) + rest.index(stored[2][0]) + len(stored[2])
            self.assertGreaterEqual(end, due[kind] - packet, "samples that were sent and not stored")
            lost = self.rows(path, "SELECT lost, lost_bound FROM gaps g JOIN streams s ON s.id = g.stream_id "
                                   "WHERE s.name = ?", self.stream(path, "polar", channels[0]))
            self.report(f"lost: {lost}")
