import Foundation
import Testing

@testable import Recording

/// What the fitting says of made-up signals.
@Suite struct ContactCheckTests {
    // MARK: Heart

    @Test(arguments: [130.0, 250, 500, 1000], [48.0, 66, 110])
    func aHeartWithLittleNoiseIsGreen(rate: Double, beats: Double) {
        var noise = MadeUpNoise(3)
        let window = MadeUpSignal(kind: .ecg, rate: rate, seconds: 10).window {
            // Breathing moves the baseline.
            MadeUpSignal.heart($0, beatsPerMinute: beats) + 0.4 * sin(2 * .pi * 0.25 * $0)
                + 0.02 * noise.next()
        }
        let verdict = ContactCheck.verdict(window)
        #expect(verdict?.state == .green, "\(verdict?.text ?? "")")
        #expect(verdict?.text.contains("\(Int(beats))") == true, "\(verdict?.text ?? "")")
    }

    @Test func anInvertedHeartIsGreen() {
        let window = MadeUpSignal(kind: .ecg, rate: 250, seconds: 10).window {
            -MadeUpSignal.heart($0)
        }
        #expect(ContactCheck.verdict(window)?.state == .green)
    }

    @Test(arguments: [250.0, 1000]) func anOpenLeadThatHumsIsRed(rate: Double) {
        var noise = MadeUpNoise(5)
        let window = MadeUpSignal(kind: .ecg, rate: rate, seconds: 10).window {
            1.2 * sin(2 * .pi * 50 * $0) + 0.05 * noise.next()
        }
        let verdict = ContactCheck.verdict(window)
        #expect(verdict?.state == .red, "\(verdict?.text ?? "")")
        #expect(verdict?.text.contains("hum") == true)
    }

    @Test func muscleNoiseIsAmber() {
        var noise = MadeUpNoise(7)
        let window = MadeUpSignal(kind: .ecg, rate: 250, seconds: 10).window { time in
            0.2 * MadeUpSignal.heart(time) + 0.3 * noise.next()
        }
        #expect(ContactCheck.verdict(window)?.state == .amber)
    }

    @Test func aDeadAndAnOverdrivenLeadAreRed() {
        let signal = MadeUpSignal(kind: .ecg, rate: 250, seconds: 10)
        #expect(ContactCheck.verdict(signal.window { _ in 0.3 })?.state == .red)
        let small = signal.window { 0.02 * MadeUpSignal.heart($0) }
        #expect(ContactCheck.verdict(small)?.state == .red)
        let large = signal.window { 40 * MadeUpSignal.heart($0) }
        #expect(ContactCheck.verdict(large)?.state == .red)
        // Where nobody knows what a step is in millivolts, size says nothing.
        var raw = large
        raw.isCalibrated = false
        #expect(ContactCheck.verdict(raw)?.state == .green)
    }

    // MARK: Skin

    @Test func restingSkinIsGreen() {
        var noise = MadeUpNoise(11)
        for level in [0.4, 4, 20, 50] {
            let window = MadeUpSignal(kind: .eda, rate: 100, seconds: 30, resolution: 0.0244)
                .window {
                    level + 0.002 * $0 + 0.3 * MadeUpSignal.response($0 + 12) + 0.01 * noise.next()
                }
            let verdict = ContactCheck.verdict(window)
            #expect(verdict?.state == .green, "\(level): \(verdict?.text ?? "")")
        }
    }

    @Test func openAndBridgedElectrodesAreRed() {
        var noise = MadeUpNoise(13)
        let signal = MadeUpSignal(kind: .eda, rate: 1000, seconds: 30, minimum: 0)
        let open = signal.window { _ in 0.01 * noise.next() }
        #expect(ContactCheck.verdict(open)?.state == .red)
        let bridged = signal.window { _ in 80 + noise.next() }
        #expect(ContactCheck.verdict(bridged)?.state == .red)
        // Off for the last third alone.
        let loose = signal.window { $0 < -10 ? 5 : 0 }
        #expect(ContactCheck.verdict(loose)?.state == .red)
    }

    @Test func jumpsOfSkinConductanceAreAmber() {
        let window = MadeUpSignal(kind: .eda, rate: 50, seconds: 30).window {
            $0.truncatingRemainder(dividingBy: 10) > -1 ? 12 : 5
        }
        #expect(ContactCheck.verdict(window)?.state == .amber)
    }

    // MARK: Pulse

    @Test(arguments: [25.0, 50, 135, 500], [52.0, 75, 120])
    func aPulseIsGreen(rate: Double, beats: Double) {
        var noise = MadeUpNoise(17)
        let window = MadeUpSignal(kind: .ppg, rate: rate, seconds: 10, isCalibrated: false)
            .window { time in
                let turn = 2 * Double.pi * time * beats / 60
                return 80_000 + 600 * sin(turn) + 200 * sin(2 * turn + 1)
                    + 900 * sin(2 * .pi * 0.2 * time) + 60 * noise.next()
            }
        let verdict = ContactCheck.verdict(window)
        #expect(verdict?.state == .green, "\(rate) \(beats): \(verdict?.text ?? "")")
    }

    @Test(arguments: 1...8) func lightWithoutAFingerIsNotGreen(seed: Int) {
        var noise = MadeUpNoise(UInt64(seed))
        let window = MadeUpSignal(kind: .ppg, rate: 50, seconds: 10).window { _ in
            900 + 12 * noise.next()
        }
        #expect(ContactCheck.verdict(window)?.state == .red)
    }

    @Test(arguments: 1...8) func aHandThatMovesIsNotGreen(seed: Int) {
        var noise = MadeUpNoise(UInt64(seed))
        var place = 0.0
        let window = MadeUpSignal(kind: .ppg, rate: 50, seconds: 10).window { _ in
            place += 30 * noise.next()
            return 80_000 + place
        }
        #expect(ContactCheck.verdict(window)?.state != .green)
    }

    @Test func breathingAloneIsNoPulse() {
        var noise = MadeUpNoise(19)
        let window = MadeUpSignal(kind: .ppg, rate: 50, seconds: 10).window {
            80_000 + 900 * sin(2 * .pi * 0.35 * $0) + 5 * noise.next()
        }
        #expect(ContactCheck.verdict(window)?.state == .red)
    }

    // MARK: Anything

    @Test func whatIsSilentOrMissingIsRed() {
        for kind in [SignalWindow.Kind.ecg, .eda, .ppg] {
            let signal = MadeUpSignal(kind: kind, rate: 100, seconds: 10)
            #expect(ContactCheck.verdict(signal.window { _ in .nan })?.state == .red)
            var ended = signal
            ended.end = -5
            #expect(ContactCheck.verdict(ended.window { $0 })?.state == .red)
            let nothing = SignalWindow(
                kind: kind, source: "", times: [], values: [], rate: 100)
            #expect(ContactCheck.verdict(nothing)?.state == .red)
            #expect(LineCheck.flat(nothing).state == .red)
            #expect(LineCheck.clipped(nothing).state == .red)
        }
        let other = MadeUpSignal(kind: .generic, rate: 100, seconds: 10).window { $0 }
        #expect(ContactCheck.verdict(other) == nil)
    }

    @Test func aMarkedElectrodeThatIsOffNowAndThenIsRed() {
        // A board that says "no reading" while an electrode is off.
        let window = MadeUpSignal(kind: .ecg, rate: 190, seconds: 10).window {
            Int($0 * 2) % 2 == 0 ? .nan : MadeUpSignal.heart($0)
        }
        #expect(ContactCheck.verdict(window)?.state == .red)
    }
}
