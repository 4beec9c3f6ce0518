/// How a device's bytes are cut into samples.
public enum Framing: Hashable, Sendable {
    /// No bytes: an input device, whose events are stamped by the kernel.
    case none
    /// BITalino's frames with CRC and 4-bit sequence.
    case bitalino(BITalinoFraming)
    /// Lines of text.
    case lines(LineFraming)
    /// Frames of fixed length.
    case frames(FrameFraming)
    /// Lines that are JSON objects.
    case json(JSONFraming)
    /// Packets of Bluetooth characteristics.
    case packets(PacketFraming)
    /// Polar's measurement data.
    case polar(PolarFraming)
    /// Shimmer3's stream.
    case shimmer(ShimmerFraming)
    /// OpenBCI Cyton's packets.
    case cyton(CytonFraming)
    /// A port whose bytes are marks.
    case marker(MarkerFraming)
}
