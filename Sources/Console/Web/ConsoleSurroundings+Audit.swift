import Link

extension ConsoleSurroundings {
    /// Has the daemon write into a study's audit trail what a visitor did here. Where it does not, the console's
    /// log has it.
    func note(
        _ action: NotedAction, study: String, _ detail: [String: String], by visitor: Visitor
    ) async {
        do {
            _ = try await station.call(
                StudyInterface.NoteAction.self,
                .init(study: study, action: action, detail: detail, actor: visitor.name))
        } catch {
            let members = detail.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            log.warning(
                "\(action.rawValue) by \(visitor.name) (\(members.joined(separator: ", "))) is missing in the audit trail of the study \(study): \(error)"
            )
        }
    }
}
