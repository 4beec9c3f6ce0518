import Declarations

/// The certificates of the pages: there, and not about to end.
struct CertificateCheck: StationCheck {
    static let name = "certificates"

    private static let soon: Int64 = 30

    func look(at machine: any Machine, _ station: StationFacts) -> [Finding] {
        // Settings that are no YAML are the check of settings' to tell.
        let files = ["chat", "console"].compactMap { program -> (String, String)? in
            let settings = "/etc/attune/\(program).yaml"
            let document = machine.text(settings).flatMap {
                try? DeclarationDocument(text: $0, file: settings)
            }
            return document?.text(at: ["tlsCertificate"]).map { (program, $0) }
        }
        return files.map { program, path in
            guard let text = machine.text(path) else {
                return machine.exists(path)
                    ? unknown(
                        "\(path) of the \(program) may not be read", mend: "sudo attune doctor")
                    : missing(
                        "\(path) of the \(program) is not there",
                        mend: "correct tlsCertificate in /etc/attune/\(program).yaml")
            }
            guard let end = Certificate.end(ofPEM: text) else {
                return missing(
                    "\(path) of the \(program) holds no certificate",
                    mend: "openssl x509 -noout -in \(path)")
            }
            let days = (end - machine.realtime / 1_000_000_000) / 86_400
            let renew = "get a new certificate, then: sudo systemctl restart attune-\(program)"
            if end <= machine.realtime / 1_000_000_000 {
                return missing("\(path) of the \(program) ended \(-days) days ago", mend: renew)
            }
            return days < Self.soon
                ? warning("\(path) of the \(program) ends in \(days) days", mend: renew)
                : ok("\(path) of the \(program) holds for \(days) days")
        }
    }
}
