import Randomness

extension Questionnaire {
    /// The items that are asked, in their order.
    ///
    /// - Parameters:
    ///   - answers: what was answered so far, by item.
    ///   - condition: the participant's level of each factor.
    ///   - seed: of the random order; `StudyPlan.orderSeed` gives it. The order of all items is the
    ///     same whatever is answered.
    public func items(
        for answers: [String: Answer], condition: [String: String] = [:], seed: UInt64 = 0
    ) -> [Item] {
        let visible = visibleItems(for: answers, condition: condition)
        return ordered(seed: seed).filter { visible.contains($0.name) }
    }

    /// The answers that count: those of items that are asked.
    public func counted(
        _ answers: [String: Answer], condition: [String: String] = [:]
    ) -> [String: Answer] {
        let visible = visibleItems(for: answers, condition: condition)
        return answers.filter { visible.contains($0.key) }
    }

    /// The names of the items that are asked. An item that is not asked counts as unanswered in
    /// the conditions of those behind it, even if there is an answer from before.
    public func visibleItems(
        for answers: [String: Answer], condition: [String: String]
    ) -> Set<String> {
        var visible: Set<String> = []
        var counted: [String: Answer] = [:]
        for item in items
        where item.when?.holds(for: counted, condition: condition) ?? true {
            visible.insert(item.name)
            counted[item.name] = answers[item.name]
        }
        return visible
    }

    /// All items in the order of a seed.
    ///
    /// Items that hang together by their conditions stay together and in the order of the file.
    /// Those with `fixed` keep their place; if one of a group has it, the group does.
    public func ordered(seed: UInt64) -> [Item] {
        guard order == .random, items.count > 1 else { return items }
        let groups = groups()
        func isFixed(_ group: [Int]) -> Bool { group.contains { items[$0].isFixed } }
        var generator = SeededGenerator(seed: seed, name)
        var shuffled = generator.shuffled(groups.filter { !isFixed($0) })[...]
        return groups.flatMap { group in
            (isFixed(group) ? group : shuffled.removeFirst()).map { items[$0] }
        }
    }

    /// Indices of the items that hang together, each group in the order of the file, the groups by
    /// their first item.
    private func groups() -> [[Int]] {
        var group = Array(items.indices)
        for (index, item) in items.enumerated() {
            for name in item.when?.items ?? [] {
                guard let other = items[..<index].firstIndex(where: { $0.name == name }) else {
                    continue
                }
                let (kept, gone) = (
                    min(group[index], group[other]), max(group[index], group[other])
                )
                for place in group.indices where group[place] == gone { group[place] = kept }
            }
        }
        return Set(group).sorted().map { first in items.indices.filter { group[$0] == first } }
    }
}
