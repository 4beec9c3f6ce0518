import SystemCalls

/// Columns of whole numbers from a CSV file, to be replayed sample by sample, unchanged.
///
/// The separator is a comma, semicolon or tab; lines end in LF or CRLF. If the first line holds a name
/// that is no number, it is the header; columns are then called by name, else by number from 1.
public struct RecordedSignal: Sendable {
    /// The columns asked for, in that order.
    public let columns: [[Int64]]
    /// Their names, or numbers from 1.
    public let names: [String]

    /// How many rows there are.
    public var count: Int { columns.first?.count ?? 0 }

    /// A recording from memory; the columns must be of one length.
    public init(names: [String], columns: [[Int64]]) {
        self.names = names
        self.columns = columns
    }

    /// Reads a file.
    /// - Parameters:
    ///   - path: the CSV file.
    ///   - wanted: names or numbers of columns; none takes the last one.
    ///   - range: what values may be; others are an error, for nothing is scaled or cut.
    public init(
        path: String, columns wanted: [String] = [], range: ClosedRange<Int64>
    ) throws(VirtualDeviceError) {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try FileSystem.read(path)
        } catch {
            throw VirtualDeviceError(
                .recording, "The recording \(path) cannot be read.", cause: error)
        }
        let lines = bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D })
        guard let first = lines.first else {
            throw VirtualDeviceError(.recording, "The recording \(path) is empty.")
        }
        let separator = [UInt8(0x2C), 0x3B, 0x09].first { first.contains($0) } ?? 0x2C
        func fields(_ line: ArraySlice<UInt8>) -> [String] {
            line.split(separator: separator, omittingEmptySubsequences: false).map {
                let text = String(decoding: $0, as: UTF8.self)
                return String(text.drop { $0 == " " || $0 == "\"" }.prefix { $0 != "\"" })
            }
        }
        let heads = fields(first)
        let hasHeader = heads.contains { Double($0) == nil && !$0.isEmpty }
        let labels = hasHeader ? heads : (1...heads.count).map(String.init)
        var places: [Int] = []
        for name in wanted.isEmpty ? [labels[labels.count - 1]] : wanted {
            guard let place = labels.firstIndex(of: name) ?? Int(name).map({ $0 - 1 }),
                labels.indices.contains(place)
            else {
                throw VirtualDeviceError(
                    .recording,
                    "\(path) has no column \(name); it has \(labels.joined(separator: ", ")).")
            }
            places.append(place)
        }
        var columns: [[Int64]] = Array(repeating: [], count: places.count)
        for (number, line) in lines.enumerated().dropFirst(hasHeader ? 1 : 0) {
            let cells = fields(line)
            for (column, place) in places.enumerated() {
                let text = place < cells.count ? cells[place] : ""
                guard let value = Int64(text), range.contains(value) else {
                    throw VirtualDeviceError(
                        .recording,
                        "\(path):\(number + 1): column \(labels[place]) is \"\(text)\"; whole numbers "
                            + "from \(range.lowerBound) to \(range.upperBound) can be replayed.")
                }
                columns[column].append(value)
            }
        }
        self.columns = columns
        names = places.map { labels[$0] }
    }
}
