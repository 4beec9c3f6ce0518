/// A table of all sessions, one after another.
///
/// Where sessions have different columns (a study that changed its protocol), the table has all of
/// them; a session without a column has it missing.
struct StudyTable: TableSource {
    let name: String
    let title: String
    let columns: [TableColumn]
    let statistics: [ColumnStatistics]
    let rows: Int64
    private let parts: [TableSpool]
    /// For each part the place in it of each column; nil where it lacks one.
    private let places: [[Int?]]

    /// - Parameter parts: of the same name; at least one.
    init?(_ parts: [TableSpool]) {
        guard let first = parts.first else { return nil }
        name = first.name
        title = first.title
        self.parts = parts
        rows = parts.reduce(0) { $0 + $1.rows }
        var columns = first.columns
        var known = Dictionary(
            columns.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { $1 })
        for part in parts.dropFirst() {
            for column in part.columns where known[column.name] == nil {
                known[column.name] = columns.count
                columns.append(column)
            }
        }
        var statistics = columns.map { _ in ColumnStatistics() }
        places = parts.map { part in
            var places = [Int?](repeating: nil, count: columns.count)
            for (place, column) in part.columns.enumerated() {
                guard let target = known[column.name] else { continue }
                places[target] = place
                statistics[target].merge(part.statistics[place])
            }
            return places
        }
        for place in columns.indices where columns[place].kind == .category {
            let declared = Set(columns[place].labels.map(\.text))
            for word in statistics[place].words.subtracting(declared).sorted() {
                columns[place].labels.append(
                    .init(Double(columns[place].labels.count + 1), word))
            }
        }
        self.columns = columns
        self.statistics = statistics
    }

    func forEachBatch(_ body: (TableBatch) throws -> Void) throws {
        for (part, places) in zip(parts, places) {
            let isWhole = places.enumerated().allSatisfy { $0.element == $0.offset }
            try part.forEachBatch { batch in
                if isWhole, batch.columns.count == columns.count { return try body(batch) }
                let values = zip(places, columns).map { place, column in
                    place.map { batch.columns[$0] } ?? .missing(batch.count, column.kind)
                }
                try body(TableBatch(count: batch.count, columns: values))
            }
        }
    }
}

extension ColumnValues {
    /// As many missing values.
    static func missing(_ count: Int, _ kind: TableColumn.Kind) -> ColumnValues {
        switch kind.storage {
        case .integers:
            .integers(
                [Int64](repeating: 0, count: count),
                isMissing: [Bool](repeating: true, count: count))
        case .reals: .reals([Double](repeating: .nan, count: count))
        case .texts: .texts([String?](repeating: nil, count: count))
        }
    }
}
