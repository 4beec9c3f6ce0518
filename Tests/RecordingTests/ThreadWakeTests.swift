import Synchronization
import Testing

@testable import Recording

/// What the store's thread calls after every commit, for hours.
@Suite struct ThreadWakeTests {
    /// Where on the stack the callee stands.
    @inline(never) private static func depth() -> UInt {
        var mark: UInt8 = 0
        // The address is a number here, and is not looked behind.
        return unsafe withUnsafeMutablePointer(to: &mark) { UInt(bitPattern: $0) }
    }

    @Test func aCallIsAsDeepAsTheFirst() {
        let depths = Mutex<[UInt]>([])
        let words = Mutex(0)
        let wake = ThreadWake<Int>()
        wake.set { word in
            depths.withLock { $0.append(Self.depth()) }
            words.withLock { $0 += word }
        }
        for _ in 0..<2_000 { wake.call(1) }
        let found = depths.withLock { $0 }
        #expect(words.withLock { $0 } == 2_000)
        #expect((found.max() ?? 0) - (found.min() ?? 0) == 0)
    }

    @Test func whatIsNotKnownYetIsNotCalled() {
        let wake = ThreadWake<Int>()
        wake.call(1)
        let words = Mutex<[Int]>([])
        wake.set { word in words.withLock { $0.append(word) } }
        wake.call(2)
        #expect(words.withLock { $0 } == [2])
    }
}
