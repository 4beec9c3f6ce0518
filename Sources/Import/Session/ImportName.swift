/// Names of streams and channels, as sessions have them.
enum ImportName {
    /// Letters, digits, `-` and `_` alone, at most 64, as streams of linked clients are named; what else there
    /// was becomes `_`.
    static func stream(_ text: String, or other: String) -> String {
        let letters = text.utf8.prefix(64).map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                byte
            default: UInt8(ascii: "_")
            }
        }
        return letters.isEmpty ? other : String(decoding: letters, as: UTF8.self)
    }

    /// Names that differ, in the order of the labels; `chN` where there is none.
    static func channels(_ labels: [String], taken: Set<String> = []) -> [String] {
        var taken = taken
        return labels.enumerated().map { place, label in
            let plain = label.unicodeScalars.prefix(100).map {
                $0.properties.generalCategory == .control ? " " : String(Character($0))
            }.joined()
            var name = plain.isEmpty ? "ch\(place + 1)" : plain
            while !taken.insert(name).inserted { name += "-\(place + 1)" }
            return name
        }
    }

    /// The unit as measures and exports know it; what is unknown stays as it is.
    static func unit(_ text: String) -> String {
        switch text.lowercased() {
        case "microvolts", "microvolt", "uv", "µv", "μv": "uV"
        case "millivolts", "millivolt", "mv": "mV"
        case "volts", "volt": "V"
        case "microsiemens", "us", "µs", "μs": "uS"
        case "celsius", "degrees celsius", "degc", "°c": "degC"
        case "percent": "%"
        case "seconds", "second": "s"
        case "milliseconds", "millisecond": "ms"
        default: String(text.prefix(100))
        }
    }
}
