import Foundation
import Measures
import SessionStore
import SimulatedClient
import StudyProtocol

/// What session files say about the origin of sent messages.
struct ProvenanceRecord {
    var messages: [MessageProvenance] = []
    /// How each message was written, in the same order.
    var drafts: [DraftDynamics?] = []
    /// What was recorded of each, before other thresholds.
    var recorded: [AdoptionClass] = []
    var sessions = 0
    var pilotSessions = 0
    /// Sessions without any provenance, and events that are none.
    var without = 0
    var unreadable = 0

    private struct Offer: Decodable {
        struct Group: Decodable {
            var items: [Item]?
        }
        struct Item: Decodable {
            var id: String
            var text: String
        }
        var groups: [Group]?
        var suggestions: [Item]?
    }

    private struct Condition: Decodable {
        var condition: [String: String]
    }

    /// Reads session files, and all of them in folders.
    init(_ paths: [String]) throws {
        for path in try Self.files(paths) {
            let reader = try SessionReader.open(at: path)
            try add(reader)
            try reader.close()
        }
    }

    private static func files(_ paths: [String]) throws -> [String] {
        var files: [String] = []
        for path in paths {
            var isFolder: ObjCBool = false
            // The file system fills it in.
            guard
                unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            else { throw SuggestionsError(message: "there is no \(path)") }
            guard isFolder.boolValue else {
                files.append(path)
                continue
            }
            var found: [String] = []
            let all = FileManager.default.enumerator(atPath: path)
            while let name = all?.nextObject() as? String {
                guard name.hasSuffix(".attune") else { continue }
                found.append("\(path)/\(name)")
            }
            guard !found.isEmpty else {
                throw SuggestionsError(message: "there are no session files in \(path)")
            }
            files += found.sorted()
        }
        return files
    }

    private mutating func add(_ reader: SessionReader) throws {
        let session = try reader.session().description
        let events = try reader.events()
        let turns = try reader.turns()
        let decoder = JSONDecoder()
        var texts: [String: String] = [:]
        var condition: [String: String] = [:]
        var reports: [Int64: ProvenanceReport] = [:]
        sessions += 1
        if session.isPilot { pilotSessions += 1 }
        for event in events {
            let payload = Data(event.payload.utf8)
            switch event.kind {
            case "suggestions":
                guard let offer = try? decoder.decode(Offer.self, from: payload) else {
                    unreadable += 1
                    continue
                }
                let items = (offer.groups ?? []).flatMap { $0.items ?? [] }
                for item in items + (offer.suggestions ?? []) { texts[item.id] = item.text }
            case "condition":
                if let said = try? decoder.decode(Condition.self, from: payload) {
                    condition = said.condition
                }
            case "provenance":
                guard let report = try? decoder.decode(ProvenanceReport.self, from: payload),
                    let turn = report.turn ?? Self.turn(turns, after: event)
                else {
                    unreadable += 1
                    continue
                }
                reports[turn] = report
            default: continue
            }
        }
        if reports.isEmpty { without += 1 }
        let written = SessionDrafts(
            turns: turns, edits: try reader.draftEdits(), events: events,
            phases: try reader.phases())
        for message in written.messages {
            guard let number = message.turn.number, let report = reports[number] else { continue }
            messages.append(
                MessageProvenance(
                    session: session.identifier, study: session.study,
                    participant: session.participant, condition: condition,
                    isPilot: session.isPilot, turn: number, text: message.turn.text,
                    suggestions: texts.filter { id, _ in report.suggestions.contains { $0.id == id }
                    },
                    report: report))
            drafts.append(message.dynamics)
            recorded.append(report.adoption)
        }
    }

    /// The message that a report without a number is of: the last one sent by then.
    private static func turn(_ turns: [Turn], after event: SessionEvent) -> Int64? {
        turns.last { $0.author == "participant" && $0.sent <= event.time }?.number
    }

    mutating func leaveOutPilots() {
        let kept = messages.indices.filter { !messages[$0].isPilot }
        drafts = kept.map { drafts[$0] }
        recorded = kept.map { recorded[$0] }
        messages = kept.map { messages[$0] }
    }

    mutating func classify(by thresholds: AdoptionThresholds) {
        for place in messages.indices {
            messages[place].report = messages[place].report.classified(by: thresholds)
        }
    }
}
