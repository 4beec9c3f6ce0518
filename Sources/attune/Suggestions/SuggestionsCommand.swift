import ArgumentParser
import Foundation
import SessionStore
import SimulatedClient
import StudyProtocol
import SystemCalls

/// `attune suggestions FILE…`: where the words of sent messages come from.
struct SuggestionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suggestions",
        abstract: "Show how Suggestions were used, and how sure that is.",
        discussion: """
            For each participant and condition: how many messages are a direct adoption, a slight \
            modification, a combination or a rewriting of Suggestions, or have no detected overlap. \
            Messages whose Suggestions were generated but not shown are rows of their own: they tell \
            the overlap to expect by chance. A second table shows how the classes move with the \
            thresholds.

            --sample draws messages for two people to code, blind to the machine's classes; --kappa \
            reads what they said and gives Cohen's κ between them and of each with the machine. Give \
            the same files both times. Folders are searched for session files. Pilot sessions count \
            only with --pilots.
            """)

    @Argument(help: "Session files, or folders with some.", completion: .file())
    var paths: [String]
    @Option(
        help: ArgumentHelp(
            "Classify by these instead of the recorded ones.",
            valueName: "direct=…,slight=…,overlap=…"))
    var thresholds: String?
    @Flag(help: "Print a row a message as CSV, with how it was written.")
    var csv = false
    @Option(help: ArgumentHelp("Draw a sample for coding.", valueName: "number"))
    var sample: Int?
    @Option(help: "What the sample (and κ's interval) follow from.")
    var seed: UInt64 = 1
    @Option(help: ArgumentHelp("Where the sample goes.", valueName: "sample.csv"))
    var out: String?
    @Option(help: ArgumentHelp("A sample with both coders' classes.", valueName: "coded.csv"))
    var kappa: String?
    @Flag(help: "Count pilot sessions too.")
    var pilots = false
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if let sample, sample < 1 { throw ValidationError("--sample needs a number above 0") }
        if (sample == nil) != (out == nil) {
            throw ValidationError("--sample NUMBER and --out FILE belong together")
        }
        if csv, global.json { throw ValidationError("choose one of --csv and --json") }
        if [csv, sample != nil, kappa != nil].count(where: \.self) > 1 {
            throw ValidationError("choose one of --csv, --sample and --kappa")
        }
    }

    func run() throws {
        let wanted = try thresholds.map(AdoptionThresholds.init(option:))
        var record = try ProvenanceRecord(paths)
        if !pilots { record.leaveOutPilots() }
        if let wanted { record.classify(by: wanted) }
        if let out, let sample { return try write(sample, to: out, record) }
        if let kappa { return try agreement(kappa, record) }
        if csv { return record.writeCSV() }
        let summary = SuggestionsSummary(record, thresholds: wanted)
        if global.json { return try Output.json(summary) }
        for line in summary.lines { print(line) }
    }

    private func write(_ count: Int, to path: String, _ record: ProvenanceRecord) throws {
        let drawn = CodingSample(record.messages, count: count, seed: seed)
        guard !drawn.messages.isEmpty else {
            throw SuggestionsError(
                message: "there is no message whose Suggestions were shown and are recorded")
        }
        // A sample that is being coded is never written over.
        guard !FileManager.default.fileExists(atPath: path) else {
            throw SuggestionsError(message: "\(path) is there already; choose another name")
        }
        try FileSystem.write(Array(drawn.csv.utf8), to: path, mode: 0o640)
        print(
            "\(drawn.messages.count) messages in \(path). Give each coder a copy, put both columns "
                + "coder_1 and coder_2 into one file, and read it with --kappa.")
    }

    private func agreement(_ path: String, _ record: ProvenanceRecord) throws {
        let table: CodedTable
        do {
            table = try CodedTable(String(decoding: try FileSystem.read(path), as: UTF8.self))
        } catch let problem as CodedTable.Problem {
            throw SuggestionsError(message: "\(path):\(problem)")
        }
        let report = AgreementReport(table, record.messages, seed: seed)
        guard report.coders != nil || !report.machine.isEmpty else {
            throw SuggestionsError(message: "\(path) has no item with a class")
        }
        if global.json { return try Output.json(report) }
        for line in report.lines { print(line) }
    }
}

/// Why the use of Suggestions cannot be told.
struct SuggestionsError: Error, CustomStringConvertible {
    var message: String
    var description: String { message }
}

extension AdoptionThresholds {
    /// Reads `direct=0.9,slight=0.6,overlap=0.2`; what is not named stays as in a new study.
    init(option text: String) throws {
        self.init()
        for part in text.split(separator: ",") {
            let pieces = part.split(separator: "=", omittingEmptySubsequences: false)
            guard pieces.count == 2, let value = Double(pieces[1]), (0...1).contains(value) else {
                throw ValidationError("'\(part)' is not a threshold; write name=0.9, from 0 to 1")
            }
            switch pieces[0] {
            case "direct": direct = value
            case "slight": slight = value
            case "overlap": overlap = value
            default:
                throw ValidationError(
                    "there is no threshold '\(pieces[0])'; there are direct, slight and overlap")
            }
        }
        guard isOrdered else {
            throw ValidationError("thresholds go down: direct, slight, overlap")
        }
    }
}
