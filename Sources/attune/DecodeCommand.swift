import ArgumentParser
import Declarations
import DeviceProfiles
import Foundation
import Glibc
import SystemCalls

/// `attune devices decode`: what a device's bytes mean.
struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Decode a device's bytes from standard input.",
        discussion: """
            Prints a line of JSON for each sample and channel: \
            {"channel":"ecg","index":0,"value":0.25,"unit":"mV"}, with "stream" where the profile has \
            several and "device_time" (nanoseconds of the device's own clock) where it is known. index \
            is the sample's number in its stream; value is in the unit, null where it is missing. \
            Bytes that gave no sample, values not to be trusted and losses that a counter shows are \
            lines too: {"fault":"checksum","bytes":4,"index":20}.

            The bytes come as they are, or with --hex as digits, a piece a line. With a Bluetooth \
            device a line is one packet of a characteristic, whose name in the profile \
            stands before the digits: measurement 10 3C 00 04 2D 04. Without a name it is of the first \
            one that the profile subscribes to. Empty lines and lines that begin with # are passed \
            over.

            Bytes are read exactly as the daemon does. So the first line of a device that sends text \
            counts as half a line, unless the input begins with a newline.
            """)

    @Argument(help: "The name of a profile, or a file.")
    var profile: String
    @Flag(help: "Read hexadecimal digits, a packet or piece a line.")
    var hex = false
    @Option(help: "A station's options for the device, as YAML: '{rate: 100, channels: [A1]}'.")
    var options: String?
    @Option(help: "What the start of the device negotiated, in hexadecimal digits.")
    var settings: String?

    func run() throws {
        let profile = try load()
        var isPackets = false
        if case .packets = profile.framing { isPackets = true }
        if case .input = profile.transport {
            throw ValidationError("An input device has no bytes: the kernel gives its events.")
        }
        if isPackets && !hex {
            throw ValidationError(
                "The device sends packets, and bytes alone do not say where one ends: use --hex, "
                    + "one packet a line.")
        }
        var decoding = DecodingRun(profile)
        if let settings {
            guard let bytes = PacketLine.bytes(settings[...]) else {
                throw ValidationError("--settings wants bytes of two hexadecimal digits each.")
            }
            decoding.decoder.configure(bytes)
        }
        var text = PacketLines()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while let count = try read(into: &buffer) {
            if hex {
                for line in text.take(buffer[..<count]) { decoding.take(line: line) }
            } else {
                decoding.take(bytes: Array(buffer[..<count]))
            }
            try decoding.flush()
        }
        if let line = text.rest() { decoding.take(line: line) }
        decoding.finish()
        try decoding.flush()
    }

    /// Bytes that are there now; nil at the end.
    private func read(into buffer: inout [UInt8]) throws(SystemError) -> Int? {
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { room in
                unsafe Glibc.read(0, room.baseAddress, room.count)
            }
            if count > 0 { return count }
            if count == 0 { return nil }
            if errno != EINTR { throw SystemError(code: errno, call: "read", subject: "input") }
        }
    }

    private func load() throws -> DeviceProfile {
        let isPath = profile.contains("/") || profile.hasSuffix(".yaml")
        let path = isPath ? profile : "\(Places.profiles)/\(profile).yaml"
        if !isPath, !FileSystem.exists(path) {
            let names = ((try? FileSystem.list(Places.profiles)) ?? [])
                .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
            throw ValidationError(
                "There is no profile '\(profile)'. There are: \(names.joined(separator: ", ")).")
        }
        let loaded = try DeviceProfile.load(path: path)
        guard let options else { return loaded }
        let station: ProfileOptions = try Declaration.decode(from: options, file: "--options")
        do throws(OptionError) {
            return try loaded.applying(options: station)
        } catch {
            throw ValidationError("--options: \(error)")
        }
    }
}
