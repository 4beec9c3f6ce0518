import Declarations
import Web

/// The settings of the console, as `console.yaml` has them. Every key may be left out.
public struct ConsoleSettingsFile: CheckedDeclaration, Sendable {
    /// Host and port of the pages.
    public var listen: String?
    /// Certificate and key, PEM files.
    public var tlsCertificate: String?
    public var tlsKey: String?
    public var tlsSelfSigned: Bool?
    /// How links begin, where a proxy stands before the pages.
    public var publicUrl: String?
    /// Whether a link that lets one browser in is printed at the start.
    public var printLink: Bool?
    /// How long a browser that does nothing stays signed in, in minutes.
    public var idleMinutes: Double?
    /// How long a browser stays signed in at all, in hours.
    public var signInHours: Double?
    /// How long a link can be used, in hours.
    public var linkHours: Double?
    /// Whether figures are told at `/metrics`.
    public var metrics: Bool?
    /// A file with the token that who reads them shows; without one, they are told on this machine alone.
    public var metricsTokenFile: String?

    public init() {}

    public func check(_ report: inout DeclarationReport) {
        report.require(idleMinutes, in: 1...10_080, at: "idleMinutes")
        report.require(signInHours, in: 0.1...720, at: "signInHours")
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

    public var times: SignInTimes {
        let usual = SignInTimes()
        return SignInTimes(
            idle: idleMinutes.map { Int64($0 * 60) } ?? usual.idle,
            whole: signInHours.map { Int64($0 * 3600) } ?? usual.whole,
            link: linkHours.map { Int64($0 * 3600) } ?? usual.link)
    }

    /// Reads a settings file.
    public static func load(path: String) throws(DeclarationErrors) -> ConsoleSettingsFile {
        try Declaration.load(ConsoleSettingsFile.self, path: path).value
    }
}
