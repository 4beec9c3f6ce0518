/// Finds the time of each annotation of an ELAN document: by its time slots, those without a value lying
/// evenly between their neighbours as ELAN shows them, or by the annotation that it belongs to.
struct ElanTimes {
    private struct Found {
        var start: Double
        var end: Double
    }

    private let root: XMLNode
    private var slots: [String: Double] = [:]
    private var known: [String: Found] = [:]
    private var problems: [String] = []

    init(_ root: XMLNode) {
        self.root = root
        for slot in root.first("TIME_ORDER")?.all("TIME_SLOT") ?? [] {
            guard let id = slot.attributes["TIME_SLOT_ID"] else { continue }
            if let value = slot.attributes["TIME_VALUE"].flatMap({ Double($0) }), value.isFinite {
                slots[id] = value
            }
        }
    }

    var document: ElanDocument {
        var copy = self
        return copy.read()
    }

    private mutating func read() -> ElanDocument {
        let properties = root.first("HEADER")?.all("PROPERTY") ?? []
        let session = properties.first { $0.attributes["NAME"] == "attune-session" }?.text
        let types = Dictionary(
            root.all("LINGUISTIC_TYPE").compactMap { type in
                type.attributes["LINGUISTIC_TYPE_ID"].map { ($0, type.attributes["CONSTRAINTS"]) }
            }, uniquingKeysWith: { first, _ in first })
        let tiers = root.all("TIER")
        var found: [ElanDocument.Tier] = []
        // Which annotation an annotation says more of.
        var places: [String: (tier: Int, entry: Int)] = [:]
        var later: [XMLNode] = []
        for tier in tiers {
            let type = tier.attributes["LINGUISTIC_TYPE_REF"] ?? ""
            if types[type] == "Symbolic_Association" {
                later.append(tier)
                continue
            }
            fillSlots(tier)
            var entries: [ElanDocument.Entry] = []
            for (id, node) in annotations(tier) {
                guard let time = time(node) else {
                    problems.append("line \(node.line): an annotation has no time")
                    continue
                }
                known[id] = time
                places[id] = (found.count, entries.count)
                entries.append(
                    ElanDocument.Entry(
                        start: time.start, end: time.end, value: value(node), more: [:]))
            }
            found.append(
                ElanDocument.Tier(
                    name: tier.attributes["TIER_ID"] ?? "", type: type, entries: entries))
        }
        for tier in later { attach(tier, &found, &places) }
        return ElanDocument(session: session, tiers: found, problems: problems)
    }

    /// Hangs what a tier says on the annotations that it is said of.
    private mutating func attach(
        _ tier: XMLNode, _ found: inout [ElanDocument.Tier],
        _ places: inout [String: (tier: Int, entry: Int)]
    ) {
        let own = tier.attributes["TIER_ID"] ?? ""
        let parent = tier.attributes["PARENT_REF"] ?? ""
        // Ours are called after their parents.
        let prefix = "\(parent) – "
        let name = own.hasPrefix(prefix) ? String(own.dropFirst(prefix.count)) : own
        for (id, node) in annotations(tier) {
            guard let reference = node.attributes["ANNOTATION_REF"], let place = places[reference]
            else {
                problems.append(
                    "line \(node.line): in '\(own)' an annotation belongs to none that is there")
                continue
            }
            let text = value(node)
            if !text.isEmpty { found[place.tier].entries[place.entry].more[name] = text }
            // What is said of what is said goes to the same annotation.
            places[id] = place
        }
    }

    private func annotations(_ tier: XMLNode) -> [(String, XMLNode)] {
        tier.all("ANNOTATION").compactMap { outer in
            guard let node = outer.children.first, let id = node.attributes["ANNOTATION_ID"] else {
                return nil
            }
            return (id, node)
        }
    }

    private func value(_ node: XMLNode) -> String { node.first("ANNOTATION_VALUE")?.text ?? "" }

    private func time(_ node: XMLNode) -> Found? {
        if let reference = node.attributes["ANNOTATION_REF"] { return known[reference] }
        guard let first = node.attributes["TIME_SLOT_REF1"].flatMap({ slots[$0] }),
            let last = node.attributes["TIME_SLOT_REF2"].flatMap({ slots[$0] }), first <= last
        else { return nil }
        return Found(start: first, end: last)
    }

    /// Gives slots without a value one, evenly between those before and after in the tier.
    private mutating func fillSlots(_ tier: XMLNode) {
        var order: [String] = []
        for (_, node) in annotations(tier) {
            for key in ["TIME_SLOT_REF1", "TIME_SLOT_REF2"] {
                guard let slot = node.attributes[key], order.last != slot else { continue }
                order.append(slot)
            }
        }
        var index = 0
        while index < order.count {
            guard slots[order[index]] == nil else {
                index += 1
                continue
            }
            let from = index
            while index < order.count, slots[order[index]] == nil { index += 1 }
            guard from > 0, index < order.count, let before = slots[order[from - 1]],
                let after = slots[order[index]]
            else { continue }
            for place in from..<index {
                let share = Double(place - from + 1) / Double(index - from + 1)
                slots[order[place]] = before + share * (after - before)
            }
        }
    }
}
