/// Something that a place holds.
struct StoredObject: Hashable, Sendable {
    var key: String
    /// Bytes.
    var size: Int64
    /// When it was written, in nanoseconds since 1970-01-01 UTC; 0 where the store does not say.
    var changedRealtime: Int64
}

/// Something that began to be sent, and has no name yet.
struct UnfinishedSending: Hashable, Sendable {
    var key: String
    /// When it began, or grew last, in nanoseconds since 1970-01-01 UTC; 0 where the store does not say.
    var began: Int64
    /// What the store calls it.
    var identifier: String
}

/// Where a place's objects lie. Knows names and bytes, and nothing of sessions; for one thread.
///
/// Every key that is handed in was made by `PlaceKey`; what a store lists is a stranger's, and nothing is made
/// of it but comparisons.
protocol PlaceStore: AnyObject {
    /// The place, for people.
    var name: String { get }

    /// Makes sure that the place can be used at all.
    /// - Throws: `noPlace`, `unreachable`, `denied`.
    func open() throws(StationsError)

    /// All objects whose keys begin with `prefix`, which ends with `/`, by key.
    func list(_ prefix: String) throws(StationsError) -> [StoredObject]

    /// The names before the first `/` of all keys.
    func folders() throws(StationsError) -> [String]

    /// A small object; nil where there is none.
    /// - Throws: `strange` where it is longer than `most` bytes.
    func read(_ key: String, atMost most: Int) throws(StationsError) -> [UInt8]?

    /// A piece of an object.
    /// - Throws: `damaged` where the object ends before or is not there.
    func read(_ key: String, _ range: Range<Int64>) throws(StationsError) -> [UInt8]

    /// Writes a small object, whole or not at all.
    /// - Returns: false where it was to be written only if it is absent, and is not.
    func write(
        _ bytes: [UInt8], to key: String, ifAbsent: Bool
    ) throws(StationsError) -> Bool

    /// Sends a file, and goes on where an earlier sending of the same content was cut off.
    /// - Returns: bytes that were sent; 0 where all of it was there.
    func send(
        _ source: any PartSource, _ hashes: PartHashes, to key: String
    ) throws(StationsError) -> Int64

    /// Removes an object; one that is not there is fine.
    func remove(_ key: String) throws(StationsError)

    /// What began to be sent below a prefix that ends with `/`.
    func unfinished(_ prefix: String) throws(StationsError) -> [UnfinishedSending]

    /// Forgets what was sent of something; what another process is just sending stays where that can be told.
    func giveUp(_ sending: UnfinishedSending) throws(StationsError)
}
