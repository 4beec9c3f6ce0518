import Testing

@testable import Stations

/// A store that speaks S3 and lives in memory: what is asked of it is looked at, and can go wrong.
final class MadeUpStore {
    var objects: [String: [UInt8]] = [:]
    /// The line `x-amz-meta-sha256` of objects.
    var hashes: [String: String] = [:]
    /// By id: the key, and pieces by number.
    var uploads: [String: (key: String, pieces: [Int: [UInt8]])] = [:]
    /// Methods and keys, in their order.
    private(set) var asked: [String] = []
    /// Names in a page of a list.
    var pageSize = 1000
    /// What is answered in place of what would be, first to last; nil lets a request through.
    var answers: [Result<S3Answer, TransferFailure>?] = []
    /// When objects were written and uploads began, as lists say; nil where they say nothing.
    var moment: String?
    /// Is told each request before it is answered.
    var watcher: ((S3Request) -> Void)?
    private(set) var rests: [Double] = []
    private var next = 0

    static let cut = Result<S3Answer, TransferFailure>.failure(
        TransferFailure(words: "cut", isPassing: true, isTooLong: false))

    static func status(_ status: Int, _ body: String = "", _ headers: [String: String] = [:])
        -> Result<S3Answer, TransferFailure>
    {
        .success(S3Answer(status: status, headers: headers, body: Array(body.utf8)))
    }

    func store(prefix: String = "p", plan: RetryPlan = RetryPlan()) throws -> S3Store {
        let endpoint = try S3Endpoint(
            endpoint: "https://store", bucket: "bucket", region: "eu-1")
        let client = S3Client(
            endpoint, place: "s3://bucket/\(prefix)", plan: plan, perform: { self.perform($0) },
            rest: { self.rests.append($0) })
        return S3Store(client, prefix: prefix)
    }

    private func perform(_ request: S3Request) -> Result<S3Answer, TransferFailure> {
        asked.append("\(request.method) \(request.key ?? "")")
        watcher?(request)
        let given = answers.isEmpty ? nil : answers.removeFirst()
        let answer = given ?? answer(request)
        // A connection takes no more than was asked for.
        guard case .success(let whole) = answer, whole.body.count > request.most else {
            return answer
        }
        return .failure(TransferFailure(words: "too long", isPassing: false, isTooLong: true))
    }

    private func answer(_ request: S3Request) -> Result<S3Answer, TransferFailure> {
        let key = request.key ?? ""
        switch request.method {
        case "GET" where request.query["uploads"] != nil: return listUploads(request)
        case "GET" where request.query["uploadId"] != nil: return listPieces(request)
        case "GET" where request.key == nil: return list(request)
        case "GET":
            guard var bytes = objects[key] else { return Self.missing("NoSuchKey") }
            if let range = request.headers["Range"] {
                let ends = range.dropFirst("bytes=".count).split(separator: "-").map { Int($0)! }
                guard ends[0] < bytes.count else { return Self.status(416) }
                bytes = Array(bytes[ends[0]...min(ends[1], bytes.count - 1)])
            }
            return .success(S3Answer(status: 206, headers: [:], body: bytes))
        case "HEAD":
            guard let bytes = objects[key] else { return Self.status(404) }
            return Self.status(
                200, "",
                ["content-length": "\(bytes.count)", "x-amz-meta-sha256": hashes[key] ?? ""])
        case "PUT":
            if let id = request.query["uploadId"] {
                guard uploads[id] != nil else { return Self.missing("NoSuchUpload") }
                uploads[id]?.pieces[Int(request.query["partNumber"]!)!] = request.body
                return Self.status(200, "", ["etag": "\"\(PartTag.md5(request.body)!)\""])
            }
            if request.headers["If-None-Match"] == "*", objects[key] != nil {
                return Self.status(412)
            }
            objects[key] = request.body
            hashes[key] = request.headers["x-amz-meta-sha256"]
            return Self.status(200)
        case "POST" where request.query["uploads"] != nil:
            next += 1
            uploads["id\(next)"] = (key, [:])
            hashes[key] = request.headers["x-amz-meta-sha256"]
            return Self.status(
                200,
                "<InitiateMultipartUploadResult><UploadId>id\(next)</UploadId></InitiateMultipartUploadResult>"
            )
        case "POST":
            guard let upload = uploads.removeValue(forKey: request.query["uploadId"] ?? "") else {
                return Self.missing("NoSuchUpload")
            }
            objects[key] = upload.pieces.sorted { $0.key < $1.key }.flatMap(\.value)
            return Self.status(200, "<CompleteMultipartUploadResult/>")
        default:
            if let id = request.query["uploadId"] {
                uploads[id] = nil
            } else {
                objects[key] = nil
            }
            return Self.status(204)
        }
    }

    private static func missing(_ code: String) -> Result<S3Answer, TransferFailure> {
        status(404, "<Error><Code>\(code)</Code></Error>")
    }

    private func list(_ request: S3Request) -> Result<S3Answer, TransferFailure> {
        let prefix = request.query["prefix"] ?? ""
        let after = request.query["continuation-token"].map { String($0.dropFirst(6)) } ?? ""
        let keys = objects.keys.filter { $0.hasPrefix(prefix) && $0 > after }.sorted()
        var text = "<ListBucketResult>"
        if request.query["delimiter"] != nil {
            for folder in Set(keys.map { $0.dropFirst(prefix.count).prefix { $0 != "/" } }).sorted()
            { text += "<CommonPrefixes><Prefix>\(prefix)\(folder)/</Prefix></CommonPrefixes>" }
            return Self.status(200, text + "</ListBucketResult>")
        }
        for key in keys.prefix(pageSize) {
            text +=
                "<Contents><Key>\(key)</Key><Size>\(objects[key]!.count)</Size>"
                + (moment.map { "<LastModified>\($0)</LastModified>" } ?? "") + "</Contents>"
        }
        if keys.count > pageSize {
            text +=
                "<IsTruncated>true</IsTruncated><NextContinuationToken>after-"
                + "\(keys[pageSize - 1])</NextContinuationToken>"
        }
        return Self.status(200, text + "</ListBucketResult>")
    }

    private func listUploads(_ request: S3Request) -> Result<S3Answer, TransferFailure> {
        var text = "<ListMultipartUploadsResult>"
        for (id, upload) in uploads where upload.key.hasPrefix(request.query["prefix"] ?? "") {
            text +=
                "<Upload><Key>\(upload.key)</Key><UploadId>\(id)</UploadId>"
                + (moment.map { "<Initiated>\($0)</Initiated>" } ?? "") + "</Upload>"
        }
        return Self.status(200, text + "</ListMultipartUploadsResult>")
    }

    private func listPieces(_ request: S3Request) -> Result<S3Answer, TransferFailure> {
        guard let upload = uploads[request.query["uploadId"] ?? ""] else {
            return Self.missing("NoSuchUpload")
        }
        let after = request.query["part-number-marker"].flatMap { Int($0) } ?? 0
        let pieces = upload.pieces.filter { $0.key > after }.sorted { $0.key < $1.key }
        var text = "<ListPartsResult>"
        for (number, bytes) in pieces.prefix(pageSize) {
            text +=
                "<Part><PartNumber>\(number)</PartNumber><Size>\(bytes.count)</Size>"
                + "<ETag>\"\(PartTag.md5(bytes)!)\"</ETag></Part>"
        }
        if pieces.count > pageSize {
            text +=
                "<IsTruncated>true</IsTruncated><NextPartNumberMarker>"
                + "\(pieces[pageSize - 1].key)</NextPartNumberMarker>"
        }
        return Self.status(200, text + "</ListPartsResult>")
    }
}
