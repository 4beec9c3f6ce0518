import Testing
import Timebase

@testable import attune_bench

/// The recordings that alignment is measured on have in them what their names say.
@Suite struct AlignSimulationTests {
    private func recipe(_ name: String) throws -> AlignCase {
        try #require(AlignCase.all.first { $0.name == name })
    }

    private func simulate(
        _ name: String, seed: UInt64 = 3, isOrdered: Bool = true, delay: Double = 0
    ) throws -> AlignSimulation {
        AlignSimulation(
            try recipe(name), seed: seed,
            transport: AlignSimulation.Transport(delay: delay, isOrdered: isOrdered),
            seconds: try recipe(name).calibrationSeconds)
    }

    @Test func theSameSeedMakesTheSameRecording() throws {
        for recipe in AlignCase.all {
            let one = try simulate(recipe.name)
            let again = try simulate(recipe.name)
            let other = try simulate(recipe.name, seed: 4)
            #expect(one.readings == again.readings && one.truth == again.truth)
            #expect(one.readings.arrival != other.readings.arrival)
            #expect(one.truth.count == one.readings.index.count * recipe.batch)
            #expect(one.readings.arrival.count == one.readings.index.count)
        }
    }

    @Test(arguments: [("loss", 375), ("losses", 50), ("loss-130", 455), ("loss-4", 120)])
    func lossesShowInTheIndexWhereItCounts(name: String, lost: Int) throws {
        let counted = try simulate(name)
        let uncounted = try simulate("\(name)-uncounted")
        #expect(counted.losses.count == (try recipe(name)).losses)
        #expect(counted.losses == uncounted.losses)
        // A peer sees no index, so that both are one for it.
        #expect(counted.readings.arrival == uncounted.readings.arrival)
        #expect(counted.truth == uncounted.truth)
        let period = 1e9 / (try recipe(name)).rate
        for place in counted.readings.index.indices.dropFirst() {
            let missing = counted.losses[place] ?? 0
            #expect(missing == 0 || missing == lost)
            let indices = counted.readings.index
            #expect(indices[place] - indices[place - 1] == Int64(missing + 1))
            let indicesOfNone = uncounted.readings.index
            #expect(indicesOfNone[place] - indicesOfNone[place - 1] == 1)
            let step = Double(counted.truth[place] - counted.truth[place - 1])
            #expect(abs(step / period / Double(missing + 1) - 1) < 1e-4)
        }
    }

    @Test func transportDelaysAndKeepsTheOrder() throws {
        for isOrdered in [true, false] {
            let simulation = try simulate("steady", isOrdered: isOrdered, delay: 5e6)
            let late = simulation.truth.indices.map {
                Double(simulation.readings.arrival[$0] - simulation.truth[$0]) / 1e6
            }
            let mean = late.reduce(0, +) / Double(late.count)
            // A little more than 3 ms behind the constant delay, where packets wait for each other.
            #expect((isOrdered ? 8.2...8.8 : 7.8...8.2).contains(mean))
            #expect((late.min() ?? 0) >= 4.999)
            let arrivals = simulation.readings.arrival
            let inOrder = zip(arrivals, arrivals.dropFirst()).allSatisfy { $0 <= $1 }
            #expect(inOrder == isOrdered)
        }
    }

    @Test func theClockFallsBackInTheMiddle() throws {
        for name in ["reset-2019", "reset-zero"] {
            let simulation = try simulate(name)
            let reset = try #require(simulation.resets.first)
            #expect(simulation.resets.count == 1)
            let device = simulation.readings.device
            #expect(abs(reset - device.count / 2) <= 1)
            for place in device.indices.dropFirst() {
                #expect((device[place] < device[place - 1]) == (place == reset))
            }
            // The count tells nothing of it; the instants tell a pause where there was one.
            let batch = Int64(simulation.batch)
            #expect(
                simulation.readings.index[reset] - simulation.readings.index[reset - 1] == batch)
            let first = reset * simulation.batch
            let pause = simulation.truth[first] - simulation.truth[first - 1]
            #expect((name == "reset-zero") == (pause > 8_000_000_000))
        }
    }

    @Test func deviceTimesAreWrongWhereItSaysSo() throws {
        let simulation = try simulate("faults")
        let device = simulation.readings.device
        let share = Double(simulation.faults.count) / Double(device.count)
        #expect((0.05...0.065).contains(share))
        #expect(Set(simulation.faults.values) == Set(Alignment.Fault.allCases))
        for (place, fault) in simulation.faults {
            let expected = device[place + 1] - 4_000_000
            switch fault {
            case .duplicated: #expect(device[place] == device[place - 1])
            case .reordered: #expect(device[place] == device[place - 1] - 4_000_000)
            case .corrupt:
                // Where the next is wrong too, there is nothing to hold it against.
                guard simulation.faults[place + 2] != .reordered else { continue }
                #expect(abs(Double(device[place]) - Double(expected)) >= 0.9e9)
            }
        }
    }

    @Test func rateWandersAsFarAsItSays() throws {
        let recipe = try recipe("wander")
        let simulation = AlignSimulation(recipe, seed: 1)
        // The rate over each minute, against the nominal one.
        let minute = 15_000
        let rates = stride(from: 0, to: simulation.truth.count - minute, by: minute).map {
            Double(simulation.truth[$0 + minute] - simulation.truth[$0]) / Double(minute) / 4e6 - 1
        }
        let span = ((rates.max() ?? 0) - (rates.min() ?? 0)) * 1e6
        #expect((38...40.1).contains(span))
        #expect(simulation.truth.count == 600_000)
    }

    @Test func secondsAreExact() {
        #expect(AlignSimulation.seconds(1) == "0.000000001")
        #expect(AlignSimulation.seconds(-1_500_000_000) == "-1.500000000")
        #expect(AlignSimulation.seconds(.min) == "-9223372036.854775808")
    }
}
