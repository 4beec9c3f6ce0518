/// What most visitors do with most chunks: nothing. Samples have no such default, since a visitor that leaves
/// those out by mistake would find a file empty.
extension XDFVisitor {
    func fileHeader(_ text: [UInt8]) throws(ImportError) {}
    func streamHeader(
        _ stream: UInt32, _ text: [UInt8], at position: Int64
    ) throws(ImportError) {}
    func streamFooter(_ stream: UInt32, _ text: [UInt8]) throws(ImportError) {}
    func clockOffset(
        _ stream: UInt32, time: Double, offset: Double, at position: Int64
    ) throws(ImportError) {}
    func sampleHead(
        _ stream: UInt32, count: Int64, first: Double, at position: Int64
    ) throws(ImportError) {}
    func other(_ tag: UInt16, bytes: Int64) throws(ImportError) {}
    func damage(
        _ reason: String, from: Int64, to: Int64, stream: UInt32?
    ) throws(ImportError) {}
}
