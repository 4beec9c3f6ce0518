import ArgumentParser
import Declarations
import Foundation
import SimulatedClient
import Synchronization
import SystemCalls

/// `attune persona`: simulated clients.
struct PersonaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "persona",
        abstract: "Check simulated clients.",
        subcommands: [PersonaCheckCommand.self])
}

/// `attune persona check`: whether a persona stays within its bounds.
struct PersonaCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Run scripted supporters against a persona.",
        discussion: """
            Lets scripted supporters of six kinds talk to the scripted client, and tells how far the \
            persona drifts, whether it tells anything before it trusts, how much it goes along, and how \
            often it repeats itself. The bounds stand in the persona's file. Exit status: 0 when all \
            are kept, 1 when one is not, 2 when the persona cannot be read.
            """)

    @Argument(help: "The name of a persona, or its file.", completion: .file(extensions: ["yaml"]))
    var persona: String
    @Option(
        help: """
            Which supporters, with commas between: listener, adviser, interrogator, hostile, off-topic, \
            injector. Without it, all.
            """)
    var supporters: String?
    @Option(help: "Messages of each supporter.")
    var turns = 20
    @Option(help: "What the choices of the scripted client follow from.")
    var seed = 1
    @Flag(help: "Print the conversations too.")
    var transcript = false
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard (1...1000).contains(turns) else {
            throw ValidationError("--turns wants a number from 1 to 1000.")
        }
    }

    func run() throws {
        let report: PersonaCheckReport
        do {
            let check = try PersonaCheck(load(), seed: seed)
            let names = supporters?.split(separator: ",").map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            for name in names ?? [] where !check.supporterNames.contains(name) {
                throw ValidationError(
                    "There is no supporter '\(name)'; there are "
                        + check.supporterNames.joined(separator: ", ") + ".")
            }
            let turns = turns
            report = try waiting { () async throws(SimClientError) in
                try await check.run(supporters: names, turns: turns)
            }
        } catch let error as ValidationError {
            throw error
        } catch {
            Output.error("\(error)")
            throw ExitCode(2)
        }
        if global.json {
            try Output.json(report)
        } else {
            printSentences(report)
        }
        if !report.isGood { throw ExitCode(1) }
    }

    /// A file where the name looks like one, else the laboratory's own persona, or one that comes with
    /// the programs.
    private func load() throws(DeclarationErrors) -> Persona {
        let isPath = persona.contains("/") || persona.hasSuffix(".yaml")
        if isPath { return try Persona.load(path: persona) }
        guard let path = Places.persona(named: persona) else {
            return try Persona.load(name: persona)
        }
        return try Persona.load(path: path)
    }

    private func printSentences(_ report: PersonaCheckReport) {
        print("\(report.client), seed \(report.seed)")
        print()
        var rows = [
            ["supporter", "turns", "trust", "distress", "told", "goes along", "overlap", "repeats"]
        ]
        for one in report.conversations {
            rows.append([
                one.supporter, "\(one.turns)", Self.course(one.trust), Self.course(one.distress),
                "\(one.told.count)", Self.percent(one.agreeing), Self.percent(one.overlap),
                "\(one.repeats)",
            ])
        }
        Output.table(rows)
        print()
        for one in report.conversations where !one.told.isEmpty {
            let told = one.told.map {
                "\($0.name) (turn \($0.turn), trust \(Self.number($0.trust)))"
            }
            print("To \(one.title) it told: \(told.joined(separator: ", ")).")
        }
        if transcript { printTranscripts(report) }
        print("Of all replies, \(Self.percent(report.agreeing)) go along or tell something.")
        if let resisted = report.resistedAdvice {
            print("Of the advice that came too early, \(Self.percent(resisted)) was resisted.")
        }
        guard !report.isGood else {
            print("All bounds are kept.")
            return
        }
        print()
        for finding in report.findings {
            let supporter = finding.supporter.isEmpty ? "" : " (\(finding.supporter))"
            print("\(finding.kind)\(supporter): \(finding.text)")
        }
        let count = report.findings.count
        print("\(count == 1 ? "1 thing is" : "\(count) things are") out of bounds.")
    }

    private func printTranscripts(_ report: PersonaCheckReport) {
        for one in report.conversations {
            print()
            print("With \(one.title):")
            for line in one.lines {
                let moves = line.moves.map(\.rawValue).joined(separator: ", ")
                print("\(line.turn) supporter: \(line.supporter)  [\(moves)]")
                print(
                    "\(line.turn) client: \(line.client)  [\(line.phase), \(line.mood.rawValue), "
                        + "trust \(Self.number(line.trust)), distress "
                        + "\(Self.number(line.distress)), \(line.stance.rawValue)]")
            }
        }
        print()
    }

    private static func course(_ course: PersonaCheckReport.Course) -> String {
        "\(number(course.start)) → \(number(course.end))"
    }

    private static func number(_ value: Double) -> String { String(format: "%.2f", value) }

    private static func percent(_ share: Double) -> String {
        "\(Int((share * 100).rounded())) %"
    }

    /// Runs asynchronous work to its end on this thread's account.
    private func waiting<Value: Sendable, Failure: Error>(
        _ work: @escaping @Sendable () async throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let box = Box<Value, Failure>()
        let done = DispatchSemaphore(value: 0)
        Task.detached {
            do throws(Failure) {
                let value = try await work()
                box.result.withLock { $0 = .success(value) }
            } catch {
                box.result.withLock { $0 = .failure(error) }
            }
            done.signal()
        }
        done.wait()
        guard let result = box.result.withLock({ $0 }) else { fatalError("no result was left") }
        return try result.get()
    }
}

/// Carries a result from a task to the thread that waits for it.
private final class Box<Value: Sendable, Failure: Error>: Sendable {
    let result = Mutex<Result<Value, Failure>?>(nil)
}
