import SessionStore

/// Says what sort of signal a channel is, from what its profile or its client says of it: the unit, the
/// label and the names.
struct SignalKind: Hashable, Sendable {
    var kind: SignalWindow.Kind
    /// Turns a physical value into the unit that `SignalWindow` has for the kind; nil where no such turning
    /// is known.
    var factor: Double?
    /// Whether the channel is a resistance, whose inverse is the conductance.
    var isResistance = false

    /// nil for channels that need not move: states, counters, rates, charges.
    init?(_ channel: ChannelDescription, stream: StreamDescription) {
        guard stream.kind == "signal" else { return nil }
        let words = "\(stream.name) \(channel.name) \(channel.label)".lowercased()
        func says(_ parts: String...) -> Bool { parts.contains { words.contains($0) } }
        let unit = Self.spelling(channel.unit)
        switch unit {
        case "µS": self.init(.eda, 1)
        case "nS": self.init(.eda, 0.001)
        case "ohm", "kohm":
            guard says("skin", "gsr", "eda", "electrodermal") else { return nil }
            self.init(.eda, unit.hasPrefix("k") ? 1000 : 1)
            isResistance = true
        case "V", "mV", "µV":
            let factor = unit == "V" ? 1000 : unit == "mV" ? 1 : 0.001
            if says("ecg", "ekg", "electrocardiogram") {
                self.init(.ecg, factor)
            } else {
                self.init(Self.isPulse(words) ? .ppg : .generic, nil)
            }
        case "%", "1/min", "bpm", "ms", "s", "°C", "°F", "hPa", "kJ", "": return nil
        default:
            // Slow values are readings, not waves.
            guard let rate = stream.nominalRate, rate >= 10 else { return nil }
            if says("ecg", "ekg", "electrocardiogram") {
                self.init(.ecg, nil)
            } else {
                self.init(Self.isPulse(words) ? .ppg : .generic, nil)
            }
        }
        if kind != .eda, (stream.nominalRate ?? 0) < 10 { return nil }
    }

    private init(_ kind: SignalWindow.Kind, _ factor: Double?) {
        self.kind = kind
        self.factor = factor
    }

    /// A unit as this knows it: with the micro sign, and the words that LSL's streams use.
    private static func spelling(_ unit: String) -> String {
        switch unit.lowercased() {
        case "μs", "µs", "us", "microsiemens", "micromho", "umho": "µS"
        case "ns", "nanosiemens": "nS"
        case "ohm", "ohms", "ω": "ohm"
        case "kohm", "kohms", "kω", "kiloohm": "kohm"
        case "v", "volt", "volts": "V"
        case "mv", "millivolt", "millivolts": "mV"
        case "μv", "µv", "uv", "microvolt", "microvolts": "µV"
        case "percent": "%"
        case "none", "normalized": ""
        default: unit
        }
    }

    private static func isPulse(_ words: String) -> Bool {
        ["ppg", "plethysmogra", "pulse wave", "optical pulse", "infrared"].contains {
            words.contains($0)
        } || words.hasPrefix("pulse ")
    }

    /// A physical value in the kind's unit.
    func value(_ physical: Double) -> Double {
        if isResistance { return physical > 0 ? 1e6 / (physical * (factor ?? 1)) : .nan }
        return physical * (factor ?? 1)
    }
}
