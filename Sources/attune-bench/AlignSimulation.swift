import Foundation
import Timebase

/// A made-up recording of one stream, with its truth. The same for the same case, seed and settings
/// on every machine.
///
/// A sample arrives at its true time plus a constant delay plus an exponential jitter. By `ordered`,
/// packets come one behind the other, as they do over a serial line, Bluetooth or TCP: one that is
/// late holds up those behind it, so that jitter is a little more than its name says (its mean at
/// 250 Hz is 3.5 ms for 3 ms) and is not independent from sample to sample. That is the model of the
/// table. By `independent` each sample has a jitter of its own, and may come before an earlier one.
struct AlignSimulation: Sendable {
    /// Of the transport.
    struct Transport: Sendable {
        /// Constant part, in nanoseconds.
        var delay = 0.0
        /// Mean of the exponential part, in nanoseconds.
        var jitter = 3e6
        var isOrdered = true
    }

    /// What comes in. One reading a packet, of its last sample.
    var readings = ClockReadings(index: [], arrival: [])
    /// Of each sample that came, in nanoseconds of the station's clock.
    var truth: [Int64] = []
    /// Samples a packet; sample s came with reading s / batch.
    let batch: Int
    /// Samples that were lost before each of these readings.
    var losses: [Int: Int] = [:]
    /// Readings before which the device's clock began anew.
    var resets: [Int] = []
    /// Samples that the pause at the reset has room for.
    var samplesInPause = 0.0
    /// Readings whose device time is wrong, and how. Of two that changed places, the second.
    var faults: [Int: Alignment.Fault] = [:]

    /// Starts an hour into the station's clock.
    private static let start = 3.6e12
    /// What other devices' clocks begin with.
    private static let deviceStart = 1.2e13
    /// What Polar's clocks count from 2000 on, in nanoseconds, in 2026 and in 2019.
    private static let polarNow = 8.48e17
    private static let polar2019 = 5.996e17

    init(
        _ recipe: AlignCase, seed: UInt64, transport: Transport = Transport(),
        seconds: Double? = nil
    ) {
        batch = recipe.batch
        let seconds = seconds ?? recipe.seconds
        var happening = AlignRandom(seed: seed, purpose: 1)
        var jitter = AlignRandom(seed: seed, purpose: 2)
        var sampling = SamplingInstants(recipe, random: AlignRandom(seed: seed, purpose: 4))
        let slots = Int(seconds * sampling.rate)
        let lost = Self.lostSlots(recipe, slots: slots, rate: sampling.rate, random: &happening)
        var nextLoss = 0
        let resetSlot = recipe.reset == nil ? slots : slots / 2 / batch * batch
        var devicePeriods = 0.0
        var deviceBase = batch > 1 ? Self.polarNow : Self.deviceStart
        let devicePeriod = 1e9 / recipe.rate
        var shift = 0.0
        var counted: Int64 = 0
        var inPacket = 0
        var previous = -Double.infinity
        truth.reserveCapacity(slots)
        readings.index.reserveCapacity(slots / batch)
        readings.arrival.reserveCapacity(slots / batch)

        var slot = 0
        while slot < slots {
            if nextLoss < lost.count, lost[nextLoss].lowerBound == slot {
                let range = lost[nextLoss]
                losses[readings.index.count] = range.count
                if recipe.isCounted { counted += Int64(range.count) }
                for _ in range { _ = sampling.next() }
                devicePeriods += Double(range.count)
                slot = range.upperBound
                nextLoss += 1
                continue
            }
            if slot == resetSlot, let reset = recipe.reset {
                resets.append(readings.index.count)
                devicePeriods = 0
                switch reset {
                case .backTo2019: deviceBase = Self.polar2019
                case .toZero:
                    deviceBase = 0
                    shift = 8e9 + happening.fraction() * devicePeriod
                    samplesInPause = shift / devicePeriod
                }
            }
            let time = Self.start + sampling.next() + shift
            truth.append(Int64(time.rounded()))
            inPacket += 1
            if inPacket == batch {
                inPacket = 0
                var arrival = time + transport.delay + jitter.exponential(mean: transport.jitter)
                if transport.isOrdered {
                    arrival = max(arrival, previous)
                    previous = arrival
                }
                readings.index.append(counted)
                readings.arrival.append(Int64(arrival.rounded()))
                if recipe.hasDeviceTimes {
                    readings.device.append(
                        Int64(deviceBase) + Int64((devicePeriods * devicePeriod).rounded()))
                }
            }
            counted += 1
            devicePeriods += 1
            slot += 1
        }
        truth.removeLast(truth.count - readings.index.count * batch)
        if recipe.faultShare > 0 { spoilDeviceTimes(share: recipe.faultShare, seed: seed) }
    }

    /// The losses, spread evenly, and a little off by the seed.
    private static func lostSlots(
        _ recipe: AlignCase, slots: Int, rate: Double, random: inout AlignRandom
    ) -> [Range<Int>] {
        let length = Int((recipe.lossSeconds * rate).rounded())
        guard recipe.losses > 0, length > 0 else { return [] }
        let apart = slots / (recipe.losses + 1)
        return (1...recipe.losses).map { number in
            let wander = random.below(max(1, apart / 10)) - apart / 20
            let first = number * apart - length / 2 + wander
            return first..<first + length
        }
    }

    /// Makes some device times wrong, never two next to each other.
    private mutating func spoilDeviceTimes(share: Double, seed: UInt64) {
        var random = AlignRandom(seed: seed, purpose: 3)
        var reading = 1
        while reading + 2 < readings.device.count {
            let draw = random.fraction()
            if draw < share {
                readings.device[reading] = readings.device[reading - 1]
                faults[reading] = .duplicated
                reading += 2
            } else if draw < 2 * share {
                readings.device.swapAt(reading, reading + 1)
                faults[reading + 1] = .reordered
                reading += 3
            } else if draw < 3 * share {
                // Nothing; something anywhere within 1,000 s, but at least 1 s off; any number.
                switch random.below(3) {
                case 0: readings.device[reading] = 0
                case 1:
                    let off = 1e9 + random.fraction() * 999e9
                    readings.device[reading] += Int64(random.fraction() < 0.5 ? off : -off)
                default: readings.device[reading] = Int64(random.bits() >> 1)
                }
                faults[reading] = .corrupt
                reading += 2
            } else {
                reading += 1
            }
        }
    }

    /// What a profile would say of the stream.
    /// - Parameter uncertainty: 95% uncertainty of the constant delay, in nanoseconds.
    static func model(_ recipe: AlignCase, delay: Int64, uncertainty: Int64) -> ClockModel {
        ClockModel(
            kind: recipe.isCounted ? .counter : .arrival,
            period: recipe.isRateKnown ? 1e9 / recipe.rate : 0, typicalDelay: delay,
            delayUncertainty: uncertainty)
    }
}
