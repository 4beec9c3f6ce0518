/// Writes one table as a file of a statistics package.
///
/// Rows go from the source to the file some thousands at a time: numbers are gathered row by row first, so
/// that a cell costs one call of the library.
struct StatisticsTable {
    private let table: any TableSource
    private let format: StatisticsFormat
    private let kind: ReadStatFile.Kind
    private let columns: [TableColumn]
    /// What each column is called in the file.
    let names: [String]
    /// Places of the columns that are numbers in the file, and of those that are texts.
    private let numbers: [Int]
    private let texts: [Int]
    /// The codes of a category's words, by the column's place.
    private let codes: [Int: [String: Double]]

    /// How many bytes of long texts of one table may wait in memory, which libreadstat needs for Stata.
    private static let longTextBudget: Int64 = 24 << 20

    init(_ table: any TableSource, _ format: StatisticsFormat, _ kind: ReadStatFile.Kind) {
        self.table = table
        self.format = format
        self.kind = kind
        let columns = table.columns
        self.columns = columns
        let statistics = table.statistics
        numbers = columns.indices.filter { columns[$0].kind != .text }
        texts = columns.indices.filter { columns[$0].kind == .text }
        names = StatisticsNames.names(
            of: columns, longTexts: Set(texts.filter { statistics[$0].longest > 255 }), format)
        var codes: [Int: [String: Double]] = [:]
        for place in columns.indices where columns[place].kind == .category {
            codes[place] = Dictionary(
                columns[place].labels.map { ($0.text, $0.value) },
                uniquingKeysWith: { first, _ in first })
        }
        self.codes = codes
    }

    /// Bytes of all rows of a table, as a file has them that is not packed.
    static func bytes(of table: any TableSource, _ format: StatisticsFormat) -> Int64 {
        zip(table.columns, table.statistics).reduce(0) { sum, column in
            let width =
                column.0.kind == .text ? min(max(8, column.1.longest), format.longestText) : 8
            return sum + table.rows * Int64(width)
        }
    }

    /// Writes the table into a file that is not there, and says in the notes what was lost.
    /// - Parameter name: the file's name, for notes.
    func write(to path: String, as name: String, _ output: FormatOutput) throws {
        guard columns.count <= 32_767 else {
            throw ExportError(
                code: .nothing,
                message: "\(name) would have \(columns.count) columns; 32,767 are the most")
        }
        let file = try ReadStatFile(path: path, kind: kind, rows: table.rows)
        let long = try longTexts()
        let storages = columns.indices.map { storage(of: $0, long) }
        for place in columns.indices {
            try file.declare(variable(place, storages[place]))
        }
        var losses = [StatisticsLosses](repeating: StatisticsLosses(), count: columns.count)
        // The numbers of long texts, row by row and in a row column by column, as they are read again.
        var references: [Int32] = []
        if !long.isEmpty {
            try table.forEachBatch { batch in
                for row in 0..<batch.count {
                    for place in texts where long.contains(place) {
                        guard case .texts(let values) = batch.columns[place],
                            let value = values[row], !value.isEmpty
                        else {
                            references.append(-1)
                            continue
                        }
                        let text = fitting(value, format.longestText, &losses[place])
                        references.append(try file.addLongText(text))
                    }
                }
            }
        }
        try file.begin(format.cut(table.title, .bytes(60)))
        var next = 0
        /// The batch's numbers, row by row.
        var cells: [Double] = []
        try table.forEachBatch { batch in
            try output.run.proceed(table.name)
            gather(batch, into: &cells, &losses)
            for row in 0..<batch.count {
                file.beginRow()
                var cell = row * numbers.count
                for place in numbers {
                    file.set(place, cells[cell])
                    cell += 1
                }
                for place in texts {
                    switch storages[place] {
                    case .longText:
                        if references[next] >= 0 { file.set(place, longText: references[next]) }
                        next += 1
                    case .text(let width):
                        guard case .texts(let values) = batch.columns[place] else { continue }
                        file.set(place, values[row].map { fitting($0, width, &losses[place]) })
                    case .number: continue
                    }
                }
                try file.endRow()
            }
            output.run.count(Int64(batch.count))
        }
        try file.close()
        report(losses, storages, name, output.notes)
    }

    private func report(
        _ losses: [StatisticsLosses], _ storages: [ReadStatFile.Storage], _ name: String,
        _ notes: ExportNotes
    ) {
        let limits = storages.map { storage in
            if case .text(let width) = storage { width } else { format.longestText }
        }
        for note in StatisticsLosses.notes(losses, of: columns, limits: limits, file: name) {
            notes.add(note)
        }
        let bare = columns.filter { $0.labels.contains { !format.takes($0) } }.map(\.name)
        if format.package == .stata, !bare.isEmpty {
            notes.add(
                "\(name): only whole numbers have labels in \(bare.joined(separator: ", "))")
        }
        let wished = format.hasShortNames ? columns.shortNames : columns.map(\.name)
        let changed = columns.indices.filter { names[$0].lowercased() != wished[$0] }
        if !changed.isEmpty {
            let list = changed.map { "\(columns[$0].name) is called \(names[$0])" }
            notes.add("\(name): \(list.joined(separator: ", "))")
        }
    }

    private func variable(
        _ place: Int, _ storage: ReadStatFile.Storage
    ) -> ReadStatFile.Variable {
        let column = columns[place]
        return ReadStatFile.Variable(
            name: names[place], label: format.label(of: column),
            format: format.format(of: column, table.statistics[place]), storage: storage,
            labels: column.kind == .text ? [] : format.labels(of: column),
            isNominal: column.kind == .text || !column.labels.isEmpty)
    }

    private func storage(of place: Int, _ long: Set<Int>) -> ReadStatFile.Storage {
        if columns[place].kind != .text { return .number }
        if long.contains(place) { return .longText }
        let limit =
            format.package == .stata ? StatisticsFormat.longestInRow : format.longestText
        return .text(width: min(max(1, table.statistics[place].longest), limit))
    }

    /// Places of the columns that become strLs: as many as fit into memory, the smallest first.
    private func longTexts() throws -> Set<Int> {
        guard format.package == .stata else { return [] }
        let candidates = texts.filter {
            table.statistics[$0].longest > StatisticsFormat.longestInRow
        }
        guard !candidates.isEmpty else { return [] }
        var bytes = [Int64](repeating: 0, count: columns.count)
        try table.forEachBatch { batch in
            for place in candidates {
                guard case .texts(let values) = batch.columns[place] else { continue }
                for case let value? in values { bytes[place] += Int64(value.utf8.count) }
            }
        }
        var left = Self.longTextBudget
        var long: Set<Int> = []
        for place in candidates.sorted(by: { (bytes[$0], $0) < (bytes[$1], $1) }) {
            left -= bytes[place]
            if left < 0 { break }
            long.insert(place)
        }
        return long
    }

    /// A text as the file can hold it.
    private func fitting(
        _ text: String, _ width: Int, _ losses: inout StatisticsLosses
    ) -> String {
        var text = text
        if text.utf8.contains(0) {
            losses.terminated += 1
            text = String(
                decoding: text.utf8.map { $0 == 0 ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
        }
        guard text.utf8.count > width else { return text }
        losses.cut += 1
        return text.cut(bytes: width)
    }

    /// The numbers of a batch as the file holds them, row by row.
    private func gather(
        _ batch: TableBatch, into cells: inout [Double], _ losses: inout [StatisticsLosses]
    ) {
        let width = numbers.count
        cells.removeAll(keepingCapacity: true)
        cells.append(contentsOf: repeatElement(.nan, count: batch.count * width))
        for (offset, place) in numbers.enumerated() {
            let kind = columns[place].kind
            var lost = losses[place]
            // A row has a cell for each number, and `cell` goes to the next row with each value.
            unsafe cells.withUnsafeMutableBufferPointer { cells in
                var cell = offset
                switch batch.columns[place] {
                case .integers(let values, let isMissing):
                    for row in values.indices {
                        if isMissing.isEmpty || !isMissing[row] {
                            unsafe cells[cell] = number(values[row], kind, &lost)
                        }
                        cell += width
                    }
                case .reals(let values):
                    for value in values {
                        unsafe cells[cell] = number(value, &lost)
                        cell += width
                    }
                case .texts(let values):
                    let codes = codes[place] ?? [:]
                    for value in values {
                        if let value {
                            if let code = codes[value] {
                                unsafe cells[cell] = code
                            } else {
                                lost.uncoded += 1
                            }
                        }
                        cell += width
                    }
                }
            }
            losses[place] = lost
        }
    }

    @inline(__always) private func number(
        _ value: Int64, _ kind: TableColumn.Kind, _ lost: inout StatisticsLosses
    ) -> Double {
        switch kind {
        case .milliseconds: return Double(value) / 1_000_000
        case .utc: return format.moment(value)
        default:
            if value.magnitude > UInt64(StatisticsFormat.largestExact),
                Int64(exactly: Double(value)) != value
            {
                lost.rounded += 1
            }
            return Double(value)
        }
    }

    @inline(__always) private func number(
        _ value: Double, _ lost: inout StatisticsLosses
    ) -> Double {
        if format.numbers.contains(value) {
            if value.magnitude < format.smallest, value != 0 {
                lost.vanished += 1
                return 0
            }
            return value
        }
        if !value.isNaN { lost.beyond += 1 }
        return .nan
    }
}
