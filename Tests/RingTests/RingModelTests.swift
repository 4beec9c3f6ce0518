import Ring
import TestSupport
import Testing

/// The ring against a plain array, over many random operations.
struct RingModelTests {
    static let operations = 1_000_000

    /// Fixed seeds, and one of this run.
    @Test(arguments: [1, 2, 3, UInt64.random(in: 4...UInt64.max)])
    func behavesAsTheModel(seed: UInt64) throws {
        print("RingModelTests: seed \(seed)")
        let directory = try TemporaryDirectory()
        var run = try ModelRun(seed: seed, path: directory.file("model.ring"))
        for number in 0..<Self.operations {
            guard try run.step() else {
                Issue.record("seed \(seed), operation \(number): \(run.complaint)")
                return
            }
        }
        try #require(run.reads > Self.operations / 10, "seed \(seed): hardly anything was read")
        try #require(run.losses > 1000, "seed \(seed): hardly anything overflowed")
        try #require(run.reopenings > 10, "seed \(seed)")
    }
}
