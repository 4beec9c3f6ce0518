import Foundation
import SessionStore
import Timebase

/// An annotation of an EDF+ file.
struct EDFAnnotation {
    /// On the monotonic clock.
    var time: Instant
    /// In nanoseconds; nil for a moment.
    var duration: Int64?
    var text: String
}

extension SessionExport {
    /// What happened, as short codes, by time: a table tells the rest.
    func edfAnnotations() throws -> [EDFAnnotation] {
        var all: [EDFAnnotation] = []
        func add(_ time: Instant, _ text: String, lasting duration: Int64? = nil) {
            guard let text = EDFText.annotation(text) else { return }
            all.append(EDFAnnotation(time: time, duration: duration, text: text))
        }
        if selection.takes(table: "phases") {
            for (phase, ended) in stays() {
                add(phase.started, "phase \(phase.name)", lasting: ended.map { $0 - phase.started })
            }
        }
        if selection.takes(table: "turns") {
            for turn in try turns() { add(turn.sent, "turn \(turn.number ?? 0)") }
        }
        if selection.takes(table: "events") {
            try forEachEvent { event in
                let label = event.kind.hasPrefix("mark") ? Self.label(event.payload) : nil
                add(event.time, "\(event.kind) \(label.map { names.remark($0) } ?? "")")
            }
        }
        return all.enumerated().sorted {
            ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
        }.map(\.element)
    }

    /// The label of a mark.
    private static func label(_ payload: String) -> String? {
        struct Mark: Decodable { var label: String? }
        return (try? JSONDecoder().decode(Mark.self, from: Data(payload.utf8)))?.label
    }
}
