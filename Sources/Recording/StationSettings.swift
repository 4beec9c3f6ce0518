import Declarations
import DeviceProfiles

/// A station's settings, as `attuned.yaml` has them. Every key may be left out.
public struct StationSettings: CheckedDeclaration {
    /// A device that cannot be recognised by itself.
    public struct Device: CheckedDeclaration, Sendable {
        public var profile: String
        public var path: String?
        public var serial: String?
        /// A Bluetooth address, `A0:9E:1A:00:00:01`.
        public var address: String?
        public var name: String?
        public var options: ProfileOptions?
        /// Which byte goes out by this port for which mark; `phase:NAME` for the begin of a phase,
        /// `*` for any mark.
        public var marks: [String: Int]

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case profile, path, serial, address, name, options, marks
        }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            profile = try container.decode(String.self, forKey: .profile)
            path = try container.decodeIfPresent(String.self, forKey: .path)
            serial = try container.decodeIfPresent(String.self, forKey: .serial)
            address = try container.decodeIfPresent(String.self, forKey: .address)
            name = try container.decodeIfPresent(String.self, forKey: .name)
            options = try container.decodeIfPresent(ProfileOptions.self, forKey: .options)
            marks = try container.decodeIfPresent([String: Int].self, forKey: .marks) ?? [:]
        }

        private static func isAddress(_ text: String) -> Bool {
            let bytes = text.split(separator: ":", omittingEmptySubsequences: false)
            return bytes.count == 6
                && bytes.allSatisfy { $0.utf8.count == 2 && UInt8($0, radix: 16) != nil }
        }

        public func check(_ report: inout DeclarationReport) {
            switch [path, serial, address].compactMap(\.self).count {
            case 0:
                report.add(
                    at: "profile",
                    message: "a device needs one of 'path', 'serial' and 'address' beside it")
            case 1: break
            default:
                report.add(
                    at: path == nil || serial == nil ? "address" : "serial",
                    message: "give one of 'path', 'serial' and 'address', not several")
            }
            for (label, byte) in marks.sorted(by: { $0.key < $1.key })
            where !(0...255).contains(byte) {
                report.add(
                    at: "marks", label, message: "expected a byte from 0 to 255, found \(byte)")
            }
            if let address, !Self.isAddress(address) {
                report.add(
                    at: "address",
                    message: "expected six bytes such as A0:9E:1A:00:00:01, found '\(address)'")
            }
        }
    }

    /// The participant's keyboard or pointer.
    public struct Input: CheckedDeclaration, Sendable {
        public var match: String?
        public var path: String?
        public var testSource: String?
        public var name: String?
        public var participant: Bool
        /// Whether it is read only while the chat has the focus; nil for the usual: a keyboard is, a
        /// pointer and a test source are not.
        public var onlyWithFocus: Bool?

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case match, path, name, participant
            case testSource = "test_source"
            case onlyWithFocus = "only_with_focus"
        }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            match = try container.decodeIfPresent(String.self, forKey: .match)
            path = try container.decodeIfPresent(String.self, forKey: .path)
            testSource = try container.decodeIfPresent(String.self, forKey: .testSource)
            name = try container.decodeIfPresent(String.self, forKey: .name)
            participant = try container.decodeIfPresent(Bool.self, forKey: .participant) ?? true
            onlyWithFocus = try container.decodeIfPresent(Bool.self, forKey: .onlyWithFocus)
        }

        public func check(_ report: inout DeclarationReport) {
            let given = [match, path, testSource].compactMap(\.self).count
            if given != 1 {
                report.add(
                    at: [], message: "give exactly one of 'match', 'path' and 'test_source'")
            }
        }
    }

    /// Who may do what.
    public struct Rights: CheckedDeclaration, Sendable {
        public var watch: [String]
        public var control: [String]

        private enum CodingKeys: String, CodingKey, CaseIterable { case watch, control }

        public init(watch: [String] = ["attune"], control: [String] = ["attune-operators"]) {
            self.watch = watch
            self.control = control
        }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            watch = try container.decodeIfPresent([String].self, forKey: .watch) ?? ["attune"]
            control =
                try container.decodeIfPresent([String].self, forKey: .control)
                ?? ["attune-operators"]
        }

        public func check(_ report: inout DeclarationReport) {}
    }

    /// The station's name, as it stands in session files; the machine's host name if left out.
    public var station: String?
    public var data: String?
    public var runtime: String?
    /// Where finished sessions are copied to; nil for nowhere.
    public var backup: String?
    /// Seconds that a finished session may wait for its copies before an alarm is raised.
    public var backupAlarmSeconds: Int
    public var devices: [Device]
    public var keyboards: [Input]
    public var pointers: [Input]
    /// Milliseconds from commit to commit, at most 250.
    public var commitIntervalMilliseconds: Int
    /// Size of each of the two rings, readings and links; rounded up to a power of two.
    public var ringMegabytes: Int
    /// Free MiB of the data directory's disk below which an alarm is raised; also raised when the disk will
    /// be full within an hour.
    public var diskMinimumMegabytes: Int
    /// Seconds that the daemon may have been away for a session to be taken up again.
    public var resumeLimitSeconds: Int
    /// SCHED_FIFO priority of the reader; 0 for none.
    public var readerPriority: Int
    public var rights: Rights
    /// What they were read from, for the places of mistakes.
    var document: DeclarationDocument?

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case station, data, runtime, backup, devices, keyboards, pointers, rights
        case backupAlarmSeconds = "backup_alarm_s"
        case commitIntervalMilliseconds = "commit_interval_ms"
        case ringMegabytes = "ring_megabytes"
        case diskMinimumMegabytes = "disk_minimum_mb"
        case resumeLimitSeconds = "resume_limit_s"
        case readerPriority = "reader_priority"
    }

    public init() {
        backupAlarmSeconds = 600
        devices = []
        keyboards = []
        pointers = []
        commitIntervalMilliseconds = 200
        ringMegabytes = 16
        diskMinimumMegabytes = 1024
        resumeLimitSeconds = 600
        readerPriority = 10
        rights = Rights()
    }

    public init(from decoder: any Decoder) throws {
        self.init()
        let container = try decoder.container(keyedBy: CodingKeys.self)
        station = try container.decodeIfPresent(String.self, forKey: .station)
        data = try container.decodeIfPresent(String.self, forKey: .data)
        runtime = try container.decodeIfPresent(String.self, forKey: .runtime)
        backup = try container.decodeIfPresent(String.self, forKey: .backup)
        devices = try container.decodeIfPresent([Device].self, forKey: .devices) ?? []
        keyboards = try container.decodeIfPresent([Input].self, forKey: .keyboards) ?? []
        pointers = try container.decodeIfPresent([Input].self, forKey: .pointers) ?? []
        func number(_ key: CodingKeys, _ value: inout Int) throws {
            value = try container.decodeIfPresent(Int.self, forKey: key) ?? value
        }
        try number(.commitIntervalMilliseconds, &commitIntervalMilliseconds)
        try number(.backupAlarmSeconds, &backupAlarmSeconds)
        try number(.ringMegabytes, &ringMegabytes)
        try number(.diskMinimumMegabytes, &diskMinimumMegabytes)
        try number(.resumeLimitSeconds, &resumeLimitSeconds)
        try number(.readerPriority, &readerPriority)
        rights = try container.decodeIfPresent(Rights.self, forKey: .rights) ?? Rights()
    }

    public func check(_ report: inout DeclarationReport) {
        report.require(commitIntervalMilliseconds, in: 20...250, at: "commit_interval_ms")
        report.require(backupAlarmSeconds, in: 1...604_800, at: "backup_alarm_s")
        if let backup, !backup.hasPrefix("/") {
            report.add(at: "backup", message: "expected an absolute path, found '\(backup)'")
        }
        report.require(ringMegabytes, in: 1...4096, at: "ring_megabytes")
        report.require(diskMinimumMegabytes, in: 0...1_048_576, at: "disk_minimum_mb")
        report.require(resumeLimitSeconds, in: 0...86_400, at: "resume_limit_s")
        report.require(readerPriority, in: 0...99, at: "reader_priority")
        var names: Set<String> = []
        for (index, device) in devices.enumerated() {
            let name = device.name ?? device.profile
            if !names.insert(name).inserted {
                report.add(
                    at: "devices", String(index), "profile",
                    message: "two devices are called '\(name)': give each a 'name' of its own")
            }
        }
    }

    /// Reads a settings file.
    public static func load(path: String) throws(DeclarationErrors) -> StationSettings {
        let document = try DeclarationDocument(path: path)
        var settings = try document.decode(StationSettings.self)
        settings.document = document
        return settings
    }

    /// A mistake that shows only beside the profiles: with its file, line and column where the
    /// settings were read from one.
    func mistake(at keys: [String], _ message: String) -> StationError {
        guard let document else {
            return StationError(.settings, "\(keys.joined(separator: ".")): \(message)")
        }
        return StationError(.settings, "\(document.error(at: keys, message))")
    }
}
