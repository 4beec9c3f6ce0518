import TestSupport
import Timebase

/// A client on another machine, whose clock and network are known.
struct ClientNetwork {
    var generator: SeededGenerator
    /// Station less client at the start, in nanoseconds.
    var offset = 7.7e12
    var driftPPM = 0.0
    /// The drift swings by so much, within twenty minutes.
    var wanderPPM = 0.0
    /// Constant delays there and back, and the mean of what comes on top, in milliseconds.
    var there = 1.0
    var back = 1.0
    var jitter = 1.0
    /// Nanoseconds by which the client's clock steps; 0 for a fine one.
    var step: Int64 = 0

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    /// The client's clock at a moment of the station's.
    func client(_ station: Double) -> Int64 {
        let seconds = station / 1e9
        let swing = 1200 / (2 * Double.pi)
        let wander = wanderPPM * 1e3 * swing * (1 - cosine(seconds / swing))
        let exact = Int64(station - offset + driftPPM * 1e3 * seconds + wander)
        return step > 0 ? exact / step * step : exact
    }

    private func cosine(_ x: Double) -> Double {
        // Its series, so that the test needs no C library.
        let turn = 2 * Double.pi
        let y = x - (x / turn).rounded() * turn
        var sum = 0.0
        var term = 1.0
        for n in 1...14 {
            sum += term
            term *= -y * y / Double((2 * n - 1) * (2 * n))
        }
        return sum
    }

    mutating func delay(_ least: Double) -> Double {
        // An exponential one: the number of halvings until a coin is lost, and a share of the last.
        let uniform = Double.random(in: 1e-12..<1, using: &generator)
        var halvings = 0.0
        var rest = uniform
        while rest < 0.5 {
            rest *= 2
            halvings += 1
        }
        return (least + jitter * (halvings + 2 * (1 - rest)) * 0.69) * 1e6
    }

    mutating func trip(at station: Double) -> RoundTrip {
        let received = station + delay(there)
        let sent = received + 20_000
        let end = sent + delay(back)
        return RoundTrip(
            clientSent: client(station), received: Instant(nanoseconds: Int64(received)),
            sent: Instant(nanoseconds: Int64(sent)), clientReceived: client(end))
    }

    /// Eight questions, 64 ms apart.
    mutating func burst(at station: Double) -> [RoundTrip] {
        (0..<8).map { trip(at: station + Double($0) * 64e6) }
    }

    /// When a client asks: every 2 s in the first half minute, then every 30 s.
    static func schedule(until end: Double) -> [Double] {
        var times: [Double] = []
        var at = 8e12
        while at < 8e12 + end * 1e9 {
            times.append(at)
            at += at < 8e12 + 30e9 ? 2e9 : 30e9
        }
        return times
    }
}
