import ArgumentParser
import Foundation
import Link

/// How a roster is printed.
struct RosterForm: ParsableArguments {
    @Flag(help: "Print CSV, one row a visit.") var csv = false

    func show(_ participants: [ParticipantInfo]) throws {
        if csv {
            RosterTable.rows(participants).forEach { print(RosterTable.csv($0)) }
        } else {
            RosterTable.show(participants)
        }
    }
}

/// Rosters as tables.
enum RosterTable {
    static func show(_ participants: [ParticipantInfo]) {
        guard !participants.isEmpty else { return print("Nobody is on the roster.") }
        var rows = [["PARTICIPANT", "STATUS", "VISIT", "STATE", "PLANNED", "CONDITION"]]
        for person in participants {
            let status =
                person.status + (person.replaces.map { " (for \($0))" } ?? "")
            if person.visits.isEmpty {
                rows.append([person.participant, status, "-", "-", "-", "-"])
            }
            for (index, visit) in person.visits.enumerated() {
                rows.append([
                    index == 0 ? person.participant : "", index == 0 ? status : "",
                    "\(visit.visit)", visit.state.rawValue,
                    visit.plannedUtcNs.map { String(Output.localTime($0).dropLast(3)) } ?? "-",
                    condition(visit.condition),
                ])
            }
        }
        Output.table(rows)
    }

    /// `emotions=off suggestions=on`.
    static func condition(_ levels: [String: String]) -> String {
        levels.isEmpty
            ? "-"
            : levels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                .joined(separator: " ")
    }

    /// A header, and a row for each visit; each factor has a column.
    static func rows(_ participants: [ParticipantInfo]) -> [[String]] {
        let factors = Set(participants.flatMap { $0.visits.flatMap(\.condition.keys) }).sorted()
        let format = ISO8601DateFormatter()
        var rows = [
            ["participant", "status", "slot", "replaces", "visit", "state", "planned_utc"] + factors
        ]
        for person in participants {
            let head = [
                person.participant, person.status, person.slot.map { "\($0)" } ?? "",
                person.replaces ?? "",
            ]
            let visits = person.visits.isEmpty ? [nil] : person.visits.map { $0 as VisitInfo? }
            for visit in visits {
                let planned = visit?.plannedUtcNs.map {
                    format.string(from: Date(timeIntervalSince1970: Double($0) / 1e9))
                }
                rows.append(
                    head
                        + [
                            visit.map { "\($0.visit)" } ?? "", visit?.state.rawValue ?? "",
                            planned ?? "",
                        ] + factors.map { visit?.condition[$0] ?? "" })
            }
        }
        return rows
    }

    /// One line of CSV (RFC 4180).
    static func csv(_ fields: [String]) -> String {
        fields.map { field in
            field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline })
                ? "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : field
        }.joined(separator: ",")
    }
}
