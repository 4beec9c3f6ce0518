import Testing

@testable import Stations

/// Where a place is, and how a store is addressed.
@Suite struct AddressTests {
    @Test func aPlaceIsAFolderOrAPrefix() throws {
        #expect(try PlaceAddress("/mnt/share/study/") == .directory("/mnt/share/study"))
        #expect(try PlaceAddress("share") == .directory("share"))
        #expect(
            try PlaceAddress("s3://study-bucket/a/b c/") == .bucket("study-bucket", prefix: "a/b c")
        )
        #expect(try PlaceAddress("s3://study-bucket") == .bucket("study-bucket", prefix: ""))
    }

    @Test(arguments: [
        "", "http://host/bucket", "s3://", "s3://UPPER", "s3://ab", "s3://a..b", "s3://-abc",
        "s3://key:secret@bucket", "s3://bucket/a/../b", "s3://bucket/a//b", "s3://bucket/./b",
        "s3://bucket/a\nb",
    ])
    func whatIsNoPlaceIsRefused(text: String) {
        #expect(throws: StationsError.self) { _ = try PlaceAddress(text) }
    }

    @Test func objectsAreAddressedInBothWays() throws {
        let path = try S3Endpoint(
            endpoint: "https://Minio.example.org:9000/", bucket: "bucket", region: "eu-1")
        #expect(
            path.url(key: "a/b c+ü.json", query: ["uploads": "", "prefix": "x/y", "a b": "=&"])
                == "https://minio.example.org:9000/bucket/a/b%20c%2B%C3%BC.json"
                + "?a%20b=%3D%26&prefix=x%2Fy&uploads=")
        #expect(path.url(key: nil) == "https://minio.example.org:9000/bucket")
        let host = try S3Endpoint(
            endpoint: "http://localhost:1", bucket: "bucket", region: "eu-1", style: .host)
        #expect(host.url(key: "k") == "http://bucket.localhost:1/k")
        let amazon = try S3Endpoint(endpoint: nil, bucket: "bucket", region: "eu-west-1")
        #expect(amazon.url(key: "k") == "https://bucket.s3.eu-west-1.amazonaws.com/k")
        // A certificate holds for one name more than the host's.
        let dotted = try S3Endpoint(endpoint: nil, bucket: "my.bucket", region: "eu-west-1")
        #expect(dotted.url(key: "k") == "https://s3.eu-west-1.amazonaws.com/my.bucket/k")
    }

    @Test(arguments: [
        "ftp://host", "host", "https://user:word@host", "https://host?x", "https://host#x",
        "https://ho st", "https://host:99999", "https://host:", "https://[::1", "https://a..b",
        "https://host/../x", "https://", "https://host\\evil",
    ])
    func whatIsNoStoreIsRefused(text: String) {
        #expect(throws: StationsError.self) {
            _ = try S3Endpoint(endpoint: text, bucket: "bucket", region: "eu-1")
        }
    }

    /// What is not encrypted stays on this machine, unless somebody says that the way is safe.
    @Test func otherMachinesAreSpokenToWithTLS() throws {
        for own in ["http://127.0.0.1:9000", "http://localhost", "http://[::1]:9000"] {
            _ = try S3Endpoint(endpoint: own, bucket: "bucket", region: "eu-1")
        }
        for other in [
            "http://minio", "http://127.example.org", "http://10.0.0.1", "http://127.0.0.1.org",
        ] {
            #expect(throws: StationsError.self) {
                _ = try S3Endpoint(endpoint: other, bucket: "bucket", region: "eu-1")
            }
            _ = try S3Endpoint(
                endpoint: other, bucket: "bucket", region: "eu-1", allowsPlainHTTP: true)
        }
    }

    @Test func aDiskThatIsNotMountedIsNoticed() {
        let fstab = """
            # comment /mnt/other
            UUID=1 / ext4 defaults 0 1
            server:/share  /mnt/my\\040share nfs defaults 0 0
            UUID=2 none swap sw 0 0
            """
        func missing(_ path: String, _ mounts: String) -> String? {
            MountTable.missing(around: path, fstab: fstab, mounts: mounts)
        }
        #expect(missing("/mnt/my share/study", "UUID=1 / ext4 rw 0 0") == "/mnt/my share")
        #expect(missing("/mnt/my share", "UUID=1 / ext4 rw 0 0") == "/mnt/my share")
        #expect(missing("/mnt/my shared", "UUID=1 / ext4 rw 0 0") == nil)
        #expect(missing("/mnt/my share/study", "x /mnt/my\\040share nfs rw 0 0") == nil)
        #expect(missing("/mnt/other/study", "") == nil)
    }
}
