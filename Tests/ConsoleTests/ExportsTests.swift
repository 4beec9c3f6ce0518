import Export
import Foundation
import Glibc
import SystemCalls
import TestSupport
import Testing
import Web

@testable import Console

/// Exports, as far as they can be seen without a browser: what is asked for, how a program that fails is told,
/// what is handed out.
@Suite struct ExportsTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory("exports") }

    private static func request(_ change: (inout ExportRequest) -> Void = { _ in }) -> ExportRequest
    {
        var request = ExportRequest(
            formats: ["csv"], isPacked: false, participants: [], phases: [], streams: [],
            leftOut: [], takesPilots: false, hasPseudonyms: false, movesDates: false)
        change(&request)
        return request
    }

    @Test func requestsBecomeOptions() throws {
        let all = Self.request {
            $0.formats = ["csv", "spss"]
            $0.isPacked = true
            $0.participants = ["--pilots", "p2"]
            $0.phases = ["chat"]
            $0.streams = ["polar*"]
            $0.leftOut = ["turns", "audio"]
            $0.takesPilots = true
            $0.hasPseudonyms = true
            $0.movesDates = true
        }
        try all.check()
        #expect(
            all.arguments(key: "/k") == [
                "--format=csv,spss", "--participants=--pilots,p2", "--phases=chat",
                "--streams=polar*", "--without=turns,audio", "--compress", "--pilots",
                "--pseudonyms=/k", "--move-dates",
            ])
        #expect(Self.request().arguments(key: nil) == ["--format=csv"])
    }

    @Test func requestsThatMakeNoSenseAreRefused() {
        let wrong: [(inout ExportRequest) -> Void] = [
            { $0.formats = [] }, { $0.formats = ["docx"] }, { $0.leftOut = ["names"] },
            { $0.movesDates = true }, { $0.participants = ["a,b"] }, { $0.streams = [" "] },
            { $0.phases = ["a\u{0}b"] }, { $0.phases = [String(repeating: "x", count: 201)] },
            { $0.participants = [String](repeating: "p", count: 1001) },
        ]
        for change in wrong {
            let request = Self.request(change)
            #expect(throws: ConsoleRefusal.self, "\(request)") { try request.check() }
        }
    }

    /// A program in place of attune.
    private func program(_ script: String) throws -> ExportProgram {
        let path = directory.file("attune-\(UUID().uuidString)")
        try FileSystem.write(Array("#!/bin/sh\n\(script)\n".utf8), to: path, mode: 0o755)
        return ExportProgram(path: path)
    }

    private func written(
        _ script: String, started: (ChildProgram) -> Void = { _ in },
        progress: (ExportProgram.Progress) -> Void = { _ in }
    ) throws -> String? {
        try program(script).write(
            directory.path, Self.request(), key: nil, to: directory.file("out"), started: started,
            progress: progress)
    }

    @Test func aProgramThatFailsIsToldInItsOwnWords() throws {
        let told = try written(
            """
            echo '{"table":"turns","rows":1,"expected":2}' >&2
            echo 'Error: no room left (write: No space left on device)' >&2
            echo 'Free some.' >&2
            echo 'Usage: attune export' >&2
            echo '  See attune export --help' >&2
            exit 1
            """)
        #expect(told == "No room left (write: No space left on device) Free some.")
        #expect(
            try written("echo strange; exit 3")
                == "The program attune ended with code 3. It said last: strange")
        // A fault in a library takes that process alone.
        #expect(
            try written("kill -SEGV $$") == "The program attune was ended by signal 11.")
        #expect(try written("exit 0") == nil)
        #expect(throws: ConsoleRefusal.self) {
            try ExportProgram(path: nil).preview(directory.path, Self.request())
        }
    }

    @Test func progressIsHeardWhileItRuns() throws {
        var rows: [Int64] = []
        let told = try written(
            """
            for n in 1 2 3; do echo "{\\"table\\":\\"turns\\",\\"rows\\":$n,\\"expected\\":3}" >&2; done
            printf '%s' 'no line end' >&2
            """, progress: { rows.append($0.rows) })
        #expect(told == nil && rows == [1, 2, 3])
    }

    @Test func aProgramCanBeEnded() throws {
        var child: ChildProgram?
        let told = try written(
            "exec sleep 20",
            started: {
                child = $0
                $0.send(SIGTERM)
            })
        #expect(told == "The program attune was ended by signal 15.")
        // It is over: nobody else of that number is meant.
        child?.send(SIGKILL)
    }

    @Test func aProgramHasNoneOfOurFiles() throws {
        let file = try FileDescriptor(opening: directory.path, flags: O_RDONLY)
        // Without being closed on exec, as another library may leave it.
        let open = dup(file.number)
        defer { close(open) }
        var lines: [String] = []
        _ = try ChildProgram.follow("/bin/ls", ["/proc/self/fd"], line: { lines.append($0) })
        // Its own three, and the folder that it reads.
        #expect(lines == ["0", "1", "2", "3"])
    }

    @Test func aFullDiskIsSeenBefore() throws {
        let needed = ExportSpace.needed(
            Self.request { $0.formats = ["csv", "sas"] }, sessions: 1_000_000)
        #expect(needed == 64 << 20 + 32_000_000)
        try ExportSpace.check(needed: needed, free: needed)
        let refusal = #expect(throws: ConsoleRefusal.self) {
            try ExportSpace.check(needed: needed, free: needed - 1)
        }
        #expect(refusal?.message.contains("99.1 MB are needed") ?? false)
    }

    @Test func linksAndFoldersAreNotHandedOut() throws {
        try FileSystem.write(Array("text".utf8), to: directory.file("file"))
        #expect(unsafe symlink(directory.file("file"), directory.file("link")) == 0)
        #expect(try RegularFile(directory.file("file")).next() == Array("text".utf8))
        for name in ["link", "none", "."] {
            #expect(throws: (any Error).self, "\(name)") { try RegularFile(directory.file(name)) }
        }
    }

    private func packed(_ entries: [ZipStream.Entry]) throws -> String {
        let zip = try ZipStream(entries)
        var bytes: [UInt8] = []
        while let piece = try zip.next() { bytes += piece }
        let path = directory.file("out.zip")
        try FileSystem.write(bytes, to: path)
        return path
    }

    @Test func archivesHoldWhatTheFilesDo() throws {
        let long = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
        let contents: [(String, [UInt8])] = [
            ("a/long.bin", long), ("a/empty.csv", []), ("größe 🎧.csv", Array("x,y\n".utf8)),
            ("packed.tsv.gz", Array("as it is".utf8)),
        ]
        var entries: [ZipStream.Entry] = []
        for (number, content) in contents.enumerated() {
            try FileSystem.write(content.1, to: directory.file("\(number)"))
            entries.append(.init(name: content.0, path: directory.file("\(number)")))
        }
        let path = try packed(entries)
        // Read by another's library.
        let script = """
            import hashlib, sys, zipfile
            archive = zipfile.ZipFile(sys.argv[1])
            for one in archive.infolist():
                print(one.filename, hashlib.sha256(archive.read(one)).hexdigest(), one.compress_type)
            """
        var lines: [String] = []
        let code = try ChildProgram.follow(
            "/usr/bin/python3", ["-X", "utf8", "-c", script, path], line: { lines.append($0) })
        #expect(code == 0)
        #expect(
            lines
                == contents.map {
                    "\($0.0) \(Secret.hash($0.1)) \($0.0.hasSuffix(".gz") ? 0 : 8)"
                })
    }

    @Test func anArchiveThatCannotBeWholeFails() throws {
        try FileSystem.write([1], to: directory.file("one"))
        let zip = try ZipStream([
            .init(name: "one", path: directory.file("one")),
            .init(name: "gone", path: directory.file("gone")),
        ])
        #expect(throws: (any Error).self) { while try zip.next() != nil {} }
    }
}
