/// A table of one session, as it waits to be written.
final class TableSpool: Sendable {
    /// A batch's place in the file.
    struct Piece: Sendable {
        var offset: Int64
        var length: Int
        var rows: Int
    }

    let name: String
    let title: String
    let columns: [TableColumn]
    let rows: Int64
    let statistics: [ColumnStatistics]
    private let file: SpoolFile
    private let pieces: [Piece]

    init(
        name: String, title: String, columns: [TableColumn], statistics: [ColumnStatistics],
        file: SpoolFile, pieces: [Piece]
    ) {
        self.name = name
        self.title = title
        self.columns = columns
        self.statistics = statistics
        self.file = file
        self.pieces = pieces
        rows = pieces.reduce(0) { $0 + Int64($1.rows) }
    }

    func forEachBatch(_ body: (TableBatch) throws -> Void) throws {
        for piece in pieces {
            let bytes = try file.read(piece.length, at: piece.offset)
            try body(BatchCoder.decode(bytes, count: piece.rows, columns))
        }
    }
}
