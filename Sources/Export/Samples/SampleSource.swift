import Reports
import SessionStore
import Timebase

/// The samples of one stream as a table: read anew from the session each time they are wanted.
///
/// Used by one thread at a time, as the session's export.
final class SampleSource: TableSource, @unchecked Sendable {
    // Holds a `SessionExport`, which one thread uses at a time, as this.
    let export: SessionExport
    let samples: SampleTable
    let rows: Int64
    /// Only `present` is known before the rows are read.
    let statistics: [ColumnStatistics]

    var name: String { samples.name }
    var title: String { "A sample of the stream \(samples.stream.name)" }
    var columns: [TableColumn] { samples.columns }

    init(_ export: SessionExport, _ samples: SampleTable) throws(ExportError) {
        self.export = export
        self.samples = samples
        let rows = try export.ranges(of: samples.stream.id).reduce(0) { $0 + Int64($1.count) }
        self.rows = rows
        statistics = samples.columns.map { _ in
            var statistics = ColumnStatistics()
            statistics.present = rows
            return statistics
        }
    }

    func forEachBatch(_ body: (TableBatch) throws -> Void) throws {
        try export.forEachSlice(of: samples.stream) { slice in
            let count = slice.count
            let indices = (0..<count).map { slice.firstIndex + Int64($0) }
            var columns: [ColumnValues] = [
                .integers(indices, isMissing: []),
                .integers(slice.times, isMissing: []),
                .integers(slice.times.map { $0.flooredQuotient(1_000_000) }, isMissing: []),
                .integers(slice.bounds, isMissing: slice.hasBound.missing),
                .integers(slice.arrivals, isMissing: slice.hasArrival.missing),
            ]
            for (form, values) in zip(samples.forms, slice.window.columns) {
                columns += form.columns(values)
            }
            try body(TableBatch(count: count, columns: columns))
        }
    }
}

extension [Bool] {
    /// Of flags that say what is there: which are missing; empty where none is.
    fileprivate var missing: [Bool] { contains(false) ? map { !$0 } : [] }
}

extension SampleForm {
    /// The channel's columns, as the table has them.
    fileprivate func columns(_ values: SampleColumn) -> [ColumnValues] {
        switch (self, values) {
        case (.plainInteger, .integers(let raw)):
            [.integers(raw, isMissing: []), .integers(raw, isMissing: [])]
        case (.integer(_, let convert), .integers(let raw)):
            [.reals(raw.map(convert)), .integers(raw, isMissing: [])]
        case (.plainReal, .reals(let raw)): [.reals(raw)]
        case (.real(let convert), .reals(let raw)): [.reals(raw.map(convert)), .reals(raw)]
        case (.unknown, .integers(let raw)):
            [.missing(raw.count, .real), .integers(raw, isMissing: [])]
        case (.unknown, .reals(let raw)): [.missing(raw.count, .real), .reals(raw)]
        // A chunk whose columns are stored in the other form than the channel says does not decode.
        case (_, .integers(let raw)): [.reals(raw.map(Double.init))]
        case (_, .reals(let raw)): [.reals(raw)]
        }
    }
}
