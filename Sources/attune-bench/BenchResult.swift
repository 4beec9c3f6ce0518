import Foundation

/// One measured figure, with the peer it is held against and the goal it should meet.
struct BenchResult: Encodable {
    /// The benchmark's name, such as `ring`.
    var bench: String
    /// What was measured, such as `single, payload 64 bytes`.
    var `case`: String
    var figure: Double
    var unit: String
    /// 10th and 90th percentile of the trials, where there were several; `figure` is their median.
    var p10: Double?
    var p90: Double?
    var peer: String?
    var peerFigure: Double?
    /// `figure` to `peer_figure`.
    var ratio: Double?
    /// What should be, in words; nil for figures that only inform.
    var goal: String?
    var met: Bool?

    private enum CodingKeys: String, CodingKey {
        case bench, `case`, figure, unit, p10, p90, peer, ratio, goal, met
        case peerFigure = "peer_figure"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(bench, forKey: .bench)
        try container.encode(`case`, forKey: .case)
        try container.encode(rounded(figure), forKey: .figure)
        try container.encode(unit, forKey: .unit)
        try container.encodeIfPresent(p10.map(rounded), forKey: .p10)
        try container.encodeIfPresent(p90.map(rounded), forKey: .p90)
        try container.encodeIfPresent(peer, forKey: .peer)
        try container.encodeIfPresent(peerFigure.map(rounded), forKey: .peerFigure)
        try container.encodeIfPresent(ratio.map(rounded), forKey: .ratio)
        // Goal and met are always there, null for figures that only inform.
        try container.encode(goal, forKey: .goal)
        try container.encode(met, forKey: .met)
    }

    var jsonLine: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Only numbers that are finite get here; others are a mistake of the benchmark's.
        guard let data = try? encoder.encode(self) else { return "{\"bench\":\"\(bench)\"}" }
        return String(decoding: data, as: UTF8.self)
    }

    /// Four significant digits: more would only be noise.
    private func rounded(_ value: Double) -> Double {
        guard value.isFinite, value != 0 else { return 0 }
        let scale = pow(10, 3 - floor(log10(abs(value))))
        return scale >= 1 ? (value * scale).rounded() / scale : value.rounded()
    }
}
