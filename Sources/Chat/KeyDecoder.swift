/// Turns a terminal's bytes into keys: UTF-8, control characters, escape sequences (ECMA-48) and
/// bracketed paste. Pieces that are not whole yet wait for the rest.
public struct KeyDecoder: Sendable {
    private var waiting: [UInt8] = []
    private var pasted: [UInt8]?

    /// The longest paste taken in one piece, in bytes.
    static let longestPaste = 64 << 10
    private static let pasteEnd: [UInt8] = [0x1B] + Array("[201~".utf8)

    public init() {}

    /// Whether an escape waits that could be the Escape key itself: call `flush` when nothing
    /// follows.
    public var isAmbiguous: Bool { !waiting.isEmpty && pasted == nil }

    /// Gives up waiting for the rest.
    public mutating func flush() { waiting = [] }

    public mutating func decode(_ bytes: some Sequence<UInt8>) -> [Key] {
        waiting.append(contentsOf: bytes)
        var keys: [Key] = []
        var position = 0
        while position < waiting.count {
            if pasted != nil {
                guard let next = takePaste(from: position, &keys) else { break }
                position = next
                continue
            }
            guard let (key, length) = key(at: position) else { break }
            position += length
            switch key {
            case .paste: pasted = []
            case .text(let text):
                keys.append(.text(text))
            default: keys.append(key)
            }
        }
        waiting.removeSubrange(0..<position)
        return keys
    }

    /// Collects pasted bytes up to the end of the paste.
    private mutating func takePaste(from start: Int, _ keys: inout [Key]) -> Int? {
        var position = start
        while position < waiting.count {
            let rest = waiting[position...]
            if rest.first == 0x1B {
                if rest.starts(with: KeyDecoder.pasteEnd) {
                    finishPaste(&keys)
                    return position + KeyDecoder.pasteEnd.count
                }
                if KeyDecoder.pasteEnd.starts(with: rest) {
                    waiting.removeSubrange(start..<position)
                    return nil
                }
            }
            pasted?.append(waiting[position])
            position += 1
            if let count = pasted?.count, count >= KeyDecoder.longestPaste {
                finishPaste(&keys)
                pasted = []
            }
        }
        return position
    }

    private mutating func finishPaste(_ keys: inout [Key]) {
        let text = String(decoding: pasted ?? [], as: UTF8.self)
        pasted = nil
        if !text.isEmpty { keys.append(.paste(text)) }
    }

    /// The key at a place and its length in bytes; nil where it is not whole. A paste's beginning
    /// comes as an empty paste.
    private func key(at start: Int) -> (Key, Int)? {
        let byte = waiting[start]
        switch byte {
        case 0x0D, 0x0A: return (.enter, 1)
        case 0x7F, 0x08: return (.backspace, 1)
        case 0x01: return (.home, 1)
        case 0x02: return (.left, 1)
        case 0x03: return (.interrupt, 1)
        case 0x04: return (.endOfInput, 1)
        case 0x05: return (.end, 1)
        case 0x06: return (.right, 1)
        case 0x0B: return (.killRest, 1)
        case 0x0C: return (.redraw, 1)
        case 0x15: return (.killLine, 1)
        case 0x17: return (.killWord, 1)
        case 0x1B: return escape(at: start)
        case 0..<0x20: return (.other, 1)
        case 0x20..<0x7F: return (.text(String(Character(Unicode.Scalar(byte)))), 1)
        default: return multibyte(at: start)
        }
    }

    private func escape(at start: Int) -> (Key, Int)? {
        guard start + 1 < waiting.count else { return nil }
        let second = waiting[start + 1]
        guard second == UInt8(ascii: "[") || second == UInt8(ascii: "O") else {
            // Alt and a key.
            return (.other, 2)
        }
        var end = start + 2
        while end < waiting.count && (0x20..<0x40).contains(waiting[end]) && end - start < 32 {
            end += 1
        }
        guard end < waiting.count else { return nil }
        let sequence = String(decoding: waiting[(start + 2)...end], as: UTF8.self)
        let isControlSequence = second == UInt8(ascii: "[")
        let key: Key =
            switch sequence {
            case "200~": .paste("")
            case "C": .right
            case "D": .left
            case "H", "1~", "7~": .home
            case "F", "4~", "8~": .end
            case "3~": .delete
            case "I" where isControlSequence: .focusGained
            case "O" where isControlSequence: .focusLost
            // The answer to DECRQM: set or reset it knows the mode, 0 and 4 (never) it does not.
            case "?1004;1$y", "?1004;2$y", "?1004;3$y": .focusReporting(true)
            case "?1004;0$y", "?1004;4$y": .focusReporting(false)
            default: .other
            }
        return (key, end - start + 1)
    }

    private func multibyte(at start: Int) -> (Key, Int)? {
        let length =
            switch waiting[start] {
            case 0xC2..<0xE0: 2
            case 0xE0..<0xF0: 3
            case 0xF0..<0xF5: 4
            default: 1
            }
        let end = min(start + length, waiting.count)
        if let text = String(validating: waiting[start..<end], as: UTF8.self) {
            // C1 control characters are no text.
            if let scalar = text.unicodeScalars.first, (0x80..<0xA0).contains(scalar.value) {
                return (.other, length)
            }
            return (.text(text), length)
        }
        let following = waiting[(start + 1)..<end]
        if end - start < length && following.allSatisfy({ (0x80..<0xC0).contains($0) }) {
            return nil
        }
        return (.other, 1)
    }
}
