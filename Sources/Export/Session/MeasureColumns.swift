import Measures
import SessionStore
import Timebase

/// The measures of phases or turns as columns of a table.
struct MeasureColumns {
    let columns: [TableColumn]
    private let measures: SessionMeasures

    /// - Parameters:
    ///   - kind: of the stretches that the table's rows are.
    ///   - taken: names of the table's other columns.
    init(_ measures: SessionMeasures, of kind: MeasureStretch.Kind, beside taken: [TableColumn]) {
        self.measures = measures
        var names = ColumnNames(taken: taken.map(\.name))
        columns = SessionMeasures.variables(of: kind).map { variable in
            let name = names.column(variable.name)
            let labels = variable.labels.map { TableColumn.Label($0.value, $0.text) }
            return switch variable.kind {
            case .real:
                TableColumn(name, .real, variable.unit, variable.meaning, labels: labels)
            case .integer:
                TableColumn(name, .integer, variable.unit, variable.meaning, labels: labels)
            case .text: TableColumn(name, .text, variable.unit, variable.meaning)
            case .category(let words): .category(name, words, variable.meaning)
            }
        }
    }

    /// Writes the values of a stretch; nil where the row is none.
    func write(_ stretch: MeasureStretch?, _ builder: TableBuilder) throws {
        guard let stretch else {
            for _ in columns { builder.missing() }
            return
        }
        let values = try measures.values(of: stretch)
        for (column, value) in zip(columns, values) {
            switch (value, column.kind.storage) {
            case (.real(let number), .reals): builder.real(number)
            case (.integer(let number), .integers): builder.integer(number)
            case (.integer(let number), .reals): builder.real(Double(number))
            case (.text(let text), .texts): builder.text(text)
            default: builder.missing()
            }
        }
        for _ in values.count..<max(values.count, columns.count) { builder.missing() }
    }
}

extension MeasureStretch {
    /// The turn that it is; nil for all else.
    var turn: Int64? { if case .turn(let number) = kind { number } else { nil } }
}
