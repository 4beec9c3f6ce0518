import Link
import SessionStore
import Timebase

/// Makes annotations of an ELAN document.
///
/// A value that is a code of the scheme, or a code's title, becomes that code. In a tier that is called
/// like a code, values become its notes. All else becomes a free annotation, coded by the tier's name, with
/// the value as its note. Annotations' ids follow from the file and their place in it, so that
/// a file that is brought in twice is there once.
public struct ElanImport: Sendable {
    /// What came of a tier.
    public struct TierReport: Codable, Hashable, Sendable {
        public var tier: String
        public var taken: Int
        /// What was done with it, and with what of it was not taken, in words.
        public var words: String
    }

    public struct Result: Sendable {
        public var changes: [AnnotationChange]
        public var tiers: [TierReport]
        public var problems: [String]
    }

    let layer: String
    let scheme: (scheme: CodingScheme, sha256: String)?
    let start: Instant
    let end: Instant
    /// What ids are made from.
    let digest: String
    /// The file's name, which is noted.
    let file: String

    /// Tiers that were written from the session itself.
    private static let ownTier = "turns of "

    func changes(_ document: ElanDocument) -> Result {
        var result = Result(changes: [], tiers: [], problems: document.problems)
        for tier in document.tiers {
            guard !tier.name.hasPrefix(Self.ownTier) else {
                result.tiers.append(
                    TierReport(
                        tier: tier.name, taken: 0,
                        words: "passed over: the session has its turns itself"))
                continue
            }
            take(tier, &result)
        }
        return result
    }

    private func take(_ tier: ElanDocument.Tier, _ result: inout Result) {
        var counts = (coded: 0, free: 0, outside: 0)
        for (index, entry) in tier.entries.enumerated() {
            let from = start + Int64((entry.start * 1e6).rounded())
            let to = start + Int64((entry.end * 1e6).rounded())
            guard entry.start.magnitude < 1e12, entry.end.magnitude < 1e12, from >= start, to <= end
            else {
                counts.outside += 1
                continue
            }
            let isPoint = tier.type == "point" || tier.type == "point within" || from == to
            let (code, note) = meaning(of: entry, in: tier.name, isPoint: isPoint)
            if code == nil { counts.free += 1 } else { counts.coded += 1 }
            result.changes.append(
                change(
                    entry, code, note, from, isPoint ? nil : to, "\(tier.name)\u{0}\(index)", tier))
        }
        var words: [String] = []
        if counts.coded > 0 { words.append("\(counts.coded) by the scheme's codes") }
        if counts.free > 0 {
            words.append("\(counts.free) as free annotations '\(freeCode(tier.name))'")
        }
        if counts.outside > 0 {
            words.append("\(counts.outside) not taken: they lie outside of the session")
        }
        if tier.entries.isEmpty { words.append("it is empty") }
        result.tiers.append(
            TierReport(
                tier: tier.name, taken: counts.coded + counts.free,
                words: words.joined(separator: "; ")))
    }

    /// The name of a tier without whose it is, as our own files have it, and without its number.
    private func plain(_ tier: String) -> String {
        var name = Substring(tier)
        if let colon = name.range(of: ": ") { name = name[colon.upperBound...] }
        if name.hasSuffix(")"), let open = name.lastIndex(of: "("),
            Int(name[name.index(after: open)..<name.index(before: name.endIndex)]) != nil
        {
            name = name[..<open]
        }
        return name.trimmed(of: \.isWhitespace)
    }

    private func freeCode(_ tier: String) -> String {
        let name = plain(tier).filter { !$0.isNewline }
        return name.allSatisfy(\.isWhitespace) ? "elan" : String(name.prefix(60))
    }

    /// The code that an entry stands for, and its note.
    private func meaning(
        of entry: ElanDocument.Entry, in tier: String, isPoint: Bool
    ) -> (code: Code?, note: String) {
        let value = entry.value.trimmed(of: \.isWhitespace)
        let own = entry.more["note"] ?? ""
        func fits(_ code: Code) -> Bool { code.kind == (isPoint ? .point : .interval) }
        if let scheme = scheme?.scheme {
            let byValue = scheme.codes.first {
                ($0.code == value || $0.title.lowercased() == value.lowercased()) && fits($0)
            }
            if let byValue { return (byValue, own) }
            let name = plain(tier)
            let byTier = scheme.codes.first {
                ($0.code == name || $0.title.lowercased() == name.lowercased()) && fits($0)
            }
            if let byTier {
                return (byTier, [value, own].filter { !$0.isEmpty }.joined(separator: "\n"))
            }
        }
        return (nil, [value, own].filter { !$0.isEmpty }.joined(separator: "\n"))
    }

    private func change(
        _ entry: ElanDocument.Entry, _ code: Code?, _ note: String, _ from: Instant, _ to: Instant?,
        _ place: String, _ tier: ElanDocument.Tier
    ) -> AnnotationChange {
        var modifiers: [String: JSONValue] = [:]
        var rest: [String: JSONValue] = [:]
        for (name, text) in entry.more where name != "note" {
            if let modifier = code?.modifiers.first(where: { $0.name == name }),
                let value = value(text, modifier)
            {
                modifiers[name] = value
            } else {
                rest[name] = .string(String(text.prefix(2000)))
            }
        }
        var detail: [String: JSONValue] = [
            "origin": "elan", "file": .string(String(file.prefix(200))),
            "tier": .string(String(tier.name.prefix(200))),
        ]
        if !rest.isEmpty { detail["more"] = .object(rest) }
        let bounded = Text.prefix(note, bytes: ReviewLimits.text)
        return AnnotationChange(
            change: Self.identifier("change", digest, layer, place),
            annotation: Self.identifier("annotation", digest, layer, place), action: .import,
            layer: layer, scheme: code == nil ? nil : scheme?.scheme.name,
            schemeVersion: code == nil ? nil : scheme?.scheme.version,
            schemeSHA256: code == nil ? nil : scheme?.sha256, kind: to == nil ? .point : .interval,
            code: code?.code ?? freeCode(tier.name), modifiers: JSONValue.object(modifiers).text,
            start: from, end: to, note: bounded, detail: JSONValue.object(detail).text)
    }

    private func value(_ text: String, _ modifier: Modifier) -> JSONValue? {
        let value: JSONValue? =
            switch modifier.kind {
            case .number: Double(text).map { .real($0) }
            case .choice: modifier.choices.contains(text) ? .string(text) : nil
            case .text: .string(text)
            }
        return value
    }

    /// A UUID that follows from what it stands for (version 8 of RFC 9562).
    static func identifier(_ parts: String...) -> String {
        var digits = Array(FileHash.sha256(of: parts.joined(separator: "\u{1}")).prefix(32))
        digits[12] = "8"
        digits[16] = "a"
        let lengths = [8, 4, 4, 4, 12]
        var place = 0
        return lengths.map { length in
            defer { place += length }
            return String(digits[place..<place + length])
        }.joined(separator: "-")
    }
}
