import Foundation
import SessionStore
import SystemCalls
import TestSupport
import Testing

@testable import Export

/// What must not be written stays as it was, and the error says why.
@Suite struct RefusalTests {
    private func export(_ example: ExampleSession, _ out: String, replacing: Bool = false) throws {
        try exportOne(example.path, to: out, replacing: replacing)
    }

    @Test func aDirectoryThatIsNotEmptyIsRefused() throws {
        let directory = try TemporaryDirectory("export")
        let example = try ExampleSession(at: directory.file("s.attune"), seed: 1, samples: 30)
        let out = directory.file("out")
        try FileSystem.makeDirectories(out)
        try export(example, out)
        try FileSystem.write([1], to: "\(out)/turns.csv")
        let error = #expect(throws: ExportError.self) { try export(example, out) }
        #expect(error?.code == .notEmpty)
        #expect(error?.message.contains("--force") == true)
        #expect(try FileSystem.read("\(out)/turns.csv") == [1])
        try export(example, out, replacing: true)
        #expect(try FileSystem.read("\(out)/turns.csv").count > 100)
        #expect(try directory.names() == ["out", "s.attune"])
    }

    @Test func onlyAnExportIsEverReplaced() throws {
        let directory = try TemporaryDirectory("export")
        let example = try ExampleSession(at: directory.file("s.attune"), seed: 1, samples: 30)
        for (name, inside) in [("a", "thesis.docx"), ("b", "sub/notes.csv"), ("c", ".hidden")] {
            let out = directory.file(name)
            try FileSystem.makeDirectories("\(out)/sub")
            if !inside.hasPrefix("sub") {
                _ = try? FileManager.default.removeItem(atPath: "\(out)/sub")
            }
            try FileSystem.write([7], to: "\(out)/\(inside)")
            let error = #expect(throws: ExportError.self) {
                try export(example, out, replacing: true)
            }
            #expect(error?.code == .notAnExport)
            #expect(try FileSystem.read("\(out)/\(inside)") == [7])
        }
    }

    @Test func aPlaceThatIsNoDirectoryIsRefused() throws {
        let directory = try TemporaryDirectory("export")
        let example = try ExampleSession(at: directory.file("s.attune"), seed: 1, samples: 30)
        try FileSystem.write([7], to: directory.file("file"))
        let link = directory.file("link")
        try FileManager.default.createSymbolicLink(
            atPath: link, withDestinationPath: directory.file("nowhere"))
        for out in ["", "/", ".", "..", directory.file("x/.."), directory.file("file"), link] {
            let error = #expect(throws: ExportError.self, "\(out)") { try export(example, out) }
            #expect(error?.code == .notEmpty, "\(out)")
        }
        #expect(try FileSystem.read(directory.file("file")) == [7])
        #expect(try directory.names() == ["file", "link", "s.attune"])
    }

    @Test func aDirectoryThatCannotBeWrittenIsRefused() throws {
        let directory = try TemporaryDirectory("export")
        let example = try ExampleSession(at: directory.file("s.attune"), seed: 1, samples: 30)
        // Nobody, not even root, makes directories in sysfs.
        let error = #expect(throws: ExportError.self) {
            try export(example, "/sys/attune-export/deep")
        }
        #expect(error?.code == .readOnly)
        #expect(error?.description.contains("/sys/attune-export/deep") == true)
    }

    @Test func whatKilledExportsLeftIsRemovedButNotWhatLives() throws {
        let directory = try TemporaryDirectory("export")
        let example = try ExampleSession(at: directory.file("s.attune"), seed: 1, samples: 30)
        let out = directory.file("out")
        let dead = directory.file(".out.exporting-1-2")
        try FileSystem.makeDirectories("\(dead)/deep")
        try FileSystem.write([1], to: "\(dead)/deep/turns.csv")
        let other = directory.file(".other.exporting-1-2")
        try FileSystem.makeDirectories(other)
        let living = try StagedDirectory(for: out)
        try export(example, out)
        #expect(!FileSystem.exists(dead))
        #expect(FileSystem.exists(other))
        #expect(FileSystem.exists(living.path))
        // The place was free when this one began; now it is not.
        let error = #expect(throws: ExportError.self) { try living.commit() }
        #expect(error?.code == .notEmpty)
        living.discard()
        #expect(!FileSystem.exists(living.path))
        #expect(FileSystem.exists("\(out)/sessions.csv"))
    }
}
