import ArgumentParser
import Foundation
import Recording
import SessionStore
import Stations
import SystemCalls

/// How a place is reached, and as whom. Credentials are never options: every user of the machine can read
/// command lines.
struct PlaceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Address of the store of an s3:// place, such as https://minio.example.org:9000; without it, "
                + "Amazon's, or AWS_ENDPOINT_URL.", valueName: "url"))
    var endpoint: String?

    @Option(help: "The store's region; without it, that of AWS_REGION or of the profile.")
    var region: String?

    @Option(help: "Profile of ~/.aws/credentials; without it, the environment's credentials count.")
    var profile: String?

    @Option(
        help: ArgumentHelp(
            "Where the bucket's name stands: path (https://HOST/BUCKET) or host (https://BUCKET.HOST); "
                + "without it, path with --endpoint, and host at Amazon's.", valueName: "style"))
    var addressing: String?

    @Flag(
        help:
            "Allow an address without TLS on other machines: whoever is on the way can read along.")
    var plainHttp = false

    @Option(help: "By what name other stations know this one; without it, as in attuned.yaml.")
    var station: String?

    private var style: S3Endpoint.Style? {
        get throws {
            try addressing.map {
                guard let style = S3Endpoint.Style(rawValue: $0) else {
                    throw ValidationError("--addressing is path or host.")
                }
                return style
            }
        }
    }

    /// Opens a place; what goes wrong ends the command with 2.
    /// - Parameter isTold: whether each session that is moved is a line on the terminal.
    func open(
        _ text: String, forPush: Bool, verifies: Bool, partSize: Int64? = nil,
        isTold: Bool = false
    ) throws -> StationPlace {
        let style = try style
        do throws(StationsError) {
            var options = StationPlace.Options(station: .ofThisMachine(station ?? Self.ownName))
            options.verifies = verifies
            if isTold { options.tell = { line in print(line) } }
            if let partSize { options.partSize = partSize }
            switch try PlaceAddress(text) {
            case .directory(let path):
                return try StationPlace.open(
                    directory: URL(fileURLWithPath: path).path, options, forPush: forPush)
            case .bucket(let bucket, let prefix):
                let surroundings = try S3Surroundings(
                    profile: profile, region: region, endpoint: endpoint,
                    environment: ProcessInfo.processInfo.environment,
                    read: { try? FileSystem.readText($0) })
                let endpoint = try S3Endpoint(
                    endpoint: surroundings.endpoint, bucket: bucket, region: surroundings.region,
                    style: style, allowsPlainHTTP: plainHttp)
                return try StationPlace.open(
                    prefix: prefix, endpoint, surroundings, options, forPush: forPush)
            }
        } catch {
            throw Self.ended(error)
        }
    }

    /// The station's name in the daemon's settings, where this user may read them.
    private static var ownName: String? {
        guard let path = Places.settings(of: "attuned") else { return nil }
        return (try? StationSettings.load(path: path))?.station
    }

    /// Tells why a place could not be used, and gives the exit status that says so.
    static func ended(_ error: StationsError) -> ExitCode {
        Output.error(error.description)
        return ExitCode(2)
    }

    /// Studies that have sessions in a data directory.
    static func studies(in data: String) -> [String] {
        ((try? FileSystem.list(data)) ?? []).filter {
            (try? StudyDirectory.validate($0, "study")) != nil
                && FileSystem.isDirectory("\(data)/\($0)")
        }
    }
}
