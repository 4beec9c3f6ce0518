import Link
import SessionStore
import Timebase

/// Makes annotations of an ELAN document.
///
/// A value that is a code of the scheme, or a code's title, becomes that code, in whichever language of its
/// vocabulary. In a tier that is called like a code, values become its notes. All else, and what the scheme
/// does not allow beside what is there, becomes a free annotation, coded by the tier's name, with the value as
/// its note. Annotations' ids follow from the file and their place in it, so that a file that is brought in
/// twice is there once.
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
    /// The layer's annotations that are there already.
    var standing: [AnnotationChange] = []

    /// Tiers that were written from the session itself.
    private static let ownTier = "turns of "

    func changes(_ document: ElanDocument) -> Result {
        var result = Result(changes: [], tiers: [], problems: document.problems)
        var found: [ElanCandidate] = []
        var outside: [Int: Int] = [:]
        for (place, tier) in document.tiers.enumerated() where !tier.name.hasPrefix(Self.ownTier) {
            // Two tiers of one name are two all the same.
            let twins = document.tiers[..<place].count { $0.name == tier.name }
            let name = tier.name + (twins > 0 ? "\u{0}#\(twins)" : "")
            for (index, entry) in tier.entries.enumerated() {
                guard let candidate = candidate(entry, tier, place, "\(name)\u{0}\(index)") else {
                    outside[place, default: 0] += 1
                    continue
                }
                found.append(candidate)
            }
        }
        if let scheme = scheme?.scheme {
            ElanCandidate.free(&found, by: scheme, standing: standing)
        }
        var shortened: [Int: Int] = [:]
        for candidate in found {
            let tier = document.tiers[candidate.tier]
            let (change, isWhole) = change(candidate, tier)
            if !isWhole { shortened[candidate.tier, default: 0] += 1 }
            result.changes.append(change)
        }
        for (place, tier) in document.tiers.enumerated() {
            result.tiers.append(
                report(
                    tier, found.filter { $0.tier == place }, outside[place] ?? 0,
                    shortened[place] ?? 0))
        }
        result.tiers += document.attached.map {
            TierReport(
                tier: $0.tier, taken: 0, words: "\($0.count) with the annotations of '\($0.parent)'"
            )
        }
        return result
    }

    private func report(
        _ tier: ElanDocument.Tier, _ taken: [ElanCandidate], _ outside: Int, _ shortened: Int
    ) -> TierReport {
        guard !tier.name.hasPrefix(Self.ownTier) else {
            return TierReport(
                tier: tier.name, taken: 0, words: "passed over: the session has its turns itself")
        }
        var words: [String] = []
        let coded = taken.count { $0.code != nil }
        if coded > 0 { words.append("\(coded) by the scheme's codes") }
        if taken.count > coded {
            words.append("\(taken.count - coded) as free annotations '\(freeCode(tier.name))'")
        }
        for reason in Set(taken.compactMap(\.reason)).sorted() {
            words.append("\(taken.count { $0.reason == reason }) of them free, since \(reason)")
        }
        if shortened > 0 {
            words.append("\(shortened) shortened: they say more than an annotation can hold")
        }
        if outside > 0 {
            words.append("\(outside) not taken: they lie outside of the session")
        }
        if tier.entries.isEmpty { words.append("it is empty") }
        return TierReport(
            tier: tier.name, taken: taken.count, words: words.joined(separator: "; "))
    }

    /// nil for what lies outside of the session.
    private func candidate(
        _ entry: ElanDocument.Entry, _ tier: ElanDocument.Tier, _ number: Int, _ place: String
    ) -> ElanCandidate? {
        guard entry.start.magnitude < 1e12, entry.end.magnitude < 1e12 else { return nil }
        let from = start + Int64((entry.start * 1e6).rounded())
        let to = start + Int64((entry.end * 1e6).rounded())
        guard from >= start, to <= end else { return nil }
        let isPoint = tier.type == "point" || tier.type == "point within" || from == to
        let (code, note) = meaning(of: entry, in: tier.name, isPoint: isPoint)
        return ElanCandidate(
            tier: number, place: place,
            annotation: Self.identifier("annotation", digest, layer, place), entry: entry,
            code: code, note: note, start: from, end: isPoint ? nil : to)
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
        var name = ""
        for scalar in plain(tier).unicodeScalars
        where scalar.properties.generalCategory != .control {
            name.unicodeScalars.append(scalar)
        }
        name = Text.prefix(String(name.prefix(60)), bytes: ReviewLimits.name)
        return name.allSatisfy(\.isWhitespace) ? "elan" : name
    }

    /// The code that an entry stands for, and its note.
    private func meaning(
        of entry: ElanDocument.Entry, in tier: String, isPoint: Bool
    ) -> (code: Code?, note: String) {
        let value = entry.value.trimmed(of: \.isWhitespace)
        let own = entry.more["note"] ?? ""
        func notes(_ parts: String...) -> String {
            parts.filter { !$0.isEmpty }.joined(separator: "\n")
        }
        guard let scheme = scheme?.scheme else { return (nil, free(value, own, tier)) }
        func code(_ word: String) -> Code? {
            scheme.codes.first {
                ($0.code == word || $0.title.lowercased() == word.lowercased())
                    && $0.kind == (isPoint ? .point : .interval)
            }
        }
        // In its own language first, then in the others of its vocabulary.
        for word in [value] + entry.alternatives.map({ $0.trimmed(of: \.isWhitespace) }) {
            if let found = code(word) { return (found, own) }
        }
        if let found = code(plain(tier)) { return (found, notes(value, own)) }
        return (nil, free(value, own, tier))
    }

    /// What a free annotation says: a value that only repeats what it is called is no note.
    private func free(_ value: String, _ own: String, _ tier: String) -> String {
        [value == freeCode(tier) ? "" : value, own].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    /// - Returns: the change, and whether it holds all that was said.
    private func change(
        _ candidate: ElanCandidate, _ tier: ElanDocument.Tier
    ) -> (change: AnnotationChange, isWhole: Bool) {
        var code = candidate.code
        var modifiers: [String: JSONValue] = [:]
        var rest: [String: String] = [:]
        var note = candidate.note
        if candidate.reason != nil {
            // What its code would have said.
            code = nil
            note = free(
                candidate.entry.value.trimmed(of: \.isWhitespace),
                candidate.entry.more["note"] ?? "", tier.name)
        }
        for (name, text) in candidate.entry.more where name != "note" {
            if let modifier = code?.modifiers.first(where: { $0.name == name }),
                let value = value(text, modifier)
            {
                modifiers[name] = value
            } else {
                rest[name] = text
            }
        }
        let (detail, isWhole) = detail(tier, rest)
        let bounded = Text.prefix(note, bytes: ReviewLimits.text)
        let change = AnnotationChange(
            change: Self.identifier("change", digest, layer, candidate.place),
            annotation: candidate.annotation, action: .import,
            layer: layer, scheme: code == nil ? nil : scheme?.scheme.name,
            schemeVersion: code == nil ? nil : scheme?.scheme.version,
            schemeSHA256: code == nil ? nil : scheme?.sha256,
            kind: candidate.end == nil ? .point : .interval,
            code: code?.code ?? freeCode(tier.name), modifiers: JSONValue.object(modifiers).text,
            start: candidate.start, end: candidate.end, note: bounded, detail: detail)
        return (change, isWhole && bounded == note)
    }

    /// Where an annotation came from, with all that has no other place, as long as there is room for it.
    private func detail(
        _ tier: ElanDocument.Tier, _ rest: [String: String]
    ) -> (text: String, isWhole: Bool) {
        var members: [String: JSONValue] = [
            "origin": "elan", "file": .string(Text.prefix(file, bytes: ReviewLimits.name)),
            "tier": .string(Text.prefix(tier.name, bytes: ReviewLimits.name)),
        ]
        for (name, text) in [("participant", tier.participant), ("annotator", tier.annotator)]
        where !text.isEmpty && text != layer {
            members[name] = .string(Text.prefix(text, bytes: ReviewLimits.name))
        }
        let bare = JSONValue.object(members).text
        guard !rest.isEmpty else { return (bare, true) }
        var most = ReviewLimits.value
        while most >= 1 {
            let cut = rest.mapValues { Text.prefix($0, bytes: most) }
            members["more"] = .object(cut.mapValues { .string($0) })
            let text = JSONValue.object(members).text
            if text.utf8.count <= ReviewLimits.value { return (text, cut == rest) }
            most /= 2
        }
        return (bare, false)
    }

    private func value(_ text: String, _ modifier: Modifier) -> JSONValue? {
        let value: JSONValue =
            switch modifier.kind {
            case .number: Double(text).map { .real($0) } ?? .null
            case .choice, .text: .string(text)
            }
        guard let scheme = scheme?.scheme,
            SchemeCheck(scheme: scheme).problem(of: value, modifier) == nil
        else { return nil }
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
