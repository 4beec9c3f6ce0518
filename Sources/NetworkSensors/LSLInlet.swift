/// One connection to an LSL stream. Used by one thread.
///
/// Safe to hold: the handle is given back to liblsl when this goes, and nowhere else.
@safe final class LSLInlet {
    /// LSL's own estimate of how the sender's clock stands to this machine's.
    struct Correction: Hashable, Sendable {
        /// Seconds to add to the sender's times.
        var offset: Double
        /// The sender's clock at the middle of the round trip, in seconds.
        var remoteTime: Double
        /// The round trip that it was taken from, in seconds: the largest error.
        var uncertainty: Double
    }

    /// What was pulled: `columns` values for each stamp.
    struct Chunk<Value> {
        var values: [Value] = []
        /// The sender's times in seconds.
        var stamps: [Double] = []
    }

    private let library: LSLLibrary
    private let handle: LSLFunctions.Handle
    private var functions: LSLFunctions { library.functions }
    /// The stream went away; nothing more comes.
    private(set) var isLost = false

    /// Where liblsl puts what it has; kept, because most looks find nothing.
    private var reals: [Double] = []
    private var integers: [Int64] = []
    private var texts = unsafe [UnsafeMutablePointer<CChar>?]()
    private var stamps: [Double] = []

    private static let timedOut: Int32 = -1
    private static let samplesAtOnce = 2048

    /// - Parameter handle: an inlet that nobody else gives back.
    init(_ library: LSLLibrary, _ handle: LSLFunctions.Handle) {
        self.library = library
        unsafe self.handle = unsafe handle
    }

    deinit { unsafe functions.destroyInlet(handle) }

    private func note(_ code: Int32) {
        if code != 0 && code != Self.timedOut { isLost = true }
    }

    /// Connects and reads the description; waits a second at most.
    func open() -> LSLStreamInfo? {
        var code: Int32 = 0
        guard let full = unsafe functions.fullInfo(handle, 1, &code), code == 0 else { return nil }
        // Given back to liblsl below; its parts are copied before.
        defer { unsafe functions.destroyInfo(full) }
        var info = unsafe library.info(full)
        let channels = unsafe functions.child(functions.description(full), "channels")
        var channel = unsafe functions.child(channels, "channel")
        while unsafe functions.isEmpty(channel) == 0, info.channels.count < info.channelCount {
            info.channels.append(
                LSLStreamInfo.Channel(
                    label: unsafe library.text(functions.value(channel, "label")),
                    unit: unsafe library.text(functions.value(channel, "unit"))))
            unsafe channel = unsafe functions.sibling(channel, "channel")
        }
        unsafe functions.openStream(handle, 1, &code)
        return code == 0 ? info : nil
    }

    /// The newest estimate; nil while there is none yet. Does not wait.
    func correction() -> Correction? {
        var (remote, uncertainty, code) = (0.0, 0.0, Int32(0))
        let offset = unsafe functions.timeCorrection(handle, &remote, &uncertainty, 0, &code)
        if code != 0 || !offset.isFinite || !remote.isFinite || !uncertainty.isFinite
            || abs(offset) > 1e9 || abs(remote) > 1e9 || !(0...60).contains(uncertainty)
        {
            return nil
        }
        return Correction(offset: offset, remoteTime: remote, uncertainty: uncertainty)
    }

    func pullReals(_ columns: Int) -> Chunk<Double> {
        unsafe pull(columns, into: &reals, empty: 0) {
            unsafe functions.pullReals(handle, $0, $1, $2, $3, 0, $4)
        }
    }

    func pullIntegers(_ columns: Int) -> Chunk<Int64> {
        unsafe pull(columns, into: &integers, empty: 0) {
            unsafe functions.pullIntegers(handle, $0, $1, $2, $3, 0, $4)
        }
    }

    func pullTexts(_ columns: Int) -> Chunk<String> {
        let chunk = unsafe pull(columns, into: &texts, empty: nil) {
            unsafe functions.pullTexts(handle, $0, $1, $2, $3, 0, $4)
        }
        var copies: [String] = []
        for place in unsafe chunk.values.indices {
            let pointer = unsafe chunk.values[place]
            // A text of liblsl's that ends in NUL; copied, then given back once.
            unsafe copies.append(library.text(UnsafePointer(pointer)))
            unsafe functions.destroyText(pointer)
        }
        return unsafe Chunk(values: copies, stamps: chunk.stamps)
    }

    private func pull<Value>(
        _ columns: Int, into values: inout [Value], empty: Value,
        _ take: (
            UnsafeMutablePointer<Value>?, UnsafeMutablePointer<Double>?, UInt, UInt,
            UnsafeMutablePointer<Int32>?
        ) -> UInt
    ) -> Chunk<Value> {
        guard columns > 0, !isLost else { return Chunk() }
        let count = max(1, min(Self.samplesAtOnce, 65_536 / columns))
        if values.count != count * columns {
            values = [Value](repeating: empty, count: count * columns)
        }
        if stamps.count != count { stamps = [Double](repeating: 0, count: count) }
        var code: Int32 = 0
        // Both arrays live through the call and are as long as it is told.
        let taken = unsafe take(&values, &stamps, UInt(values.count), UInt(count), &code)
        note(code)
        let samples = min(Int(clamping: taken) / columns, count)
        return Chunk(
            values: Array(values.prefix(samples * columns)), stamps: Array(stamps.prefix(samples)))
    }
}
