import DeviceProfiles

/// A profile's options in a form that a session file can keep.
struct StoredOptions: Codable, Hashable, Sendable {
    var rate: Double?
    var channels: [String]?
    var sensors: [String: String]?
    var baud: Int?
    var parameters: [String: Double]?

    init(_ options: ProfileOptions?) {
        rate = options?.rate
        channels = options?.channels
        sensors = options?.sensors
        baud = options?.baud
        parameters = options?.parameters
    }

    var options: ProfileOptions {
        ProfileOptions(
            rate: rate, channels: channels, sensors: sensors, baud: baud, parameters: parameters)
    }
}

/// Profiles as a session file remembers them.
enum ProfileAccess {
    /// The profile that a source had; nil where its text cannot be read any more.
    static func profile(text: String, name: String, options: StoredOptions) -> DeviceProfile? {
        guard let profile = try? DeviceProfile.read(text, file: "\(name).yaml") else { return nil }
        return try? profile.applying(options: options.options)
    }
}
