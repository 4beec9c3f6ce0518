/// State that is saved with each commit and restored after a crash: decoders in mid-frame, clock
/// models in mid-segment.
///
/// The form is plain bytes, because it is written several times a second for each stream.
/// Integers are little-endian; each type writes a version byte of its own first, and restoring
/// bytes of another version throws.
public protocol SavedState {
    func save(into writer: inout StateWriter)
    mutating func restore(from reader: inout StateReader) throws(StateError)
}

/// Why a saved state could not be restored.
public enum StateError: Error, Hashable, Sendable {
    case truncated
    case version(expected: UInt8, found: UInt8)
    case invalid(String)
}

/// Collects the bytes of saved states. Inlined where it is used, since it is used for each number.
public struct StateWriter: Sendable {
    public var bytes: [UInt8] { collected }
    @usableFromInline var collected: [UInt8] = []

    public init() { collected.reserveCapacity(256) }

    @inlinable
    public mutating func write(_ value: some FixedWidthInteger) {
        // The value's own bytes are read, within the call.
        unsafe withUnsafeBytes(of: value.littleEndian) {
            unsafe collected.append(contentsOf: $0)
        }
    }

    @inlinable
    public mutating func write(_ value: Double) { write(value.bitPattern) }

    @inlinable
    public mutating func write(_ value: Bool) { write(UInt8(value ? 1 : 0)) }

    public mutating func write(_ value: [UInt8]) {
        write(UInt32(value.count))
        collected.append(contentsOf: value)
    }

    public mutating func write(_ value: String) {
        write(UInt32(value.utf8.count))
        collected.append(contentsOf: value.utf8)
    }
}

/// Reads back what a `StateWriter` wrote; never reads past the end.
public struct StateReader: Sendable {
    private let bytes: [UInt8]
    private var position = 0

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    public var isAtEnd: Bool { position == bytes.count }

    public mutating func read<Value: FixedWidthInteger>(_ type: Value.Type = Value.self)
        throws(StateError) -> Value
    {
        let size = MemoryLayout<Value>.size
        guard bytes.count - position >= size else { throw .truncated }
        var value: Value = 0
        for offset in (0..<size).reversed() {
            value =
                (size == 1 ? 0 : value << 8) | Value(truncatingIfNeeded: bytes[position + offset])
        }
        position += size
        return value
    }

    public mutating func read(_ type: Double.Type = Double.self) throws(StateError) -> Double {
        Double(bitPattern: try read(UInt64.self))
    }

    public mutating func read(_ type: Bool.Type = Bool.self) throws(StateError) -> Bool {
        try read(UInt8.self) != 0
    }

    public mutating func readBytes() throws(StateError) -> [UInt8] {
        let count = Int(try read(UInt32.self))
        guard bytes.count - position >= count else { throw .truncated }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    public mutating func readString() throws(StateError) -> String {
        String(decoding: try readBytes(), as: UTF8.self)
    }

    /// Reads a version byte and refuses any other than `expected`.
    public mutating func expectVersion(_ expected: UInt8) throws(StateError) {
        let found = try read(UInt8.self)
        guard found == expected else { throw .version(expected: expected, found: found) }
    }
}
