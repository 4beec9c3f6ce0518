import Foundation
import SessionStore
import SystemCalls

/// By what name a station is known to the others.
public struct StationName: Hashable, Sendable {
    /// As people call it, and as it stands in session files.
    public let name: String
    /// As its ledger is named: plain, and another one for another machine of the same name.
    let file: String

    /// - Parameter machine: what tells machines of one name apart, such as the text of /etc/machine-id. It
    ///   leaves this machine as a hash alone (machine-id(5) asks for that).
    public init(_ name: String, machine: String) {
        self.name = name
        var plain = ""
        for character in name.prefix(40) {
            plain += character != "." && PlaceKey.isPlain("a\(character)") ? String(character) : "-"
        }
        if !PlaceKey.isPlain(plain) { plain = "station" + plain.drop { !$0.isLetter } }
        let hash = FileHash.sha256(of: "attune station\n\(machine)\n\(name)")
        file = "\(plain).\(hash.prefix(8))"
    }

    /// This machine.
    /// - Parameter name: its name in the daemon's settings; nil for the host's name.
    public static func ofThisMachine(_ name: String?) -> StationName {
        let machine = (try? FileSystem.readText("/etc/machine-id")) ?? ""
        return StationName(
            name ?? ProcessInfo.processInfo.hostName,
            machine: machine.trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
