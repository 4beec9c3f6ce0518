/// Why an option does not suit a profile.
public struct OptionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where in the options, such as `["channels", "1"]`; to be put behind the place of the options.
    public var keys: [String]
    /// What was expected, and what was found.
    public var message: String

    public init(keys: [String], message: String) {
        self.keys = keys
        self.message = message
    }

    public var description: String { "\(keys.joined(separator: ".")): \(message)" }
}
