import ArgumentParser
import Web

/// Where pages are served, on a command line; what it does not say, the settings file does.
public struct WebOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Address and port of the pages; port 0 takes any.", valueName: "host:port"))
    public var listen: String?

    @Option(
        help: "Certificate (PEM, the chain too); needed when others than this machine can connect.")
    public var tlsCertificate: String?

    @Option(help: "The certificate's key (PEM).")
    public var tlsKey: String?

    @Flag(help: "Sign a certificate oneself; its fingerprint is printed.")
    public var tlsSelfSigned = false

    @Option(
        help: "How links begin, where a proxy stands before the pages (https://lab.example.org).")
    public var publicUrl: String?

    public init() {}

    public func validate() throws {
        if let problem = choice.problems.first { throw ValidationError("\(problem.message).") }
    }

    /// What was said.
    public var choice: WebChoice {
        WebChoice(
            listen: listen, tlsCertificate: tlsCertificate, tlsKey: tlsKey,
            tlsSelfSigned: tlsSelfSigned ? true : nil, publicURL: publicUrl)
    }
}
