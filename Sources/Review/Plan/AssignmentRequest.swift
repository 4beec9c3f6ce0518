/// What a review plan is drawn from.
public struct AssignmentRequest: Codable, Hashable, Sendable {
    /// A session that participants rate themselves.
    public struct Own: Codable, Hashable, Sendable {
        public var session: String
        /// By what name the participant is known to the console.
        public var rater: String

        public init(session: String, rater: String) {
            self.session = session
            self.rater = rater
        }
    }

    /// Sessions that each get `ratersPerSession` raters.
    public var sessions: [String]
    public var raters: [String]
    public var ratersPerSession: Int
    /// Sessions that all raters have first, in this order; they are not among `sessions`.
    public var calibration: [String]
    /// Share of a rater's sessions that come a second time, 0…1.
    public var repeatShare: Double
    /// How many other sessions lie between the two times, where there are so many.
    public var repeatDistance: Int
    public var own: [Own]
    public var seed: UInt64

    public init(
        sessions: [String], raters: [String], ratersPerSession: Int, calibration: [String] = [],
        repeatShare: Double = 0, repeatDistance: Int = 3, own: [Own] = [], seed: UInt64
    ) {
        self.sessions = sessions
        self.raters = raters
        self.ratersPerSession = ratersPerSession
        self.calibration = calibration
        self.repeatShare = repeatShare
        self.repeatDistance = repeatDistance
        self.own = own
        self.seed = seed
    }

    /// What is wrong with it, in words; nil where nothing is.
    public var problem: String? {
        if sessions.isEmpty && calibration.isEmpty && own.isEmpty {
            return "choose at least one session"
        }
        if Set(sessions + calibration).count < sessions.count + calibration.count {
            return "a session is chosen twice, or both for calibration and for the plan"
        }
        if Set(raters).count < raters.count { return "a rater is chosen twice" }
        if raters.isEmpty && !(sessions.isEmpty && calibration.isEmpty) {
            return "choose at least one rater"
        }
        if !sessions.isEmpty, !(1...raters.count).contains(ratersPerSession) {
            return "each session needs 1 to \(raters.count) of the \(raters.count) raters, not "
                + "\(ratersPerSession)"
        }
        if !repeatShare.isFinite || !(0...1).contains(repeatShare) {
            return "the share of repeats lies between 0 and 1"
        }
        if !(0...1000).contains(repeatDistance) {
            return "the distance of repeats lies between 0 and 1000"
        }
        if Set(own.map(\.session)).count < own.count {
            return "a session's own rating is there twice"
        }
        return nil
    }
}
