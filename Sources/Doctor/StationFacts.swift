import Link
import Recording

/// The station that is looked at: where it is, what its settings say, what its daemon answers.
public struct StationFacts {
    /// Installed by the package, and not run out of a checkout.
    public var isInstalled: Bool
    public var settings: StationSettings
    public var data: String
    public var runtime: String
    /// The version of the command.
    public var version: String
    /// What the daemon says; nil where it does not answer.
    public var status: Status?
    /// Why it does not.
    public var silence: String?
    /// How many bytes a second the last sessions took; nil where there were none.
    public var bytesPerSecond: Double?
    /// The folder of the programs.
    public var programs: String

    public init(
        isInstalled: Bool, settings: StationSettings, data: String, runtime: String,
        version: String, status: Status? = nil, silence: String? = nil,
        bytesPerSecond: Double? = nil, programs: String = "/usr/bin"
    ) {
        self.isInstalled = isInstalled
        self.settings = settings
        self.data = data
        self.runtime = runtime
        self.version = version
        self.status = status
        self.silence = silence
        self.bytesPerSecond = bytesPerSecond
        self.programs = programs
    }

    /// Who records: the service's user, or whoever runs the checkout's daemon.
    func recorder(_ machine: any Machine) -> Accounts.User? {
        let accounts = Accounts(machine)
        return isInstalled ? accounts.user("attune") : accounts.user(machine.caller.user)
    }
}
