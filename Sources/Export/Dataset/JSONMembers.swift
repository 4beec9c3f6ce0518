import Link

/// Replaces values of members in a JSON text, at any depth, and leaves every other byte as it is.
enum JSONMembers {
    /// - Parameter replace: gets the name and the value of each member whose value is a text or a number;
    ///   nil leaves it.
    static func replacing(
        in text: String, _ replace: (String, JSONValue) -> JSONValue?
    ) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var place = 0
        while place < bytes.count {
            guard bytes[place] == quote else {
                result.append(bytes[place])
                place += 1
                continue
            }
            let end = endOfString(bytes, from: place)
            result += bytes[place..<end]
            let name = place..<end
            place = end
            var value = end
            while value < bytes.count, isSpace(bytes[value]) { value += 1 }
            guard value < bytes.count, bytes[value] == UInt8(ascii: ":") else { continue }
            value += 1
            while value < bytes.count, isSpace(bytes[value]) { value += 1 }
            let last = endOfScalar(bytes, from: value)
            guard last > value, let name = parse(bytes[name])?.string,
                let known = parse(bytes[value..<last]), let other = replace(name, known)
            else { continue }
            result += bytes[end..<value]
            result += Array(other.text.utf8)
            place = last
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static let quote = UInt8(ascii: "\"")

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private static func parse(_ bytes: ArraySlice<UInt8>) -> JSONValue? {
        try? JSONValue(parsing: String(decoding: bytes, as: UTF8.self))
    }

    /// Behind the quote that ends a text; the end of all where there is none.
    private static func endOfString(_ bytes: [UInt8], from start: Int) -> Int {
        var place = start + 1
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\\"): place += 2
            case quote: return place + 1
            default: place += 1
            }
        }
        return bytes.count
    }

    /// Behind a text or a number; where neither begins, the place itself.
    private static func endOfScalar(_ bytes: [UInt8], from start: Int) -> Int {
        guard start < bytes.count else { return start }
        if bytes[start] == quote { return endOfString(bytes, from: start) }
        var place = start
        while place < bytes.count, "-+.0123456789eE".utf8.contains(bytes[place]) { place += 1 }
        return place
    }
}
