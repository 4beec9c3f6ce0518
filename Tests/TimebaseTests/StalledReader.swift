import TestSupport
import Timebase

/// A device that counts its samples, and a reader on a busy machine: for seconds at a time it comes
/// late, and what waited in the kernel comes in bunches. The kernel's buffer loses nothing but what
/// `lost` says.
struct StalledReader {
    /// How the machine is busy.
    enum Load {
        /// The reader sleeps 20–500 ms and then reads all there is, in pieces.
        case sleeps
        /// The reader gets little more at each turn than the device gives meanwhile, so that it is
        /// late for seconds.
        case drains
        /// What is in between holds everything back by 10–60 ms, ever differently.
        case delays
        /// The reader stands still to the end of the stretch, and then reads all there is, in pieces.
        case stops

        /// Those of a machine that is merely busy.
        static let busy: [Load] = [.sleeps, .drains, .delays]
    }

    struct Packet {
        var count: Int
        var arrival: Instant
        var missing: Int64?
    }

    var generator: SeededGenerator
    let period = 1e6
    let modulus: Int64 = 16
    let drift: Double
    /// Runs of positions that the kernel lost.
    var lost: [Range<Int>] = []
    /// Loads by the time at which they begin and end, in seconds of the device.
    var loads: [(ClosedRange<Double>, Load)] = []

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        drift = 1 + Double.random(in: -50...50, using: &generator) / 1e6
    }

    func truth(_ position: Int) -> Double { 5e9 + Double(position) * period * drift }

    /// Everything up to a position, packet by packet, and the position of each sample.
    mutating func packets(until end: Int) -> (packets: [Packet], positions: [Int]) {
        var packets: [Packet] = []
        var positions: [Int] = []
        var now = truth(0)
        // What is at the reader's disposal, and up to where it has read.
        var next = 0
        var previous = -1
        var delay = 0.0
        var delayUntil = 0.0
        while next < end {
            let seconds = (now - 5e9) / 1e9
            let stretch = loads.last { $0.0.contains(seconds) }
            let load = stretch?.1
            var pieces = Int.max
            switch load {
            case .stops: now = 5e9 + (stretch?.0.upperBound ?? seconds) * 1e9 + 1e6
            case nil: now += Double.random(in: 2e6...8e6, using: &generator)
            case .sleeps: now += Double.random(in: 20e6...500e6, using: &generator)
            case .drains:
                now += Double.random(in: 40e6...60e6, using: &generator)
                pieces = seconds.truncatingRemainder(dividingBy: 2) < 0.5 ? 0 : 1
            case .delays:
                now += Double.random(in: 2e6...20e6, using: &generator)
                if now > delayUntil {
                    delay = Double.random(in: 10e6...60e6, using: &generator)
                    delayUntil = now + Double.random(in: 20e6...200e6, using: &generator)
                }
            }
            let extra = load == .delays ? delay : Double.random(in: 0...1e6, using: &generator)
            while pieces > 0 {
                pieces -= 1
                var taken: [Int] = []
                while next < end, taken.count < 64, truth(next) <= now - extra {
                    if !lost.contains(where: { $0.contains(next) }) { taken.append(next) }
                    next += 1
                }
                guard let last = taken.last else { break }
                // A loss within a packet begins a new one, for the sake of simplicity.
                var from = 0
                for place in taken.indices
                where place + 1 == taken.count || taken[place + 1] != taken[place] + 1 {
                    let skipped = Int64(taken[from] - previous - 1) % modulus
                    packets.append(
                        Packet(
                            count: place + 1 - from, arrival: Instant(nanoseconds: Int64(now)),
                            missing: skipped > 0 ? skipped : nil))
                    previous = taken[place]
                    from = place + 1
                }
                previous = last
                positions += taken
                now += Double.random(in: 20e3...200e3, using: &generator)
            }
        }
        return (packets, positions)
    }
}
