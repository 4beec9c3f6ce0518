/// Whom a store knows this station as. Shown nowhere: its description has nothing of it.
public struct S3Credentials: Sendable, CustomStringConvertible, CustomReflectable {
    let identifier: String
    let secret: String
    /// Of a session for some hours; nil for lasting credentials.
    let token: String?

    public var description: String { "credentials" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }

    /// - Throws: `configuration` for what cannot stand in a head of HTTP.
    init(identifier: String, secret: String, token: String?) throws(StationsError) {
        for text in [identifier, secret, token ?? "-"] {
            guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
                text.utf8.count <= 16384
            else {
                throw StationsError(
                    .configuration, "the credentials have characters that none can have")
            }
        }
        guard !identifier.contains(":") else {
            throw StationsError(.configuration, "an access key has no ':' in it")
        }
        self.identifier = identifier
        self.secret = secret
        self.token = token
    }
}

/// What is set for a store outside of the command line: in the environment, and in files of `~/.aws`.
public struct S3Surroundings: Sendable {
    public let credentials: S3Credentials
    public let region: String
    /// Of the store; nil for Amazon's own.
    public let endpoint: String?
    /// A file of certificates to trust; nil for the system's.
    public let certificates: String?

    /// - Parameters:
    ///   - profile: of the files; nil for that of the environment.
    ///   - region: nil for that of the environment or the profile.
    ///   - environment: the variables that `aws` knows.
    ///   - read: gives a file's text; nil where it cannot be read.
    /// - Throws: `configuration`.
    public init(
        profile: String?, region: String?, endpoint: String?, environment: [String: String],
        read: (String) -> String?
    ) throws(StationsError) {
        func variable(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        let home = variable("HOME") ?? ""
        let name = profile ?? variable("AWS_PROFILE") ?? "default"
        let keys = ProfileFile(
            read(variable("AWS_SHARED_CREDENTIALS_FILE") ?? "\(home)/.aws/credentials") ?? ""
        ).profile(name)
        let settings = ProfileFile(
            read(variable("AWS_CONFIG_FILE") ?? "\(home)/.aws/config") ?? ""
        ).profile(name)

        if profile == nil, let identifier = variable("AWS_ACCESS_KEY_ID") {
            guard let secret = variable("AWS_SECRET_ACCESS_KEY") else {
                throw StationsError(
                    .configuration, "AWS_ACCESS_KEY_ID is set, and AWS_SECRET_ACCESS_KEY is not")
            }
            credentials = try S3Credentials(
                identifier: identifier, secret: secret, token: variable("AWS_SESSION_TOKEN"))
        } else if let found = [keys, settings].compactMap({ $0 }).first(where: {
            $0["aws_access_key_id"] != nil && $0["aws_secret_access_key"] != nil
        }) {
            credentials = try S3Credentials(
                identifier: found["aws_access_key_id"] ?? "",
                secret: found["aws_secret_access_key"] ?? "",
                token: found["aws_session_token"].flatMap { $0.isEmpty ? nil : $0 })
        } else {
            throw StationsError(
                .configuration,
                "there are no credentials for the store: set AWS_ACCESS_KEY_ID and "
                    + "AWS_SECRET_ACCESS_KEY, or put them under [\(name)] into ~/.aws/credentials")
        }
        self.region =
            region ?? variable("AWS_REGION") ?? variable("AWS_DEFAULT_REGION")
            ?? settings?["region"] ?? keys?["region"] ?? "us-east-1"
        self.endpoint =
            endpoint ?? variable("AWS_ENDPOINT_URL_S3") ?? variable("AWS_ENDPOINT_URL")
            ?? settings?["endpoint_url"]
        certificates = variable("AWS_CA_BUNDLE") ?? settings?["ca_bundle"]
    }
}
