import Foundation

/// Which audit trail of a data directory it is: that of a study, or of the station. Its subject is random; the
/// journal has this name as well, so that a trail shows that was begun anew in another one's place.
public struct AuditTrailName: Hashable, Sendable {
    /// `station`, or `study` and the study's code.
    public var name: String
    /// The data directory, as an absolute path.
    public var folder: String

    public static func station(data: String) -> AuditTrailName {
        AuditTrailName(name: "station", folder: whole(data))
    }

    public static func study(_ code: String, data: String) -> AuditTrailName {
        AuditTrailName(name: "study \(code)", folder: whole(data))
    }

    init(name: String, folder: String) {
        self.name = name
        self.folder = folder
    }

    /// Of a `study.db` or a `station.audit` by where it lies.
    init(ofTrailAt path: String) {
        let file = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        let folder = file.deletingLastPathComponent()
        if file.lastPathComponent == "station.audit" {
            self = .station(data: folder.path)
        } else {
            self = .study(
                folder.lastPathComponent, data: folder.deletingLastPathComponent().path)
        }
    }

    /// As it stands behind an anchor's line; nil for what is none.
    init?(text: some StringProtocol) {
        guard text.hasPrefix("("), text.hasSuffix(")"), let middle = text.range(of: " in /") else {
            return nil
        }
        let name = text[..<middle.lowerBound].dropFirst()
        guard name == "station" || name.hasPrefix("study ") else { return nil }
        self.init(
            name: String(name), folder: "/" + text[middle.upperBound...].dropLast())
    }

    /// For a line of the journal.
    var text: String { "(\(name) in \(folder))" }

    private static func whole(_ path: String) -> String {
        // A field of the journal is one line.
        URL(fileURLWithPath: path).resolvingSymlinksInPath().path.replacing("\n", with: " ")
    }
}
