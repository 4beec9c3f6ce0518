/// Finds the time of each annotation of an ELAN document: by its time slots, those without a value lying
/// evenly between their neighbours as ELAN shows them, or by the annotation that it belongs to. Annotations
/// that divide another one without times of their own have equal parts of it, as ELAN shows them too.
struct ElanTimes {
    private struct Found {
        var start: Double
        var end: Double
    }

    private let root: XMLNode
    private let vocabularies: ElanVocabularies
    private var slots: [String: Double] = [:]
    private var known: [String: Found] = [:]
    private var tiers: [ElanDocument.Tier] = []
    private var attached: [ElanDocument.Attached] = []
    /// Which annotation an annotation says more of.
    private var places: [String: (tier: Int, entry: Int)] = [:]
    private var problems: [String] = []

    init(_ root: XMLNode) {
        self.root = root
        vocabularies = ElanVocabularies(root)
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
        let all = root.all("TIER")
        // Whose times others take comes first, wherever it stands in the file.
        var order: [(depth: Int, place: Int)] = []
        for place in all.indices { order.append((depth(of: all[place], all), place)) }
        for (_, place) in order.sorted(by: { ($0.depth, $0.place) < ($1.depth, $1.place) }) {
            let tier = all[place]
            let type = tier.attributes["LINGUISTIC_TYPE_REF"] ?? ""
            switch types[type] {
            case "Symbolic_Association": attach(tier)
            case "Symbolic_Subdivision":
                divide(tier)
                add(tier, type)
            default:
                fillSlots(tier)
                add(tier, type)
            }
        }
        // In the file's own order.
        let names = all.compactMap { $0.attributes["TIER_ID"] }
        func rank(_ name: String) -> Int { names.firstIndex(of: name) ?? names.count }
        return ElanDocument(
            session: session,
            tiers: tiers.enumerated().sorted {
                (rank($0.element.name), $0.offset) < (rank($1.element.name), $1.offset)
            }.map(\.element), attached: attached,
            problems: problems + ElanLosses(root, vocabularies).words)
    }

    private func depth(of tier: XMLNode, _ all: [XMLNode]) -> Int {
        var depth = 0
        var next = tier.attributes["PARENT_REF"]
        while let name = next, depth <= all.count {
            depth += 1
            next = all.first { $0.attributes["TIER_ID"] == name }?.attributes["PARENT_REF"]
        }
        return depth
    }

    private mutating func add(_ tier: XMLNode, _ type: String) {
        var entries: [ElanDocument.Entry] = []
        for (id, node) in annotations(tier) {
            guard let time = known[id] ?? time(node) else {
                problems.append(
                    "line \(node.line): in '\(tier.attributes["TIER_ID"] ?? "")' an annotation has no time, and was not taken"
                )
                continue
            }
            known[id] = time
            places[id] = (tiers.count, entries.count)
            entries.append(
                ElanDocument.Entry(
                    start: time.start, end: time.end, value: value(node), more: [:],
                    alternatives: vocabularies.words(of: node.attributes["CVE_REF"])))
        }
        tiers.append(
            ElanDocument.Tier(
                name: tier.attributes["TIER_ID"] ?? "", type: type,
                participant: tier.attributes["PARTICIPANT"] ?? "",
                annotator: tier.attributes["ANNOTATOR"] ?? "", entries: entries))
    }

    /// Hangs what a tier says on the annotations that it is said of.
    private mutating func attach(_ tier: XMLNode) {
        let own = tier.attributes["TIER_ID"] ?? ""
        let parent = tier.attributes["PARENT_REF"] ?? ""
        // Ours are called after their parents.
        let prefix = "\(parent) – "
        let name = own.hasPrefix(prefix) ? String(own.dropFirst(prefix.count)) : own
        var count = 0
        for (id, node) in annotations(tier) {
            guard let reference = node.attributes["ANNOTATION_REF"], let place = places[reference]
            else {
                problems.append(
                    "line \(node.line): in '\(own)' an annotation belongs to none that is there, and was not taken"
                )
                continue
            }
            let text = value(node)
            if !text.isEmpty {
                let before = tiers[place.tier].entries[place.entry].more[name].map { $0 + "\n" }
                tiers[place.tier].entries[place.entry].more[name] = (before ?? "") + text
                count += 1
            }
            // What is said of what is said goes to the same annotation.
            places[id] = place
        }
        attached.append(ElanDocument.Attached(tier: own, parent: parent, count: count))
    }

    /// Gives each annotation of a tier its part of the one that it divides.
    private mutating func divide(_ tier: XMLNode) {
        var parts: [String: [(id: String, previous: String?)]] = [:]
        for (id, node) in annotations(tier) {
            guard let reference = node.attributes["ANNOTATION_REF"] else { continue }
            parts[reference, default: []].append((id, node.attributes["PREVIOUS_ANNOTATION"]))
        }
        for (reference, members) in parts {
            guard let whole = known[reference] else { continue }
            let step = (whole.end - whole.start) / Double(members.count)
            for (place, id) in Self.chain(members).enumerated() {
                known[id] = Found(
                    start: whole.start + Double(place) * step,
                    end: place + 1 == members.count
                        ? whole.end : whole.start + Double(place + 1) * step)
            }
        }
    }

    /// In the order in which each names the one before it; those that name none that is there come first.
    private static func chain(_ members: [(id: String, previous: String?)]) -> [String] {
        let ids = Set(members.map(\.id))
        let next = Dictionary(
            members.compactMap { member in member.previous.map { ($0, member.id) } },
            uniquingKeysWith: { first, _ in first })
        var order: [String] = []
        var seen: Set<String> = []
        func follow(_ first: String) {
            var id: String? = first
            while let here = id, seen.insert(here).inserted {
                order.append(here)
                id = next[here]
            }
        }
        for member in members where member.previous.map({ !ids.contains($0) }) ?? true {
            follow(member.id)
        }
        for member in members { follow(member.id) }
        return order
    }

    private func annotations(_ tier: XMLNode) -> [(String, XMLNode)] {
        tier.all("ANNOTATION").compactMap { outer in
            guard let node = outer.children.first, let id = node.attributes["ANNOTATION_ID"] else {
                return nil
            }
            return (id, node)
        }
    }

    private func value(_ node: XMLNode) -> String {
        // A line of a file from Windows ends in two characters, and is one line.
        node.first("ANNOTATION_VALUE")?.text.replacing("\r\n", with: "\n") ?? ""
    }

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
