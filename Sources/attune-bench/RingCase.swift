/// What `attune-bench ring` measures, with the ring and with its peers alike.
enum RingCase: CaseIterable {
    /// One record at a time, each published at once, each released at once.
    case single
    /// Sixteen records a publication; the reader takes all there is and releases it in one.
    case batch
    /// A record there and back over two rings.
    case roundTrip

    var title: String {
        switch self {
        case .single: "single records"
        case .batch: "batches of 16, drained"
        case .roundTrip: "round trip"
        }
    }

    /// The number by which peers.cpp knows it.
    var peerKind: Int32 {
        switch self {
        case .single: 0
        case .batch: 1
        case .roundTrip: 2
        }
    }

    /// How often both sides sum up each record.
    var readings: UInt64 { self == .roundTrip ? 2 : 1 }
}
