import SystemCalls
import Testing

/// Memory that a burst needed once.
@Suite struct ProcessMemoryTests {
    /// Bytes of this process that are in memory, without those of files.
    private func resident() throws -> Int {
        let text = try FileSystem.readText("/proc/self/status")
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("RssAnon:") })
        let number = try #require(Int(line.split(separator: " ").dropLast().last ?? ""))
        return number * 1024
    }

    /// A block that stays behind many others keeps all of them, until they are asked for.
    @Test func whatLiesFreeIsGivenBack() throws {
        var blocks: [[UInt8]?] = (0..<1_000_000).map { _ in [UInt8](repeating: 1, count: 200) }
        let pin = blocks[blocks.count - 1]
        blocks = []
        let before = try resident()
        ProcessMemory.giveBackFree()
        let after = try resident()
        // Beside it other tests need more and less.
        #expect(before - after > 100 << 20, "\(before), \(after)")
        #expect(pin?.count == 200)
    }
}
