import ArgumentParser
import Declarations

/// Checks files of declarations for a command, and tells what is wrong with each.
struct DeclarationCheck {
    /// What `--json` prints of each file.
    private struct Report: Encodable {
        struct Mistake: Encodable {
            var line: Int
            var column: Int
            var key: String
            var message: String
        }
        var path: String
        var name: String?
        var mistakes: [Mistake]
        /// Absent for declarations of which nothing is noted.
        var notes: [String]?
    }

    /// Whether programs read what is printed.
    var json: Bool

    /// Checks files one after another.
    /// - Parameters:
    ///   - notesOfWrong: what stands as notes for a file with mistakes.
    ///   - check: gives the name of a file that is right, and what may not be meant; nil where nothing
    ///     is ever noted.
    /// - Throws: `ExitCode(1)` where one is wrong.
    func run(
        _ files: [String], notesOfWrong: [String]? = nil,
        check: (String) throws(DeclarationErrors) -> (name: String, notes: [String]?)
    ) throws {
        var reports: [Report] = []
        for file in files {
            do throws(DeclarationErrors) {
                let (name, notes) = try check(file)
                reports.append(Report(path: file, name: name, mistakes: [], notes: notes))
                if !json {
                    print("ok \(name)")
                    for note in notes ?? [] { print("note: \(note)") }
                }
            } catch {
                reports.append(
                    Report(
                        path: file,
                        mistakes: error.errors.map {
                            Report.Mistake(
                                line: $0.line, column: $0.column, key: $0.keyPath,
                                message: $0.message)
                        }, notes: notesOfWrong))
                if !json { print(error.description) }
            }
        }
        if json { try Output.json(reports) }
        if reports.contains(where: { !$0.mistakes.isEmpty }) { throw ExitCode(1) }
    }
}
