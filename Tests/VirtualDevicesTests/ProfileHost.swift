import CSystemCalls
import DeviceProfiles
import Glibc
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import VirtualDevices

/// A host that talks to a virtual device as its profile says and decodes what it sends. Device and host
/// take turns on a clock of the test's own, so that seconds take no time.
final class ProfileHost {
    let profile: DeviceProfile
    let device: any VirtualDevice
    private let port: FileDescriptor
    private var stepped: SteppedDevice
    private let names: [String]
    private var text: [UInt8] = []
    private var bytes: [UInt8] = []
    private var packets: [(characteristic: Int, bytes: [UInt8])] = []
    private var value: [UInt8]?
    private var refusal: String?

    /// Makes the device of the profile's name, opens its port and subscribes.
    init(_ profile: DeviceProfile, _ settings: VirtualDeviceSettings) throws {
        self.profile = profile
        device = try VirtualDeviceCatalogue.make(profile.name, settings)
        stepped = SteppedDevice(device)
        try stepped.run(seconds: 0)
        port = try FileDescriptor(
            opening: try #require(device.path), flags: O_RDWR | O_NOCTTY | O_NONBLOCK)
        if device.pollDescriptors.openings >= 0 { try stepped.noticeOpening() }
        guard case .bluetooth(let bluetooth) = profile.transport else {
            names = []
            return
        }
        names = bluetooth.characteristics.map(\.name)
        for characteristic in bluetooth.characteristics
        where characteristic.subscription != .none {
            try put(Array("subscribe \(characteristic.name)\n".utf8))
        }
    }

    /// Lets time pass.
    func run(seconds: Double) throws {
        var left = seconds
        while left > 1e-9 {
            try stepped.run(seconds: min(0.05, left))
            left -= 0.05
            try collect()
        }
    }

    /// Holds a conversation to its end.
    /// - Returns: the settings for the decoder.
    func converse(_ start: any DeviceConversation) throws -> [UInt8] {
        var conversation = start
        var event = ConversationEvent.begun
        for _ in 0..<10_000 {
            switch conversation.next(event) {
            case .write(let bytes, let characteristic):
                refusal = nil
                if names.isEmpty {
                    try put(bytes)
                } else {
                    var line = Array("write ".utf8)
                    BluetoothText.append(names[characteristic], bytes, to: &line)
                    try put(line)
                }
                event = refusal.map { .refused($0) } ?? .done
            case .read(let characteristic):
                value = nil
                try put(Array("read \(names[characteristic])\n".utf8))
                event = value.map { .value($0) } ?? .refused(refusal ?? "")
            case .wait(let milliseconds):
                try run(seconds: Double(milliseconds) / 1000)
                event = .done
            case .receive(let milliseconds, _):
                if bytes.isEmpty && packets.isEmpty {
                    try run(seconds: Double(milliseconds) / 1000)
                }
                if !packets.isEmpty {
                    let packet = packets.removeFirst()
                    event = .received(packet.bytes, characteristic: packet.characteristic)
                } else if !bytes.isEmpty {
                    event = .received(bytes, characteristic: 0)
                    bytes = []
                } else {
                    event = .timedOut
                }
            case .finished(let settings, let leftover):
                bytes = leftover + bytes
                return settings
            case .failed(let reason):
                Issue.record("\(profile.name): \(reason)")
                return []
            }
        }
        Issue.record("\(profile.name): the conversation does not end")
        return []
    }

    /// Decodes all that has come.
    func decode(_ settings: [UInt8]) -> DecodedOutput {
        var decoder = profile.makeDecoder()
        decoder.configure(settings)
        var output = DecodedOutput(profile)
        // The buffers are used within the calls only.
        unsafe bytes.withUnsafeBytes { unsafe decoder.decode($0, into: &output) }
        for packet in packets {
            unsafe packet.bytes.withUnsafeBytes {
                unsafe decoder.decode(packet: $0, from: packet.characteristic, into: &output)
            }
        }
        decoder.finish(into: &output)
        return output
    }

    private func put(_ bytes: [UInt8]) throws {
        try FileSystem.writeAll(bytes, to: port.number)
        try stepped.obey()
        try collect()
    }

    /// Reads what the kernel says is there; a little passes until it says so.
    private func collect() throws {
        while try Port.wait(port.number, milliseconds: device.unread > 0 ? 2000 : 1) {
            var buffer: [UInt8] = Array(repeating: 0, count: 65536)
            let count = unsafe read(port.number, &buffer, buffer.count)
            guard count > 0 else { break }
            if names.isEmpty {
                bytes += buffer[..<count]
            } else {
                text += buffer[..<count]
            }
        }
        while let end = text.firstIndex(of: 0x0A) {
            let words = String(decoding: text[..<end], as: UTF8.self).split(separator: " ")
            text.removeFirst(end + 1)
            switch words[0] {
            case "value": value = BluetoothText.bytes(words.dropFirst(2)) ?? []
            case "error": refusal = words.dropFirst(2).joined(separator: " ")
            default:
                let characteristic = try #require(names.firstIndex(of: String(words[0])))
                packets.append((characteristic, BluetoothText.bytes(words.dropFirst()) ?? []))
            }
        }
    }
}
