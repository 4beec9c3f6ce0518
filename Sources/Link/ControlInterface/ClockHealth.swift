/// How the machine's wall clock is, since the daemon began.
public struct ClockHealth: Codable, Hashable, Sendable {
    /// Whether the kernel counts it as kept right by a time service; nil where that is not told.
    public var synchronised: Bool?
    /// The kernel's bound of its error.
    public var errorBoundMs: Double?
    /// How often it was set, and by how much last.
    public var steps: Int
    public var lastStepMs: Double?
    public var lastStepNs: Int64?
    /// How often the machine slept, and for how long altogether.
    public var sleeps: Int
    public var sleptMs: Int
    /// Whether sleep is held off now.
    public var inhibitsSleep: Bool
    /// What the kernel still has to take out of the clock, where a time service steers it so.
    public var offsetMs: Double?

    public init(
        synchronised: Bool? = nil, errorBoundMs: Double? = nil, steps: Int = 0,
        lastStepMs: Double? = nil, lastStepNs: Int64? = nil, sleeps: Int = 0, sleptMs: Int = 0,
        inhibitsSleep: Bool = false, offsetMs: Double? = nil
    ) {
        self.synchronised = synchronised
        self.errorBoundMs = errorBoundMs
        self.steps = steps
        self.lastStepMs = lastStepMs
        self.lastStepNs = lastStepNs
        self.sleeps = sleeps
        self.sleptMs = sleptMs
        self.inhibitsSleep = inhibitsSleep
        self.offsetMs = offsetMs
    }
}
