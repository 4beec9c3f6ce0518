import Hummingbird
import Link
import SystemCalls

/// Starting a session: what there is to choose from, and the start itself.
///
/// Conditions are left out: an operator who runs a session does not have to know them.
extension Dashboard {
    private struct StartOrder: Decodable, Sendable {
        var study: String
        /// nil for a new one under the study's next free code.
        var participant: String?
        var `protocol`: String?
        var devices: [String]?
        var pilot: Bool?
    }

    func addStartRoutes(to router: ConsoleRouter) {
        let commands = commands
        router.get("api/dashboard/choices", Self.lookers) { _ in
            let studies = try await commands.call(StudyInterface.ListStudies.self, .init()).studies
            let devices = try await commands.call(ControlInterface.ListDevices.self, .init())
                .devices
            return try ConsoleAnswer.json([
                "studies": JSONValue(encoding: studies),
                "protocols": .array(Places.studyNames.map(JSONValue.string)),
                "devices": .array(
                    devices.map {
                        [
                            "name": .string($0.name), "profile": .string($0.profile),
                            "state": .string($0.state.rawValue), "reason": .string($0.reason),
                            "session": $0.session.map(JSONValue.string) ?? nil,
                        ]
                    }),
            ])
        }
        router.get("api/dashboard/studies/:study", Self.lookers) { call in
            let reply = try await commands.call(
                StudyInterface.ListParticipants.self, .init(study: try call.parameter("study")))
            return try ConsoleAnswer.json([
                "study": JSONValue(encoding: reply.study),
                "participants": .array(reply.participants.map(Self.told)),
            ])
        }
        router.get("api/dashboard/studies/:study/participants/:participant/consent", Self.lookers) {
            call in
            try ConsoleAnswer.json(
                try await commands.call(
                    StudyInterface.GetConsent.self,
                    .init(
                        study: try call.parameter("study"),
                        participant: try call.parameter("participant"))))
        }
        router.post("api/dashboard/sessions", Self.actors) { call in
            let order = try await call.body(StartOrder.self)
            var participant = order.participant ?? ""
            if participant.isEmpty {
                participant = try await commands.call(
                    StudyInterface.AddParticipant.self, .init(study: order.study)
                ).participant
            }
            let reply = try await commands.call(
                ControlInterface.StartSession.self,
                .init(
                    study: order.study, participant: participant, protocol: order.protocol,
                    devices: order.devices, pilot: order.pilot, actor: call.visitor.name))
            return try ConsoleAnswer.json(reply)
        }
    }

    private static func told(_ participant: ParticipantInfo) -> JSONValue {
        [
            "participant": .string(participant.participant),
            "status": .string(participant.status),
            "sessions": .integer(Int64(participant.sessions)),
            "consent": .object(participant.consent.mapValues(JSONValue.bool)),
            "visits": .array(
                participant.visits.map {
                    [
                        "visit": .integer(Int64($0.visit)), "state": .string($0.state.rawValue),
                        "planned_utc_ns": $0.plannedUtcNs.map(JSONValue.integer) ?? nil,
                    ]
                }),
        ]
    }
}
