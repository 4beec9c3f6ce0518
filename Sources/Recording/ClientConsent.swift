import Link
import StudyProtocol

/// What consent makes of a linked client's event. Pure.
enum ClientConsent {
    /// What becomes of an event.
    enum Decision: Equatable {
        /// It is stored with this payload; what was taken out of it is named.
        case store(JSONValue, removed: String?)
        /// It is acknowledged, and counted, and nothing of it is kept.
        case withhold
    }

    /// An answer to a tier.
    struct Answer: Equatable {
        var tier: String
        var isGranted: Bool

        /// nil where the payload is none.
        init?(_ payload: JSONValue) {
            guard let tier = payload["tier"]?.string, !tier.isEmpty,
                case .bool(let isGranted)? = payload["granted"]
            else { return nil }
            self.tier = tier
            self.isGranted = isGranted
        }
    }

    static func decide(
        kind: String, payload: JSONValue, _ consent: ConsentRule
    ) -> Decision {
        guard EventConsent.data(in: kind).allSatisfy(consent.permits) else { return .withhold }
        if kind == "draft_edit", !consent.permits(.draftText), case .object(var members) = payload,
            let text = members["text"], text != .null
        {
            members["text"] = nil
            return .store(.object(members), removed: "draft_text")
        }
        return .store(payload, removed: nil)
    }
}
