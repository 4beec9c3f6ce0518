/// Sends files: small ones as one, others piece by piece, so that what was sent once need not be sent again.
extension S3Store {
    /// The line of an object's head that has its SHA-256: what stands under a key's name was sent as this.
    private static let hashHeader = "x-amz-meta-sha256"

    func send(
        _ source: any PartSource, _ hashes: PartHashes, to key: String
    ) throws(StationsError) -> Int64 {
        if try isThere(key, hashes) { return 0 }
        return try hashes.parts.count == 1
            ? sendWhole(source, hashes, key) : sendPieces(source, hashes, key)
    }

    /// Whether an object is what is to be sent, as far as the store says.
    private func isThere(_ key: String, _ hashes: PartHashes) throws(StationsError) -> Bool {
        let request = S3Request(method: "HEAD", key: whole(key))
        switch try client.ask(request, "\(key) cannot be looked at") {
        case .done(let answer):
            return answer.headers["content-length"].flatMap { Int64($0) } == hashes.size
                && answer.headers[Self.hashHeader] == hashes.sha256
        // Who may write and not list is told 403 of what is not there.
        case .refused(let fault) where [403, 404].contains(fault.status): return false
        case .refused(let fault): throw error(fault, "\(key) cannot be looked at")
        }
    }

    private func headers(_ hashes: PartHashes) -> [String: String] {
        ["Content-Type": "application/octet-stream", Self.hashHeader: hashes.sha256]
    }

    /// A piece, if it is still what it was.
    private func piece(
        _ part: Int, _ source: any PartSource, _ hashes: PartHashes
    ) throws(StationsError) -> [UInt8] {
        let bytes = try source.read(hashes.range(part))
        guard PartHashes.sha256(bytes) == hashes.parts[part] else {
            throw StationsError(.changed, "it changed while it was sent; push again")
        }
        return bytes
    }

    private func sendWhole(
        _ source: any PartSource, _ hashes: PartHashes, _ key: String
    ) throws(StationsError) -> Int64 {
        let bytes = try piece(0, source, hashes)
        try source.checkUnchanged()
        _ = try client.get(
            S3Request(
                method: "PUT", key: whole(key), headers: headers(hashes), body: bytes,
                bodySHA256: hashes.sha256),
            "\(key) cannot be sent")
        return hashes.size
    }

    // MARK: - Pieces

    private func sendPieces(
        _ source: any PartSource, _ hashes: PartHashes, _ key: String
    ) throws(StationsError) -> Int64 {
        let (sending, pieces) = try begin(hashes, key)
        var sent: Int64 = 0
        do throws(StationsError) {
            var plan = try UploadPlan(hashes, pieces: pieces) { number throws(StationsError) in
                PartTag.md5(try piece(number - 1, source, hashes))
            }
            for number in plan.missing {
                let bytes = try piece(number - 1, source, hashes)
                plan.kept[number] = try send(bytes, number, of: sending, hashes)
                sent += Int64(bytes.count)
            }
            try source.checkUnchanged()
            try complete(sending, plan.kept, hashes)
        } catch {
            // What changed is never going on; everything else is.
            if error.code == .changed { try? giveUp(sending) }
            throw error
        }
        return sent
    }

    /// Goes on with what was sent before, or begins.
    private func begin(
        _ hashes: PartHashes, _ key: String
    ) throws(StationsError) -> (UnfinishedSending, [ListingPage.ListedPiece]) {
        let folder = key.lastIndex(of: "/").map { String(key[...$0]) } ?? ""
        let earlier = try unfinished(folder).filter { $0.key == key }
        var pieces: [String: [ListingPage.ListedPiece]] = [:]
        for sending in earlier { pieces[sending.identifier] = try self.pieces(of: sending) }
        let choice = UploadPlan.choose(
            earlier, bytes: pieces.mapValues { $0.reduce(0) { $0 + $1.size } })
        for sending in choice.givenUp { try giveUp(sending) }
        if let goesOn = choice.goesOn { return (goesOn, pieces[goesOn.identifier] ?? []) }

        let what = "\(key) cannot be sent"
        let answer = try client.get(
            S3Request(
                method: "POST", key: whole(key), query: ["uploads": ""], headers: headers(hashes)),
            what)
        let root = try AnswerReader.read(answer.body)
        guard root.name == "InitiateMultipartUploadResult",
            let identifier = root.text("UploadId"), !identifier.isEmpty
        else { throw StationsError(.strange, what, cause: "\(name) gives it no id") }
        return (UnfinishedSending(key: key, began: 0, identifier: identifier), [])
    }

    /// - Returns: the tag that the store gives it.
    private func send(
        _ bytes: [UInt8], _ number: Int, of sending: UnfinishedSending, _ hashes: PartHashes
    ) throws(StationsError) -> String {
        let what = "piece \(number) of \(sending.key) cannot be sent"
        let request = S3Request(
            method: "PUT", key: whole(sending.key),
            query: ["partNumber": "\(number)", "uploadId": sending.identifier],
            headers: ["Content-Type": "application/octet-stream"], body: bytes,
            bodySHA256: hashes.parts[number - 1])
        switch try client.ask(request, what) {
        case .done(let answer):
            let tag = ListingPage.tag(answer.headers["etag"] ?? "")
            guard !tag.isEmpty else {
                throw StationsError(.strange, what, cause: "\(name) gives it no tag")
            }
            return tag
        case .refused(let fault) where fault.code == "NoSuchUpload":
            throw StationsError(
                .conflict,
                "\(sending.key) was given up or ended while it was sent, as by another push; push "
                    + "again")
        case .refused(let fault): throw error(fault, what)
        }
    }

    /// Has the store put the pieces together. It says that with a status of 200 also where it could not.
    private func complete(
        _ sending: UnfinishedSending, _ tags: [Int: String], _ hashes: PartHashes
    ) throws(StationsError) {
        let what = "\(sending.key) cannot be put together"
        let request = S3Request(
            method: "POST", key: whole(sending.key), query: ["uploadId": sending.identifier],
            headers: ["Content-Type": "application/xml"], body: UploadPlan.completion(tags))
        let outcome = try client.ask(request, what) { answer in
            let root = try? AnswerReader.read(answer.body)
            return root?.name == "Error" ? StoreFault(status: 400, body: answer.body) : nil
        }
        // A first request may have gone well, and its answer been lost.
        if case .refused(let fault) = outcome, fault.code != "NoSuchUpload" {
            throw error(fault, what)
        }
        guard try isThere(sending.key, hashes) else {
            throw StationsError(
                .strange, what, cause: "afterwards it is not what was sent; push again")
        }
    }
}
