import Timebase

/// A device: how it is recognised, spoken to, and read.
///
/// Read from a file in `Devices/profiles`; `Protocols/formats/device-profile.md` describes the form.
public struct DeviceProfile: Hashable, Sendable {
    /// The name by which settings bind the device; the file is `NAME.yaml`.
    public var name: String
    /// Raised whenever the profile changes what is recorded.
    public var version: Int
    /// What a person calls the device.
    public var title: String
    /// The file as it was read, stored with each session.
    public var text: String
    /// Where it was read from.
    public var path: String
    /// Any of these is enough.
    public var match: [ProfileMatch]
    public var transport: Transport
    public var framing: Framing
    public var streams: [StreamProfile]
    /// The talk before the device sends, and when it is to stop.
    public var start: [DialogueStep]
    public var stop: [DialogueStep]
    /// The options in force: the file's, changed by a station's settings.
    public var options: ProfileOptions
    /// The file's content, from which the profile is made anew for other options.
    let declaration: ProfileDeclaration

    /// How well the profile fits a device with these udev properties.
    public func strength(of device: [String: String]) -> MatchStrength {
        match.filter { $0.matches(device) }.map { $0.isGeneric ? .generic : .exact }.max() ?? .none
    }

    /// The udev properties that speak for the profile, as `NAME=value, …`; empty if none do.
    public func evidence(in device: [String: String]) -> String {
        let fitting = match.filter { $0.matches(device) }
        guard let entry = fitting.first(where: { !$0.isGeneric }) ?? fitting.first else {
            return ""
        }
        return entry.properties.keys.sorted().map { "\($0)=\(device[$0] ?? "")" }
            .joined(separator: ", ")
    }

    /// How well the profile fits a Bluetooth LE device that advertises this.
    public func strength(
        name: String?, services: [String], manufacturers: [UInt16]
    ) -> MatchStrength {
        match.compactMap { entry -> MatchStrength? in
            guard let bluetooth = entry.bluetooth,
                bluetooth.matches(name: name, services: services, manufacturers: manufacturers)
            else { return nil }
            return entry.isGeneric ? .generic : .exact
        }.max() ?? .none
    }

    /// The talk before the device sends. Drivers with a state of their own have theirs here.
    public func startConversation() -> any DeviceConversation {
        switch framing {
        case .polar(let framing): PolarConversation(framing)
        case .shimmer(let framing): ShimmerConversation(framing)
        case .cyton(let framing): CytonConversation(framing)
        default: ScriptedConversation(start)
        }
    }

    /// The talk when the device is to stop.
    public func stopConversation() -> any DeviceConversation {
        switch framing {
        case .polar(let framing): PolarStopConversation(framing)
        case .shimmer: ScriptedConversation([.send([0x20]), .wait(milliseconds: 100)])
        case .cyton: ScriptedConversation([.send(Array("s".utf8)), .wait(milliseconds: 100)])
        default: ScriptedConversation(stop)
        }
    }

    /// A decoder at its beginning. An input device has one that finds every byte unparsable.
    public func makeDecoder() -> any SampleDecoder {
        switch framing {
        case .none: InputDecoder()
        case .bitalino(let framing):
            FrameScanner(BITalinoForm(framing, channels: streams.first?.channels ?? []))
        case .lines(let framing): LineScanner(TextLineForm(framing: framing))
        case .json(let framing): LineScanner(JSONLineForm(framing: framing))
        case .packets(let framing): PacketDecoder(framing)
        case .frames(let framing): FrameScanner(FixedForm(framing, streams: streams.count))
        case .polar(let framing): PolarDecoder(framing)
        case .shimmer(let framing): ShimmerDecoder(framing)
        case .cyton(let framing): FrameScanner(CytonForm(framing, streams: streams.count))
        case .marker(let framing): MarkerDecoder(framing)
        }
    }
}
