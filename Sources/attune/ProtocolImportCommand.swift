import ArgumentParser
import Foundation
import StudyProtocol
import SystemCalls

/// `attune protocol import-qualtrics`: questionnaires out of a survey.
struct ProtocolImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import-qualtrics",
        abstract: "Make questionnaires of a Qualtrics survey (QSF) or data export (CSV).",
        discussion: """
            Prints the key 'questionnaires' of a study protocol. A survey file (Tools, Import/Export, \
            Export Survey) gives whole questions; the three header rows of a data export name the \
            questions alone, and what comes out has to be completed. Whatever could not be taken is \
            named on standard error. Exit status: 0, also with such remarks; 1 when nothing could be \
            taken.
            """)

    @Argument(help: "The file.", completion: .file(extensions: ["qsf", "csv", "tsv", "json"]))
    var file: String
    @Option(help: "Write to this file, instead of printing.", completion: .file())
    var output: String?
    @OptionGroup var global: GlobalOptions

    /// What `--json` prints.
    private struct Report: Encodable {
        var yaml: String
        var remarks: [String]
    }

    /// Bytes of the largest file; surveys have some hundred kilobytes.
    private static let maximumSize = 64 << 20

    func run() throws {
        let result: QuestionnaireImport
        do {
            result = try QuestionnaireImport.qualtrics(text())
        } catch let error as ImportError {
            Output.error("\(file): \(error)")
            throw ExitCode(1)
        }
        let yaml = QuestionnaireText.yaml(result.questionnaires)
        if global.json {
            try Output.json(Report(yaml: yaml, remarks: result.remarks))
        } else {
            for remark in result.remarks { Output.error(remark) }
            if output == nil { print(yaml, terminator: "") }
        }
        if let output {
            try Output.write(yaml, to: output)
        }
    }

    private func text() throws -> String {
        guard let handle = FileHandle(forReadingAtPath: file) else {
            let reason = FileSystem.exists(file) ? "its rights do not allow it" : "it is not there"
            throw ValidationError("\(file) cannot be read: \(reason).")
        }
        defer { try? handle.close() }
        guard let bytes = try? handle.read(upToCount: Self.maximumSize + 1) ?? Data() else {
            throw ValidationError("\(file) cannot be read: it is no file.")
        }
        guard bytes.count <= Self.maximumSize else {
            throw ValidationError("\(file) has more than \(Self.maximumSize >> 20) MB.")
        }
        // Spreadsheets save exports in UTF-16.
        let isWide = bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff])
        guard let text = String(data: bytes, encoding: isWide ? .utf16 : .utf8) else {
            throw ValidationError("\(file) is not UTF-8; save it as UTF-8 and try again.")
        }
        return text
    }
}
