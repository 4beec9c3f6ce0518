import Foundation
import Glibc
import SystemCalls

/// The program age (age-encryption.org), which encrypts for those who hold a key, and for nobody else.
public struct AgeProgram: Sendable {
    private let path: String
    /// Options that name the recipients.
    private let options: [String]

    /// Finds the program and makes sure that it takes the recipients, before any work is done.
    /// - Parameters:
    ///   - recipients: public keys: `age1…`, `ssh-ed25519 …`, `ssh-rsa …`.
    ///   - files: files that hold such keys, one a line.
    /// - Throws: `tool` where there is no age, with how to install it; `key` for what is no recipient.
    public init(recipients: [String], files: [String] = []) throws(ExportError) {
        guard let path = ProgramSearch.find("age") else {
            throw ExportError(
                code: .tool,
                message: "there is no program age in PATH, which encrypts exports; install it "
                    + "('sudo apt install age'); nothing was written")
        }
        self.path = path
        // A key that began with a dash would be an option.
        for recipient in recipients where recipient.hasPrefix("-") || recipient.isEmpty {
            throw Self.refused("\"\(recipient)\" is no public key")
        }
        options =
            recipients.flatMap { ["--recipient", $0] }
            + files.flatMap { ["--recipients-file", $0.hasPrefix("-") ? "./\($0)" : $0] }
        var said: [String] = []
        let code: Int32
        do throws(SystemError) {
            // It reads nothing, and encrypts that.
            code = try ChildProgram.follow(path, ["--encrypt", "--output", "/dev/null"] + options) {
                said.append($0)
            }
        } catch {
            throw ExportError(
                code: .tool, message: "\(path) cannot be started; nothing was written",
                cause: error.description)
        }
        guard code == 0 else {
            throw Self.refused(said.first { $0.contains("error") } ?? said.first ?? "")
        }
    }

    private static func refused(_ cause: String) -> ExportError {
        ExportError(
            code: .key,
            message: "age does not take a recipient; --encrypt-to wants a public key (age1…, as "
                + "age-keygen prints it, or a line of an SSH key's .pub file), --encrypt-to-file a "
                + "file of them; nothing was written", cause: cause)
    }

    /// Writes the files of a folder into an encrypted archive (tar).
    /// - Parameters:
    ///   - place: the archive; an empty file.
    ///   - working: a folder on whose disk the program's words wait.
    func pack(_ folder: String, to place: String, working: String, _ run: ExportRun) throws {
        let program = try PipedProgram(
            path, ["--encrypt", "--output", place] + options, folder: working,
            isWanted: { run.isWanted })
        defer { program.end() }
        var failure: (any Error)?
        do {
            let archive = try TarArchive(into: program)
            try archive.add(folder: folder) { try run.proceed($0) }
            try archive.finish()
        } catch {
            try run.proceed(nil)
            // Where the program ended early, it says why.
            failure = error
        }
        let code: Int32
        do { code = try program.finish() } catch {
            try run.proceed(nil)
            throw error
        }
        let words = String(
            program.printed().split(whereSeparator: \.isNewline).joined(separator: " "))
        guard code == 0 else {
            let isFull = words.contains("no space left") || words.contains("file too large")
            throw ExportError(
                code: isFull ? .diskFull : .tool,
                message: "\(path) could not write \(run.destination); nothing is left of the export"
                    + (isFull ? "; free space on its disk or choose another with --out" : ""),
                cause: "it ended with \(code): \(words.prefix(400))")
        }
        if let failure { throw failure }
    }
}
