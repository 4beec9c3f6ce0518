import DeviceProfiles
import Link
import LinuxDevices
import Timebase

/// A device of the station on the control thread's side: what it is, where, and how it stands.
final class ManagedDevice {
    /// How the station comes to the device.
    enum Binding: Hashable {
        /// A path in the settings.
        case path(String)
        /// The serial number that udev gives.
        case serial(String)
        /// A Bluetooth address.
        case address(String)
        /// Found by its profile's udev properties.
        case found(identity: String)
        /// A keyboard or pointer by a part of its name.
        case inputName(String)
        /// A named source of input events for demos and tests.
        case testSource(String)
    }

    enum Kind: Hashable {
        case serial, bluetooth, keyboard, pointer

        /// Its name in the status.
        var name: String {
            switch self {
            case .serial: "serial"
            case .bluetooth: "bluetooth"
            case .keyboard: "keyboard"
            case .pointer: "pointer"
            }
        }
    }

    /// Whether it is a keyboard or pointer, which is read during its session alone.
    var isInput: Bool { kind == .keyboard || kind == .pointer }

    /// Why it is recorded with its profile, in words.
    var why: String {
        switch binding {
        case .path(let path): "the settings name \(path)"
        case .serial(let serial): "the settings name the serial number \(serial)"
        case .address(let address): "the settings name the address \(address)"
        case .found: "udev shows \(foundBy)"
        case .inputName(let part): "the settings name '\(part)'"
        case .testSource: "the settings name a test source"
        }
    }

    /// The Bluetooth address that it is bound to.
    var address: String? {
        if case .address(let address) = binding { return address }
        return nil
    }

    let id: UInt32
    let name: String
    let profile: DeviceProfile
    let binding: Binding
    /// What the station's settings change of the profile.
    let options: ProfileOptions?
    let kind: Kind
    /// The udev properties by which it was recognised.
    var foundBy = ""
    /// A keyboard that is read only while the session's chat has the focus.
    var onlyWithFocus = false
    var node = ""
    var identity = ""
    var state = DeviceState.absent
    var reason = ""
    /// Number of the session that it records for.
    var session: UInt32?
    /// When opening may be tried again.
    var nextTry = Instant(nanoseconds: 0)
    /// Seconds between tries; grows with failures.
    var backoff: Int64 = 1
    var isOpening = false
    var isOpen = false
    /// The next opening only listens: the device may be sending still.
    var isResuming = false
    var openedAt = Instant(nanoseconds: 0)
    /// The service manager keeps a copy of its descriptor.
    var isStored = false
    /// Keys that an earlier process left down, by the raw value of their class.
    var heldKeys: [UInt8: UInt16] = [:]
    /// The Bluetooth thread has an opening of this device, which it has not told as ended.
    var isLinked = false
    /// Which byte goes out for which mark, where the device is a marker port.
    var marks: [String: UInt8] = [:]
    /// A descriptor of it to write marks to; -1 where there is none.
    var copy: Int32 = -1
    /// Percent, where the device tells.
    var battery: Int?
    /// In dBm, as it was heard last while Bluetooth searched.
    var signalStrength: Int?
    /// For the rate shown in the status.
    var rate = RateMeter()
    /// When it, or a stream of it, has fallen silent.
    let silence: SilenceWatch
    /// Streams that are silent while others go on.
    var silentStreams: Set<String> = []
    /// How much of it arrives, for each stream that has a rate, by its place in the profile.
    var delivery: [Int: DeliveryWatch] = [:]
    /// Percent of charge at which somebody should know.
    var lowBattery = LowWatch(limit: 15, end: 20)

    init(
        id: UInt32, name: String, profile: DeviceProfile, binding: Binding,
        options: ProfileOptions?, kind: Kind
    ) {
        self.id = id
        self.name = name
        self.profile = profile
        self.binding = binding
        self.options = options
        self.kind = kind
        silence = SilenceWatch(profile)
    }

    /// Judges the link anew: the device was opened.
    func watchDelivery() {
        delivery = [:]
        for (index, stream) in profile.streams.enumerated() {
            guard let rate = stream.rate, rate > 0 else { continue }
            delivery[index] = DeliveryWatch(rate: rate, tolerancePPM: stream.rateTolerancePPM)
        }
    }

    /// Samples a second of all its streams together by its profile; nil where one has no rate.
    var nominalRate: Double? {
        let rates = profile.streams.map(\.rate)
        guard !rates.isEmpty, !isInput, !rates.contains(nil) else { return nil }
        return rates.compactMap(\.self).reduce(0, +)
    }

}

/// Samples a second over the last few seconds.
struct RateMeter {
    private var marks: [(time: Instant, samples: Int64)] = []

    mutating func note(_ samples: Int64, at time: Instant) {
        if let last = marks.last, time - last.time < 500_000_000 { return }
        marks.append((time, samples))
        if marks.count > 10 { marks.removeFirst() }
    }

    var hertz: Double? {
        guard let first = marks.first, let last = marks.last,
            last.time - first.time >= 1_000_000_000
        else {
            return nil
        }
        return Double(last.samples - first.samples) / (Double(last.time - first.time) / 1e9)
    }
}
