import Link
import SessionStore
import Timebase

extension QualityReader {
    /// Deviations, pauses, alarms, and what the clocks did.
    mutating func addProcedure() throws {
        let start = session.description.started
        var happenings: [(time: Instant, cells: [QualityReport.Section.Cell])] = []
        func add(_ time: Instant, _ what: String, _ level: QualityReport.Level) {
            happenings.append(
                (time, [.init(Self.duration(time - start), isNumber: true), .init(what, level)]))
        }
        for event in try reader.events(of: ["deviation", "paused", "resumed", "alarm"])
            .sorted(by: { $0.time < $1.time })
        {
            guard let payload = try? JSONValue(parsing: event.payload) else { continue }
            let reason = payload["reason"]?.string.map { ": \($0)" } ?? ""
            switch event.kind {
            case "deviation":
                let what = Self.words(payload) + reason
                add(event.time, what, .look)
                report.find(.look, "The session departed from its protocol: \(what).")
            case "paused": add(event.time, "paused\(reason)", .good)
            case "resumed": add(event.time, "resumed\(reason)", .good)
            default:
                add(
                    event.time,
                    "alarm: \(payload["text"]?.string ?? payload["code"]?.string ?? "")", .look)
            }
        }
        for triple in try reader.timeTriples()
        where triple.cause == "step" || triple.cause == "sleep" {
            let what = triple.cause == "step" ? "the wall clock was set" : "the computer had slept"
            add(triple.triple.monotonic, what, triple.cause == "sleep" ? .bad : .look)
            report.find(
                triple.cause == "sleep" ? .bad : .look,
                "After \(Self.duration(triple.triple.monotonic - start)) \(what).")
        }
        report.add(
            .init(
                title: "What happened", header: ["After", ""],
                rows: happenings.sorted { $0.time < $1.time }.map(\.cells),
                without: "No deviation, no pause, no alarm."))
    }

    private static func words(_ payload: JSONValue) -> String {
        let phases = (payload["phases"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
        return switch payload["deviation"]?.string {
        case "skipped": "\(phases) was passed over"
        case "repeated": "\(phases) was entered again"
        case "aborted": "\(phases) was left before its time"
        case "endedEarly": "it ended before \(phases)"
        case "fittingOverridden":
            "the fitting was left although not all was green"
                + ((payload["checks"]?.array ?? []).compactMap(\.string)).map { " (\($0))" }
                .joined()
        case let other: "\(other ?? "something") \(phases)"
        }
    }
}
