/// The interface `io.attune.Study`: its methods, each with its parameters, its reply and the right it needs.
public enum StudyInterface {
    /// The interface's name on the wire.
    public static let name = "io.attune.Study"

    /// One rule for each method; the server refuses what is not listed.
    public static let rules: [MethodRule] = [
        MethodRule(ListStudies.self),
        MethodRule(CreateStudy.self),
        MethodRule(ListParticipants.self),
        MethodRule(AddParticipant.self),
        MethodRule(SetStatus.self),
        MethodRule(PlanVisit.self),
        MethodRule(RecordConsent.self),
        MethodRule(GetConsent.self),
        MethodRule(Withdraw.self),
        MethodRule(NoteAction.self),
        MethodRule(ListTombstones.self),
        MethodRule(ListDue.self),
        MethodRule(Redact.self),
        MethodRule(TakeInSession.self),
    ]
}
