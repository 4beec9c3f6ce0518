import Measures

/// Valence and arousal of the client's turns over the course of the chat.
struct EmotionFigure: Figure {
    private struct Point: Sendable {
        var place: Int
        var valence: ClusterMean?
        var arousal: ClusterMean?
    }

    let facts: [FigureFacts]
    private let points: [Point]

    init(_ facts: [FigureFacts]) {
        self.facts = facts.filter { !$0.emotions.isEmpty }
        let sessions = self.facts
        let last = sessions.flatMap(\.emotions).map(\.place).max() ?? 0
        points = (0..<last).map { index in
            func mean(_ value: (FigureFacts.Emotion) -> Double?) -> ClusterMean? {
                ClusterMean(
                    sessions.map { $0.emotions.filter { $0.place == index + 1 }.compactMap(value) },
                    seed: UInt64(index + 1))
            }
            return Point(place: index + 1, valence: mean(\.valence), arousal: mean(\.arousal))
        }
    }

    let name = "emotion"
    let title = "The client's emotion over the chat"

    var caption: String {
        let corrected = facts.flatMap(\.emotions).filter(\.isCorrected).count
        return
            "\(facts.flatMap(\.emotions).count) turns of the client in \(SVGDrawing.count(facts.count, "session")), as scored"
            + (corrected > 0 ? ", \(corrected) of them as corrected" : "")
            + ". Thin lines: sessions; thick: their mean; area: 95% interval of the bootstrap over sessions; n: "
            + "sessions that have this turn."
    }

    var missing: String? { points.isEmpty ? "No emotion has been scored yet." : nil }

    var table: FigureTable {
        var table = FigureTable(header: [
            "client_turn", "measure", "mean", "low", "high", "sessions", "participant", "session",
        ])
        for point in points {
            for (name, mean) in [("valence", point.valence), ("arousal", point.arousal)] {
                table.rows.append([
                    "\(point.place)", name, FigureTable.number(mean?.mean),
                    FigureTable.number(mean?.low), FigureTable.number(mean?.high),
                    "\(mean?.clusters ?? 0)", "", "",
                ])
            }
        }
        // The thin lines: each session by itself.
        for session in facts {
            for emotion in session.emotions.sorted(by: { $0.place < $1.place }) {
                for (name, value) in [("valence", emotion.valence), ("arousal", emotion.arousal)] {
                    table.rows.append([
                        "\(emotion.place)", name, FigureTable.number(value), "", "", "1",
                        session.participant, session.id,
                    ])
                }
            }
        }
        return table
    }

    func drawing(_ theme: FigureTheme) -> SVGDrawing {
        var drawing = SVGDrawing(width: 820, height: 560, theme: theme)
        let last = Double(max(2, points.count))
        // The first and the last turn stand clear of the axis and its numbers.
        let across = FigureScale(1...last, from: 110, to: 770, isExact: true)
        add("Valence", \.valence, \.valence, 0, top: 24, across, nil, &drawing)
        add("Arousal", \.arousal, \.arousal, 1, top: 270, across, "6 4", &drawing)
        drawing.horizontalAxis(across, at: 500, title: "Turn of the client", isWhole: true)
        return drawing
    }

    private func add(
        _ title: String, _ value: (FigureFacts.Emotion) -> Double?,
        _ mean: KeyPath<Point, ClusterMean?>, _ series: Int, top: Double, _ across: FigureScale,
        _ dash: String?, _ drawing: inout SVGDrawing
    ) {
        let theme = drawing.theme
        let scale = FigureScale(-1...1, from: top + 200, to: top, isExact: true)
        drawing.verticalAxis(scale, from: 80, to: 790, title: "\(title) (−1 to 1)")
        for session in facts {
            drawing.path(
                session.emotions.sorted { $0.place < $1.place }.map {
                    (across.place(Double($0.place)), value($0).map(scale.place) ?? .nan)
                }, color: theme.soft, width: 1, opacity: 0.4)
        }
        let means = points.map { ($0.place, $0[keyPath: mean]) }
        drawing.band(
            means.map {
                (
                    across.place(Double($0.0)), $0.1.map { scale.place($0.low) } ?? .nan,
                    $0.1.map { scale.place($0.high) } ?? .nan
                )
            }, color: theme.series[series])
        drawing.path(
            means.map {
                (across.place(Double($0.0)), $0.1.map { scale.place($0.mean) } ?? .nan)
            }, color: theme.series[series], width: 2.5, dash: dash)
        for (place, mean) in means {
            guard let mean else { continue }
            let x = across.place(Double(place))
            drawing.circle(x, scale.place(mean.mean), 3, fill: theme.series[series])
            if points.count <= 30 || place % 5 == 1 {
                drawing.text(
                    "n \(mean.clusters)", x, top + 214, size: 10, anchor: .middle,
                    color: theme.soft)
            }
        }
    }
}
