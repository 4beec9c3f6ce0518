/// A first mapping for a table, made from its header: somebody has to look at it.
public enum CSVDraft {
    /// - Returns: YAML.
    public static func mapping(of path: String) throws(ImportError) -> String {
        let source = try ByteSource(path)
        let front = try source.bytes(at: 0, count: 1 << 16)
        let line = front.prefix { $0 != 0x0A }
        let separators: [(byte: UInt8, name: String)] = [
            (UInt8(ascii: ","), ","), (UInt8(ascii: ";"), ";"), (0x09, "tab"),
            (UInt8(ascii: "|"), "|"),
        ]
        let counts = separators.map { separator in line.count { $0 == separator.byte } }
        let best = counts.indices.max { counts[$0] < counts[$1] } ?? 0
        var rows = try CSVRows(source, separator: separators[best].byte)
        guard let header = try rows.row(), header.fields.count >= 1 else {
            throw ImportError(.nothing, "\(path) has no header")
        }
        let first = try rows.row()?.fields ?? []
        let isComma =
            separators[best].name != ","
            && first.contains {
                $0.contains(",") && DecimalTime.number($0, comma: true) != nil
            }
        let time = timeColumn(header.fields)
        var text = """
            # A first mapping of \(XDFImport.name(path)): look at each line before importing with it.
            # What the words mean: Protocols/formats/import.md.
            time:

            """
        if let time {
            let unit = unit(header.fields[time], first.indices.contains(time) ? first[time] : "")
            text += "  column: \(quoted(header.fields[time]))\n  unit: \(unit.name)\n"
            if let epoch = unit.epoch { text += "  epoch: \(epoch)\n" }
            if unit.epoch == "start" {
                text += "  # start: 2026-11-21T09:30:00+01:00   # when time 0 was\n"
            }
        } else {
            text += "  rate_hz: 1   # no column looks like times: rows a second\n"
            text += "  # start: 2026-11-21T09:30:00+01:00   # when the first row was\n"
        }
        if separators[best].name != "," { text += "separator: \(quoted(separators[best].name))\n" }
        if isComma { text += "decimal: \",\"\n" }
        var channels = ""
        var marks = ""
        for (place, name) in header.fields.enumerated() where place != time {
            let value = first.indices.contains(place) ? first[place] : ""
            let isText =
                !CSVMapping.usualMissing.contains(value)
                && DecimalTime.number(value, comma: isComma) == nil
            if isText {
                marks += "  - {column: \(quoted(name))}\n"
            } else {
                let (plain, unit) = nameAndUnit(name)
                channels += "      - {column: \(quoted(name)), name: \(quoted(plain))"
                channels += unit.isEmpty ? "}\n" : ", unit: \(quoted(unit))}\n"
            }
        }
        if !channels.isEmpty {
            text +=
                "streams:\n  - name: \(quoted(ImportName.stream(baseName(path), or: "table")))\n"
            text +=
                "    # rate_hz: 100   # where samples come at a rate: jitter of their times is taken off\n"
            text += "    channels:\n" + channels
        }
        if !marks.isEmpty { text += "marks:\n" + marks }
        return text
    }

    private static func baseName(_ path: String) -> String {
        let name = XDFImport.name(path)
        return name.hasSuffix(".csv") ? String(name.dropLast(4)) : name
    }

    private static func timeColumn(_ names: [String]) -> Int? {
        let words = ["timestamp", "time", "datetime", "date", "t", "t_s", "t_ms", "seconds", "ms"]
        for word in words {
            if let found = names.firstIndex(where: { $0.lowercased() == word }) { return found }
        }
        return names.firstIndex {
            let name = $0.lowercased()
            return name.contains("timestamp") || name.hasPrefix("time") || name.hasPrefix("t_")
        }
    }

    private static func unit(_ name: String, _ value: String) -> (name: String, epoch: String?) {
        if ISOTime.nanoseconds(value) != nil { return ("iso8601", nil) }
        let name = name.lowercased()
        let number = DecimalTime.number(value, comma: value.contains(",")) ?? 0
        // Times since 1970 show by their size.
        for (unit, size) in [("s", 1e9), ("ms", 1e12), ("us", 1e15), ("ns", 1e18)]
        where number >= size && number < 4.2 * size { return (unit, "unix") }
        for unit in ["ns", "us", "ms"]
        where name.hasSuffix("_\(unit)") || name.hasSuffix("(\(unit))")
            || name.hasSuffix("[\(unit)]")
            || name == unit
        { return (unit, "start") }
        return ("s", "start")
    }

    /// `eda (uS)`, `eda [uS]` and `eda_uS` have a unit.
    private static func nameAndUnit(_ name: String) -> (name: String, unit: String) {
        for (open, close) in [("(", ")"), ("[", "]")] {
            if name.hasSuffix(close), let start = name.lastIndex(of: Character(open)) {
                let plain = name[..<start].trimmed
                let unit = name[name.index(after: start)...].dropLast()
                if !plain.isEmpty { return (plain, ImportName.unit(String(unit))) }
            }
        }
        if let cut = name.lastIndex(of: "_") {
            let unit = String(name[name.index(after: cut)...])
            if ["uS", "mV", "uV", "V", "bpm", "degC", "g", "ms", "s"].contains(unit) {
                return (String(name[..<cut]), unit)
            }
        }
        return (name, "")
    }

    private static func quoted(_ text: String) -> String {
        let plain = text.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case "\t": "\\t"
            case "\u{20}"...: String(Character(scalar))
            default: " "
            }
        }
        return "\"\(plain.joined())\""
    }
}

extension Substring {
    /// Without blanks around it.
    fileprivate var trimmed: String {
        let front = drop { $0 == " " }
        guard let last = front.lastIndex(where: { $0 != " " }) else { return "" }
        return String(front[...last])
    }
}
