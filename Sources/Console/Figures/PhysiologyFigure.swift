import Measures

/// Heart rate and phasic skin conductance around the client's turns, from 5 s before to 15 s after they
/// stood on the participant's screen.
struct PhysiologyFigure: Figure {
    private struct Course: Sendable {
        var title: String
        var unit: String
        var means: [ClusterMean?]
        /// Turns with anything, sessions with any, and the share of steps that have a value.
        var turns: Int
        var sessions: Int
        var coverage: Double
    }

    private let courses: [Course]
    private let turns: Int

    init(_ responses: [TurnResponse]) {
        turns = responses.reduce(0) { $0 + $1.turns }
        courses = [
            Self.course("Heart rate, change", "bpm", responses.map(\.heartRate)),
            Self.course("Phasic EDA, change", "µS", responses.map(\.phasic)),
        ]
    }

    private static func course(
        _ title: String, _ unit: String, _ sessions: [[[Double]]]
    ) -> Course {
        let steps = TurnResponse.steps
        let means = (0..<steps).map { step in
            ClusterMean(sessions.map { $0.map { $0[step] } }, seed: UInt64(step + 1))
        }
        let all = sessions.flatMap { $0 }
        let known = all.reduce(0) { $0 + $1.count(where: { $0.isFinite }) }
        return Course(
            title: title, unit: unit, means: means, turns: all.count,
            sessions: sessions.count(where: { !$0.isEmpty }),
            coverage: all.isEmpty ? 0 : Double(known) / Double(all.count * steps))
    }

    let name = "physiology"
    let title = "Physiology around the client's turns"

    var caption: String {
        let parts = courses.map {
            "\($0.title): \($0.turns) of \(SVGDrawing.count(turns, "turn")) in \(SVGDrawing.count($0.sessions, "session")), coverage "
                + "\(Int(($0.coverage * 100).rounded())) %"
        }
        return parts.joined(separator: "; ")
            + ". Differences from the mean of the 5 s before; mean of the sessions' means and 95% interval of the "
            + "bootstrap over sessions (over turns where there is one session)."
    }

    var missing: String? {
        courses.contains { $0.turns > 0 }
            ? nil : "No session has heart rate or skin conductance around turns of the client yet."
    }

    var table: FigureTable {
        var table = FigureTable(header: [
            "measure", "unit", "t_s", "mean", "low", "high", "turns", "sessions",
        ])
        for course in courses where course.turns > 0 {
            for (step, mean) in course.means.enumerated() {
                table.rows.append([
                    course.title, course.unit, FigureTable.number(TurnResponse.time(of: step)),
                    FigureTable.number(mean?.mean), FigureTable.number(mean?.low),
                    FigureTable.number(mean?.high), "\(mean?.values ?? 0)",
                    "\(mean?.clusters ?? 0)",
                ])
            }
        }
        return table
    }

    func drawing(_ theme: FigureTheme) -> SVGDrawing {
        var drawing = SVGDrawing(width: 820, height: 580, theme: theme)
        let across = FigureScale(
            -TurnResponse.before...TurnResponse.after, from: 90, to: 790, isExact: true)
        for (index, course) in courses.enumerated() {
            add(course, index, top: 30 + Double(index) * 250, across, &drawing)
        }
        drawing.line(
            across.place(0), 20, across.place(0), 520, color: theme.ink, dash: "3 3")
        drawing.text("turn on the screen", across.place(0) + 6, 18, size: 11, color: theme.soft)
        drawing.horizontalAxis(across, at: 520, title: "Time from the client's turn, s")
        return drawing
    }

    private func add(
        _ course: Course, _ series: Int, top: Double, _ across: FigureScale,
        _ drawing: inout SVGDrawing
    ) {
        let theme = drawing.theme
        let known = course.means.compactMap { $0 }
        let low = min(0, known.map(\.low).min() ?? -1)
        let high = max(0, known.map(\.high).max() ?? 1)
        let scale = FigureScale(low...max(high, low + 1e-3), from: top + 200, to: top)
        drawing.verticalAxis(scale, from: 90, to: 790, title: "\(course.title), \(course.unit)")
        drawing.line(90, scale.place(0), 790, scale.place(0), color: theme.soft)
        drawing.text(
            "n \(SVGDrawing.count(course.turns, "turn")), \(SVGDrawing.count(course.sessions, "session")), coverage "
                + "\(Int((course.coverage * 100).rounded())) %", 790, top - 9, size: 11,
            anchor: .end, color: theme.soft)
        let points = course.means.enumerated().map { step, mean in
            (across.place(TurnResponse.time(of: step)), mean)
        }
        drawing.band(
            points.map {
                (
                    $0.0, $0.1.map { scale.place($0.low) } ?? .nan,
                    $0.1.map { scale.place($0.high) } ?? .nan
                )
            }, color: theme.series[series])
        drawing.path(
            points.map { ($0.0, $0.1.map { scale.place($0.mean) } ?? .nan) },
            color: theme.series[series], width: 2.5, dash: series == 0 ? nil : "6 4")
    }
}
