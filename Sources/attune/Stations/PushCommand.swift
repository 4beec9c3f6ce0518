import ArgumentParser
import Foundation
import SessionStore
import Stations
import SystemCalls

/// `attune push`: what this station has, to a place that all stations of a study share.
struct PushCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Send finished sessions to a folder or a store that other stations read.",
        discussion: """
            Sends what the place does not have: session files with their reviews, quality reports and \
            think-alouds. What was cut off goes on with the next push; what is there is sent no second time \
            and never written over. Sessions that were withdrawn are removed from the place, and the other \
            stations are told.

            PLACE is a folder, such as a share that is mounted, or s3://BUCKET/PREFIX. Credentials come from \
            AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or from ~/.aws/credentials.

            Exit status: 0 when all of it is there, 1 when something is to be looked at, 2 when the place \
            cannot be used.
            """)

    @Argument(
        help: ArgumentHelp(
            "Session files or studies; without any, all studies.", valueName: "file-or-study"),
        completion: .file(extensions: ["attune"]))
    var what: [String] = []

    @Option(help: "Where to.", completion: .directory)
    var to: String

    @Flag(help: "Read all that the place has of these studies, and send again what is damaged.")
    var verify = false

    @Option(help: ArgumentHelp("MiB of each piece of a large file, from 5.", valueName: "mib"))
    var pieceSize: Int?

    @OptionGroup var place: PlaceOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if let pieceSize, !(5...1024).contains(pieceSize) {
            throw ValidationError("--piece-size is from 5 to 1024 MiB.")
        }
    }

    /// Sessions that are sent together: of one study in one data directory.
    private struct Order: Hashable {
        var data: String
        var study: String
    }

    func run() throws {
        let orders = try orders().sorted { $0.key.study < $1.key.study }
        ThreadPriority.least()
        let opened = try place.open(
            to, forPush: true, verifies: verify, partSize: pieceSize.map { Int64($0) << 20 },
            isTold: !global.json)
        if opened.isNew && !global.json { print("\(opened.name) is a new place") }
        var outcome: StudyOutcome?
        do throws(StationsError) {
            for (order, only) in orders {
                if outcome?.cutOff != nil { break }
                let done = try opened.push(data: order.data, study: order.study, only: only)
                if outcome == nil { outcome = done } else { outcome?.add(done) }
            }
        } catch {
            guard outcome != nil else { throw PlaceOptions.ended(error) }
            // What was sent of other studies is told too.
            outcome?.cutOff = error.description
        }
        guard let outcome else {
            throw ValidationError("There are no studies in \(global.dataDirectory).")
        }
        try StudyOutcomeReport(outcome, verb: "sent to").show(global)
    }

    /// - Returns: the ids of sessions for each study; nil for all of them.
    private func orders() throws -> [Order: Set<String>?] {
        var orders: [Order: Set<String>?] = [:]
        let data = global.dataDirectory
        for name in what.isEmpty ? PlaceOptions.studies(in: data) : what {
            if !name.contains("/"), !name.hasSuffix(".attune") {
                guard FileSystem.isDirectory("\(data)/\(name)") else {
                    throw ValidationError("There is no study \(name) in \(data).")
                }
                orders.updateValue(nil, forKey: Order(data: data, study: name))
                continue
            }
            let session = try Self.session(name)
            let order = Order(data: session.data, study: session.study)
            guard let known = orders[order] else {
                orders.updateValue([session.identifier], forKey: order)
                continue
            }
            if let known {
                orders.updateValue(known.union([session.identifier]), forKey: order)
            }
        }
        return orders
    }

    /// Which session a file is, and in which study's folder it lies.
    private static func session(
        _ given: String
    ) throws -> (data: String, study: String, identifier: String) {
        let reader = try SessionReader.open(at: given, alignment: .recorded)
        let description = try reader.session().description
        try reader.close()
        var folder = URL(fileURLWithPath: given).standardizedFileURL
        for name in [nil, description.participant, description.study] {
            if let name, folder.lastPathComponent != name {
                throw ValidationError(
                    "\(given) does not lie in its study's folder "
                        + "(\(description.study)/\(description.participant)): what was withdrawn of the "
                        + "study would not be known.")
            }
            folder.deleteLastPathComponent()
        }
        return (folder.path, description.study, description.identifier)
    }
}
