import ArgumentParser
import Foundation
import Glibc
import Link
import Review
import SessionStore
import SystemCalls

/// `attune review import FILE --elan FILE.eaf`: annotations from ELAN.
struct ReviewImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Bring the annotations of an ELAN document into a session's review file.",
        discussion: """
            With --scheme, values that are its codes (or their titles) become these codes; all else \
            becomes a free annotation that is called after its tier, with the value as note. What is \
            done with each tier is told. A document that is brought in twice is there once. Where a \
            daemon runs on the file's data directory it does the work, which needs the right to control.
            """)

    @Argument(help: "The session's file.", completion: .file(extensions: ["attune"]))
    var file: String
    @Argument(help: "The ELAN document.", completion: .file(extensions: ["eaf"]))
    var elan: String
    @Option(help: "Whose annotations these are, for example a coder's name.")
    var layer: String
    @Option(
        help: .init(
            "The coding scheme, by its name or its file; without one all become free annotations.",
            valueName: "scheme"))
    var scheme: String?
    @OptionGroup var global: GlobalOptions

    private struct Report: Encodable {
        var review: String
        var version: Int64
        var taken: Int
        var repeated: Int
        var tiers: [ElanImport.TierReport]
        var problems: [String]
    }

    private var actor: String { "uid \(getuid())" }

    func run() throws {
        let text = try schemeText()
        let result: ElanImport.Result
        do {
            result = try ReviewExchange(path: file).elan(
                Array(try Data(contentsOf: URL(fileURLWithPath: elan))),
                file: URL(fileURLWithPath: elan).lastPathComponent, layer: layer, scheme: text)
        } catch let error as ReviewError {
            throw ValidationError("\(elan): \(error)")
        } catch let error as CocoaError {
            throw ValidationError("\(elan) cannot be read: \(error.localizedDescription)")
        }
        let needsScheme = result.changes.contains { $0.scheme != nil }
        let used = needsScheme ? text : nil
        let (repeated, version) = try ReviewOrder(file: file, global: global).run(
            here: { path in try add(result.changes, used, beside: path) },
            daemon: { client, session in try send(result.changes, used, client, session) })
        let report = Report(
            review: SessionReview(path: file).reviewPath, version: version,
            taken: result.changes.count - repeated, repeated: repeated, tiers: result.tiers,
            problems: result.problems)
        if global.json { return try Output.json(report) }
        print("\(report.review): \(report.taken) annotations, version \(report.version)")
        if repeated > 0 { print("\(repeated) had been there before") }
        Output.table(
            [["TIER", "TAKEN", ""]] + report.tiers.map { [$0.tier, "\($0.taken)", $0.words] })
        for problem in report.problems { print("note: \(problem)") }
    }

    private func schemeText() throws -> CodingSchemeText? {
        guard let scheme else { return nil }
        let found: (scheme: CodingScheme, text: String)
        if scheme.contains("/") || scheme.hasSuffix(".yaml") {
            found = try CodingScheme.load(path: scheme)
        } else if let named = try SchemeShelf.scheme(named: scheme) {
            found = named
        } else {
            throw ValidationError("There is no coding scheme '\(scheme)' (attune review schemes).")
        }
        return CodingSchemeText(
            actor: actor, name: found.scheme.name, version: found.scheme.version, text: found.text)
    }

    private func add(
        _ changes: [AnnotationChange], _ scheme: CodingSchemeText?, beside path: String
    ) throws -> (repeated: Int, version: Int64) {
        let review = SessionReview(path: path)
        if let scheme { _ = try review.add(scheme) }
        var repeated = 0
        var version: Int64 = 0
        for part in Self.parts(changes) {
            let put = try review.put(part, actor: actor)
            repeated += put.rows.count(where: \.isRepeated)
            version = put.version
        }
        return (repeated, version)
    }

    private func send(
        _ changes: [AnnotationChange], _ scheme: CodingSchemeText?, _ client: VarlinkClient,
        _ session: String
    ) throws -> (repeated: Int, version: Int64) {
        if let scheme {
            _ = try client.call(
                ReviewInterface.AddScheme.self,
                .init(
                    session: session, name: scheme.name, version: scheme.version,
                    text: scheme.text))
        }
        var repeated = 0
        var version: Int64 = 0
        for part in Self.parts(changes) {
            let reply = try client.call(
                ReviewInterface.PutAnnotations.self,
                .init(session: session, changes: part.map(AnnotationPut.init)))
            repeated += reply.rows.count(where: \.repeated)
            version = reply.version
        }
        return (repeated, version)
    }

    /// In requests that are not too large; an empty one too, which tells the version.
    private static func parts(_ changes: [AnnotationChange]) -> [[AnnotationChange]] {
        guard !changes.isEmpty else { return [[]] }
        return stride(from: 0, to: changes.count, by: ReviewLimits.rows).map {
            Array(changes[$0..<min($0 + ReviewLimits.rows, changes.count)])
        }
    }
}
