/// Where a session stands in its study: which visit it is, and in which condition.
struct SessionPlacement: Hashable, Sendable {
    /// From 1; nil in a study without a plan of visits.
    var visit: Int?
    /// The level of each factor; empty without conditions.
    var condition: [String: String] = [:]
    /// The place in the list of conditions, from 0.
    var slot: Int?
}
