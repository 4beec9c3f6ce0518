/// Why a sensor of the network cannot be read.
public struct NetworkSensorError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of trouble it is.
    public enum Code: Hashable, Sendable {
        /// liblsl is not there, or cannot be used.
        case library
        /// The settings ask for something that is not possible.
        case settings
        /// The network or a device of it.
        case network
        /// The disk on which data wait to be delivered.
        case state
    }

    public var code: Code
    /// For a person, with what to do.
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
