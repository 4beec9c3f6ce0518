/// Turns a terminal's bytes into keys, however they are cut up.
///
/// Understands the sequences of xterm and those that copy it, of rxvt, and of the Linux console.
public struct KeyDecoder {
    private var pending: [UInt8] = []

    public init() {}

    /// Whether bytes wait that could be the Escape key or the beginning of a sequence; when nothing
    /// follows within some 50 ms, call `flush`.
    public var isWaiting: Bool { !pending.isEmpty }

    /// Takes bytes and gives the keys that are complete.
    public mutating func keys(_ bytes: some Sequence<UInt8>) -> [PlayerKey] {
        pending += bytes
        var keys: [PlayerKey] = []
        var rest = pending[...]
        while let first = rest.first {
            if first == 0x1B {
                guard let (key, length) = Self.sequence(rest) else { break }
                keys.append(key)
                rest = rest.dropFirst(length)
            } else {
                keys.append(Self.plain(first))
                rest = rest.dropFirst()
                // The rest of a character outside ASCII belongs to it.
                if first >= 0xC0 { rest = rest.drop { $0 & 0xC0 == 0x80 } }
            }
        }
        pending = Array(rest)
        return keys
    }

    /// Takes what waits as it is: a lone Escape is the Escape key.
    public mutating func flush() -> [PlayerKey] {
        guard !pending.isEmpty else { return [] }
        let isEscape = pending == [0x1B]
        pending = []
        return [isEscape ? .escape : .other]
    }

    private static func plain(_ byte: UInt8) -> PlayerKey {
        switch byte {
        case 0x20: .playPause
        case 0x03: .interrupt
        case 0x08, 0x7F: .normalSpeed
        case 0x09: .moreSignals
        case 0x0C: .redraw
        case 0x1A: .suspend
        case UInt8(ascii: "["): .slower
        case UInt8(ascii: "]"): .faster
        case UInt8(ascii: "+"), UInt8(ascii: "="): .zoomIn
        case UInt8(ascii: "-"), UInt8(ascii: "_"): .zoomOut
        case UInt8(ascii: "0"): .zoomNormal
        case UInt8(ascii: "?"), UInt8(ascii: "h"): .help
        case UInt8(ascii: "q"), UInt8(ascii: "Q"): .quit
        default: .other
        }
    }

    /// The key of a sequence that begins with Escape, and the sequence's length; nil while it is
    /// incomplete.
    private static func sequence(_ bytes: ArraySlice<UInt8>) -> (PlayerKey, Int)? {
        let bytes = Array(bytes.prefix(32))
        guard bytes.count > 1 else { return nil }
        switch bytes[1] {
        case UInt8(ascii: "O"):
            guard bytes.count > 2 else { return nil }
            // rxvt: lower case letters are with Ctrl.
            let isControl = (UInt8(ascii: "a")...UInt8(ascii: "d")).contains(bytes[2])
            return (named(bytes[2] & 0xDF, modifier: isControl ? 5 : 1), 3)
        case UInt8(ascii: "["):
            guard
                let end = bytes[2...].firstIndex(where: { (0x40...0x7E).contains($0) || $0 == 0x24 }
                )
            else { return bytes.count < 32 ? nil : (.other, 32) }
            let parameters = String(decoding: bytes[2..<end], as: UTF8.self)
                .split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 1 }
            let modifier = parameters.count > 1 ? parameters[1] : 1
            let final = bytes[end]
            if final == UInt8(ascii: "~") {
                return (numbered(parameters.first ?? 0), end + 1)
            }
            // rxvt: lower case letters are with Shift.
            let isShift = (UInt8(ascii: "a")...UInt8(ascii: "d")).contains(final)
            return (
                named(isShift ? final & 0xDF : final, modifier: isShift ? 2 : modifier), end + 1
            )
        case 0x1B: return (.escape, 1)
        default: return (.other, 2)
        }
    }

    private static func named(_ letter: UInt8, modifier: Int) -> PlayerKey {
        // xterm: the modifier is 1 + (Shift 1, Alt 2, Ctrl 4).
        let isShift = (modifier - 1) & 1 != 0
        let isControl = (modifier - 1) & 4 != 0
        switch letter {
        case UInt8(ascii: "A"): return .previousTurn
        case UInt8(ascii: "B"): return .nextTurn
        case UInt8(ascii: "C"):
            return isControl ? .nextEvent : .step(isShift ? 1_000_000_000 : 100_000_000)
        case UInt8(ascii: "D"):
            return isControl ? .previousEvent : .step(isShift ? -1_000_000_000 : -100_000_000)
        case UInt8(ascii: "H"): return .start
        case UInt8(ascii: "F"): return .end
        default: return .other
        }
    }

    private static func numbered(_ number: Int) -> PlayerKey {
        switch number {
        case 1, 7: .start
        case 4, 8: .end
        case 5: .step(-10_000_000_000)
        case 6: .step(10_000_000_000)
        default: .other
        }
    }
}
