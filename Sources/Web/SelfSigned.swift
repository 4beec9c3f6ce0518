import Glibc
import NIOSSL
import SystemCalls

/// A certificate that this program signs itself, for rooms without one of a known authority: the
/// browser asks the participant, who can compare the fingerprint.
public enum SelfSigned {
    /// The certificate in a directory, made where there is none for this host, or where its year is over.
    ///
    /// openssl makes it (P-256, a year), since its own library would be the larger dependency.
    /// - Throws: `WebError` with what is missing.
    public static func certificate(
        for host: String, in directory: String
    ) throws(WebError) -> WebTLS {
        let name = host.contains(":") ? "ip6" : host
        let base = "\(directory)/self-signed-\(name)"
        let tls = WebTLS(certificatePath: base + ".pem", keyPath: base + ".key")
        do throws(SystemError) {
            try FileSystem.makeDirectories(directory, mode: 0o700)
        } catch {
            throw WebError(.file, "The directory \(directory) cannot be made: \(error)")
        }
        if FileSystem.exists(tls.keyPath), isGood(tls.certificatePath) { return tls }
        let isAddress = host.contains(":") || host.allSatisfy { $0.isNumber || $0 == "." }
        var names = isAddress ? "IP:\(host)" : "DNS:\(host)"
        if let own = hostName() { names += ",DNS:\(own)" }
        let before = umask(0o077)
        defer { umask(before) }
        let status = run([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", "365", "-subj", "/CN=Attune", "-addext", "subjectAltName=\(names)",
            "-keyout", tls.keyPath, "-out", tls.certificatePath,
        ])
        guard status == 0 else {
            throw WebError(
                .file,
                "openssl could not make a certificate (status \(status)): install the package openssl, "
                    + "or give --tls-certificate and --tls-key.")
        }
        return tls
    }

    /// Whether a certificate is there and still good for a week.
    private static func isGood(_ path: String) -> Bool {
        guard let first = try? NIOSSLCertificate.fromPEMFile(path).first else { return false }
        return Int(first.notValidAfter) > Int(time(nil)) + 7 * 86_400
    }

    /// The SHA-256 fingerprint of a certificate as browsers show it.
    public static func fingerprint(_ tls: WebTLS) throws -> String {
        guard let first = try NIOSSLCertificate.fromPEMFile(tls.certificatePath).first else {
            throw WebError(.file, "\(tls.certificatePath) holds no certificate.")
        }
        let digits = Array(Secret.hash(try first.toDERBytes()).uppercased())
        return stride(from: 0, to: digits.count, by: 2).map { String(digits[$0..<($0 + 2)]) }
            .joined(separator: ":")
    }

    /// This machine's name, for links that others open.
    public static func hostName() -> String? {
        var buffer = [CChar](repeating: 0, count: 256)
        let status = unsafe buffer.withUnsafeMutableBufferPointer {
            unsafe gethostname($0.baseAddress!, $0.count - 1)
        }
        guard status == 0 else { return nil }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let name = String(decoding: bytes, as: UTF8.self)
        return name.isEmpty ? nil : name
    }

    /// Runs a program found on the path, its output thrown away.
    private static func run(_ arguments: [String]) -> Int32 {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for number in [STDOUT_FILENO, STDERR_FILENO] {
            unsafe posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_WRONLY, 0)
        }
        // Copies that posix_spawnp only reads; freed below.
        let copies = unsafe arguments.map { unsafe strdup($0) }
        defer { unsafe copies.forEach { unsafe free($0) } }
        var process = pid_t()
        let started = unsafe posix_spawnp(
            &process, arguments[0], &actions, nil, unsafe copies + [nil], unsafe environ)
        guard started == 0 else { return started }
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0 && errno == EINTR {}
        return status == 0 ? 0 : 1
    }
}
