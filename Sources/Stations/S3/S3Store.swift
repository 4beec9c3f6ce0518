import SystemCalls

/// A place in a bucket of a store that speaks S3.
final class S3Store: PlaceStore {
    let name: String
    /// Set where the bucket keeps old versions of what is removed.
    private(set) var keepsVersions = false
    let client: S3Client
    /// What all keys begin with: empty, or with a slash at its end.
    private let prefix: String

    init(_ client: S3Client, prefix: String) {
        self.client = client
        name = client.place
        self.prefix = prefix.isEmpty ? "" : prefix + "/"
    }

    func whole(_ key: String) -> String { prefix + key }

    func open() throws(StationsError) {
        _ = try client.get(
            S3Request(
                method: "GET",
                query: ["list-type": "2", "max-keys": "1", "prefix": whole(PlaceKey.mark)]),
            "the place cannot be opened")
    }

    // MARK: - Lists

    /// Hands out a list page by page.
    private func pages(
        _ query: [String: String], key: String? = nil, prefix: String, _ what: String,
        _ body: (ListingPage) -> Void
    ) throws(StationsError) {
        var query = query
        var asked: Set<[String: String]> = []
        while true {
            let answer = try client.get(S3Request(method: "GET", key: key, query: query), what)
            let page = try ListingPage(answer.body, prefix: prefix)
            body(page)
            guard let next = page.next else { return }
            // A store that goes in circles would never end.
            guard asked.insert(next).inserted, asked.count <= 20_000 else {
                throw StationsError(.strange, "\(what): the list of \(name) has no end")
            }
            query.merge(next) { $1 }
        }
    }

    func list(_ prefix: String) throws(StationsError) -> [StoredObject] {
        var found: [StoredObject] = []
        let whole = whole(prefix)
        try pages(
            ["list-type": "2", "prefix": whole, "encoding-type": "url"], prefix: whole,
            "\(prefix) cannot be listed"
        ) { page in
            for var object in page.objects {
                object.key.removeFirst(self.prefix.count)
                if PlaceKey.isSafe(object.key) { found.append(object) }
            }
        }
        return found.sorted { $0.key < $1.key }
    }

    func folders() throws(StationsError) -> [String] {
        var found: Set<String> = []
        try pages(
            ["list-type": "2", "prefix": prefix, "delimiter": "/", "encoding-type": "url"],
            prefix: prefix, "the place cannot be listed"
        ) { page in
            for folder in page.prefixes {
                let name = folder.dropFirst(self.prefix.count).dropLast()
                if folder.hasSuffix("/"), PlaceKey.isPlain(name) { found.insert(String(name)) }
            }
        }
        return found.sorted()
    }

    func unfinished(_ prefix: String) throws(StationsError) -> [UnfinishedSending] {
        var found: [UnfinishedSending] = []
        let whole = whole(prefix)
        try pages(
            ["uploads": "", "prefix": whole, "encoding-type": "url"], prefix: whole,
            "what is not sent to its end cannot be listed"
        ) { page in
            for var sending in page.sendings {
                sending.key.removeFirst(self.prefix.count)
                if PlaceKey.isSafe(sending.key) { found.append(sending) }
            }
        }
        return found
    }

    func pieces(
        of sending: UnfinishedSending
    ) throws(StationsError) -> [ListingPage.ListedPiece] {
        var found: [ListingPage.ListedPiece] = []
        try pages(
            ["uploadId": sending.identifier], key: whole(sending.key), prefix: "",
            "the pieces of \(sending.key) cannot be listed"
        ) { found += $0.pieces }
        return found
    }

    // MARK: - Objects

    /// Bytes of what a store says where it has no such object: that may be longer than the object.
    private static let mostOfRefusal = 64 << 10

    func read(_ key: String, atMost most: Int) throws(StationsError) -> [UInt8]? {
        let request = S3Request(
            method: "GET", key: whole(key), most: max(most, Self.mostOfRefusal))
        switch try client.ask(request, "\(key) cannot be read") {
        case .done(let answer):
            guard answer.body.count <= most else {
                throw StationsError(.strange, "\(key) at \(name) is far too long")
            }
            return answer.body
        case .refused(let fault) where fault.status == 404 && fault.code != "NoSuchBucket":
            return nil
        case .refused(let fault): throw error(fault, "\(key) cannot be read")
        }
    }

    func read(_ key: String, _ range: Range<Int64>) throws(StationsError) -> [UInt8] {
        guard !range.isEmpty else { return [] }
        let request = S3Request(
            method: "GET", key: whole(key),
            headers: ["Range": "bytes=\(range.lowerBound)-\(range.upperBound - 1)"],
            most: max(range.count, Self.mostOfRefusal))
        let damage = StationsError(
            .damaged, "\(key) at \(name) is not whole: push the session again")
        switch try client.ask(request, "\(key) cannot be read") {
        case .done(let answer):
            guard answer.body.count == range.count else { throw damage }
            return answer.body
        case .refused(let fault) where [404, 416].contains(fault.status): throw damage
        case .refused(let fault): throw error(fault, "\(key) cannot be read")
        }
    }

    func write(
        _ bytes: [UInt8], to key: String, ifAbsent: Bool
    ) throws(StationsError) -> Bool {
        let what = "\(key) cannot be written"
        var request = S3Request(
            method: "PUT", key: whole(key), headers: ["Content-Type": "application/json"],
            body: bytes)
        if ifAbsent { request.headers["If-None-Match"] = "*" }
        switch try client.ask(request, what) {
        case .done: return true
        case .refused(let fault) where ifAbsent && [409, 412].contains(fault.status):
            // A request that went well and whose answer was lost was sent a second time.
            return try read(key, atMost: PlaceJSON.most) == bytes
        case .refused(let fault) where ifAbsent && fault.status == 501:
            // Stores that do not know the condition: looked first, then written.
            if let there = try read(key, atMost: PlaceJSON.most) { return there == bytes }
            request.headers["If-None-Match"] = nil
            _ = try client.get(request, what)
            return true
        case .refused(let fault): throw error(fault, what)
        }
    }

    func remove(_ key: String) throws(StationsError) {
        let request = S3Request(method: "DELETE", key: whole(key))
        switch try client.ask(request, "\(key) cannot be removed") {
        case .done(let answer):
            if answer.headers["x-amz-delete-marker"] == "true" { keepsVersions = true }
        case .refused(let fault) where fault.status == 404 && fault.code != "NoSuchBucket": return
        case .refused(let fault): throw error(fault, "\(key) cannot be removed")
        }
    }

    func giveUp(_ sending: UnfinishedSending) throws(StationsError) {
        let request = S3Request(
            method: "DELETE", key: whole(sending.key), query: ["uploadId": sending.identifier])
        switch try client.ask(request, "\(sending.key) cannot be given up") {
        case .done: return
        case .refused(let fault) where fault.status == 404: return
        case .refused(let fault): throw error(fault, "\(sending.key) cannot be given up")
        }
    }

    func error(_ fault: StoreFault, _ what: String) -> StationsError {
        fault.error(what, place: name, region: client.endpoint.region)
    }
}
