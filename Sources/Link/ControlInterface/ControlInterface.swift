/// The interface `io.attune.Control`: its methods, each with its parameters, its reply and the right it needs.
public enum ControlInterface {
    /// The interface's name on the wire.
    public static let name = "io.attune.Control"

    /// One rule for each method; the server refuses what is not listed.
    public static let rules: [MethodRule] = [
        MethodRule(GetStatus.self),
        MethodRule(ListDevices.self),
        MethodRule(ListSessions.self),
        MethodRule(GetSession.self),
        MethodRule(GetProcedure.self),
        MethodRule(StartSession.self),
        MethodRule(StartPhase.self),
        MethodRule(PauseSession.self),
        MethodRule(ResumeSession.self),
        MethodRule(SendMessage.self),
        MethodRule(AcknowledgeAlarm.self),
        MethodRule(CheckFitting.self),
        MethodRule(NoteFitting.self),
        MethodRule(Mark.self),
        MethodRule(StopSession.self),
        MethodRule(Align.self),
        MethodRule(CorrectEmotion.self),
        MethodRule(GetClock.self),
        MethodRule(Subscribe.self),
    ]
}
