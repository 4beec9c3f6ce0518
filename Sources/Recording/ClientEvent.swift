import Link

/// Events of linked clients upon which the daemon acts, read strictly.
enum ClientEvent {
    /// Something that a person has to look at.
    struct Alarm: Hashable {
        var code: String
        var text: String
        var severity: Link.Alarm.Severity
        var needsAcknowledgement: Bool

        /// Reads a payload; nil where it is none. Without a severity it is a warning; whatever is urgent
        /// needs acknowledgement unless the client says otherwise.
        init?(_ payload: JSONValue) {
            guard let code = payload["code"]?.string, !code.isEmpty, code.utf8.count <= 64,
                let text = payload["text"]?.string, !text.isEmpty, text.utf8.count <= 8000
            else { return nil }
            self.code = code
            self.text = text
            switch payload["severity"] {
            case nil, .null?: severity = .warning
            case .string(let name)?:
                guard let known = Link.Alarm.Severity(rawValue: name) else { return nil }
                severity = known
            default: return nil
            }
            switch payload["needs_acknowledgement"] {
            case nil, .null?: needsAcknowledgement = severity == .urgent
            case .bool(let needs)?: needsAcknowledgement = needs
            default: return nil
            }
        }
    }

    /// Somebody let a participant in, or no longer, through a client.
    struct Invitation: Hashable {
        enum Action: String {
            case made
            case revoked
        }

        var action: Action
        /// Whose doing it was, as the client says.
        var actor: String

        init?(_ payload: JSONValue) {
            guard let action = payload["action"]?.string.flatMap(Action.init(rawValue:)),
                let actor = payload["actor"]?.string, !actor.isEmpty, actor.utf8.count <= 1000
            else { return nil }
            self.action = action
            self.actor = actor
        }

        /// What the audit trail calls it.
        var auditAction: String {
            switch action {
            case .made: "invite"
            case .revoked: "revoke invitations"
            }
        }
    }

    /// What a client found of a part of the fitting that only it can try: a microphone, a model.
    struct Fitting: Hashable {
        var check: String
        var state: FittingCheck.State
        var detail: String

        init?(_ payload: JSONValue) {
            guard let check = payload["check"]?.string, !check.isEmpty, check.utf8.count <= 64,
                let state = payload["state"]?.string.flatMap(FittingCheck.State.init(rawValue:))
            else { return nil }
            self.check = check
            self.state = state
            detail = String((payload["detail"]?.string ?? "").prefix(2000))
        }
    }

    /// Why an event of a kind that is acted upon cannot be taken; nil where it can, and for all others.
    static func refusal(kind: String, payload: JSONValue) -> String? {
        switch kind {
        case "alarm":
            Alarm(payload) == nil
                ? "an alarm needs code and text as strings, a severity of notice, warning or urgent, "
                    + "and needs_acknowledgement as a boolean" : nil
        case "fitting":
            Fitting(payload) == nil
                ? "a fitting needs check as a string and a state of green, amber or red" : nil
        case "invitation":
            Invitation(payload) == nil
                ? "an invitation needs an action of made or revoked, and actor as a string of at most "
                    + "1000 bytes" : nil
        case "turn_shown":
            payload["number"]?.integer == nil || payload["shown_ns"]?.integer == nil
                ? "a turn_shown needs number and shown_ns as integers" : nil
        default: nil
        }
    }
}
