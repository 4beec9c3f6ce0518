import Link

/// What the station does, in a few words for the frame around each page.
struct ConsoleStation: ConsoleSection {
    let surroundings: ConsoleSurroundings

    func addRoutes(to router: ConsoleRouter) {
        router.get("api/station", [.operator, .researcher], isPolled: true) { _ in
            try ConsoleAnswer.json(await state())
        }
    }

    private func state() async -> Summary {
        do throws(ClientError) {
            return Summary(
                try await surroundings.station.call(ControlInterface.GetStatus.self, .init()).status
            )
        } catch {
            surroundings.log.debug("The daemon cannot be asked: \(error)")
            return Summary(state: "bad", text: "Daemon away", recording: 0, alarms: 0)
        }
    }

    struct Summary: Encodable {
        /// As a badge of the pages has it: `ok`, `warn`, `bad` or `idle`.
        var state: String
        var text: String
        /// Sessions that record.
        var recording: Int
        /// Alarms that somebody should look at.
        var alarms: Int

        init(state: String, text: String, recording: Int, alarms: Int) {
            self.state = state
            self.text = text
            self.recording = recording
            self.alarms = alarms
        }

        init(_ status: Status) {
            recording = status.sessions.count { $0.state == .recording }
            let open = status.alarms.filter { !$0.acknowledged && $0.severity != .notice }
            alarms = open.count
            let sessions =
                switch recording {
                case 0: "Idle"
                case 1: "Recording"
                default: "Recording \(recording)"
                }
            guard alarms > 0 else {
                state = recording > 0 ? "ok" : "idle"
                text = sessions
                return
            }
            state = open.contains { $0.severity == .urgent } ? "bad" : "warn"
            text = "\(sessions), \(alarms) alarm\(alarms == 1 ? "" : "s")"
        }
    }
}
