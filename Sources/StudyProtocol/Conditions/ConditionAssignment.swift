/// The condition of one participant.
public struct ConditionAssignment: Hashable, Sendable, Codable {
    /// The place in the list of the study, from 0. It says block and cell, and stays the
    /// participant's own.
    public var slot: Int
    /// The block of the place, from 0.
    public var block: Int
    /// The level of each factor, visit by visit; one element where it stays the same.
    public var visits: [[String: String]]

    public init(slot: Int, block: Int, visits: [[String: String]]) {
        self.slot = slot
        self.block = block
        self.visits = visits
    }

    /// The condition of a visit, from 1. Visits beyond the design have that of the last.
    public func condition(visit: Int) -> [String: String] {
        visits.isEmpty ? [:] : visits[min(max(visit, 1), visits.count) - 1]
    }
}

/// A place in the list that somebody has.
public struct HeldSlot: Hashable, Sendable, Codable {
    public var slot: Int
    /// Whether the participant dropped out (also: withdrew).
    public var isDropout: Bool

    public init(slot: Int, isDropout: Bool) {
        self.slot = slot
        self.isDropout = isDropout
    }
}
