import Link
import Testing
import Timebase

@testable import Console

/// How good a device's signal is said to be.
@Suite struct SignalQualityTests {
    private func device(
        _ state: DeviceState = .streaming, session: String? = "s", transport: String = "serial",
        rate: Double? = 100, nominal: Double? = 100, bound: Double? = 2, battery: Int? = nil,
        reason: String = ""
    ) -> DeviceInfo {
        DeviceInfo(
            name: "band", profile: "p", node: "n", identity: "i", state: state, reason: reason,
            session: session, streams: ["ecg"], samples: 1, rateHz: rate, faults: 0,
            batteryPercent: battery, transport: transport, nominalRateHz: nominal, boundMs: bound)
    }

    private func check(
        _ name: String, _ state: FittingCheck.State, _ text: String = "Fasten it."
    ) -> FittingCheck {
        FittingCheck(check: name, source: "ecg.ecg", state: state, text: text, required: false)
    }

    @Test func allIsWell() {
        let quality = SignalQuality(device(), checks: [check("contact", .green)], share: 1)
        #expect(quality.level == .good && quality.words.isEmpty)
        #expect(SignalQuality(device(nominal: nil), checks: [], share: nil).level == .good)
    }

    @Test(arguments: [
        (0.9995, SignalQuality.Level.good), (0.998, .doubtful), (0.951, .doubtful), (0.94, .bad),
    ])
    func losses(share: Double, level: SignalQuality.Level) {
        #expect(SignalQuality(device(), checks: [], share: share).level == level)
    }

    @Test func contactIsWorseThanClipping() {
        let lost = SignalQuality(
            device(), checks: [check("clipping", .red, "Turn it down."), check("contact", .red)],
            share: 1)
        #expect(lost.level == .bad)
        #expect(lost.words == ["ecg.ecg: Fasten it.", "ecg.ecg: Turn it down."])
        // Checks that say the same are one line.
        let new = SignalQuality(
            device(),
            checks: ["contact", "leads-off", "flat-line"].map { check($0, .amber, "Wait.") },
            share: 0.99)
        #expect(new.words.count == 2 && new.words.first == "ecg.ecg: Wait.")
        #expect(
            SignalQuality(device(), checks: [check("clipping", .red)], share: 1).level == .doubtful)
        #expect(
            SignalQuality(device(), checks: [check("contact", .amber)], share: 1).level == .doubtful
        )
        // What is no matter of the signal does not count.
        #expect(SignalQuality(device(), checks: [check("disk", .red)], share: 1).level == .good)
    }

    @Test func ratesAndTimes() {
        #expect(SignalQuality(device(rate: 97), checks: [], share: 1).level == .doubtful)
        #expect(SignalQuality(device(rate: 99), checks: [], share: 1).level == .good)
        #expect(SignalQuality(device(bound: 80), checks: [], share: 1).level == .doubtful)
        #expect(SignalQuality(device(battery: 29), checks: [], share: 1).level == .doubtful)
        #expect(SignalQuality(device(battery: 15), checks: [], share: 1).level == .bad)
    }

    @Test func whatIsAwayIsBadOnlyWhereItIsRecorded() {
        let gone = SignalQuality(device(.absent, reason: "unplugged"), checks: [], share: nil)
        #expect(gone.level == .bad)
        #expect(gone.words.first?.contains("unplugged") == true)
        #expect(SignalQuality(device(.absent, session: nil), checks: [], share: nil).level == .idle)
        #expect(SignalQuality(device(.silent), checks: [], share: nil).level == .bad)
        #expect(SignalQuality(device(.paused), checks: [], share: nil).level == .idle)
        #expect(
            SignalQuality(
                device(.absent, session: nil, transport: "keyboard"), checks: [], share: nil
            ).level == .idle)
    }

    @Test func receptionIsOfTheLastMinute() throws {
        var history = ReceptionHistory()
        #expect(history.share == nil)
        for second in 0..<200 {
            // A loss of 50 samples in the 10th second is forgotten in time.
            history.note(
                received: Int64(second) * 100, lost: second >= 10 ? 50 : 0,
                at: Instant(nanoseconds: Int64(second) * 1_000_000_000))
            if second == 20 { #expect(try #require(history.share) < 0.98) }
        }
        #expect(history.share == 1)
        // A new session counts anew.
        history.note(received: 5, lost: 0, at: Instant(nanoseconds: 201_000_000_000))
        #expect(history.share == nil)
    }
}
