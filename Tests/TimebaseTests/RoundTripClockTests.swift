import TestSupport
import Testing

@testable import Timebase

@Suite struct RoundTripClockTests {
    private struct Errors {
        var errors: [Double] = []
        var bounds: [Double] = []
        var within = 0

        mutating func take(_ estimate: RoundTripClock.Estimate, truth: Double) {
            let error = abs(Double(estimate.time.nanoseconds) - truth)
            errors.append(error)
            bounds.append(Double(estimate.bound))
            if error <= Double(estimate.bound) + 1 { within += 1 }
        }

        var share: Double { Double(within) / Double(errors.count) }
        func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
    }

    /// Feeds a clock as it would be fed, and asks it about moments between the questions.
    private func run(_ network: inout ClientNetwork, seconds: Double, _ errors: inout Errors) throws
        -> RoundTripClock
    {
        var clock = RoundTripClock()
        let times = ClientNetwork.schedule(until: seconds)
        for (place, time) in times.enumerated() {
            for trip in network.burst(at: time) { clock.add(trip) }
            let next = place + 1 < times.count ? times[place + 1] : time + 2e9
            for _ in 0..<4 {
                let moment = Double.random(in: time + 600e6..<next, using: &network.generator)
                let estimate = try #require(
                    clock.estimate(
                        network.client(moment), arrival: Instant(nanoseconds: Int64(moment + 5e6))))
                errors.take(estimate, truth: moment)
            }
        }
        return clock
    }

    /// The delays there and back are drawn apart: half of their difference cannot be seen.
    @Test func theBoundHoldsWhateverTheNetworkDoes() throws {
        var all = Errors()
        for seed in 1...12 as ClosedRange<UInt64> {
            var network = ClientNetwork(seed: seed)
            network.driftPPM = Double.random(in: -300...300, using: &network.generator)
            network.there = Double.random(in: 0.05...5, using: &network.generator)
            network.back = Double.random(in: 0.05...5, using: &network.generator)
            network.jitter = Double.random(in: 0.1...8, using: &network.generator)
            network.wanderPPM = Double.random(in: 0...2, using: &network.generator)
            let clock = try run(&network, seconds: 900, &all)
            #expect(clock.resets == 0, "seed \(seed)")
            let drift = try #require(clock.driftPPM)
            #expect(abs(drift + network.driftPPM) < 25, "seed \(seed): \(drift)")
        }
        #expect(all.share >= 0.95, "\(all.share)")
        // And it says something: half of the least round trip, and little more.
        #expect(all.median(all.bounds) < 4.5e6, "\(all.median(all.bounds))")
        #expect(all.median(all.errors) < 1.5e6, "\(all.median(all.errors))")
    }

    @Test func onASymmetricNetworkTheErrorIsFarBelowTheBound() throws {
        var all = Errors()
        for seed in 1...8 as ClosedRange<UInt64> {
            var network = ClientNetwork(seed: seed)
            network.driftPPM = 60
            _ = try run(&network, seconds: 600, &all)
        }
        #expect(all.share == 1)
        #expect(all.median(all.errors) < 0.3e6, "\(all.median(all.errors))")
        #expect(all.median(all.bounds) < 1.6e6, "\(all.median(all.bounds))")
    }

    @Test(arguments: [100_000, 1_000_000, 16_666_667, 100_000_000] as [Int64])
    func aCoarseClockWidensTheBound(step: Int64) throws {
        var all = Errors()
        for seed in 1...4 as ClosedRange<UInt64> {
            var network = ClientNetwork(seed: seed)
            network.step = step
            network.driftPPM = -40
            let clock = try run(&network, seconds: 240, &all)
            #expect(clock.resets == 0)
        }
        #expect(all.share >= 0.95, "\(all.share)")
        #expect(all.median(all.bounds) < Double(step) * 1.6 + 3e6, "\(all.median(all.bounds))")
    }

    @Test func aBendingClockIsFollowed() throws {
        var all = Errors()
        var network = ClientNetwork(seed: 5)
        network.wanderPPM = 20
        let clock = try run(&network, seconds: 2_400, &all)
        #expect(clock.resets == 0)
        #expect(all.share >= 0.95, "\(all.share)")
        #expect(all.median(all.errors) < 1e6, "\(all.median(all.errors))")
    }

    /// A laptop that slept: its clock stood still for a minute.
    @Test func aSleepBeginsANewSegment() throws {
        var errors = Errors()
        var network = ClientNetwork(seed: 6)
        var clock = try run(&network, seconds: 120, &errors)
        let before = clock.update()
        network.offset += 60e9
        let wake = 8e12 + 240e9
        // What is told before the first question behind the sleep might be from before it.
        let early = try #require(
            clock.estimate(
                network.client(wake), arrival: Instant(nanoseconds: Int64(wake + 4e6))))
        #expect(abs(Double(early.time.nanoseconds) - wake) <= Double(early.bound))
        for trip in network.burst(at: wake + 1e9) { clock.add(trip) }
        #expect(clock.resets == 1)
        let late = try #require(
            clock.estimate(
                network.client(wake + 2e9), arrival: Instant(nanoseconds: Int64(wake + 2e9))))
        #expect(abs(Double(late.time.nanoseconds) - wake - 2e9) <= Double(late.bound))
        #expect(late.bound < 5_000_000)
        let rows = clock.update()
        let last = try #require(before.last)
        let new = try #require(rows.last)
        #expect(new.firstIndex > last.lastIndex)
        #expect(abs(new.origin - last.time(of: new.firstIndex) - 60_000_000_000) < 10_000_000)
    }

    /// A page that is loaded anew counts from zero; what it had kept for later still has the old times.
    @Test func aReloadedPageCountsAnew() throws {
        var errors = Errors()
        var network = ClientNetwork(seed: 7)
        var clock = try run(&network, seconds: 120, &errors)
        let kept = 8e12 + 60e9
        let old = network.client(kept)
        network.offset = 8e12 + 200e9
        for trip in network.burst(at: 8e12 + 201e9) { clock.add(trip) }
        #expect(clock.resets == 1)
        let now = try #require(
            clock.estimate(
                network.client(8e12 + 203e9), arrival: Instant(nanoseconds: Int64(8e12 + 203.1e9))))
        #expect(abs(Double(now.time.nanoseconds) - 8e12 - 203e9) <= Double(now.bound))
        #expect(old > network.client(8e12 + 203e9), "the old clock was ahead")
    }

    @Test func oneForgedTripMovesNothing() throws {
        var errors = Errors()
        var network = ClientNetwork(seed: 8)
        var clock = try run(&network, seconds: 60, &errors)
        var forged = network.trip(at: 8e12 + 61e9)
        forged.received = forged.received + 900_000_000_000
        forged.sent = forged.sent + 900_000_000_000
        let isTaken = clock.add(forged)
        #expect(isTaken)
        for trip in network.burst(at: 8e12 + 62e9) { clock.add(trip) }
        #expect(clock.resets == 0)
        let impossible = RoundTrip(
            clientSent: 5, received: Instant(nanoseconds: 9), sent: Instant(nanoseconds: 3),
            clientReceived: 8)
        let isRefused = !clock.add(impossible)
        #expect(isRefused)
    }

    @Test func rowsGoOnFromOneAnother() throws {
        var errors = Errors()
        var network = ClientNetwork(seed: 9)
        network.driftPPM = 120
        var clock = try run(&network, seconds: 1_800, &errors)
        var rows: [Int64: ClockSegment] = [:]
        for row in clock.update() { rows[row.firstIndex] = row }
        let ordered = rows.values.sorted { $0.firstIndex < $1.firstIndex }
        #expect(ordered.count >= 5 && ordered.count < 9, "\(ordered.count)")
        for row in ordered {
            #expect(row.method == "round-trip/1")
            #expect(abs((row.driftPPM ?? 0) + 120) < 30)
            for index in [row.firstIndex, (row.firstIndex + row.lastIndex) / 2, row.lastIndex] {
                // The moment at which the client's clock said that.
                let elapsed = Double(index * 1000) - Double(network.client(8e12))
                let truth = 8e12 + elapsed / (1 + 120e-6)
                let error = abs(Double(row.time(of: index).nanoseconds) - truth)
                #expect(error <= Double(row.bound), "\(index): \(error), \(row.bound)")
            }
        }
        for (row, next) in zip(ordered, ordered.dropFirst()) {
            #expect(next.firstIndex >= row.lastIndex)
        }
    }

    @Test func aRestoredClockContinuesExactly() throws {
        var network = ClientNetwork(seed: 10)
        network.driftPPM = 30
        var clock = RoundTripClock()
        var restored = clock
        for (place, time) in ClientNetwork.schedule(until: 400).enumerated() {
            if place == 9 { network.offset += 3e9 }
            for trip in network.burst(at: time) {
                clock.add(trip)
                restored.add(trip)
            }
            #expect(clock.update() == restored.update())
            var writer = StateWriter()
            restored.save(into: &writer)
            restored = RoundTripClock()
            var reader = StateReader(writer.bytes)
            try restored.restore(from: &reader)
            #expect(reader.isAtEnd)
            #expect(restored == clock)
        }
        #expect(clock.resets == 1)
    }

    @Test func damagedStatesAreRefusedAndNeverTrap() {
        var network = ClientNetwork(seed: 11)
        var clock = RoundTripClock()
        for trip in network.burst(at: 8e12) { clock.add(trip) }
        var writer = StateWriter()
        clock.save(into: &writer)
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<1_000 {
            var bytes = writer.bytes
            for _ in 0..<3 {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(
                    in: 0...255, using: &generator)
            }
            bytes.removeLast(Int.random(in: 0..<20, using: &generator))
            var damaged = RoundTripClock()
            var reader = StateReader(bytes)
            do {
                try damaged.restore(from: &reader)
                damaged.add(network.trip(at: 8.1e12))
                _ = damaged.estimate(5, arrival: Instant(nanoseconds: 0))
                _ = damaged.update()
            } catch {
                continue
            }
        }
    }
}
