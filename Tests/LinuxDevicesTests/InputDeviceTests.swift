import Glibc
import Synchronization
import SystemCalls
import TestSupport
import Testing

@testable import LinuxDevices

@Suite("Opening input devices")
struct InputDeviceTests {
    /// A kernel that notes what it is asked for, and refuses one thing.
    private final class FakeKernel: InputKernel {
        let calls = Mutex<[String]>([])
        let refused: String?
        let isKeyboard: Bool

        init(refused: String? = nil, isKeyboard: Bool = true) {
            self.refused = refused
            self.isKeyboard = isKeyboard
        }

        private func note(_ call: String) throws(SystemError) {
            calls.withLock { $0.append(call) }
            if call == refused { throw SystemError(code: EINVAL, call: call) }
        }
        func setMonotonicClock(_ descriptor: Int32) throws(SystemError) { try note("clock") }
        func setMask(_ descriptor: Int32, _ mask: InputMask) throws(SystemError) {
            try note("mask \(mask.type)")
        }
        func discardQueued(_ descriptor: Int32) throws(SystemError) { try note("discard") }
        func name(
            _ descriptor: Int32
        ) throws(SystemError) -> (name: String, identity: String) {
            try note("name")
            return ("fake", "f")
        }
        func identify(_ descriptor: Int32) throws(SystemError) -> InputIdentification {
            try note("identify")
            return InputIdentification(
                name: "fake", identity: "f", isKeyboard: isKeyboard, isPointer: !isKeyboard)
        }
    }

    private func open(
        _ path: String, _ kind: InputDeviceKind, _ kernel: FakeKernel
    ) throws(DeviceError) -> InputDescription {
        try InputDevice.open(path, kind: kind, policy: InputPolicy(), kernel: kernel).description
    }

    @Test("Clock, then masks, then all that was queued is thrown away")
    func order() throws {
        let kernel = FakeKernel()
        let description = try open("/dev/null", .keyboard, kernel)
        #expect(description.isMasked && description.isOnMonotonicClock)
        #expect(!description.isTestSource)
        let calls = kernel.calls.withLock { $0 }
        #expect(
            calls == ["clock", "mask 4", "mask 0", "mask 1", "mask 2", "identify", "discard"])
    }

    @Test("What stayed open is neither drained nor asked what would empty its queue")
    func adopted() throws {
        let kernel = FakeKernel()
        let descriptor = try FileDescriptor(opening: "/dev/null", flags: O_RDONLY)
        let input = try InputDevice.adopt(
            descriptor, "/dev/null", kind: .keyboard, policy: InputPolicy(), kernel: kernel)
        #expect(input.description.isMasked && input.description.identity == "f")
        let calls = kernel.calls.withLock { $0 }
        #expect(calls == ["clock", "mask 4", "mask 0", "mask 1", "mask 2", "name"])
    }

    @Test(
        "What stayed open and refuses is not taken over",
        arguments: ["clock", "mask 4", "mask 0", "mask 1", "mask 2", "name"])
    func notAdopted(refused: String) throws {
        #expect(throws: DeviceError.self) {
            _ = try InputDevice.adopt(
                try FileDescriptor(opening: "/dev/null", flags: O_RDONLY), "/dev/null",
                kind: .keyboard, policy: InputPolicy(),
                kernel: FakeKernel(refused: refused))
        }
    }

    @Test(
        "What is refused fails closed",
        arguments: [
            ("clock", DeviceError.Code.clockRefused), ("mask 4", .privacyRefused),
            ("mask 0", .privacyRefused), ("mask 1", .privacyRefused),
            ("mask 2", .privacyRefused), ("identify", .failed), ("discard", .failed),
        ])
    func refused(call: String, code: DeviceError.Code) throws {
        let error = #expect(throws: DeviceError.self) {
            _ = try open("/dev/null", .keyboard, FakeKernel(refused: call))
        }
        #expect(error?.code == code)
        #expect(error?.cause == SystemError(code: EINVAL, call: call))
        #expect(error?.message.contains("/dev/null") == true)
    }

    @Test("Another kind of device, no device, and a file that is none, are said")
    func wrongDevices() throws {
        let mouse = #expect(throws: DeviceError.self) {
            _ = try open("/dev/null", .keyboard, FakeKernel(isKeyboard: false))
        }
        #expect(mouse?.code == .wrongKind)
        let missing = #expect(throws: DeviceError.self) {
            _ = try InputDevice.open("/nonexistent/event3", kind: .keyboard).description
        }
        #expect(missing?.code == .notFound)
        let file = #expect(throws: DeviceError.self) {
            _ = try InputDevice.open("/dev/null", kind: .keyboard).description
        }
        #expect(file?.code == .wrongKind)
        #expect(file?.message.contains("/dev/null is not an input device") == true)
    }

    @Test("The masks let through what is recorded and nothing else")
    func masks() {
        func passing(_ kind: InputDeviceKind, _ type: UInt16, motion: Bool = true) -> [Int] {
            let masks = InputMask.masks(kind: kind, policy: InputPolicy(recordsMotion: motion))
            let mask = masks.first { $0.type == type }
            let bits = mask?.bits ?? []
            #expect(bits.count % 8 == 0 && !bits.isEmpty)
            return (0..<bits.count * 8).filter { bits[$0 / 8] >> ($0 % 8) & 1 == 1 }
        }
        #expect(passing(.keyboard, 4) == [] && passing(.pointer, 4) == [])
        #expect(passing(.keyboard, 0) == [0, 1] && passing(.pointer, 0) == [0, 1, 2])
        #expect(passing(.keyboard, 2) == [] && passing(.pointer, 2) == [0, 1, 6, 8])
        #expect(passing(.pointer, 2, motion: false) == [6, 8])
        let keys = passing(.keyboard, 1)
        #expect(Set(1..<0x100).isSubset(of: keys))
        #expect(!keys.contains { (0x100...0x15F).contains($0) || $0 >= 0x300 || $0 == 0 })
        #expect(passing(.pointer, 1).allSatisfy { (0x100...0x15F).contains($0) })
        #expect(Set(0x110...0x117).isSubset(of: passing(.pointer, 1)))
    }

    @Test("A test source must be allowed, and is a FIFO or a pseudo-terminal")
    func testSource() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("keys")
        unsafe #expect(mkfifo(path, 0o600) == 0)
        let refused = #expect(throws: DeviceError.self) {
            _ = try TestInputSource.open(path, kind: .keyboard, isAllowed: false).description
        }
        #expect(refused?.code == .testSourceRefused)
        let source = try TestInputSource.open(path, kind: .keyboard, isAllowed: true)
        #expect(source.description.isTestSource && !source.description.isMasked)
        for path in ["/dev/null", "/nonexistent/keys"] {
            let error = #expect(throws: DeviceError.self) {
                _ = try TestInputSource.open(path, kind: .keyboard, isAllowed: true).description
            }
            #expect(error?.code == (path == "/dev/null" ? .wrongKind : .notFound))
        }
    }
}
