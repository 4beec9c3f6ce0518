/// Takes a key out of texts before anybody records or shows them, since servers may send it back.
struct KeyScrubber: Sendable {
    /// What stands in the key's place.
    static let mark = "[key]"
    /// So many characters of a key give it away in part.
    private static let fragment = 12

    private let key: [UInt8]
    /// The key as it may be written: itself, in JSON with escaped slashes, and percent-encoded.
    private let forms: [[UInt8]]

    /// - Parameter key: nil for an endpoint without one; then nothing is taken out. A key of less than
    ///   four characters is no secret, and looking for it would take apart every text.
    init(key: String?) {
        let bytes = Array((key ?? "").utf8)
        guard bytes.count >= 4 else {
            self.key = []
            forms = []
            return
        }
        self.key = bytes
        var escaped: [UInt8] = []
        var percent: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in bytes {
            if byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
            {
                escaped.append(UInt8(ascii: "\\"))
            }
            escaped.append(byte)
            let isPlain =
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || "-_.~".utf8.contains(byte)
            percent += isPlain ? [byte] : [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        var forms = [bytes]
        for form in [escaped, percent] where !forms.contains(form) { forms.append(form) }
        self.forms = forms
    }

    /// A text without the key.
    func scrub(_ text: String) -> String {
        guard !key.isEmpty else { return text }
        let bytes = Array(text.utf8)
        return replacing(in: bytes) { position in
            for form in forms where bytes[position...].starts(with: form) { return form.count }
            return nil
        }
    }

    /// The text of an error without the key, without longer parts of it, and without what servers
    /// leave of it when they mask it (`sk-ab***wxyz`).
    func scrubError(_ text: String) -> String {
        guard !key.isEmpty else { return text }
        let bytes = Array(scrub(text).utf8)
        var windows = Set<ArraySlice<UInt8>>()
        if key.count > Self.fragment {
            for start in 0...(key.count - Self.fragment) {
                windows.insert(key[start..<start + Self.fragment])
            }
        }
        return replacing(in: bytes) { position in
            if let length = masked(bytes, at: position) { return length }
            guard position + Self.fragment <= bytes.count,
                windows.contains(bytes[position..<position + Self.fragment])
            else { return nil }
            var end = position + 1
            while end + Self.fragment <= bytes.count,
                windows.contains(bytes[end..<end + Self.fragment])
            {
                end += 1
            }
            return end - 1 + Self.fragment - position
        }
    }

    /// The failure with a message that holds no key.
    func scrub(_ failure: ModelFailure) -> ModelFailure {
        var failure = failure
        failure.message = scrubError(failure.message)
        return failure
    }

    /// How long a masked key at a place is: at least three of its first characters, then two or more
    /// stars or dots, then what is left of its end.
    private func masked(_ bytes: [UInt8], at start: Int) -> Int? {
        var position = start
        while position < bytes.count, position - start < key.count,
            bytes[position] == key[position - start]
        {
            position += 1
        }
        guard position - start >= 3 else { return nil }
        let firstMark = position
        while position < bytes.count, "*.".utf8.contains(bytes[position]) || bytes[position] >= 0x80
        {
            position += 1
        }
        guard position - firstMark >= 2 else { return nil }
        // The key's own end, or the longest part of it that stands there.
        var best = position
        for length in 1...min(8, key.count)
        where bytes[position...].starts(with: key.suffix(length)) {
            best = position + length
        }
        return best - start
    }

    private func replacing(in bytes: [UInt8], found: (Int) -> Int?) -> String {
        var result: [UInt8] = []
        var position = 0
        while position < bytes.count {
            if let length = found(position) {
                result += Self.mark.utf8
                position += length
            } else {
                result.append(bytes[position])
                position += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Splits a text that goes on into what may be shown and what must wait, because the key could
    /// begin at its end.
    func held(_ text: String) -> (shown: String, held: String) {
        guard !key.isEmpty else { return (text, "") }
        let bytes = Array(text.utf8)
        for length in stride(from: min(bytes.count, key.count - 1), to: 0, by: -1)
        where key.starts(with: bytes.suffix(length)) {
            return (
                String(decoding: bytes.dropLast(length), as: UTF8.self),
                String(decoding: bytes.suffix(length), as: UTF8.self)
            )
        }
        return (text, "")
    }
}
