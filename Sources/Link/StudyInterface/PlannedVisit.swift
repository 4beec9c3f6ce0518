/// When a participant of a new roster is to come.
public struct PlannedVisit: Codable, Hashable, Sendable {
    /// Place on the roster, from 1.
    public var number: Int
    /// From 1.
    public var visit: Int
    public var plannedUtcNs: Int64

    public init(number: Int, visit: Int, plannedUtcNs: Int64) {
        self.number = number
        self.visit = visit
        self.plannedUtcNs = plannedUtcNs
    }
}
