import Foundation
import SystemCalls
import Testing

@Suite struct DedicatedThreadTests {
    /// A station starts one for each attempt to open a device, and its memory is locked.
    @Test func oneThatNobodyJoinsLeavesNothing() throws {
        try start(20)
        let before = try mapped()
        try start(1000)
        #expect(try mapped() - before < 2 << 30, "a stack each would be 8 GiB")
    }

    @Test func oneThatIsJoinedHasEndedThen() throws {
        let before = try mapped()
        for _ in 0..<1000 {
            let number = Number()
            try DedicatedThread(name: "joined", stackSize: 8 << 20) { number.value = 7 }.join()
            #expect(number.value == 7)
        }
        #expect(try mapped() - before < 2 << 30)
    }

    private final class Number: @unchecked Sendable {
        // Written by the thread, read after it was joined.
        var value = 0
    }

    private func start(_ count: Int) throws {
        for _ in 0..<count {
            let hasRun = DispatchSemaphore(value: 0)
            _ = try DedicatedThread(name: "passing", stackSize: 8 << 20) { hasRun.signal() }
            hasRun.wait()
        }
    }

    /// Bytes of the process's address space. What malloc sets aside for threads is in it: 64 MiB for each of
    /// at most eight a processor.
    private func mapped() throws -> Int {
        let pages = try FileSystem.readText("/proc/self/statm").split(separator: " ").first
        return try #require(pages.flatMap { Int($0) }) * Int(getpagesize())
    }
}
