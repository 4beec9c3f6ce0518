import Foundation

/// Results as an aligned table for people.
enum BenchTable {
    static func text(_ results: [BenchResult]) -> String {
        var rows = [["case", "figure", "p10–p90", "unit", "peer", "its figure", "ratio", "goal"]]
        for result in results {
            var range = ""
            if let low = result.p10, let high = result.p90 {
                range = "\(number(low))–\(number(high))"
            }
            var goal = result.goal ?? ""
            if let met = result.met { goal += met ? ": met" : ": NOT MET" }
            rows.append([
                result.case, number(result.figure), range, result.unit, result.peer ?? "",
                result.peerFigure.map(number) ?? "",
                result.ratio.map { String(format: "%.2f", $0) } ?? "", goal,
            ])
        }
        return text(rows: rows)
    }

    /// Rows of as many cells each, the first one the heading, with columns below each other.
    static func text(rows: [[String]]) -> String {
        let widths = (0..<rows[0].count).map { column in
            rows.map { $0[column].count }.max() ?? 0
        }
        return rows.map { row in
            let cells = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            var line = cells.joined(separator: "  ")
            while line.hasSuffix(" ") { line.removeLast() }
            return line + "\n"
        }.joined()
    }

    /// With thousands separated from 10,000 on, two decimals below 10, four below 0.1.
    private static func number(_ value: Double) -> String {
        if abs(value) < 0.1, value != 0 { return String(format: "%.4f", value) }
        if abs(value) < 10 { return String(format: "%.2f", value) }
        let digits = String(format: "%.0f", value)
        guard digits.count > 4 else { return digits }
        var grouped = ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index) % 3 == 0 { grouped += "," }
            grouped.append(digit)
        }
        return grouped
    }
}
