/// What a ring record holds. The numbers stand in ring files: they are never given a second meaning.
enum RecordKind {
    // The acquisition thread's ring.
    /// A source's descriptor was given to the reader. Payload: one byte, a `DeviceBeginning`.
    static let opened: UInt16 = 1
    /// Bytes of one read of a serial device.
    static let bytes: UInt16 = 2
    /// Input records (key classes, motion) of one read.
    static let input: UInt16 = 3
    /// A source ended. Payload: the kernel's error number, Int32; 0 for an orderly end.
    static let ended: UInt16 = 4

    /// One packet of a Bluetooth device: one byte, the characteristic's index in the profile's
    /// transport, then the packet.
    static let packet: UInt16 = 5
    /// What the start-up conversation negotiated, for the decoder; stands right behind `opened`.
    static let settings: UInt16 = 6

    /// A device is not read on purpose, from here to the next `opened`. No payload.
    static let paused: UInt16 = 7

    /// The machine slept, and what follows was read after it. The source is 0, for all.
    /// Payload: nanoseconds, Int64.
    static let slept: UInt16 = 8

    // The control thread's ring. The source is the session's number at this station.
    /// JSON of a `ControlRecord`.
    static let control: UInt16 = 16
    /// An event of a linked client, see `LinkEventRecord`.
    static let linkEvent: UInt16 = 17
    /// Samples of a linked client; the source is the client's. See `LinkSamplesRecord`.
    static let linkSamples: UInt16 = 18
    /// Something of a linked client that was not kept for want of consent: a `LinkEventRecord` without
    /// payload, whose kind says what it was and whose bound how many there were. A sequence of 0 is
    /// none, since the client's number goes with another record.
    static let linkWithheld: UInt16 = 19
}
