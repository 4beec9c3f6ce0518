import Reports
import SystemCalls

/// Writes tables as CSV files, as described in Protocols/formats/csv.md.
enum CSVTables {
    /// Writes one table into a file that is not there.
    /// - Parameter isOneLine: whether signs stand for line breaks in texts, see `OneLine`.
    /// - Returns: how many values each column lacks.
    @discardableResult
    static func write(
        _ table: any TableSource, to path: String, _ run: ExportRun, isOneLine: Bool = false
    ) throws -> [Int64] {
        let file = try CSVFile(path: path, columns: table.columns)
        try write(table, to: file, run, isOneLine: isOneLine)
        return file.missingValues
    }

    /// Writes one table whose header was written, and closes its file.
    static func write(
        _ table: any TableSource, to file: CSVFile, _ run: ExportRun, isOneLine: Bool = false
    ) throws {
        if let samples = table as? SampleSource { return try write(samples, to: file, run) }
        let kinds = table.columns.map(\.kind)
        try table.forEachBatch { batch in
            try run.proceed(table.name)
            try write(batch, 0..<batch.count, kinds, to: file, isOneLine: isOneLine)
            run.count(Int64(batch.count))
        }
        try file.close()
    }

    /// Writes some rows of a batch.
    /// - Parameter kinds: of its columns.
    static func write(
        _ batch: TableBatch, _ rows: Range<Int>, _ kinds: [TableColumn.Kind],
        to file: CSVFile, isOneLine: Bool = false
    ) throws {
        for row in rows {
            for (column, kind) in zip(batch.columns, kinds) {
                if isOneLine, case .texts(let values) = column {
                    file.text(values[row].map(OneLine.text))
                } else {
                    file.write(column, row, kind)
                }
            }
            try file.endRow()
        }
    }

    /// As above, for samples: without a detour through columns, since an hour has millions of fields.
    private static func write(
        _ table: SampleSource, to file: CSVFile, _ run: ExportRun
    ) throws {
        let forms = table.samples.forms
        /// The slice's values row by row, reals as their bit patterns.
        var values: [Int64] = []
        try table.export.forEachSlice(of: table.samples.stream) { slice in
            try run.proceed(table.name)
            let count = slice.count
            values.removeAll(keepingCapacity: true)
            values.append(contentsOf: repeatElement(0, count: count * forms.count))
            for (channel, column) in slice.window.columns.enumerated() where channel < forms.count {
                switch column {
                case .integers(let raw):
                    for row in 0..<count { values[row * forms.count + channel] = raw[row] }
                case .reals(let raw):
                    for row in 0..<count {
                        values[row * forms.count + channel] = Int64(bitPattern: raw[row].bitPattern)
                    }
                }
            }
            for row in 0..<count {
                file.integer(slice.firstIndex + Int64(row))
                file.integer(slice.times[row])
                file.integer(slice.times[row].flooredQuotient(1_000_000))
                if slice.hasBound[row] {
                    file.milliseconds(slice.bounds[row])
                } else {
                    file.missing()
                }
                if slice.hasArrival[row] {
                    file.integer(slice.arrivals[row])
                } else {
                    file.missing()
                }
                for channel in forms.indices {
                    forms[channel].write(values[row * forms.count + channel], to: file)
                }
                try file.endRow()
            }
            run.count(Int64(count))
        }
        try file.close()
    }
}

extension CSVFile {
    /// One field of a batch.
    func write(_ column: ColumnValues, _ row: Int, _ kind: TableColumn.Kind) {
        switch column {
        case .integers(let values, let isMissing):
            if !isMissing.isEmpty, isMissing[row] { return missing() }
            switch kind {
            case .milliseconds: milliseconds(values[row])
            case .utc: utc(values[row])
            default: integer(values[row])
            }
        case .reals(let values): real(values[row])
        case .texts(let values): text(values[row])
        }
    }
}
