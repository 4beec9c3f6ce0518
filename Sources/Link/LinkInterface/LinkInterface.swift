/// The interface `io.attune.Link`: its methods, each with its parameters, its reply and the right it needs.
public enum LinkInterface {
    /// The interface's name on the wire.
    public static let name = "io.attune.Link"

    /// One rule for each method; the server refuses what is not listed.
    public static let rules: [MethodRule] = [
        MethodRule(Register.self),
        MethodRule(SendEvents.self),
        MethodRule(SendSamples.self),
        MethodRule(Exchange.self),
        MethodRule(ReportClock.self),
        MethodRule(WatchSession.self),
    ]
}
