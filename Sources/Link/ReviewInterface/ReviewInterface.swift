/// The interface `io.attune.Review`: its methods, each with its parameters, its reply and the right it needs.
public enum ReviewInterface {
    /// The interface's name on the wire.
    public static let name = "io.attune.Review"

    /// One rule for each method; the server refuses what is not listed.
    public static let rules: [MethodRule] = [
        MethodRule(AddScheme.self),
        MethodRule(PutAnnotations.self),
        MethodRule(PutRatings.self),
        MethodRule(SetStage.self),
        MethodRule(AddTranscript.self),
        MethodRule(MakePlan.self),
        MethodRule(ChangeAssignment.self),
    ]
}
