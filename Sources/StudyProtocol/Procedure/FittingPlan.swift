/// What is looked at before a session begins, while the sensors are put on.
public struct FittingPlan: Hashable, Sendable {
    /// What must be green. Raw values are the names in protocols and over the link.
    public enum Check: String, Hashable, Sendable, Codable, CaseIterable {
        /// The electrodes lie on the skin.
        case contact
        /// A device says that an electrode is off.
        case leadsOff = "leads-off"
        case flatLine = "flat-line"
        case clipping
        /// A deep breath shows in skin conductance.
        case edaResponse = "eda-response"
        case battery, microphone, model, disk
    }

    /// What the operator is asked.
    public enum Question: String, Hashable, Sendable, Codable, CaseIterable {
        case electrodeSite = "electrode-site"
        case hand
        case roomTemperature = "room-temperature"
    }

    public var checks: [Check]
    /// Seconds from when the sensors are open until skin conductance counts as settled.
    public var settleSeconds: Double
    public var asks: [Question]

    public init(
        checks: [Check] = Check.allCases, settleSeconds: Double = 300,
        asks: [Question] = Question.allCases
    ) {
        self.checks = checks
        self.settleSeconds = settleSeconds
        self.asks = asks
    }
}
