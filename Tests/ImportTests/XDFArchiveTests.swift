import Foundation
import TestSupport
import Testing

@testable import Export
@testable import Import

/// XDF files that were gzipped.
@Suite struct XDFArchiveTests {
    private static func file() -> [UInt8] {
        var file = XDFBytes()
        file.header(1, name: "a", rate: 100)
        for block in 0..<4000 { file.numbers(1, block * 20..<block * 20 + 20) }
        return file.bytes
    }

    private static func packed(_ bytes: [UInt8], _ directory: TemporaryDirectory) throws -> [UInt8]
    {
        let place = directory.file("\(UUID().uuidString).gz")
        let sink = try GzipSink(place)
        try unsafe bytes.withUnsafeBytes { try unsafe sink.write($0) }
        try sink.close()
        return try [UInt8](Data(contentsOf: URL(fileURLWithPath: place)))
    }

    @Test func aPackedFileIsReadAsTheOneInIt() throws {
        let directory = try TemporaryDirectory("packed")
        let bytes = Self.file()
        // Whatever its name is; and one of several members, as programs that pack in parallel write.
        let half = bytes.count / 2
        let members =
            try Self.packed(Array(bytes[..<half]), directory)
            + Self.packed(Array(bytes[half...]), directory)
        for (packed, name) in [
            (try Self.packed(bytes, directory), "a.xdfz"), (members, "a.xdf.gz"),
        ] {
            let session = try Imported([packed], names: [name])
            #expect(session.values("a") == (0..<80_000).map(Double.init))
            #expect(session.notes("is packed") == 0)
            #expect(
                try FileManager.default.contentsOfDirectory(
                    atPath: session.directory.path
                ).sorted() == [name, "out.attune"])
        }
    }

    @Test func aPackedFileMayBeCutOff() throws {
        let directory = try TemporaryDirectory("packed")
        let bytes = Self.file()
        let packed = try Self.packed(bytes, directory)
        for share in [0.3, 0.7, 0.99] {
            let cut = Array(packed[..<Int(Double(packed.count) * share)])
            let session = try Imported([cut], names: ["a.xdfz"])
            let found = session.values("a")
            #expect(found == (0..<found.count).map(Double.init))
            // The last 64 KiB that were being unpacked are not to be had.
            let wanted = (Int(Double(bytes.count) * share) - (1 << 17)) / 17
            #expect(found.count > max(0, wanted), "\(share)")
            #expect(session.notes("is packed and damaged or cut off") == 1)
        }
    }

    @Test func whatIsMadeToFillDisksIsRefused() throws {
        let directory = try TemporaryDirectory("packed")
        let packed = try Self.packed(
            XDFScanner.magic + [UInt8](repeating: 0, count: 4 << 20), directory)
        let place = directory.file("bomb.xdfz")
        try Data(packed).write(to: URL(fileURLWithPath: place))
        let error = #expect(throws: ImportError.self) {
            _ = try XDFArchive(unpacking: place, .init(small: 1 << 20, ratio: 100))
        }
        #expect(error?.message.contains("more than 100 times its size") == true)
        let full = #expect(throws: ImportError.self) {
            _ = try XDFArchive(unpacking: place, .init(spared: 1 << 60))
        }
        #expect(full?.message.contains("make room there") == true)
        #expect(try XDFArchive(unpacking: place).source.size == 4 + (4 << 20))
    }

    @Test func whatIsPackedAndNoXDFIsRefused() throws {
        let directory = try TemporaryDirectory("packed")
        for bytes in [
            try Self.packed([1, 2, 3], directory), [0x1F, 0x8B], [0x1F, 0x8B, 8, 0, 0],
        ] {
            #expect(throws: ImportError.self) { _ = try Imported([bytes], names: ["a.xdfz"]) }
        }
    }
}
