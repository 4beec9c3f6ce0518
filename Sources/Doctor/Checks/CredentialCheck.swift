import Declarations
import SystemCalls

/// Keys of language models that studies name: given to the service, and nobody else's to read.
struct CredentialCheck: StationCheck {
    static let name = "credentials"

    func look(at machine: any Machine, _ station: StationFacts) -> [Finding] {
        let (names, strange) = wanted(machine)
        guard !names.isEmpty else {
            return strange.isEmpty ? [ok("no study of \(Self.studies) names a key")] : strange
        }
        let given = loaded(machine)
        let keys = names.sorted().map { name in
            guard let path = given[name] else {
                return missing(
                    "a study names the key '\(name)', and attune-chat is not given it",
                    mend: "sudo systemctl edit attune-chat: [Service] "
                        + "LoadCredential=\(name):/etc/attune/\(name).key")
            }
            guard path.hasPrefix("/") else { return ok("'\(name)' is given as \(path)") }
            guard let facts = machine.facts(path) else {
                let isHidden = machine.caller.user != 0 && machine.names("/etc/attune").isEmpty
                return isHidden
                    ? unknown("\(path) cannot be looked at", mend: "sudo attune doctor")
                    : missing(
                        "the key file \(path) is not there",
                        mend: "sudo install -m 600 /dev/stdin \(path)")
            }
            guard facts.mode & 0o077 == 0 else {
                return missing(
                    "\(path) may be read by others (mode \(String(facts.mode, radix: 8)))",
                    mend: "sudo chmod 600 \(path)")
            }
            return ok("'\(name)' is \(path), for root alone")
        }
        return strange + keys
    }

    private static let studies = "/etc/attune/studies"

    /// The keys that the laboratory's studies name, and the studies that are no YAML. A study names one at
    /// `chat.model` and nowhere else; personas and scripts name none.
    private func wanted(_ machine: any Machine) -> (names: Set<String>, strange: [Finding]) {
        var names: Set<String> = []
        var strange: [Finding] = []
        for file in machine.names(Self.studies) where file.hasSuffix(".yaml") {
            let path = "\(Self.studies)/\(file)"
            guard let text = machine.text(path) else { continue }
            do throws(DeclarationErrors) {
                let document = try DeclarationDocument(text: text, file: path)
                if let name = document.text(at: ["chat", "model", "credential"]) {
                    names.insert(name)
                }
            } catch {
                strange.append(
                    unknown(
                        "which key a study names cannot be read: \(error.errors[0])",
                        mend: "attune protocol check \(path)"))
            }
        }
        return (names, strange)
    }

    /// What the unit and its drop-ins give, by name.
    private func loaded(_ machine: any Machine) -> [String: String] {
        var given: [String: String] = [:]
        for root in ["/lib", "/usr/lib", "/run", "/etc"] {
            let unit = "\(root)/systemd/system/attune-chat.service"
            let files =
                [unit]
                + machine.names("\(unit).d").filter { $0.hasSuffix(".conf") }.map {
                    "\(unit).d/\($0)"
                }
            for file in files {
                for line in (machine.text(file) ?? "").split(separator: "\n") {
                    let line = line.trimmed
                    for kind in [
                        "LoadCredential=", "LoadCredentialEncrypted=", "SetCredential=",
                        "SetCredentialEncrypted=",
                    ]
                    where line.hasPrefix(kind) {
                        let parts = line.dropFirst(kind.count).split(separator: ":", maxSplits: 1)
                        guard let name = parts.first else { continue }
                        let isFile = kind == "LoadCredential=" && parts.count == 2
                        given[String(name)] = isFile ? String(parts[1]) : "by \(kind.dropLast())"
                    }
                }
            }
        }
        return given
    }
}
