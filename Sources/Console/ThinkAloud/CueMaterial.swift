import Foundation
import Link
import SessionStore
import StudyProtocol
import Timebase

extension CueFinder.Material {
    /// Reads from a session what rules of cue points look at. Peaks are added by whoever has measured
    /// them.
    init(_ reader: SessionReader, plan: StudyPlan?) throws {
        let row = try reader.session()
        let start = row.description.started
        func seconds(_ time: Instant) -> Double { Double(time - start) / 1e9 }
        var times: [Double] = []
        for turn in try reader.turns() {
            // What others wrote happened to the participant when it stood on the screen.
            let time = seconds(turn.author == "participant" ? turn.sent : turn.shown ?? turn.sent)
            let number = turn.number ?? 0
            let id = "turn-\(number)"
            times.append(time)
            turns.append(
                CueFinder.Moment(
                    id: id, kind: "turn", time: time, to: time,
                    label: "\(turn.author == "participant" ? "Own" : "Client's") turn \(number)",
                    size: nil))
            authors[id] = turn.author
        }
        for edit in try reader.draftEdits() { times.append(seconds(edit.time)) }
        for event in try reader.events(of: ["mark"]) {
            let time = seconds(event.time)
            let label = (try? JSONValue(parsing: event.payload))?["label"]?.string ?? "mark"
            marks.append(
                CueFinder.Moment(
                    id: "mark-\(Int((time * 1000).rounded()))", kind: "mark", time: time, to: time,
                    label: label, size: nil))
        }
        activity = times.sorted()
        let chats = Set((plan?.phases ?? []).filter { $0.kind == .chat }.map(\.name))
        let end = row.stopped.map(seconds) ?? activity.last ?? 0
        talk = try reader.phases().filter { chats.contains($0.name) }.map {
            let from = seconds($0.started)
            return from...max(from, $0.ended.map(seconds) ?? end)
        }
        if chats.isEmpty, let first = activity.first { talk = [first...max(first, end)] }
    }
}
