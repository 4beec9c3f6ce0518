import Foundation
import Measures

/// Words of each message, by participant: a box from quartile to quartile with the median, whiskers up to
/// one and a half times its length, and all messages as points.
struct MessageLengthFigure: Figure {
    let facts: [FigureFacts]
    private let participants: [(code: String, words: [Int])]

    init(_ facts: [FigureFacts]) {
        self.facts = facts
        var words: [String: [Int]] = [:]
        for session in facts {
            words[session.participant, default: []] += session.messages.map(\.words)
        }
        participants = words.filter { !$0.value.isEmpty }
            .sorted { $0.key.localizedStandardCompare($1.key) == .orderedAscending }
            .map { ($0.key, $0.value.sorted()) }
    }

    let name = "message-length"
    let title = "Message length by participant"

    var caption: String {
        let count = participants.reduce(0) { $0 + $1.words.count }
        return
            "\(count) messages of \(participants.count) participants. Box: quartiles and median; whiskers: "
            + "the last message within 1.5 times the box. A word is a run of characters without white space "
            + "that holds a letter or a digit."
    }

    var missing: String? { participants.isEmpty ? "No participant has sent a message yet." : nil }

    var table: FigureTable {
        FigureTable(
            header: ["participant", "session", "turn", "words"],
            rows: facts.flatMap { session in
                session.messages.map {
                    [session.participant, session.id, "\($0.turn)", "\($0.words)"]
                }
            })
    }

    func drawing(_ theme: FigureTheme) -> SVGDrawing {
        let each = participants.count > 24 ? 34.0 : 56.0
        let left = 64.0
        let right = max(560, left + each * Double(participants.count) + 16)
        var drawing = SVGDrawing(width: right + 16, height: 380, theme: theme)
        let most = Double(participants.compactMap(\.words.last).max() ?? 1)
        let scale = FigureScale(0...max(1, most), from: 310, to: 20)
        drawing.verticalAxis(scale, from: left, to: right, title: "Words a message")
        let width = (right - left) / Double(participants.count)
        for (index, participant) in participants.enumerated() {
            let x = left + (Double(index) + 0.5) * width
            add(participant.words, at: x, min(15, width / 3), scale, &drawing)
            drawing.text(
                SVGDrawing.shortened(participant.code, 9), x, 330, size: 12, anchor: .middle)
            drawing.text(
                "n \(participant.words.count)", x, 346, size: 11, anchor: .middle,
                color: theme.soft)
        }
        drawing.text("Participant", (left + right) / 2, 370, anchor: .middle)
        return drawing
    }

    private func add(
        _ words: [Int], at x: Double, _ half: Double, _ scale: FigureScale,
        _ drawing: inout SVGDrawing
    ) {
        let values = words.map(Double.init)
        let color = drawing.theme.series[0]
        let quartiles = [0.25, 0.5, 0.75].map { ClusterMean.quantile(values, $0) }
        let reach = 1.5 * (quartiles[2] - quartiles[0])
        let low = values.first { $0 >= quartiles[0] - reach } ?? quartiles[0]
        let high = values.last { $0 <= quartiles[2] + reach } ?? quartiles[2]
        drawing.line(x, scale.place(low), x, scale.place(high), color: color)
        drawing.rectangle(
            x - half, scale.place(quartiles[2]), 2 * half,
            scale.place(quartiles[0]) - scale.place(quartiles[2]), fill: drawing.theme.ground,
            stroke: color)
        for (index, value) in values.enumerated() {
            // Spread by a fixed pattern, so that the same data give the same picture.
            let shift = (Double(index * 7 % 11) / 10 - 0.5) * 1.4 * half
            drawing.circle(x + shift, scale.place(value), 2.5, fill: color, opacity: 0.55)
        }
        drawing.line(
            x - half, scale.place(quartiles[1]), x + half, scale.place(quartiles[1]), color: color,
            width: 2.5)
    }
}
