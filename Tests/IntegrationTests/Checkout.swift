import Foundation
import LinkTestSupport
import SystemCalls
import TestSupport

/// A checkout of its own, in which a test may spoil profiles and protocols: programs take them from
/// the folders above their own place.
final class Checkout {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory("checkout")
        let source = "\(#filePath)".components(separatedBy: "/Tests/IntegrationTests/")[0]
        let manager = FileManager.default
        for folder in ["Devices/profiles", "Protocols/studies", "Protocols/personas"] {
            let target = directory.file(folder)
            try FileSystem.makeDirectories((target as NSString).deletingLastPathComponent)
            try manager.copyItem(atPath: "\(source)/\(folder)", toPath: target)
        }
        try write("Package.swift", "")
        try FileSystem.makeDirectories(programs)
        for name in ["attuned", "attune"] {
            try manager.copyItem(
                atPath: Processes.program(name), toPath: "\(programs)/\(name)")
        }
    }

    var programs: String { directory.file("programs") }

    func file(_ name: String) -> String { directory.file(name) }

    func write(_ name: String, _ text: String) throws {
        try text.write(toFile: file(name), atomically: true, encoding: .utf8)
    }
}
