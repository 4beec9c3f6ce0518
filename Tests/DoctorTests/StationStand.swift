import Declarations
import Doctor
import Link
import LinkTestSupport
import Recording
import TestSupport

/// A machine on which a station lacks nothing, for tests that take one thing away.
struct StationStand {
    var machine: MadeUpMachine
    var station: StationFacts

    private static let settings = """
        devices:
          - {profile: polar-h10, address: "A0:9E:1A:00:00:01"}
        keyboards:
          - {match: "k120"}
        reader_priority: 20
        backup: /media/backup/attune

        """

    init() throws {
        machine = try MadeUpMachine()
        let file = machine.directory.file("attuned.yaml")
        try machine.put("/etc/attune/attuned.yaml", Self.settings)
        _ = file
        var status = DoubleHandler.status
        status.version = "1.0"
        status.alarms = []
        status.backup = BackupInfo(place: "/media/backup/attune", waiting: 0)
        status.storage.bytesPerSecond = nil
        station = StationFacts(
            isInstalled: true,
            settings: try StationSettings.load(
                path: machine.directory.file("machine") + "/etc/attune/attuned.yaml"),
            data: "/var/lib/attune", runtime: "/run/attuned", version: "1.0", status: status,
            bytesPerSecond: 10_000)
        try layOut()
    }

    private mutating func layOut() throws {
        try machine.put(
            "/etc/passwd",
            "root:x:0:0::/root:/bin/sh\nattune:x:990:101::/var/lib/attune:/bin/sh\n"
                + "ann:x:1000:1000::/home/ann:/bin/sh\n")
        try machine.put(
            "/etc/group",
            "attune:x:101:ann\nattune-operators:x:102:ann\ndialout:x:20:\ninput:x:103:\nann:x:1000:\n"
        )
        try machine.makeFolder("/run/systemd/system")
        for service in ["attuned", "attune-chat", "attune-console"] {
            machine.unit(
                "\(service).service", "LoadState=loaded", "ActiveState=active", "SubState=running",
                "UnitFileState=enabled", "NeedDaemonReload=no",
                "SupplementaryGroups=dialout input", "LimitRTPRIO=50", "LimitMEMLOCK=infinity",
                "LimitCORE=0", "ProtectSystem=strict", "ReadWritePaths=-/media/backup")
        }
        machine.unit("polkit.service", "LoadState=loaded")
        try machine.put("/usr/share/polkit-1/rules.d/attune.rules", "// rules")
        for program in ["attuned", "attune-chat", "attune-console", "attune-net"] {
            machine.answers["/usr/bin/\(program) --check"] = ProgramAnswer(
                code: 0, output: "in order")
        }
        try machine.put("/lib/udev/rules.d/70-attune.rules", "# rules")
        try machine.put("/run/udev/control")
        try machine.put("/sys/class/tty/ttyUSB0/dev", "188:0\n")
        try machine.put(
            "/run/udev/data/c188:0", "E:ID_VENDOR_ID=0403\nE:ID_MM_DEVICE_IGNORE=1\n")
        try machine.put("/usr/sbin/ModemManager")
        try machine.put("/sys/class/input/event3/device/name", "Logitech K120\n")
        try machine.put("/dev/input/event3")
        machine.owners["/dev/input/event3"] = (0, 103, 0o660)
        try machine.put("/usr/libexec/bluetooth/bluetoothd")
        machine.answers["/usr/libexec/bluetooth/bluetoothd --version"] = ProgramAnswer(
            code: 0, output: "5.72")
        try machine.put("/proc/77/comm", "bluetoothd\n")
        try machine.put("/proc/78/comm", "systemd-timesyn\n")
        try machine.makeFolder("/sys/class/bluetooth/hci0")
        for (name, value) in [("type", "bluetooth"), ("soft", "0"), ("hard", "0")] {
            try machine.put("/sys/class/rfkill/rfkill0/\(name)", "\(value)\n")
        }
        try machine.put("/proc/self/mountinfo", Self.mounts())
        try machine.makeFolder("/var/lib/attune")
        try machine.makeFolder("/run/attuned")
        try machine.makeFolder("/media/backup/attune")
        machine.owners["/media/backup/attune"] = (990, 101, 0o750)
        machine.devices["/media/backup/attune"] = 99
        machine.spaces = [
            "/var/lib/attune": (100 << 30, 200 << 30), "/run/attuned": (500 << 20, 512 << 20),
        ]
        // A volume of a volume group on an encrypted partition, and a bare disk for copies.
        try machine.put("/sys/dev/block/253:1/dm/uuid", "LVM-abc\n")
        try machine.makeFolder("/sys/dev/block/253:1/slaves/dm-0")
        try machine.put("/sys/class/block/dm-0/dev", "253:0\n")
        try machine.put("/sys/dev/block/253:0/dm/uuid", "CRYPT-LUKS2-00ff-root\n")
        try machine.put("/sys/dev/block/253:0/dm/name", "root\n")
        try machine.put("/sys/dev/block/8:17/uevent", "MAJOR=8\nDEVNAME=sdb1\n")
        try machine.put(
            "/proc/swaps", "Filename Type Size Used Priority\n/dev/dm-0 partition 1 0 -2\n")
        try machine.put("/proc/sys/kernel/core_pattern", "core\n")
    }

    /// The kernel's list of file systems, with the data volume's kind and options.
    static func mounts(_ kind: String = "ext4", _ options: String = "rw,relatime") -> String {
        """
        21 1 253:1 / / rw,relatime shared:1 - ext4 /dev/mapper/vg-root rw
        22 21 0:25 / /run rw,nosuid shared:2 - tmpfs tmpfs rw,size=800000k
        23 21 253:1 / /var/lib/attune \(options) shared:3 - \(kind) /dev/mapper/vg-data rw
        24 21 8:17 / /media/backup rw shared:4 - ext4 /dev/sdb1 rw

        """
    }

    /// What a check finds.
    func look(_ check: some StationCheck) -> [Finding] { check.look(at: machine, station) }
}
