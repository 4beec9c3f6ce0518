import Declarations

/// What the columns of a table are, as `--mapping` says it: Protocols/formats/import.md.
struct CSVMapping: Decodable, Sendable, CheckedDeclaration {
    struct Time: Decodable, Sendable {
        /// Name of the column; nil where rows come at the rate.
        var column: String?
        var unit: Unit?
        /// What 0 is: `unix`, or the session's start.
        var epoch: Epoch?
        /// When the first row (without a column), or time 0 (of the epoch `start`), was.
        var start: String?
        /// Rows a second, without a column.
        var rateHz: Double?

        enum CodingKeys: String, CodingKey {
            case column, unit, epoch, start
            case rateHz = "rate_hz"
        }
    }

    enum Unit: String, Decodable, Sendable, CaseIterable {
        case s, ms, us, ns, iso8601

        /// Decimal places from the unit to nanoseconds.
        var exponent: Int {
            switch self {
            case .s, .iso8601: 9
            case .ms: 6
            case .us: 3
            case .ns: 0
            }
        }
    }

    enum Epoch: String, Decodable, Sendable, CaseIterable { case start, unix }

    struct Stream: Decodable, Sendable {
        var name: String
        /// Samples a second, where there is a regular rate: then jitter of the times is taken off.
        var rateHz: Double?
        var channels: [Channel]

        enum CodingKeys: String, CodingKey {
            case name, channels
            case rateHz = "rate_hz"
        }
    }

    struct Channel: Decodable, Sendable {
        var column: String
        var name: String?
        var unit: String?
        var label: String?
        /// physical value = value in the table * scale + offset.
        var scale: Double?
        var offset: Double?
    }

    /// A column each of whose texts is something that happened.
    struct Mark: Decodable, Sendable {
        var column: String
        /// What the text is called in the session; without it, the column's name.
        var label: String?
    }

    var time: Time
    var separator: String?
    var decimal: String?
    /// Texts that stand for a missing value.
    var missing: [String]?
    var streams: [Stream]?
    var marks: [Mark]?

    static let usualMissing: Set<String> = ["", "NA", "N/A", "n/a", "NaN", "nan", "null", "None"]

    var isComma: Bool { decimal == "," }

    var separatorByte: UInt8 {
        switch separator {
        case "tab", "\t": 0x09
        case let text?: text.utf8.first ?? UInt8(ascii: ",")
        case nil: UInt8(ascii: ",")
        }
    }

    func check(_ report: inout DeclarationReport) {
        if time.column == nil, time.rateHz == nil {
            report.add(at: "time", message: "expected column, or rate_hz for rows without times")
        }
        if time.column != nil, time.rateHz != nil {
            report.add(
                at: "time", "rate_hz",
                message: "rows have times of their own; the rate belongs to a stream")
        }
        if time.column != nil, time.unit == nil {
            report.add(at: "time", message: "expected unit: s, ms, us, ns or iso8601")
        }
        if let start = time.start, ISOTime.nanoseconds(start) == nil {
            report.add(
                at: "time", "start",
                message: "expected a date such as 2026-11-21T09:30:00+01:00, found '\(start)'")
        }
        if let separator, ![",", ";", "tab", "\t", "|"].contains(separator) {
            report.add(
                at: "separator", message: "expected ',', ';', '|' or tab, found '\(separator)'")
        }
        if let decimal, ![".", ","].contains(decimal) {
            report.add(at: "decimal", message: "expected '.' or ',', found '\(decimal)'")
        }
        if isComma, separatorByte == UInt8(ascii: ",") {
            report.add(
                at: "decimal",
                message: "numbers with a comma need another separator; give separator ';' or tab")
        }
        report.require(time.rateHz, in: 1e-6...1e6, at: "time", "rate_hz")
        if (streams ?? []).isEmpty, (marks ?? []).isEmpty {
            report.add(at: [], message: "expected streams, marks or both")
        }
        var names: Set<String> = []
        for (place, stream) in (streams ?? []).enumerated() {
            report.requireName(stream.name, at: "streams", "\(place)", "name")
            if !names.insert(stream.name).inserted {
                report.add(
                    at: "streams", "\(place)", "name",
                    message: "there is another stream of this name")
            }
            report.require(stream.rateHz, in: 1e-6...1e6, at: "streams", "\(place)", "rate_hz")
            if stream.channels.isEmpty {
                report.add(
                    at: "streams", "\(place)", "channels", message: "expected one channel or more")
            }
        }
    }
}
