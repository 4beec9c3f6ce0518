/// What a line-oriented sketch prints for each sample.
public enum LineFormat: String, Hashable, Sendable, CaseIterable {
    /// A whole number, such as `512`.
    case integer = "int"
    /// Grove GSR: the mean of ten readings, a whole number.
    case grove
    /// PulseSensor for the plotter: `bpm,ibi_ms,signal`.
    case pulsePlotter = "pulse-plotter"
    /// PulseSensor for the visualiser: `S<n>` a sample, and `B<bpm>`, `Q<ibi_ms>` at a beat.
    case pulseVisualiser = "pulse-visualiser"
    /// AD8232: a whole number, or `!` while a lead is off.
    case ad8232
    /// MAX3010x: `IR=n, BPM=x.xx, Avg BPM=n` and ` No finger?` where there is none.
    case max3010x

    /// Lines a second, as the sketch of this name prints them.
    public var usualRate: Double {
        switch self {
        case .integer: 50
        case .grove: 20
        case .pulsePlotter, .pulseVisualiser: 50
        case .ad8232: 100
        case .max3010x: 25
        }
    }

    /// What the log's values mean.
    var columns: String {
        switch self {
        case .integer, .grove: "value"
        case .pulsePlotter: "bpm ibi_ms signal"
        case .pulseVisualiser: "letter (its ASCII code: 83 S, 66 B, 81 Q), value"
        case .ad8232: "value, -1 for leads off"
        case .max3010x: "ir bpm_hundredths average_bpm finger"
        }
    }

    /// Appends the line of a sample's values, with CR LF, as `Serial.println` does.
    func append(_ values: [Int64], to line: inout [UInt8]) {
        func number(_ index: Int) -> Int64 { index < values.count ? values[index] : 0 }
        func text(_ text: String) { line.append(contentsOf: text.utf8) }
        switch self {
        case .integer, .grove: text(String(number(0)))
        case .pulsePlotter: text("\(number(0)),\(number(1)),\(number(2))")
        case .pulseVisualiser:
            line.append(UInt8(truncatingIfNeeded: number(0)))
            text(String(number(1)))
        case .ad8232: text(number(0) < 0 ? "!" : String(number(0)))
        case .max3010x:
            let hundredths = number(1) % 100
            text(
                "IR=\(number(0)), BPM=\(number(1) / 100).\(hundredths < 10 ? "0" : "")\(hundredths)"
            )
            text(", Avg BPM=\(number(2))")
            if number(3) == 0 { text(" No finger?") }
        }
        line.append(0x0D)
        line.append(0x0A)
    }
}
