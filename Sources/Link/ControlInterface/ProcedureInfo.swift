/// Where a session stands in its protocol.
public struct ProcedureInfo: Codable, Hashable, Sendable {
    public var title: String?
    public var phases: [PhaseInfo]
    public var phase: String?
    /// When the current phase began.
    public var phaseBeganNs: Int64?
    /// What the fitting phase that counts now looks at and asks, and what was noted.
    public var checks: [String]
    public var asks: [String]
    public var notes: [String: String]

    public init(
        title: String? = nil, phases: [PhaseInfo] = [], phase: String? = nil,
        phaseBeganNs: Int64? = nil, checks: [String] = [], asks: [String] = [],
        notes: [String: String] = [:]
    ) {
        self.title = title
        self.phases = phases
        self.phase = phase
        self.phaseBeganNs = phaseBeganNs
        self.checks = checks
        self.asks = asks
        self.notes = notes
    }
}
