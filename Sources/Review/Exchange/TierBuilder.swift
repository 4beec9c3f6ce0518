import Link
import SessionStore
import Timebase

/// Puts a session's turns and annotations into tiers.
///
/// A tier is a layer's exclusive group, or one code of a layer. What would overlap goes into a further
/// tier of the same name with a number.
struct TierBuilder {
    /// The session's first moment; nothing is told before it.
    let start: Instant
    let end: Instant
    let turns: [Turn]
    /// Whether the words of turns may stand in the file.
    var showsTurns = true
    /// The schemes that annotations name, by SHA-256.
    let schemes: [String: CodingScheme]

    /// The least length of what has one, where a program asks for it: nanoseconds.
    static let shortest: Int64 = 1_000_000

    func tiers(_ annotations: [Annotation]) -> [AnnotationTier] {
        var groups: [Place: [AnnotationTier.Entry]] = [:]
        var order: [Place] = []
        for annotation in annotations.sorted(by: { ($0.layer, $0.id) < ($1.layer, $1.id) }) {
            guard let entry = entry(annotation) else { continue }
            let place = place(of: annotation)
            if groups[place] == nil { order.append(place) }
            groups[place, default: []].append(entry)
        }
        var tiers = showsTurns ? turnTiers : []
        for place in order {
            tiers += spread(place, groups[place] ?? [])
        }
        return nested(tiers, order)
    }

    /// Where an annotation belongs.
    private struct Place: Hashable {
        var layer: String
        var name: String
        var kind: AnnotationTier.Kind
        var codes: [TierCode]
        var parent: String?
    }

    private func place(of annotation: Annotation) -> Place {
        let scheme = annotation.schemeSHA256.flatMap { schemes[$0] }
        let code = scheme?.code(annotation.code)
        let isPoint =
            annotation.kind == .point || annotation.kind == .beat || annotation.kind == .noBeat
        let kind: AnnotationTier.Kind = isPoint ? .points : .intervals
        func titled(_ codes: [Code]) -> [TierCode] {
            codes.map { TierCode(code: $0.code, title: $0.definition ?? $0.title) }
        }
        if let scheme, let name = code?.group, let group = scheme.group(name), group.exclusive,
            annotation.kind == .interval
        {
            let codes = scheme.codes.filter { $0.group == name && $0.kind == .interval }
            return Place(
                layer: annotation.layer, name: group.name, kind: kind, codes: titled(codes),
                parent: code?.parent)
        }
        let name = annotation.kind.isOfSignal ? signalName(annotation) : annotation.code
        return Place(
            layer: annotation.layer, name: name, kind: kind, codes: titled(code.map { [$0] } ?? []),
            parent: code?.parent)
    }

    private func signalName(_ annotation: Annotation) -> String {
        let stream = annotation.stream.map { " \($0)" } ?? ""
        let channel = annotation.channel.map { " \($0)" } ?? ""
        return annotation.kind.rawValue + stream + channel
    }

    private func entry(_ annotation: Annotation) -> AnnotationTier.Entry? {
        var more: [String: String] = [:]
        if !annotation.note.isEmpty { more["note"] = annotation.note }
        if case .object(let modifiers)? = try? JSONValue(parsing: annotation.modifiers) {
            for (name, value) in modifiers { more[name] = value.string ?? value.text }
        }
        let turn = annotation.turn.flatMap { number in turns.first { $0.number == number } }
        if case .object(let members)? = try? JSONValue(parsing: annotation.detail),
            case .object(let rest)? = members["more"]
        {
            // What came from another program's file and has no place of its own here.
            for (name, value) in rest where more[name] == nil {
                more[name] = value.string ?? value.text
            }
        }
        if annotation.kind == .span, showsTurns, let turn, let from = annotation.spanStart,
            let to = annotation.spanEnd
        {
            more["text"] = String(
                decoding: Array(turn.text.utf16)[
                    Int(clamping: from)..<min(Int(clamping: to), turn.text.utf16.count)],
                as: UTF16.self)
        }
        // A turn, and words of it, are where the turn is.
        let isOfTurn = annotation.kind == .turn || annotation.kind == .span
        let stretch = isOfTurn ? turn.map { self.stretch(of: $0) } : nil
        guard let from = stretch?.start ?? annotation.start else { return nil }
        let to = stretch?.end ?? annotation.end ?? from
        return AnnotationTier.Entry(
            start: max(start, from), end: max(to, from), value: annotation.code, more: more)
    }

    /// From the first key to the sending.
    private func stretch(of turn: Turn) -> (start: Instant, end: Instant) {
        let from = turn.composedFrom ?? turn.sent
        return from < turn.sent ? (from, turn.sent) : (from, from + Self.shortest)
    }

    private var turnTiers: [AnnotationTier] {
        var authors: [String] = []
        for turn in turns where !authors.contains(turn.author) { authors.append(turn.author) }
        return authors.flatMap { author in
            spread(
                Place(layer: "", name: "turns of \(author)", kind: .intervals, codes: []),
                turns.filter { $0.author == author }.map { turn in
                    let (from, to) = stretch(of: turn)
                    return AnnotationTier.Entry(
                        start: max(start, from), end: max(to, start + Self.shortest),
                        value: turn.text)
                })
        }
    }

    /// As many tiers as it takes for nothing to overlap.
    private func spread(
        _ place: Place, _ entries: [AnnotationTier.Entry]
    ) -> [AnnotationTier] {
        var rows: [[AnnotationTier.Entry]] = []
        for entry in entries.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
            var entry = entry
            if place.kind == .intervals {
                entry.end = max(entry.end, entry.start + Self.shortest)
            }
            let free = rows.firstIndex { row in
                guard let last = row.last else { return true }
                return place.kind == .points ? last.start < entry.start : last.end <= entry.start
            }
            if let free { rows[free].append(entry) } else { rows.append([entry]) }
        }
        let layer = place.layer.isEmpty ? "" : "\(place.layer): "
        return rows.enumerated().map { index, row in
            AnnotationTier(
                name: layer + place.name + (index == 0 ? "" : " (\(index + 1))"),
                layer: place.layer, kind: place.kind, codes: place.codes, entries: row)
        }
    }

    /// Gives tiers a parent where the scheme says so and each entry lies within one of the parent's.
    private func nested(_ tiers: [AnnotationTier], _ places: [Place]) -> [AnnotationTier] {
        var tiers = tiers
        for place in places {
            guard let parent = place.parent else { continue }
            let name = "\(place.layer): \(place.name)"
            guard let child = tiers.firstIndex(where: { $0.name == name }),
                let above = tiers.first(where: {
                    $0.layer == place.layer && $0.kind == .intervals && $0.name != name
                        && $0.codes.contains { $0.code == parent }
                }), above.parent == nil
            else { continue }
            let lies = tiers[child].entries.allSatisfy { entry in
                above.entries.contains {
                    // A point is of a millisecond in ELAN, and lies within it as a whole.
                    let end =
                        tiers[child].kind == .points ? entry.end + 2 * Self.shortest : entry.end
                    return $0.value == parent && $0.start <= entry.start && end <= $0.end
                }
            }
            if lies { tiers[child].parent = above.name }
        }
        return tiers
    }
}
