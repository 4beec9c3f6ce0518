/// A named formula from a scaled raw number to a physical unit, with its parameters.
///
/// `description` is the form that is stored with a session, such as `grove-gsr(noFinger: 512)`;
/// `init?(_:)` reads it back.
public struct ChannelConversion: Hashable, Sendable, CustomStringConvertible {
    /// The formulas. Raw values are the names in profiles and in session files.
    public enum Formula: String, Hashable, Sendable, Codable, CaseIterable {
        /// Skin resistance in ohm of Seeed's Grove GSR: (1024 + 2x)·10000/(C − x), C = `noFinger`,
        /// the reading without a finger. No answer where x ≥ C. Source: Seeed's wiki for the sensor.
        case groveGSR = "grove-gsr"
        /// The same as conductance in µS: 10⁶ / resistance.
        case groveGSRConductance = "grove-gsr-conductance"
        /// BITalino's older EDA sensor, in µS: 1/(1 − x), x the fraction of full scale.
        case bitalinoOlderEDA = "bitalino-older-eda"
        /// `numerator` / x; no answer for x = 0.
        case reciprocal
        /// Skin conductance in µS of the Shimmer3 GSR+: a raw 16-bit number whose two top bits are
        /// the range and whose lower 12 bits are the converter's count a. V = a·3/4095 volts,
        /// R = Rf/(V/0.5 − 1) with Rf = 40.2, 287, 1000, 3300 kΩ, µS = 1000/R. In range 3 counts
        /// below 683 are taken as 683, and R is kept within 8 and 4700 kΩ, the sensor's limits.
        /// Source: ShimmerEngineering, Shimmer-C-API and pyshimmer.
        case shimmerGSR = "shimmer-gsr"

        /// The parameters and their defaults.
        public var parameters: [String: Double] {
            switch self {
            case .groveGSR, .groveGSRConductance: ["noFinger": 512]
            case .bitalinoOlderEDA, .shimmerGSR: [:]
            case .reciprocal: ["numerator": 1]
            }
        }
    }

    public let formula: Formula
    /// Every parameter of the formula, defaults included.
    public let parameters: [String: Double]

    /// - Parameter parameters: those that differ from the defaults; names that the formula does
    ///   not have are left out.
    public init(_ formula: Formula, parameters: [String: Double] = [:]) {
        self.formula = formula
        self.parameters = formula.parameters.merging(
            parameters.filter { formula.parameters[$0.key] != nil }, uniquingKeysWith: { $1 })
    }

    /// The physical value; NaN where the formula has no answer.
    public func apply(_ value: Double) -> Double {
        switch formula {
        case .groveGSR: groveResistance(value)
        case .groveGSRConductance: 1e6 / groveResistance(value)
        case .bitalinoOlderEDA: value < 1 ? 1 / (1 - value) : .nan
        case .reciprocal: value == 0 ? .nan : (parameters["numerator"] ?? 1) / value
        case .shimmerGSR: shimmerConductance(value)
        }
    }

    private func shimmerConductance(_ value: Double) -> Double {
        guard value >= 0, value < 65_536 else { return .nan }
        let raw = Int(value)
        let range = raw >> 14
        let feedback = range == 0 ? 40.2 : range == 1 ? 287.0 : range == 2 ? 1000.0 : 3300.0
        let count = range == 3 ? max(raw & 0xFFF, 683) : raw & 0xFFF
        let excess = Double(count) * 3 / 4095 / 0.5 - 1
        // No current flows below half a volt: the resistance is beyond what can be told.
        let resistance = excess > 0 ? feedback / excess : .infinity
        return 1000 / min(max(resistance, 8), 4700)
    }

    private func groveResistance(_ value: Double) -> Double {
        let open = parameters["noFinger"] ?? 512
        guard value < open, value >= 0 else { return .nan }
        return (1024 + 2 * value) * 10_000 / (open - value)
    }

    public var description: String {
        guard !parameters.isEmpty else { return formula.rawValue }
        let list = parameters.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        return "\(formula.rawValue)(\(list.joined(separator: ", ")))"
    }

    /// Reads the form of `description`; nil for anything else.
    public init?(_ description: String) {
        guard let open = description.firstIndex(of: "(") else {
            guard let formula = Formula(rawValue: description) else { return nil }
            self.init(formula)
            return
        }
        guard let formula = Formula(rawValue: String(description[..<open])),
            description.last == ")"
        else { return nil }
        var parameters: [String: Double] = [:]
        let inside = description[description.index(after: open)...].dropLast()
        for part in inside.split(separator: ",") {
            let pair = part.split(separator: ":", maxSplits: 1)
            guard pair.count == 2, let value = Double(trimmed(pair[1])) else { return nil }
            let name = trimmed(pair[0])
            guard formula.parameters[name] != nil else { return nil }
            parameters[name] = value
        }
        self.init(formula, parameters: parameters)
    }
}

/// Without the spaces at both ends.
private func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
}
