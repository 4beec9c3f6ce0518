/// Which events of one type the kernel lets through to a descriptor (EVIOCSMASK).
struct InputMask: Hashable, Sendable {
    // Types of events (linux/input-event-codes.h).
    static let syncType: UInt16 = 0x00
    static let keyType: UInt16 = 0x01
    static let relativeType: UInt16 = 0x02
    static let miscellaneousType: UInt16 = 0x04

    /// The type of event; 0 masks whole types.
    let type: UInt16
    /// A bit for each code that passes, lowest first; a multiple of 8 bytes, as the kernel wants
    /// it. Codes beyond its end do not pass.
    let bits: [UInt8]

    init(type: UInt16, codeCount: Int, passing: (UInt16) -> Bool) {
        self.type = type
        var bits = [UInt8](repeating: 0, count: (codeCount + 63) / 64 * 8)
        for code in 0..<codeCount where passing(UInt16(code)) { bits[code / 8] |= 1 << (code % 8) }
        self.bits = bits
    }

    /// The masks for a device that is read for one kind of events, in the order of setting them.
    ///
    /// EV_MSC goes first: its MSC_SCAN tells the key as plainly as the key's code does.
    static func masks(kind: InputDeviceKind, policy: InputPolicy) -> [InputMask] {
        let types: [UInt16] =
            switch kind {
            case .keyboard: [syncType, keyType]
            case .pointer: [syncType, keyType, relativeType]
            }
        return [
            InputMask(type: miscellaneousType, codeCount: 8) { _ in false },
            InputMask(type: syncType, codeCount: 32) { types.contains($0) },
            InputMask(type: keyType, codeCount: 768) { code in
                switch kind {
                case .keyboard: code != 0 && !KeyClass.isButton(code: code)
                case .pointer: KeyClass.of(code: code) == .pointerButton
                }
            },
            InputMask(type: relativeType, codeCount: 16) { code in
                guard kind == .pointer else { return false }
                switch RelativeAxis(rawValue: code) {
                case .x, .y: return policy.recordsMotion
                case .wheel, .horizontalWheel: return true
                case nil: return false
                }
            },
        ]
    }
}
