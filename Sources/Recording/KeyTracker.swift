import LinuxDevices
import SessionStore
import Timebase

/// Makes keystrokes out of input records: gives each press an ordinal and finds its release.
///
/// Keys are not known, only classes. A release belongs to the first open press of its class; that
/// is exact as long as no other key of the class was held with it, and otherwise by order alone
/// (which is right unless two keys of a class are released in another order than pressed).
struct KeyTracker: Hashable, Sendable {
    private struct Open: Hashable, Sendable {
        var ordinal: Int64
        /// Another key of the class was down at the same time.
        var isShared: Bool
    }

    /// Ordinal of the next press.
    private(set) var nextOrdinal: Int64 = 0
    private var open: [UInt8: [Open]] = [:]
    private(set) var lastTime: Instant?

    /// Reading begins: what is missing later went missing after this.
    mutating func begin(at time: Instant) { lastTime = lastTime ?? time }

    /// Takes a press and gives its ordinal.
    mutating func press(_ keyClass: KeyClass, at time: Instant) -> Int64 {
        let ordinal = nextOrdinal
        nextOrdinal += 1
        lastTime = time
        var held = open[keyClass.rawValue] ?? []
        let isShared = !held.isEmpty
        if isShared { for index in held.indices { held[index].isShared = true } }
        held.append(Open(ordinal: ordinal, isShared: isShared))
        open[keyClass.rawValue] = held
        return ordinal
    }

    /// Takes a release; nil where no press of the class is open.
    mutating func release(
        _ keyClass: KeyClass, at time: Instant
    ) -> (ordinal: Int64, pairing: KeyRelease.Pairing)? {
        lastTime = time
        guard var held = open[keyClass.rawValue], !held.isEmpty else { return nil }
        let first = held.removeFirst()
        open[keyClass.rawValue] = held
        return (first.ordinal, first.isShared ? .order : .exact)
    }

    /// How many keys of each class are down, by the class's raw value.
    var held: [UInt8: UInt16] { open.mapValues { UInt16(clamping: $0.count) } }

    /// Events were lost, or nobody was reading: nobody knows which keys are held, so that the
    /// releases to come belong to nothing.
    mutating func forgetHeld() { open = [:] }
}

extension KeyTracker: SavedState {
    func save(into writer: inout StateWriter) {
        writer.write(UInt8(1))
        writer.write(nextOrdinal)
        writer.write(lastTime?.nanoseconds ?? .min)
        let held = open.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
        writer.write(UInt32(held.count))
        for (keyClass, presses) in held {
            writer.write(keyClass)
            writer.write(UInt32(presses.count))
            for press in presses {
                writer.write(press.ordinal)
                writer.write(press.isShared)
            }
        }
    }

    mutating func restore(from reader: inout StateReader) throws(StateError) {
        try reader.expectVersion(1)
        nextOrdinal = try reader.read()
        let last: Int64 = try reader.read()
        lastTime = last == .min ? nil : Instant(nanoseconds: last)
        open = [:]
        let classes = try reader.read(UInt32.self)
        guard classes <= 256 else { throw .invalid("\(classes) key classes") }
        for _ in 0..<classes {
            let keyClass: UInt8 = try reader.read()
            let count = try reader.read(UInt32.self)
            guard count <= 4096 else { throw .invalid("\(count) keys held") }
            var presses: [Open] = []
            for _ in 0..<count {
                presses.append(Open(ordinal: try reader.read(), isShared: try reader.read()))
            }
            open[keyClass] = presses
        }
    }
}
