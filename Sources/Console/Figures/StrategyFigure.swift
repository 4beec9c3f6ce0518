import Foundation

/// How Suggestions were used: the classes of the messages that were sent with Suggestions in sight.
struct StrategyFigure: Figure {
    /// In the order of the bars, from most to least taken over.
    static let kinds = [
        ("direct-adoption", "direct adoption"), ("slight-modification", "slight modification"),
        ("combination", "combining several"), ("rewritten", "rewritten"),
        ("no-detected-overlap", "independent (no overlap found)"),
    ]

    private struct Row: Sendable {
        var label: String
        /// One a kind.
        var counts: [Int]
        var all: Int { counts.reduce(0, +) }
    }

    let facts: [FigureFacts]
    private let rows: [Row]

    init(_ facts: [FigureFacts]) {
        self.facts = facts
        var counts: [String: [Int]] = [:]
        for session in facts {
            for use in session.uses {
                guard let kind = Self.kinds.firstIndex(where: { $0.0 == use.kind }) else {
                    continue
                }
                counts[session.participant, default: [0, 0, 0, 0, 0]][kind] += 1
            }
        }
        var rows = counts.sorted { $0.key.localizedStandardCompare($1.key) == .orderedAscending }
            .map { Row(label: $0.key, counts: $0.value) }
        let all = Self.kinds.indices.map { kind in rows.reduce(0) { $0 + $1.counts[kind] } }
        if !rows.isEmpty { rows.insert(Row(label: "All", counts: all), at: 0) }
        self.rows = rows
    }

    let name = "strategies"
    let title = "Use of Suggestions"

    var caption: String {
        let unshown = facts.reduce(0) { $0 + $1.unshown }
        return
            "\(rows.first?.all ?? 0) messages of \(max(0, rows.count - 1)) participants, sent with Suggestions on the "
            + "page, by the class that their provenance was given."
            + (unshown > 0 ? " Left out: \(unshown) whose Suggestions were not shown." : "")
            + " No overlap found is no proof of independence."
    }

    var missing: String? {
        rows.isEmpty ? "No message was sent with Suggestions on the page yet." : nil
    }

    var table: FigureTable {
        FigureTable(
            header: ["participant", "session", "turn", "class"],
            rows: facts.flatMap { session in
                session.uses.map { [session.participant, session.id, "\($0.turn)", $0.kind] }
            })
    }

    func drawing(_ theme: FigureTheme) -> SVGDrawing {
        let (left, right, each) = (130.0, 770.0, 34.0)
        let top = 64.0
        let bottom = top + each * Double(rows.count)
        var drawing = SVGDrawing(width: 880, height: bottom + 56, theme: theme)
        let scale = FigureScale(0...100, from: left, to: right, isExact: true)
        var x = left
        for (kind, place) in zip(Self.kinds, Self.kinds.indices) {
            if place == 3 { x = left }
            let y = place < 3 ? 12.0 : 34
            drawing.rectangle(x, y, 14, 14, fill: theme.series[place], stroke: theme.soft)
            drawing.text("\(place + 1) \(kind.1)", x + 20, y + 12, size: 12)
            x += 50 + 6.6 * Double(kind.1.count)
        }
        for tick in scale.ticks {
            drawing.line(scale.place(tick), top - 4, scale.place(tick), bottom)
        }
        drawing.horizontalAxis(scale, at: bottom, title: "Share of messages, %")
        for (index, row) in rows.enumerated() {
            let y = top + each * Double(index)
            drawing.text(
                SVGDrawing.shortened(row.label, 16), left - 10, y + 20, anchor: .end,
                isBold: index == 0)
            drawing.text("n \(row.all)", right + 12, y + 20, size: 12)
            var share = 0.0
            for (kind, count) in row.counts.enumerated() where count > 0 {
                let next = share + 100 * Double(count) / Double(row.all)
                let (from, to) = (scale.place(share), scale.place(next))
                drawing.rectangle(
                    from, y + 3, to - from, 26, fill: theme.series[kind], stroke: theme.ground,
                    title: "\(row.label), \(Self.kinds[kind].1): \(count)")
                if to - from >= 34 {
                    // The number of the class stands before how many there are.
                    drawing.text(
                        "\(kind + 1): \(count)", (from + to) / 2, y + 21, size: 12,
                        anchor: .middle, color: theme.ink(on: theme.series[kind]))
                }
                share = next
            }
        }
        return drawing
    }
}
