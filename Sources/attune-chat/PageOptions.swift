import ArgumentParser
import Chat
import Declarations
import SessionStore
import SystemCalls
import Web

/// How the pages are served; what the command line does not say, the settings file does.
struct PageOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Address and port of the pages (default: 127.0.0.1:8090); port 0 takes any.",
            valueName: "host:port"))
    var listen: String?

    @Option(
        help: "Certificate (PEM, the chain too); needed when others than this machine can connect.")
    var tlsCertificate: String?

    @Option(help: "The certificate's key (PEM).")
    var tlsKey: String?

    @Flag(help: "Sign a certificate oneself; its fingerprint is printed.")
    var tlsSelfSigned = false

    @Option(
        help: "How links begin, where a proxy stands before the pages (https://chat.example.org).")
    var publicUrl: String?

    @Option(help: "Settings file; without it, /etc/attune/chat.yaml if installed.")
    var settings: String?

    @Flag(help: "Print an invitation for each session that begins.")
    var printLinks = false

    @Option(help: "Folder of the page's files.")
    var pagesFrom: String?

    @Option(help: ArgumentHelp("Multiplies replies' delays (tests).", visibility: .hidden))
    var replyPace: Double = 1

    func settings(
        runtime: String, session: String, state: String, persona: String
    ) throws -> ChatServerSettings {
        let path = settings ?? Places.settings(of: "chat")
        let file = try path.map { try ChatSettingsFile.load(path: $0) } ?? ChatSettingsFile()
        let text = listen ?? file.listen ?? "127.0.0.1:8090"
        guard let address = ListenAddress(text) else {
            throw ValidationError(
                "'\(text)' is no address to listen on: say HOST:PORT, such as 127.0.0.1:8090.")
        }
        return ChatServerSettings(
            socketPath: Places.socket(runtime: runtime),
            chatSocketPath: Places.chatSocket(runtime: runtime), session: session,
            stateDirectory: state, pagesDirectory: pagesFrom ?? Places.chatPages,
            place: WebPlace(
                address: address, tls: try tls(file, address, state),
                publicURL: publicUrl ?? file.publicUrl),
            persona: persona, printsLinks: printLinks || (file.printLinks ?? false),
            linkSeconds: Int64((file.linkHours ?? 24) * 3600), replyPace: max(replyPace, 0),
            version: SoftwareVersion.current)
    }

    private func tls(
        _ file: ChatSettingsFile, _ address: ListenAddress, _ state: String
    ) throws -> WebTLS? {
        let certificate = tlsCertificate ?? file.tlsCertificate
        let key = tlsKey ?? file.tlsKey
        switch (certificate, key) {
        case (let certificate?, let key?):
            return WebTLS(certificatePath: certificate, keyPath: key)
        case (nil, nil): break
        default: throw ValidationError("A certificate and its key go together: give both.")
        }
        guard tlsSelfSigned || file.tlsSelfSigned ?? false else { return nil }
        let tls = try SelfSigned.certificate(for: address.host, in: state)
        ProgramOutput.line("Certificate's SHA-256 fingerprint: \(try SelfSigned.fingerprint(tls))")
        return tls
    }
}
