extension ControlInterface {
    /// All devices, also those of no session.
    public enum ListDevices: VarlinkMethod {
        public static let name = "io.attune.Control.ListDevices"
        public static let neededAccess = Access.watch

        public struct Parameters: Codable, Hashable, Sendable {
            public init() {}
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var devices: [DeviceInfo]

            public init(devices: [DeviceInfo]) {
                self.devices = devices
            }
        }
    }
}
