import ArgumentParser
import Stations

/// `attune study status --at PLACE`: what this station and a place have, and what is to be done.
struct StudyAtPlace {
    let place: PlaceOptions
    let global: GlobalOptions

    /// What `--json` prints.
    private struct Report: Encodable {
        var place: String
        var settled: Bool
        var sessions: [StudyComparison.Session]
        var removals: [StudyComparison.Removal]
        var problems: [String]
    }

    /// Ends with 0 when nothing is to be done, 1 when something is, 2 when the place cannot be read.
    func run(at address: String, study: String?, verifies: Bool) throws {
        let opened = try place.open(address, forPush: false, verifies: verifies)
        var report = Report(
            place: opened.name, settled: true, sessions: [], removals: [], problems: [])
        do throws(StationsError) {
            let all = Set(PlaceOptions.studies(in: global.dataDirectory)).union(
                try opened.studies())
            for name in study.map({ [$0] }) ?? all.sorted() {
                let comparison = try opened.compare(data: global.dataDirectory, study: name)
                report.sessions += comparison.sessions
                report.removals += comparison.removals
                report.problems += comparison.problems
                report.settled = report.settled && comparison.isSettled
            }
        } catch {
            throw PlaceOptions.ended(error)
        }
        if global.json { try Output.json(report) } else { show(report) }
        if !report.settled { throw ExitCode(1) }
    }

    private func show(_ report: Report) {
        if report.sessions.isEmpty {
            print("No session is here or at \(report.place).")
        } else {
            var rows = [
                [
                    "SESSION", "STUDY", "PARTICIPANT", "KIND", "STATION", "WHERE", "SIZE",
                    "STARTED", "SENT", "TO DO",
                ]
            ]
            for session in report.sessions {
                rows.append([
                    String(session.session.prefix(8)), session.study, session.participant,
                    session.kind, session.station, session.whereabouts.rawValue,
                    (session.bytesHere ?? session.bytesThere).map(Output.bytes) ?? "-",
                    Output.localTime(session.startedUtcNs),
                    session.pushedUtcNs.map(Output.localTime) ?? "-", session.note ?? "",
                ])
            }
            Output.table(rows)
        }
        for removal in report.removals {
            let what = Self.words(removal)
            print("REMOVE  \(removal.participant) \(removal.session.prefix(8)) \(what)")
        }
        for problem in report.problems { print(problem) }
        if report.settled { print("Nothing is to be done.") }
    }

    private static func words(_ removal: StudyComparison.Removal) -> String {
        switch removal.at {
        case "here":
            "here: \(removal.why). attune participant withdraw \(removal.participant) "
                + "--study \(removal.study)"
        case "place": "from the place: \(removal.why). The next push does so"
        default: "at station \(removal.at): \(removal.why)"
        }
    }
}
