import Link
import SessionStore
import Testing
import Timebase

@testable import Recording

/// Counts of the daemon's life, over sessions that come and go.
@Suite struct StreamTallyTests {
    private func stream(
        _ id: Int64, _ name: String = "eda", kind: String = "signal", samples: Int64, gaps: Int = 0,
        lost: Int64 = 0
    ) -> StationSnapshot.Stream {
        StationSnapshot.Stream(
            id: id, name: name, kind: kind, source: "bitalino", clock: .counter, channels: [],
            units: [], samples: samples, events: 0, gaps: gaps, lost: lost, bound: 0)
    }

    @Test func sessionsAddUpAndNothingIsForgottenWhenOneEnds() {
        var tally = StreamTally()
        #expect(tally.totals(with: [:]).isEmpty)
        #expect(
            tally.totals(with: [1: [stream(1, samples: 10)], 2: [stream(4, samples: 5)]]).map(
                \.samples) == [15])
        tally.end(1, [stream(1, samples: 12, gaps: 1, lost: 3)])
        let totals = tally.totals(with: [2: [stream(4, samples: 6)]])
        #expect(
            totals == [
                StreamTotals(
                    source: "bitalino", stream: "eda", kind: "signal", samples: 18, gaps: 1, lost: 3
                )
            ])
        tally.end(2, [stream(4, samples: 6)])
        #expect(tally.totals(with: [:]) == totals)
    }

    @Test func whatAnEarlierDaemonTookIsNotCounted() {
        var tally = StreamTally()
        tally.takeUp(1, [stream(1, samples: 100, gaps: 2, lost: 9)])
        #expect(
            tally.totals(with: [1: [stream(1, samples: 100, gaps: 2, lost: 9)]])[0].samples == 0)
        tally.end(1, [stream(1, samples: 130, gaps: 3, lost: 10)])
        let totals = tally.totals(with: [:])[0]
        #expect(totals.samples == 30 && totals.gaps == 1 && totals.lost == 1)
    }

    @Test func aLossThatIsPutRightTakesNothingBack() {
        var tally = StreamTally()
        #expect(tally.totals(with: [1: [stream(1, samples: 5, gaps: 1, lost: 40)]])[0].lost == 40)
        #expect(tally.totals(with: [1: [stream(1, samples: 6, gaps: 1, lost: 38)]])[0].lost == 40)
        #expect(tally.totals(with: [1: [stream(1, samples: 7, gaps: 2, lost: 43)]])[0].lost == 43)
    }

    @Test func clocksOfClientsAreNoStreams() {
        var tally = StreamTally()
        #expect(
            tally.totals(with: [1: [stream(1, "page.clock", kind: "client", samples: 1)]]).isEmpty)
    }

    @Test(arguments: [
        ("polar", "polar"), ("P01", "withheld"), ("chest-p01.ecg", "chest-withheld.ecg"),
        ("P0", "P0"), ("P02", "P02"), ("P01EEG", "withheld"), ("eeg-xp012", "eeg-withheld"),
        ("wrist A-07", "withheld"), ("", ""), ("émil_ecg", "withheld_ecg"), ("b2", "withheld"),
        ("ab2", "ab2"),
    ])
    func codesOfParticipantsAreWithheld(name: String, told: String) {
        #expect(Station.withholding(["P01", "a-07", "Émil", "B2"], from: name) == told)
    }
}
