/// How often each point of each rating was chosen: bars that diverge from the middle of the scale.
struct LikertFigure: Figure {
    private struct Row: Sendable {
        var item: FigureFacts.Item
        /// One a point.
        var counts: [Int]
        var missing: Int
        var known: Int { counts.reduce(0, +) }
    }

    private let rows: [Row]
    private let sessions: Int

    init(_ facts: [FigureFacts]) {
        sessions = facts.count
        var order: [FigureFacts.Item] = []
        for item in facts.flatMap(\.items)
        where !order.contains(where: {
            $0.questionnaire == item.questionnaire && $0.name == item.name
                && $0.points == item.points
        }) { order.append(item) }
        rows = order.map { item in
            var row = Row(item: item, counts: Array(repeating: 0, count: item.points), missing: 0)
            for session in facts
            where session.items.contains(where: {
                $0.questionnaire == item.questionnaire && $0.name == item.name
                    && $0.points == item.points
            }) {
                let answer = session.answers["\(item.questionnaire)/\(item.name)"]
                if let answer, let point = Int(exactly: answer), (1...item.points).contains(point) {
                    row.counts[point - 1] += 1
                } else {
                    row.missing += 1
                }
            }
            return row
        }
    }

    let name = "likert"
    let title = "Ratings"

    var caption: String {
        "\(rows.count) ratings in \(sessions) sessions. Bars are shares of those who answered, and diverge from the "
            + "middle of each scale; numbers in them are answers. Missing: sessions whose protocol asks, without an "
            + "answer."
    }

    var missing: String? {
        rows.contains { $0.known > 0 } ? nil : "No rating has been answered yet."
    }

    var table: FigureTable {
        FigureTable(
            header: [
                "questionnaire", "item", "text", "points", "value", "count", "n", "missing",
            ],
            rows: rows.flatMap { row in
                row.counts.enumerated().map { place, count in
                    [
                        row.item.questionnaire, row.item.name, row.item.text,
                        "\(row.item.points)", "\(place + 1)", "\(count)", "\(row.known)",
                        "\(row.missing)",
                    ]
                }
            })
    }

    func drawing(_ theme: FigureTheme) -> SVGDrawing {
        let (left, right, each) = (310.0, 770.0, 52.0)
        let bottom = 16 + each * Double(rows.count)
        var drawing = SVGDrawing(width: 900, height: bottom + 58, theme: theme)
        let scale = FigureScale(-100...100, from: left, to: right, isExact: true)
        for tick in [-100.0, -50, 0, 50, 100] {
            drawing.line(scale.place(tick), 10, scale.place(tick), bottom)
            drawing.text(
                "\(Int(abs(tick)))", scale.place(tick), bottom + 18, size: 12, anchor: .middle,
                color: theme.soft)
        }
        drawing.text(
            "Share of answers to each side of the middle, %", (left + right) / 2, bottom + 40,
            anchor: .middle)
        for (index, row) in rows.enumerated() {
            add(row, at: 16 + each * Double(index), scale, &drawing)
        }
        drawing.line(scale.place(0), 10, scale.place(0), bottom, color: theme.ink)
        return drawing
    }

    private func add(
        _ row: Row, at y: Double, _ scale: FigureScale, _ drawing: inout SVGDrawing
    ) {
        let soft = drawing.theme.soft
        drawing.text(SVGDrawing.shortened(row.item.text, 44), 296, y + 17, anchor: .end)
        drawing.text(
            SVGDrawing.shortened("1 \(row.item.low) – \(row.item.points) \(row.item.high)", 50),
            296,
            y + 33, size: 11, anchor: .end, color: soft)
        drawing.text("n \(row.known)", 784, y + 17, size: 12)
        if row.missing > 0 {
            drawing.text("missing \(row.missing)", 784, y + 33, size: 12, color: soft)
        }
        guard row.known > 0 else { return }
        let shares = row.counts.map { 100 * Double($0) / Double(row.known) }
        let half = row.item.points / 2
        // With a middle point half of it lies on each side.
        var start = -shares[..<half].reduce(0, +)
        if row.item.points % 2 == 1 { start -= shares[half] / 2 }
        let colors = drawing.theme.diverging(row.item.points)
        for (point, share) in shares.enumerated() where share > 0 {
            let (from, to) = (scale.place(start), scale.place(start + share))
            drawing.rectangle(
                from, y + 4, to - from, 32, fill: colors[point], stroke: drawing.theme.ground,
                title: "\(row.item.text) \(point + 1): \(row.counts[point])")
            if to - from >= 14 {
                drawing.text(
                    "\(row.counts[point])", (from + to) / 2, y + 25, size: 12, anchor: .middle,
                    color: drawing.theme.ink(on: colors[point]))
            }
            start += share
        }
    }
}
