import Foundation
import SessionStore
import TestSupport
import Testing

@testable import Export
@testable import SystemCalls

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

    /// With the kernel's own call, and in two steps where a file system has none.
    @Test func aFileTakesNoPlaceThatSomebodyHas() throws {
        let directory = try TemporaryDirectory("export")
        for isReserving in [false, true] {
            func move(_ path: String, _ place: String) throws {
                if isReserving {
                    try FileSystem.move(path, reserving: place)
                } else {
                    try FileSystem.move(path, toFreePlace: place)
                }
            }
            let from = directory.file("from")
            let place = directory.file("place")
            try FileSystem.write([1], to: from)
            try FileSystem.write([2], to: place)
            let error = #expect(throws: SystemError.self) { try move(from, place) }
            #expect(error?.code == EEXIST)
            #expect(try FileSystem.read(place) == [2])
            try FileSystem.remove(place)
            try move(from, place)
            #expect(try FileSystem.read(place) == [1])
            #expect(!FileSystem.exists(from))
            // Nothing is left of a place where there was nothing to move.
            #expect(throws: SystemError.self) { try move(from, directory.file("none")) }
            #expect(!FileSystem.exists(directory.file("none")))
            try FileSystem.remove(place)
        }
    }

    /// What a stranger lays there stays, also where it is named as what a killed export leaves.
    @Test func onlyOnesOwnLeftoversAreRemoved() throws {
        let directory = try TemporaryDirectory("export")
        let place = try StagedPlace(directory.file("data.age"))
        let dead = directory.file(".data.age.exporting-1-2")
        try FileSystem.write([1], to: dead)
        let link = directory.file(".data.age.exporting-1-3")
        let kept = directory.file("kept")
        try FileSystem.write([2], to: kept)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: kept)
        let living = try StagedFile(for: place.path)
        #expect(!FileSystem.exists(dead))
        #expect(FileSystem.exists(kept) && FileSystem.exists(link))
        place.removeLeftovers()
        #expect(FileSystem.exists(living.path))
        if geteuid() == 0 {
            let foreign = directory.file(".data.age.exporting-1-4")
            try FileSystem.write([3], to: foreign)
            #expect(unsafe chown(foreign, 65534, 65534) == 0)
            place.removeLeftovers()
            #expect(FileSystem.exists(foreign))
        }
        living.discard()
        #expect(!FileSystem.exists(living.path))
    }
}
