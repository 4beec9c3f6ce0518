/// Looks a machine over as a recording station.
public struct Doctor {
    /// All checks, in the order in which they are told: what recording needs first.
    public static let checks: [any StationCheck] = [
        ServiceCheck(), DaemonCheck(), SettingsCheck(), GroupCheck(), SerialPortCheck(),
        UdevRulesCheck(), InputCheck(), BluetoothCheck(), BluetoothAdapterCheck(), DiskRoomCheck(),
        DataVolumeCheck(), RuntimeRoomCheck(), RealtimeCheck(), ClockCheck(), SleepCheck(),
        RestartCheck(), BackupPlaceCheck(), EncryptionCheck(), SwapCheck(), CoreDumpCheck(),
        CredentialCheck(), CertificateCheck(),
    ]

    public let findings: [Finding]

    public init(_ machine: any Machine, _ station: StationFacts) {
        findings = Self.checks.flatMap { $0.look(at: machine, station) }
    }

    /// Whether something that is needed is not there.
    public var isMissingSomething: Bool { findings.contains { $0.verdict == .missing } }
}
