import StudyProtocol

/// How long a reply takes.
enum Pacing {
    /// Milliseconds to read a message, to think, and to type the reply: the scripted delay, which
    /// depends on the texts alone and not on what made them.
    static func milliseconds(
        _ pace: ChatScript.Pace, reading text: String, writing reply: String
    ) -> Int {
        // Texts are cut at a length far beyond any message, so that nothing can overflow.
        let words = min(text.prefix(10_000).split(separator: " ").count, 10_000)
        let characters = min(reply.prefix(10_000).count, 10_000)
        let sum =
            words * pace.readingPerWordMilliseconds + pace.thinkingMilliseconds
            + characters * pace.typingPerCharacterMilliseconds
        return min(sum, pace.longestMilliseconds)
    }

    /// The same under a protocol.
    static func milliseconds(
        _ plan: ReplyPlan, _ pace: ChatScript.Pace, reading text: String, writing reply: String
    ) -> Int {
        switch plan.delay {
        case .persona: milliseconds(pace, reading: text, writing: reply)
        case .fixed: plan.milliseconds
        case .none: 0
        }
    }
}
