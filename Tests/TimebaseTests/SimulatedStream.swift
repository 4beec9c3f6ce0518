import Glibc
import TestSupport
import Timebase

/// A stream whose true times are known: a device's clock, a transport, and what goes wrong with them.
struct SimulatedStream {
    var rate = 250.0
    var seconds = 120.0
    /// Begin and length of what is lost, in seconds.
    var losses: [(at: Double, length: Double)] = []
    /// Whether the index shows what was lost.
    var isCounted = true
    var driftPPM = 50.0
    /// Amplitude in ppm, and period in seconds.
    var wander: (ppm: Double, period: Double)?
    /// Mean of the exponential delay beyond the constant one, in ms.
    var jitter = 3.0
    var delay: Int64 = 5_000_000
    /// Samples in a packet.
    var batch = 1
    /// What the device's clock says of a sample, from its number and time; nil for no such clock.
    var device: ((Int, Double, inout SeededGenerator) -> Int64)?

    struct Made {
        var readings: ClockReadings
        var truth: [Double]
    }

    func make(seed: UInt64) -> Made {
        var random = SeededGenerator(seed: seed)
        func exponential() -> Double { -log(1 - Double.random(in: 0..<1, using: &random)) }
        let period = 1e9 / rate
        var made = Made(readings: ClockReadings(index: [], arrival: []), truth: [])
        var lost: Int64 = 0
        var waiting = 0
        let count = Int(seconds * rate)
        for number in 0..<count {
            let clock = Double(number) * period
            var time = 7e12 + clock * (1 + driftPPM * 1e-6)
            if let wander {
                let turn = 2 * Double.pi / (wander.period * 1e9)
                time += wander.ppm * 1e-6 / turn * sin(turn * clock + 1)
            }
            let isLost = losses.contains {
                clock >= $0.at * 1e9 && clock < ($0.at + $0.length) * 1e9
            }
            if isLost {
                lost += 1
                continue
            }
            made.readings.index.append(Int64(number) - (isCounted ? 0 : lost))
            made.truth.append(time)
            if let device { made.readings.device.append(device(number, clock, &random)) }
            waiting += 1
            guard waiting == batch || number == count - 1 else { continue }
            let late = Double(delay) + jitter * 1e6 * exponential()
            for _ in 0..<waiting { made.readings.arrival.append(Int64((time + late).rounded())) }
            waiting = 0
        }
        while made.readings.arrival.count < made.truth.count {
            made.readings.arrival.append(made.readings.arrival.last ?? 0)
        }
        return made
    }

    /// The model of it that a profile gives.
    var model: ClockModel {
        ClockModel(kind: .arrival, period: 1e9 / rate, typicalDelay: delay)
    }
}

extension SimulatedStream.Made {
    /// Root of the mean square of the errors of some readings, in ms.
    func error(_ times: [Int64], where isMeant: (Int) -> Bool = { _ in true }) -> Double {
        var sum = 0.0
        var count = 0.0
        for (place, time) in times.enumerated() where isMeant(place) {
            let error = (Double(time) - truth[place]) / 1e6
            sum += error * error
            count += 1
        }
        return (sum / max(count, 1)).squareRoot()
    }

    /// The same of arrivals, less the constant delay.
    func rawError(_ delay: Int64) -> Double { error(readings.arrival.map { $0 - delay }) }
}
