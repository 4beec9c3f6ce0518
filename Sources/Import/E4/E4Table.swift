/// A file of samples of an E4: its head, and its lines piece by piece. Used by one thread.
final class E4Table {
    let path: String
    /// Nanoseconds since 1970 UTC.
    let start: Int64
    let rate: Double
    private let channels: Int
    private var rows: CSVRows

    private static let atOnce = 8192

    init(_ path: String, channels: Int) throws(ImportError) {
        self.path = path
        self.channels = channels
        rows = try CSVRows(try ByteSource(path), separator: UInt8(ascii: ","))
        guard let first = try rows.row(), let second = try rows.row() else {
            throw ImportError(.format, "\(path):1: expected the start and the rate")
        }
        guard let start = Self.start(first.fields[0]) else {
            throw ImportError(
                .format,
                "\(path):1:1: expected the start in seconds since 1970, found '\(first.fields[0].prefix(60))'"
            )
        }
        self.start = start
        guard let rate = DecimalTime.number(E4Table.trimmed(second.fields[0]), comma: false),
            rate > 0, rate <= 10_000
        else {
            throw ImportError(
                .format,
                "\(path):2:1: expected the rate in samples a second, found '\(second.fields[0].prefix(60))'"
            )
        }
        self.rate = rate
    }

    /// A start within what times can be: between 2001 and 2200.
    static func start(_ text: String) -> Int64? {
        DecimalTime.scaled(trimmed(text), by: 9, comma: false).flatMap {
            (1_000_000_000_000_000_000...7_258_000_000_000_000_000).contains($0) ? $0 : nil
        }
    }

    static func trimmed(_ text: String) -> String {
        let front = text.drop { $0 == " " }
        return String(front.reversed().drop { $0 == " " }.reversed())
    }

    /// The next samples, a column a channel; nil at the end.
    func next() throws(ImportError) -> [[Double]]? {
        var columns = [[Double]](repeating: [], count: channels)
        while columns[0].count < Self.atOnce, let row = try rows.row() {
            guard row.fields.count == channels else {
                throw ImportError(
                    .format,
                    "\(path):\(row.line): expected \(channels) values, found \(row.fields.count)")
            }
            for (place, text) in row.fields.enumerated() {
                let text = E4Table.trimmed(text)
                guard let value = DecimalTime.number(text, comma: false) else {
                    throw ImportError(
                        .format,
                        "\(path):\(row.line):\(place + 1): expected a number, found '\(text.prefix(60))'"
                    )
                }
                columns[place].append(value)
            }
        }
        return columns[0].isEmpty ? nil : columns
    }
}

/// The intervals between heartbeats of an E4.
struct E4Intervals {
    let name: String
    /// Nanoseconds since 1970 UTC.
    let start: Int64
    /// When an interval ended, in nanoseconds since the start, and its length in seconds.
    private(set) var rows: [(time: Int64, interval: Double)] = []

    private static let most = 4_000_000

    init(_ path: String) throws(ImportError) {
        name = XDFImport.name(path)
        var rows = try CSVRows(try ByteSource(path), separator: UInt8(ascii: ","))
        guard let first = try rows.row(), let start = E4Table.start(first.fields[0]) else {
            throw ImportError(.format, "\(path):1:1: expected the start in seconds since 1970")
        }
        self.start = start
        while let row = try rows.row() {
            guard row.fields.count == 2 else {
                throw ImportError(
                    .format, "\(path):\(row.line): expected seconds and an interval")
            }
            let time = DecimalTime.scaled(
                E4Table.trimmed(row.fields[0]), by: 9, comma: false)
            let interval = DecimalTime.number(E4Table.trimmed(row.fields[1]), comma: false)
            guard let time, time.magnitude < 1 << 58 else {
                throw ImportError(
                    .format,
                    "\(path):\(row.line):1: expected seconds, found '\(row.fields[0].prefix(60))'")
            }
            guard let interval else {
                throw ImportError(
                    .format,
                    "\(path):\(row.line):2: expected an interval in seconds, found '\(row.fields[1].prefix(60))'"
                )
            }
            guard self.rows.count < Self.most else { break }
            self.rows.append((time, interval))
        }
    }
}
