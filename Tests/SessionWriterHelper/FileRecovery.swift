import SessionStore

/// What a start after a crash makes of one session file.
struct FileRecovery {
    let path: String
    let isChecked: Bool

    /// `recording`, `stopped` or `finished`, a tab, and what is wrong.
    var answer: String {
        var state = "finished"
        do throws(SessionStoreError) {
            do throws(SessionStoreError) {
                let (writer, resumed) = try SessionWriter.open(at: path)
                state = resumed.session.state == .recording ? "recording" : "stopped"
                try writer.close()
            } catch  where error.code == .wrongState {
                // In its final form.
            }
            guard isChecked else { return state + "\t" }
            let errors = try SessionCheck(path: path).run().filter { $0.severity == .error }
            return state + "\t" + errors.map(\.message).joined(separator: "; ")
        } catch {
            return "unreadable\t\(error)"
        }
    }
}
