import Randomness

extension ConditionPlan {
    /// What stands at a place of the study's list.
    ///
    /// The list is made of permuted blocks: each block has every cell (within: every sequence of a
    /// Williams square) `blocks` times, in an order drawn from the seed and the block's number. So
    /// it is the same whoever comes, and fixed before anybody does.
    ///
    /// - Parameter slot: from 0; below 0 counts as 0.
    public func assignment(slot: Int) -> ConditionAssignment {
        let slot = max(slot, 0)
        let cells = cells
        let sequences =
            design == .within
            ? WilliamsSquare.sequences(of: cells.count) : cells.indices.map { [$0] }
        let copies = Array(repeating: sequences, count: max(blocks, 1)).flatMap { $0 }
        let block = slot / copies.count
        var generator = SeededGenerator(seed: seed, "block", "\(block)")
        let sequence = generator.shuffled(copies)[slot % copies.count]
        return ConditionAssignment(slot: slot, block: block, visits: sequence.map { cells[$0] })
    }

    /// How many places a block has.
    public var blockSize: Int {
        let count = cells.count
        return max(blocks, 1) * (design == .within ? WilliamsSquare.count(of: count) : count)
    }

    /// The place of the next participant: the first that nobody has. Under `replace`, a place
    /// whose holders all dropped out is nobody's.
    ///
    /// - Parameter held: all places that were ever given.
    public func nextSlot(held: [HeldSlot]) -> Int {
        let taken = Set(
            held.filter { dropouts == .keep || !$0.isDropout }.map(\.slot))
        var slot = 0
        while taken.contains(slot) { slot += 1 }
        return slot
    }

    /// The condition of the next participant.
    public func assign(held: [HeldSlot]) -> ConditionAssignment {
        assignment(slot: nextSlot(held: held))
    }
}
