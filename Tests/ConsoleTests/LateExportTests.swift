import Logging
import SessionStore
import SystemCalls
import TestSupport
import Testing
import Web

@testable import Console

/// Sessions that end while an export is written, and are in it: a withdrawal has to find them there.
@Suite struct LateExportTests {
    private static let late = "5a3c9b1e-0000-4000-8000-00000000beef"

    /// - Parameter script: what a program in place of attune does before it has written the export.
    private func exported(
        while script: String, _ directory: TemporaryDirectory
    ) async throws -> ExportRecord {
        let program = directory.file("attune")
        let text = """
            #!/bin/sh
            if [ "$4" = --dry-run ]; then
                for file in "$3"/P01/*.attune; do list="$list${list:+,}\\"$file\\""; done
                echo "{\\"sessions\\":[$list],\\"excluded\\":[]}"
                exit
            fi
            out=${4#--out=}
            \(script)
            mkdir -p "$out"
            echo '{"kind":"attune-export/1","sessions":[],"excluded":[],"notes":[],"files":[]}' \\
                > "$out/manifest.json"

            """
        try FileSystem.write(Array(text.utf8), to: program, mode: 0o755)
        var log = Logger(label: "late exports")
        log.logLevel = .critical
        let desk = try ExportDesk(
            try ConsoleServer.surroundings(
                ConsoleSettings(
                    socketPath: directory.file("attuned.sock"),
                    chatSocketPath: directory.file("chat.sock"),
                    dataDirectory: directory.file("data"),
                    stateDirectory: directory.file("state"),
                    pagesDirectory: Places.consolePages,
                    participantPagesDirectory: Places.chatPages,
                    place: WebPlace(address: try #require(ListenAddress("127.0.0.1:0"))),
                    exporter: program), log: log))
        let request = ExportRequest(
            formats: ["csv"], isPacked: false, participants: [], phases: [], streams: [],
            leftOut: [], takesPilots: false, hasPseudonyms: false, movesDates: false)
        let id = try await desk.start(RecordedFolder.study, request, by: "lab")
        while desk.list(RecordedFolder.study).running != nil {
            try await Task.sleep(for: .milliseconds(10))
        }
        return try desk.record(RecordedFolder.study, id)
    }

    @Test(arguments: [false, true])
    func theirIdsAreKept(isOneLate: Bool) async throws {
        let directory = try TemporaryDirectory("late")
        let recorded = try RecordedFolder(at: directory.file("data"))
        let other = try RecordedFolder(at: directory.file("other"), identifier: Self.late)
        let place = recorded.path.replacing("093000Z", with: "103000Z")
        let record = try await exported(
            while: isOneLate ? "cp '\(other.path)' '\(place)'" : "", directory)
        #expect(record.state == .done, "\(record.message ?? "")")
        let known = [RecordedFolder.identifier] + (isOneLate ? [Self.late] : [])
        #expect(record.identifiers == known)
    }

    /// One that cannot be read makes the export one of which nothing is known but the participants.
    @Test func anUnreadableOneIsNotPassedOver() async throws {
        let directory = try TemporaryDirectory("late")
        let recorded = try RecordedFolder(at: directory.file("data"))
        let place = recorded.path.replacing("093000Z", with: "103000Z")
        let record = try await exported(while: "echo nonsense > '\(place)'", directory)
        #expect(record.state == .done && record.identifiers == nil)
    }
}
