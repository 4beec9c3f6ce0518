/// The station's three clocks at one moment; uncertainty_ns is the largest error of the
/// pairing.
public struct ClockReading: Codable, Hashable, Sendable {
    public var monotonicNs: Int64
    public var boottimeNs: Int64
    public var realtimeUtcNs: Int64
    public var uncertaintyNs: Int64

    public init(monotonicNs: Int64, boottimeNs: Int64, realtimeUtcNs: Int64, uncertaintyNs: Int64) {
        self.monotonicNs = monotonicNs
        self.boottimeNs = boottimeNs
        self.realtimeUtcNs = realtimeUtcNs
        self.uncertaintyNs = uncertaintyNs
    }
}
