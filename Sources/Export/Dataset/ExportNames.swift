/// What people, sessions and things are called in an export of one session: as they are, or by pseudonym.
struct ExportNames: Sendable {
    private let pseudonyms: Pseudonyms?
    private let entry: DatasetSession
    private let codes: CodeReplacement
    /// Nanoseconds by which dates are moved.
    private let shift: Int64

    /// - Parameter codes: of everybody in the dataset, since an operator may name one in another's session.
    init(_ pseudonyms: Pseudonyms?, _ entry: DatasetSession, _ codes: CodeReplacement) {
        self.pseudonyms = pseudonyms
        self.entry = entry
        self.codes = codes
        shift = pseudonyms?.dateShift(of: entry.participant, study: entry.study) ?? 0
    }

    func session(_ identifier: String) -> String {
        pseudonyms?.session(identifier) ?? identifier
    }

    /// A rater, a coder, an operator. The programs' own names stay.
    func person(_ who: String) -> String {
        guard let pseudonyms, !["attuned", "participant", "client page"].contains(who) else {
            return who
        }
        // Participants rate their own sessions.
        if who == entry.participant { return pseudonyms.participant(who, study: entry.study) }
        return pseudonyms.person(who)
    }

    /// A station, a boot of a machine.
    func thing(_ what: String) -> String { pseudonyms?.thing(what) ?? what }

    /// A device's name in the station: an address or serial number may be part of it.
    func source(_ name: String) -> String { pseudonyms?.thing(name) ?? name }

    /// What identifies a device, as a JSON object.
    func device(_ identity: String) -> String {
        guard let pseudonyms, identity != "{}" else { return identity }
        return "{\"device\":\"\(pseudonyms.thing(identity))\"}"
    }

    /// A payload (JSON) without the codes that tell who somebody is: who did it (`actor`) is called as in
    /// every table, and moments of UTC (`…utc_ns`, `…realtime_ns`) are moved as dates are.
    func payload(_ text: String) -> String {
        guard pseudonyms != nil else { return text }
        let own = JSONMembers.replacing(in: text) { name, value in
            switch value {
            case .string(let who) where name == "actor": .string(person(who))
            case .integer(let moment)
            where name.hasSuffix("utc_ns") || name.hasSuffix("realtime_ns"):
                .integer(moment &+ shift)
            default: nil
            }
        }
        return codes.json(own)
    }

    /// A remark without the codes that tell who somebody is.
    func remark(_ text: String) -> String { pseudonyms == nil ? text : codes.plain(text) }
}
