import CEvdev
import CSystemCalls
import Glibc
import SystemCalls

/// The real kernel, and libevdev for asking what a device can do.
struct LinuxInputKernel: InputKernel {
    func setMonotonicClock(_ descriptor: Int32) throws(SystemError) {
        var clock = CLOCK_MONOTONIC
        try systemCall("ioctl EVIOCSCLOCKID") {
            unsafe attune_ioctl_pointer(descriptor, attune_eviocsclockid, &clock)
        }
    }

    func setMask(_ descriptor: Int32, _ mask: InputMask) throws(SystemError) {
        try systemCall("ioctl EVIOCSMASK") {
            unsafe mask.bits.withUnsafeBytes { bits in
                // The kernel copies the bits within the call, while they are held here.
                var request = attune_input_mask(
                    type: UInt32(mask.type), codes_size: UInt32(bits.count),
                    codes_ptr: UInt64(UInt(bitPattern: bits.baseAddress)))
                return unsafe attune_ioctl_pointer(descriptor, attune_eviocsmask, &request)
            }
        }
    }

    func discardQueued(_ descriptor: Int32) throws(SystemError) {
        try unsafe withUnsafeTemporaryAllocation(byteCount: 1536, alignment: 8) {
            (buffer) throws(SystemError) -> Void in
            // What is read here was typed before the recording, and may still hold codes.
            defer { unsafe explicit_bzero(buffer.baseAddress!, buffer.count) }
            // The kernel queues a few hundred events at most; the limit is for a device that
            // sends faster than this reads.
            for _ in 0..<256 {
                let count = try nonBlockingSystemCall("read") {
                    unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                }
                guard let count, count > 0 else { return }
            }
        }
    }

    /// Not through libevdev, which asks for the keys that are down: the kernel answers and throws away the
    /// key events that are queued (evdev_handle_get_val in drivers/input/evdev.c).
    func name(
        _ descriptor: Int32
    ) throws(SystemError) -> (name: String, identity: String) {
        var numbers: [UInt16] = [0, 0, 0]
        // Three are filled, and there are three.
        try systemCall("ioctl EVIOCGID") { unsafe attune_input_numbers(descriptor, &numbers) }
        let place = try unsafe Self.text("ioctl EVIOCGUNIQ") {
            unsafe attune_input_place(descriptor, $0, $1)
        }
        let name = try unsafe Self.text("ioctl EVIOCGNAME") {
            unsafe attune_input_name(descriptor, $0, $1)
        }
        let parts = numbers.map { Self.hexadecimal(Int32($0)) }
        return (name.isEmpty ? "unnamed" : name, parts.joined(separator: ":") + ":" + place)
    }

    /// Has a text filled in that ends with 0.
    private static func text(
        _ call: String, _ fill: (UnsafeMutablePointer<CChar>, Int) -> Int32
    ) throws(SystemError) -> String {
        var bytes = [CChar](repeating: 0, count: 256)
        try systemCall(call) {
            unsafe bytes.withUnsafeMutableBufferPointer {
                // It has elements, and so an address.
                unsafe fill($0.baseAddress!, $0.count)
            }
        }
        return String(
            decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    func identify(_ descriptor: Int32) throws(SystemError) -> InputIdentification {
        var made: OpaquePointer?
        let result = unsafe libevdev_new_from_fd(descriptor, &made)
        guard result == 0, let device = unsafe made else {
            throw SystemError(code: result < 0 ? -result : EINVAL, call: "libevdev_new_from_fd")
        }
        defer {
            // libevdev asked which keys are held right now; nothing of that stays in memory.
            for code in 0..<UInt32(KEY_CNT) {
                unsafe libevdev_set_event_value(device, UInt32(EV_KEY), code, 0)
            }
            unsafe libevdev_free(device)
        }
        func has(_ type: Int32, _ codes: [Int32]) -> Bool {
            codes.allSatisfy {
                unsafe libevdev_has_event_code(device, UInt32(type), UInt32($0)) == 1
            }
        }
        // The codes of Q to P, A to L and Z to M lie side by side.
        let letters = Array(KEY_Q...KEY_P) + Array(KEY_A...KEY_L) + Array(KEY_Z...KEY_M)
        let numbers = unsafe [
            libevdev_get_id_bustype(device), libevdev_get_id_vendor(device),
            libevdev_get_id_product(device),
        ]
        let place =
            unsafe Self.text(libevdev_get_uniq(device))
            ?? Self.text(libevdev_get_phys(device)) ?? ""
        return InputIdentification(
            name: unsafe Self.text(libevdev_get_name(device)) ?? "unnamed",
            identity: numbers.map(Self.hexadecimal).joined(separator: ":") + ":" + place,
            isKeyboard: has(EV_KEY, letters + [KEY_SPACE, KEY_ENTER]),
            isPointer: has(EV_REL, [REL_X, REL_Y]) && has(EV_KEY, [BTN_LEFT]))
    }

    /// Copies a text of libevdev's; nil where there is none.
    private static func text(_ pointer: UnsafePointer<CChar>?) -> String? {
        guard let pointer = unsafe pointer, unsafe pointer.pointee != 0 else { return nil }
        return unsafe String(cString: pointer)
    }

    /// Four digits, as the kernel writes ids.
    private static func hexadecimal(_ number: Int32) -> String {
        let digits = String(UInt16(truncatingIfNeeded: number), radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
