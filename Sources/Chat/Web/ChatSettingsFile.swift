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
        report.require(linkHours, in: 0.01...8760, at: "linkHours")
        for problem in serving.problems {
            report.add(at: problem.key, message: problem.message)
        }
    }

    /// Where the pages are served.
    public var serving: WebChoice {
        WebChoice(
            listen: listen, tlsCertificate: tlsCertificate, tlsKey: tlsKey,
            tlsSelfSigned: tlsSelfSigned, publicURL: publicUrl)
    }

    /// Reads a settings file.
    public static func load(path: String) throws(DeclarationErrors) -> ChatSettingsFile {
        try Declaration.load(ChatSettingsFile.self, path: path).value
    }
}
