import Testing

@testable import Stations

/// Whom a store knows this station as.
@Suite struct CredentialsTests {
    private static let files = [
        "/home/x/.aws/credentials": """
        # comment
        [default]
        aws_access_key_id = KEY1
        aws_secret_access_key=se=cret/1+
          nested = of the line before

        [lab]
        AWS_ACCESS_KEY_ID =  KEY2
        aws_secret_access_key = secret2
        aws_session_token = token2==
        [half]
        aws_access_key_id = KEY3
        """,
        "/home/x/.aws/config": """
        [default]
        region = eu-central-1
        s3 =
            endpoint_url = https://nested
        [profile lab]
        region = eu-north-1
        endpoint_url = https://minio.example.org
        [profile whole]
        aws_access_key_id = KEY4
        aws_secret_access_key = secret4
        """,
    ]

    private func find(
        _ environment: [String: String] = [:], profile: String? = nil, region: String? = nil,
        endpoint: String? = nil
    ) throws -> S3Surroundings {
        try S3Surroundings(
            profile: profile, region: region, endpoint: endpoint,
            environment: environment.merging(["HOME": "/home/x"]) { given, _ in given },
            read: { Self.files[$0] })
    }

    @Test func theEnvironmentCountsFirst() throws {
        let found = try find([
            "AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "word",
            "AWS_SESSION_TOKEN": "token", "AWS_REGION": "eu-west-3",
            "AWS_ENDPOINT_URL": "https://a", "AWS_ENDPOINT_URL_S3": "https://b",
        ])
        #expect(found.credentials.identifier == "ENV" && found.credentials.secret == "word")
        #expect(found.credentials.token == "token" && found.region == "eu-west-3")
        #expect(found.endpoint == "https://b")
    }

    @Test func profilesAreRead() throws {
        let usual = try find()
        #expect(usual.credentials.identifier == "KEY1")
        #expect(usual.credentials.secret == "se=cret/1+" && usual.credentials.token == nil)
        #expect(usual.region == "eu-central-1" && usual.endpoint == nil)
        // A profile that is asked for counts more than the environment.
        let lab = try find(
            ["AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "word"], profile: "lab")
        #expect(lab.credentials.identifier == "KEY2" && lab.credentials.token == "token2==")
        #expect(lab.region == "eu-north-1" && lab.endpoint == "https://minio.example.org")
        #expect(try find(["AWS_PROFILE": "whole"]).credentials.identifier == "KEY4")
        let given = try find(profile: "lab", region: "here", endpoint: "https://there")
        #expect(given.region == "here" && given.endpoint == "https://there")
    }

    @Test func whatIsMissingIsTold() {
        #expect(throws: StationsError.self) { try find(profile: "half") }
        #expect(throws: StationsError.self) { try find(profile: "nobody") }
        #expect(throws: StationsError.self) { try find(["AWS_ACCESS_KEY_ID": "ENV"]) }
    }

    /// A token with a line break would be a line of the head.
    @Test(arguments: ["a\nb", "a\r\nx-evil: 1", "", "a b", "ä"])
    func noLineOfTheHeadComesIn(text: String) {
        #expect(throws: StationsError.self) {
            try S3Credentials(identifier: "KEY", secret: "word", token: text)
        }
        #expect(throws: StationsError.self) {
            try S3Credentials(identifier: text, secret: "word", token: nil)
        }
    }

    @Test func nothingOfThemIsShown() throws {
        let found = try S3Credentials(identifier: "KEY", secret: "word", token: "token")
        var text = "\(found) \(String(reflecting: found)) \([found])"
        dump(found, to: &text)
        for secret in ["KEY", "word", "token"] { #expect(!text.contains(secret), "\(text)") }
    }
}
