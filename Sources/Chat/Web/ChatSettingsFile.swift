import Declarations
import Web

/// The settings of the chat, as `chat.yaml` has them. Every key may be left out.
public struct ChatSettingsFile: CheckedDeclaration, Sendable {
    /// Host and port of the pages.
    public var listen: String?
    /// Certificate and key, PEM files.
    public var tlsCertificate: String?
    public var tlsKey: String?
    public var tlsSelfSigned: Bool?
    /// How links begin, where a proxy stands before the pages.
    public var publicUrl: String?
    public var printLinks: Bool?
    /// How long an invitation can be used, in hours.
    public var linkHours: Double?

    public init() {}

    public func check(_ report: inout DeclarationReport) {
        if let listen, ListenAddress(listen) == nil {
            report.add(at: "listen", message: "expected HOST:PORT, such as 127.0.0.1:8090")
        }
        report.require(linkHours, in: 0.01...8760, at: "linkHours")
        if (tlsCertificate == nil) != (tlsKey == nil) {
            report.add(
                at: tlsKey == nil ? "tlsCertificate" : "tlsKey",
                message: "a certificate and its key go together")
        }
        if let publicUrl, !publicUrl.hasPrefix("https://"), !publicUrl.hasPrefix("http://") {
            report.add(at: "publicUrl", message: "expected an address that begins with https://")
        }
    }

    /// Reads a settings file.
    public static func load(path: String) throws(DeclarationErrors) -> ChatSettingsFile {
        try Declaration.load(ChatSettingsFile.self, path: path).value
    }
}
