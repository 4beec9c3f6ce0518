import Foundation

/// The data of a figure as a table.
struct FigureTable: Hashable, Sendable {
    var header: [String]
    var rows: [[String]] = []

    /// The table with a last column that names the version of the data, so that a file says it too.
    func stamped(_ version: String) -> FigureTable {
        FigureTable(header: header + ["data_version"], rows: rows.map { $0 + [version] })
    }

    /// Comma-separated values (RFC 4180) in UTF-8.
    var csv: String {
        ([header] + rows).map { $0.map(Self.cell).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func cell(_ text: String) -> String {
        // A program for tables must not take a text for a formula.
        let isFormula = text.first.map { "=@\t\r".contains($0) } ?? false
        let isSign = text.count > 1 && "+-".contains(text.first ?? " ") && Double(text) == nil
        let safe = isFormula || isSign ? "'" + text : text
        guard safe.contains(where: { "\",\r\n".contains($0) || $0.isNewline }) else { return safe }
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }

    /// A number as it is, nothing for none.
    static func number(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "" }
        return PeakFinder.decimal(value, 6).replacing(/\.?0+$/, with: "")
    }
}
