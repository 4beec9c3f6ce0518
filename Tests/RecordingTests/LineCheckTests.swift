import Foundation
import Testing

@testable import Recording

/// Flat and clipped lines.
@Suite struct LineCheckTests {
    @Test func aFlatLineIsRedAndAMovingOneGreen() {
        let signal = MadeUpSignal(kind: .ecg, rate: 250, seconds: 10, resolution: 0.003)
        #expect(LineCheck.flat(signal.window { _ in 0.6 }).state == .red)
        // Dithering between two steps is no heart.
        #expect(LineCheck.flat(signal.window { sin(100 * $0) > 0 ? 0.6 : 0.603 }).state == .red)
        #expect(LineCheck.flat(signal.window { MadeUpSignal.heart($0) }).state == .green)
        // It moved, and stopped six seconds ago.
        let stopped = signal.window { $0 < -6 ? MadeUpSignal.heart($0) : 0 }
        #expect(LineCheck.flat(stopped).state == .red)
    }

    @Test func skinMayRestForAWhile() {
        let signal = MadeUpSignal(kind: .eda, rate: 10, seconds: 30, resolution: 0.0244)
        #expect(LineCheck.flat(signal.window { $0 < -8 ? 4.02 : 4 }).state == .green)
        #expect(LineCheck.flat(signal.window { _ in 4 }).state == .red)
        let short = MadeUpSignal(kind: .eda, rate: 10, seconds: 6)
        #expect(LineCheck.flat(short.window { _ in 4 }).state == .amber)
    }

    @Test func whatIsCutOffIsRed() {
        let signal = MadeUpSignal(
            kind: .ecg, rate: 500, seconds: 10, minimum: -1.5, maximum: 1.5, resolution: 0.003)
        #expect(LineCheck.clipped(signal.window { MadeUpSignal.heart($0) }).state == .green)
        let tall = LineCheck.clipped(signal.window { 3 * MadeUpSignal.heart($0) })
        #expect(tall.state == .red, "\(tall.text)")
        let low = LineCheck.clipped(signal.window { MadeUpSignal.heart($0) - 2 })
        #expect(low.state == .red, "\(low.text)")
        // Once in ten seconds, for 20 ms: somebody moved.
        let once = LineCheck.clipped(signal.window { abs($0 + 4) < 0.01 ? 9 : 0.3 * sin(6 * $0) })
        #expect(once.state == .amber, "\(once.text)")
    }

    @Test func withoutARangePlateausTell() {
        let signal = MadeUpSignal(kind: .ecg, rate: 250, seconds: 10)
        let open = signal.window { MadeUpSignal.heart($0) }
        #expect(LineCheck.clipped(open).state == .green)
        let cut = signal.window { min(0.5, max(-0.5, 2 * sin(2 * .pi * 5 * $0))) }
        #expect(LineCheck.clipped(cut).state == .red)
    }
}
