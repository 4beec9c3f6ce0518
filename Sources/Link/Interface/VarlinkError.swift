/// An error as it travels: its full name and its parameters.
public struct VarlinkError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Such as `io.attune.Control.NoSuchSession`.
    public var name: String
    /// An object.
    public var parameters: JSONValue

    public init(name: String, parameters: JSONValue = .object([:])) {
        self.name = name
        self.parameters = parameters
    }

    /// The name without its interface.
    public var shortName: String {
        String(name.split(separator: ".").last ?? "")
    }

    public static func interfaceNotFound(_ interface: String) -> VarlinkError {
        VarlinkError(
            name: "org.varlink.service.InterfaceNotFound",
            parameters: ["interface": .string(interface)])
    }

    public static func methodNotFound(_ method: String) -> VarlinkError {
        VarlinkError(
            name: "org.varlink.service.MethodNotFound", parameters: ["method": .string(method)])
    }

    public static func methodNotImplemented(_ method: String) -> VarlinkError {
        VarlinkError(
            name: "org.varlink.service.MethodNotImplemented",
            parameters: ["method": .string(method)])
    }

    /// - Parameter reason: what is wrong with it; goes out beside the name, which the standard asks
    ///   for alone.
    public static func invalidParameter(_ parameter: String, reason: String = "") -> VarlinkError {
        var parameters: [String: JSONValue] = ["parameter": .string(parameter)]
        if !reason.isEmpty { parameters["reason"] = .string(reason) }
        return VarlinkError(
            name: "org.varlink.service.InvalidParameter", parameters: .object(parameters))
    }

    public static var permissionDenied: VarlinkError {
        VarlinkError(name: "org.varlink.service.PermissionDenied")
    }

    public static var expectedMore: VarlinkError {
        VarlinkError(name: "org.varlink.service.ExpectedMore")
    }

    public var description: String {
        guard case .object(let members) = parameters, !members.isEmpty else { return name }
        return "\(name) \(parameters.text)"
    }
}
