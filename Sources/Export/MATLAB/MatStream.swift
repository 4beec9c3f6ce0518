import SessionStore
import Timebase

/// Writes a stream's samples as variables of a MAT-file: one, or as many parts as keep each small.
struct MatStream {
    let table: SampleTable
    private let session: SessionExport
    private let name: String
    private let storages: [Storage]
    /// The variables that were written, in order.
    private(set) var variables: [String] = []

    /// How the stored values of a channel are kept.
    private enum Storage {
        /// They are the values.
        case none
        case short, long, real
    }

    /// - Parameter name: of the first variable.
    init(_ source: SampleSource, of session: SessionExport, name: String) throws {
        table = source.samples
        self.session = session
        self.name = name
        // All parts have the same types: MATLAB would cut the longer numbers where parts are joined.
        var isShort = table.forms.map { _ in true }
        let cursor = try SampleCursor(session, stream: table.stream.id)
        while let window = try cursor.next() {
            for (place, column) in window.columns.enumerated() where isShort[place] {
                guard case .integers(let raw) = column else { continue }
                isShort[place] = raw.allSatisfy { Int32(exactly: $0) != nil }
            }
        }
        storages = zip(zip(table.forms, table.stream.channels), isShort).map { entry, isShort in
            guard entry.0.hasRaw else { return .none }
            return entry.1.storage == .real ? .real : isShort ? .short : .long
        }
    }

    /// Writes all parts.
    /// - Parameter largest: bytes of data in a variable at most.
    mutating func write(to file: MatFile, largest: Int, _ run: ExportRun) throws {
        let width = 8 * (1 + 2 * table.forms.count)
        let most = max(1, largest / width)
        var part = Part(table.forms.count)
        try session.forEachSlice(of: table.stream) { slice in
            try run.proceed(table.name)
            var from = 0
            while from < slice.count {
                let to = min(slice.count, from + most - part.times.count)
                take(slice, from..<to, &part)
                from = to
                if part.times.count == most {
                    try write(part, to: file)
                    part = Part(table.forms.count)
                }
            }
            run.count(Int64(slice.count))
        }
        if !part.times.isEmpty { try write(part, to: file) }
    }

    private struct Part {
        var first: Int64 = 0
        var times: [Double] = []
        var values: [[Double]]
        var raw: [[Int64]]

        init(_ channels: Int) {
            values = [[Double]](repeating: [], count: channels)
            raw = [[Int64]](repeating: [], count: channels)
        }
    }

    private func take(_ slice: SampleSlice, _ range: Range<Int>, _ part: inout Part) {
        if part.times.isEmpty { part.first = slice.firstIndex + Int64(range.lowerBound) }
        part.times += slice.times[range].map { Double($0) / 1e9 }
        for (place, column) in slice.window.columns.enumerated() {
            let form = table.forms[place]
            switch column {
            case .integers(let raw):
                let some = Array(raw[range])
                if form.hasValues {
                    part.values[place] += form.values(.integers(some))
                } else {
                    part.values[place] += repeatElement(.nan, count: some.count)
                }
                if case .none = storages[place] { continue }
                part.raw[place] += some
            case .reals(let raw):
                let some = Array(raw[range])
                if form.hasValues {
                    part.values[place] += form.values(.reals(some))
                } else {
                    part.values[place] += repeatElement(.nan, count: some.count)
                }
                if case .none = storages[place] { continue }
                part.raw[place] += some.map { Int64(bitPattern: $0.bitPattern) }
            }
        }
    }

    private mutating func write(_ part: Part, to file: MatFile) throws {
        let variable =
            variables.isEmpty ? name : "\(name)\(Self.partSuffix)\(variables.count + 1)"
        var fields: [(name: String, value: MatValue)] = [
            ("stream", .text(table.stream.name)), ("first_index", .real(Double(part.first))),
            ("times", .column(part.times)),
            (
                "values",
                .reals(part.values.flatMap(\.self), rows: part.times.count)
            ),
        ]
        var raw: [(name: String, value: MatValue)] = []
        for (place, storage) in storages.enumerated() {
            guard let name = table.channels[place].raw else { continue }
            let values = part.raw[place]
            switch storage {
            case .none: continue
            case .short: raw.append((name, .shortIntegers(values.map { Int32(clamping: $0) })))
            case .long: raw.append((name, .integers(values)))
            case .real:
                raw.append(
                    (name, .column(values.map { Double(bitPattern: UInt64(bitPattern: $0)) })))
            }
        }
        fields.append(("raw", .structure(raw)))
        try file.write(variable, .structure(fields))
        variables.append(variable)
    }

    static let partSuffix = "_part"
}
