import ArgumentParser
import Foundation
import Link
import Stations
import SystemCalls

/// `attune pull`: what other stations sent, to this one.
struct PullCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Bring finished sessions that other stations sent to a folder or a store.",
        discussion: """
            Brings what this station does not have, compares each piece and the whole with what was sent, and \
            only then gives it its name in the study's folder. What is here already is never written over; \
            what differs is told. Sessions that were withdrawn at any station are not brought.

            On a machine with the daemon, run it as the daemon's user, who owns the folders: \
            sudo -u attune attune pull. PLACE and credentials: see attune push --help.

            Exit status: 0 when all of it is here, 1 when something is to be looked at, 2 when the place \
            cannot be used.
            """)

    @Argument(help: "Studies; without any, all that the place has.")
    var studies: [String] = []

    @Option(help: "Where from.", completion: .directory)
    var from: String

    @OptionGroup var place: PlaceOptions
    @OptionGroup var global: GlobalOptions

    func run() throws {
        ThreadPriority.least()
        let opened = try place.open(
            from, forPush: false, verifies: false, isTold: !global.json)
        var outcome: StudyOutcome?
        do throws(StationsError) {
            let chosen = try studies.isEmpty ? opened.studies() : studies
            for study in chosen {
                if outcome?.cutOff != nil { break }
                let done = try opened.pull(data: global.dataDirectory, study: study)
                if outcome == nil { outcome = done } else { outcome?.add(done) }
            }
        } catch {
            guard outcome != nil else { throw PlaceOptions.ended(error) }
            // What was brought of other studies is told and taken in too.
            outcome?.cutOff = error.description
        }
        guard var outcome else {
            if !global.json { print("\(opened.name) has no studies.") }
            return
        }
        outcome.remarks += takeIn(outcome.moved)
        try StudyOutcomeReport(outcome, verb: "brought from").show(global)
    }

    /// Has the daemon list what came, where one runs on this data directory; else it does so when it starts.
    /// - Returns: what is to be known.
    private func takeIn(_ moved: [StudyOutcome.Moved]) -> [String] {
        let new = moved.filter { $0.parts.contains("session") }
        func path(_ text: String) -> String {
            URL(fileURLWithPath: text).resolvingSymlinksInPath().path
        }
        guard !new.isEmpty, let client = try? global.connect(),
            let status = try? client.call(ControlInterface.GetStatus.self, .init()).status,
            path(status.data) == path(global.dataDirectory)
        else { return [] }
        return new.compactMap { session in
            do {
                _ = try client.call(
                    StudyInterface.TakeInSession.self,
                    .init(study: session.study, file: session.file))
                return nil
            } catch {
                return "the daemon lists \(session.file) when it starts anew: \(error)"
            }
        }
    }
}
