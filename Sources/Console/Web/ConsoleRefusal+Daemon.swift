import HTTPTypes
import Link

extension ConsoleRefusal {
    /// What the daemon refused, in the words that the command line has for it.
    ///
    /// - Parameter toStaff: whether it goes to who runs the station: its words name sessions and devices.
    init(daemon refusal: VarlinkError, toStaff: Bool) {
        guard toStaff else {
            self.init(.conflict, "The station does not allow this now. Tell the researcher.")
            return
        }
        if refusal.shortName == "NotPermitted" {
            // The rights are those of the console's own user, not of who reads this.
            let needed = refusal.parameters["needed"]?.string ?? "control"
            self.init(
                .serviceUnavailable,
                "The daemon does not let the console do this: add the console's user to the group "
                    + "attune-operators, which has the right to \(needed), and start both again.")
            return
        }
        let isMissing = Self.missing.contains(refusal.shortName)
        self.init(isMissing ? .notFound : .conflict, "\(ClientError.refused(refusal))")
    }

    /// What the daemon says of things that an address names.
    private static let missing: Set = [
        "NoSuchSession", "NoSuchStudy", "NoSuchParticipant", "NoSuchRoom",
    ]
}
