import Link
import LinkTestSupport
import SystemCalls
import TestSupport
import Testing

@testable import Doctor

/// What `attune doctor` says of machines that lack one thing.
@Suite struct DoctorTests {
    /// Whether a check says that something is missing, and names this command.
    private func expect(
        _ findings: [Finding], _ verdict: Finding.Verdict, mend: String,
        _ place: SourceLocation = #_sourceLocation
    ) {
        let found = findings.first { $0.verdict == verdict && $0.mend?.contains(mend) == true }
        #expect(found != nil, "\(findings)", sourceLocation: place)
    }

    @Test func aWholeStationLacksNothing() throws {
        let stand = try StationStand()
        let doctor = Doctor(stand.machine, stand.station)
        #expect(!doctor.isMissingSomething, "\(doctor.findings.filter { $0.verdict == .missing })")
        // The disk for copies is not encrypted.
        #expect(
            doctor.findings.filter { $0.verdict != .ok }.map(\.check) == ["encryption"],
            "\(doctor.findings.filter { $0.verdict != .ok })")
    }

    /// On a machine that has nothing at all, no check traps, and each says what to do.
    @Test func anEmptyMachineGetsACommandForEverything() throws {
        var stand = try StationStand()
        stand.machine = try MadeUpMachine()
        stand.station.status = nil
        for isInstalled in [true, false] {
            stand.station.isInstalled = isInstalled
            let doctor = Doctor(stand.machine, stand.station)
            #expect(doctor.isMissingSomething)
            for finding in doctor.findings where [.missing, .warning].contains(finding.verdict) {
                #expect(finding.mend?.isEmpty == false, "\(finding)")
            }
            #expect(
                doctor.findings.allSatisfy {
                    !$0.seen.contains("\n") && $0.mend?.contains("\n") != true
                })
        }
    }

    @Test func servicesThatDoNotRun() throws {
        var stand = try StationStand()
        stand.machine.unit(
            "attuned.service", "LoadState=loaded", "ActiveState=inactive", "SubState=dead")
        expect(stand.look(ServiceCheck()), .missing, mend: "systemctl enable --now attuned")
        stand.machine.unit("attuned.service", "LoadState=not-found")
        expect(stand.look(ServiceCheck()), .missing, mend: "apt-get install")
        stand.machine.unit("attune-chat.service", "LoadState=masked")
        expect(stand.look(ServiceCheck()), .warning, mend: "unmask attune-chat")
        stand.machine.unit(
            "attuned.service", "LoadState=loaded", "ActiveState=active", "UnitFileState=disabled")
        expect(stand.look(ServiceCheck()), .warning, mend: "systemctl enable attuned")
    }

    @Test func aDaemonThatIsSilentOrOlder() throws {
        var stand = try StationStand()
        stand.station.version = "1.1"
        expect(stand.look(DaemonCheck()), .warning, mend: "systemctl restart attuned")
        stand.station.status?.sessions = [DoubleHandler.session]
        expect(stand.look(DaemonCheck()), .warning, mend: "once no session records")
        stand.station.status = nil
        expect(stand.look(DaemonCheck()), .missing, mend: "systemctl restart attuned")
    }

    @Test func settingsWithAMistake() throws {
        var stand = try StationStand()
        stand.machine.answers["/usr/bin/attune-chat --check"] = ProgramAnswer(
            code: 78, output: "chat.yaml:3:1: unknown key 'lisen'")
        let found = stand.look(SettingsCheck())
        expect(found, .missing, mend: "attune-chat --check")
        #expect(found.contains { $0.seen.contains("chat.yaml:3:1") })
    }

    @Test func somebodyInNoGroup() throws {
        var stand = try StationStand()
        stand.machine.caller = Caller(user: 1000, groups: [1000, 101])
        // In the file since the last sign-in.
        expect(stand.look(GroupCheck()), .missing, mend: "newgrp attune-operators")
        try stand.machine.put("/etc/group", "attune:x:101:ann\nattune-operators:x:102:\n")
        expect(
            stand.look(GroupCheck()), .missing,
            mend: "sudo usermod -aG attune-operators ann")
        stand.machine.caller = Caller(user: 0, groups: [0])
        #expect(stand.look(GroupCheck()).map(\.verdict) == [.ok])
    }

    @Test func aRecorderWithoutItsGroups() throws {
        var stand = try StationStand()
        stand.machine.unit("attuned.service", "SupplementaryGroups=input")
        expect(stand.look(SerialPortCheck()), .missing, mend: "systemctl revert attuned")
        stand.station.isInstalled = false
        expect(stand.look(SerialPortCheck()), .missing, mend: "usermod -aG dialout ann")
        stand.machine.caller = Caller(user: 0, groups: [0])
        #expect(stand.look(SerialPortCheck()).map(\.verdict) == [.ok])
    }

    @Test func rulesThatAreNotThereOrNotInForce() throws {
        let stand = try StationStand()
        try stand.machine.put("/run/udev/data/c188:0", "E:ID_VENDOR_ID=0403\n")
        expect(
            stand.look(UdevRulesCheck()), .warning, mend: "udevadm trigger --subsystem-match=tty")
        // Another maker's port is none of ours.
        try stand.machine.put("/run/udev/data/c188:0", "E:ID_VENDOR_ID=1234\n")
        #expect(stand.look(UdevRulesCheck()).map(\.verdict) == [.ok])
        try stand.machine.remove("/lib/udev/rules.d/70-attune.rules")
        expect(stand.look(UdevRulesCheck()), .missing, mend: "apt-get install --reinstall attune")
        try stand.machine.remove("/usr/sbin/ModemManager")
        expect(stand.look(UdevRulesCheck()), .warning, mend: "apt-get install --reinstall attune")
    }

    @Test func aKeyboardThatIsAwayOrLocked() throws {
        var stand = try StationStand()
        stand.machine.owners["/dev/input/event3"] = (0, 0, 0o600)
        expect(stand.look(InputCheck()), .missing, mend: "udevadm trigger")
        try stand.machine.put("/sys/class/input/event3/device/name", "Other\n")
        expect(stand.look(InputCheck()), .missing, mend: "plug it in")
    }

    @Test func bluetoothThatIsAwayOrOff() throws {
        var stand = try StationStand()
        stand.machine.answers["/usr/libexec/bluetooth/bluetoothd --version"]?.output = "5.66"
        expect(stand.look(BluetoothCheck()), .warning, mend: "backports")
        try stand.machine.remove("/proc/77/comm")
        expect(stand.look(BluetoothCheck()), .missing, mend: "systemctl enable --now bluetooth")
        try stand.machine.remove("/usr/libexec/bluetooth/bluetoothd")
        expect(stand.look(BluetoothCheck()), .missing, mend: "apt-get install bluez")
        try stand.machine.put("/sys/class/rfkill/rfkill0/soft", "1\n")
        expect(stand.look(BluetoothAdapterCheck()), .missing, mend: "rfkill unblock bluetooth")
        try stand.machine.put("/sys/class/rfkill/rfkill0/hard", "1\n")
        expect(stand.look(BluetoothAdapterCheck()), .missing, mend: "turn that switch")
        // Who has no Bluetooth sensor needs none of it.
        stand.station.settings.devices = []
        #expect(stand.look(BluetoothCheck()).map(\.verdict) == [.ok])
        #expect(stand.look(BluetoothAdapterCheck()) == [])
    }

    @Test func aDiskThatIsNearlyFull() throws {
        var stand = try StationStand()
        #expect(stand.look(DiskRoomCheck()).map(\.verdict) == [.ok])
        stand.station.bytesPerSecond = 2_000_000
        expect(stand.look(DiskRoomCheck()), .warning, mend: "make room")
        stand.machine.spaces["/var/lib/attune"] = (900 << 20, 200 << 30)
        expect(stand.look(DiskRoomCheck()), .missing, mend: "make room")
    }

    /// The finished file needs as much again: the daemon's alarm counts so as well.
    @Test func hoursOfSessionsOnADisk() throws {
        var stand = try StationStand()
        stand.machine.spaces["/var/lib/attune"] = (720_000_000_000, 800_000_000_000)
        stand.station.bytesPerSecond = 1_000_000
        #expect(stand.look(DiskRoomCheck()).first?.seen.contains(", 100 hours") == true)
    }

    /// Without room that is kept, a full disk may keep a session from being finished.
    @Test(arguments: [
        ("ext4", false), ("xfs", false), ("btrfs", false), ("ext3", true), ("zfs", true),
        ("ecryptfs", true), ("exfat", true), ("somefs", true),
    ])
    func disksThatKeepNoRoom(_ kind: String, _ isTold: Bool) throws {
        let stand = try StationStand()
        try stand.machine.put("/proc/self/mountinfo", StationStand.mounts(kind))
        let found = stand.look(DiskRoomCheck())
        #expect(found.map(\.verdict) == (isTold ? [.ok, .warning] : [.ok]))
        if isTold { expect(Array(found.dropFirst()), .warning, mend: "ext4, xfs or btrfs") }
    }

    @Test(arguments: [
        ("tmpfs", "rw", Finding.Verdict.missing), ("overlay", "rw", .missing),
        ("nfs4", "rw", .missing),
        ("ext4", "ro,relatime", .missing), ("ext4", "rw,nobarrier", .warning),
        ("exfat", "rw", .warning),
        ("xfs", "rw", .ok), ("somefs", "rw", .unknown),
    ])
    func volumes(_ kind: String, _ options: String, _ verdict: Finding.Verdict) throws {
        let stand = try StationStand()
        try stand.machine.put("/proc/self/mountinfo", StationStand.mounts(kind, options))
        #expect(stand.look(DataVolumeCheck()).map(\.verdict) == [verdict])
    }

    @Test func aRuntimeDirectoryThatIsTooSmall() throws {
        var stand = try StationStand()
        stand.machine.spaces["/run/attuned"] = (20 << 20, 64 << 20)
        expect(stand.look(RuntimeRoomCheck()), .missing, mend: "ring_megabytes")
        // The rings of a daemon that runs are what is missing.
        try stand.machine.put("/run/attuned/acquisition.ring")
        #expect(stand.look(RuntimeRoomCheck()).map(\.verdict) == [.ok])
    }

    @Test func limitsThatAreTooLow() throws {
        var stand = try StationStand()
        stand.machine.unit("attuned.service", "LimitRTPRIO=0", "LimitMEMLOCK=65536")
        let found = stand.look(RealtimeCheck())
        expect(found, .missing, mend: "LimitRTPRIO=20")
        expect(found, .warning, mend: "LimitMEMLOCK=infinity")
    }

    @Test func aClockThatNobodyKeeps() throws {
        var stand = try StationStand()
        stand.machine.clock = ClockDiscipline(isSynchronised: false)
        expect(stand.look(ClockCheck()), .warning, mend: "timesync-status")
        try stand.machine.remove("/proc/78/comm")
        expect(stand.look(ClockCheck()), .warning, mend: "apt-get install systemd-timesyncd")
        stand.machine.clock = ClockDiscipline(isSynchronised: nil)
        #expect(stand.look(ClockCheck()).map(\.verdict) == [.unknown])
    }

    @Test func aLidThatSendsToSleep() throws {
        var stand = try StationStand()
        try stand.machine.makeFolder("/proc/acpi/button/lid/LID0")
        expect(stand.look(SleepCheck()), .warning, mend: "HandleLidSwitch=ignore")
        // What the command writes is what the check reads.
        try stand.machine.put(
            "/etc/systemd/logind.conf.d/attune.conf", "[Login]\nHandleLidSwitch=ignore\n")
        #expect(stand.look(SleepCheck()).map(\.verdict) == [.ok])
        try stand.machine.put("/etc/systemd/logind.conf", "[Login]\nIdleAction=suspend\n")
        expect(stand.look(SleepCheck()), .warning, mend: "IdleAction=ignore")
        stand.machine.unit("sleep.target", "LoadState=masked")
        #expect(stand.look(SleepCheck()).map(\.verdict) == [.ok])
    }

    @Test func whoeverMayHoldSleepOff() throws {
        var stand = try StationStand()
        #expect(stand.look(SleepCheck()).map(\.verdict) == [.ok])
        try stand.machine.remove("/usr/share/polkit-1/rules.d/attune.rules")
        expect(stand.look(SleepCheck()), .warning, mend: "--reinstall attune")
        stand.machine.unit("polkit.service", "LoadState=not-found")
        expect(stand.look(SleepCheck()), .warning, mend: "apt-get install polkitd")
    }

    @Test func needrestart() throws {
        let stand = try StationStand()
        try stand.machine.put("/usr/sbin/needrestart")
        expect(stand.look(RestartCheck()), .warning, mend: "--reinstall")
        try stand.machine.put(
            "/etc/needrestart/conf.d/attune.conf", "$nrconf{override_rc}{qr(^attune)} = 0;\n")
        #expect(stand.look(RestartCheck()).map(\.verdict) == [.ok])
    }

    @Test func aBackupPlaceThatDoesNotServe() throws {
        var stand = try StationStand()
        stand.machine.unit("attuned.service", "ProtectSystem=strict", "ReadWritePaths=")
        expect(stand.look(BackupPlaceCheck()), .missing, mend: "ReadWritePaths=-/media\\n")
        stand.machine.unit(
            "attuned.service", "ProtectSystem=strict", "ReadWritePaths=-/media/backup")
        #expect(stand.look(BackupPlaceCheck()).map(\.verdict) == [.ok])
        stand.machine.owners["/media/backup/attune"] = (0, 0, 0o755)
        expect(stand.look(BackupPlaceCheck()), .missing, mend: "chown attune:")
        stand.machine.owners["/media/backup/attune"] = (990, 101, 0o750)
        stand.machine.devices["/var/lib/attune"] = 99
        expect(stand.look(BackupPlaceCheck()), .warning, mend: "another disk")
        stand.machine.devices["/var/lib/attune"] = 98
        stand.station.status?.backup?.problem = "no room left"
        expect(stand.look(BackupPlaceCheck()), .missing, mend: "attune backup status")
        stand.station.settings.backup = "/media/away"
        expect(stand.look(BackupPlaceCheck()), .missing, mend: "install -d -o attune")
        stand.station.settings.backup = nil
        expect(stand.look(BackupPlaceCheck()), .warning, mend: "backup: /PATH")
    }

    @Test func disksInTheClear() throws {
        var stand = try StationStand()
        #expect(stand.look(EncryptionCheck()).map(\.verdict) == [.ok, .warning])
        try stand.machine.put("/sys/dev/block/253:0/dm/uuid", "LVM-other\n")
        #expect(stand.look(EncryptionCheck()).first?.verdict == .warning)
        // A second disk in the clear beside an encrypted one.
        try stand.machine.put("/sys/dev/block/253:0/dm/uuid", "CRYPT-LUKS2-00ff-root\n")
        try stand.machine.makeFolder("/sys/dev/block/253:1/slaves/sdc")
        try stand.machine.put("/sys/class/block/sdc/dev", "8:32\n")
        try stand.machine.put("/sys/dev/block/8:32/uevent", "DEVNAME=sdc\n")
        #expect(stand.look(EncryptionCheck()).first?.verdict == .warning)
        try stand.machine.remove("/sys/class/block/sdc/dev")
        #expect(stand.look(EncryptionCheck()).first?.verdict == .unknown)
        stand.machine.answers["lsattr -d /var/lib/attune"] = ProgramAnswer(
            code: 0, output: "-----E--------e------- /var/lib/attune")
        #expect(stand.look(EncryptionCheck()).first?.verdict == .ok)
        try stand.machine.put("/proc/self/mountinfo", StationStand.mounts("zfs"))
        stand.machine.answers["zfs get -H -o value encryption /dev/mapper/vg-data"] = ProgramAnswer(
            code: 0, output: "aes-256-gcm")
        #expect(stand.look(EncryptionCheck()).first?.verdict == .ok)
    }

    @Test func swapInTheClear() throws {
        let stand = try StationStand()
        #expect(stand.look(SwapCheck()).map(\.verdict) == [.ok])
        try stand.machine.put(
            "/proc/swaps", "Filename\n/dev/sdb1 partition 1 0 -2\n/dev/zram0 partition 1\n")
        try stand.machine.put("/sys/class/block/sdb1/dev", "8:17\n")
        #expect(stand.look(SwapCheck()).map(\.verdict) == [.warning, .ok])
        expect(stand.look(SwapCheck()), .warning, mend: "swapoff /dev/sdb1")
    }

    @Test func coreDumps() throws {
        var stand = try StationStand()
        try stand.machine.put(
            "/proc/sys/kernel/core_pattern", "|/usr/lib/systemd/systemd-coredump %P\n")
        #expect(stand.look(CoreDumpCheck()).map(\.verdict) == [.ok])
        try stand.machine.put("/proc/sys/kernel/core_pattern", "|/opt/collector %p\n")
        expect(stand.look(CoreDumpCheck()), .warning, mend: "kernel.core_pattern=core")
        try stand.machine.put("/proc/sys/kernel/core_pattern", "core\n")
        stand.machine.unit("attuned.service", "LimitCORE=infinity")
        expect(stand.look(CoreDumpCheck()), .warning, mend: "systemctl revert attuned")
    }

    @Test func keysOfLanguageModels() throws {
        var stand = try StationStand()
        try stand.machine.put(
            "/etc/attune/studies/one.yaml", "chat:\n  model:\n    credential: openai # key\n")
        expect(stand.look(CredentialCheck()), .missing, mend: "LoadCredential=openai:")
        try stand.machine.put(
            "/etc/systemd/system/attune-chat.service.d/key.conf",
            "[Service]\nLoadCredential=openai:/etc/attune/openai.key\n")
        expect(stand.look(CredentialCheck()), .missing, mend: "install -m 600")
        try stand.machine.put("/etc/attune/openai.key", "sk")
        stand.machine.owners["/etc/attune/openai.key"] = (0, 0, 0o644)
        expect(stand.look(CredentialCheck()), .missing, mend: "chmod 600")
        stand.machine.owners["/etc/attune/openai.key"] = (0, 0, 0o600)
        #expect(stand.look(CredentialCheck()).map(\.verdict) == [.ok])
    }

    /// However YAML lets it be written, and nowhere else.
    @Test(arguments: [
        "chat: {model: {url: x, credential: openai}}", "chat:\n  model: {credential: 'openai'}",
        "chat:\n  model:\n    \"credential\": \"openai\" # key",
        "x: &key openai\nchat:\n  model:\n    credential: *key",
        "chat:\n  model: {\n    credential:\n      openai}",
        "m: &m {credential: openai}\nchat: {model: *m}",
    ])
    func keysHoweverTheyAreWritten(_ study: String) throws {
        let stand = try StationStand()
        try stand.machine.put("/etc/attune/studies/one.yaml", study)
        expect(stand.look(CredentialCheck()), .missing, mend: "LoadCredential=openai:")
    }

    @Test func whatLooksLikeAKeyOfALanguageModel() throws {
        let stand = try StationStand()
        try stand.machine.put(
            "/etc/attune/studies/one.yaml",
            "# credential: old\nchat:\n  model:\n    credential:\n  other: |\n    credential: prose\n"
        )
        #expect(stand.look(CredentialCheck()).map(\.verdict) == [.ok])
        // A file that cannot be read is told, and hides no key of another one.
        try stand.machine.put("/etc/attune/studies/two.yaml", "chat: {model: {credential: openai}")
        expect(stand.look(CredentialCheck()), .unknown, mend: "attune protocol check")
        try stand.machine.put("/etc/attune/studies/three.yaml", "chat: {model: {credential: key}}")
        #expect(stand.look(CredentialCheck()).map(\.verdict) == [.unknown, .missing])
    }

    @Test func certificates() throws {
        var stand = try StationStand()
        #expect(stand.look(CertificateCheck()) == [])
        try stand.machine.put(
            "/etc/attune/console.yaml", "tlsCertificate: /etc/attune/c.pem # ours\n")
        expect(stand.look(CertificateCheck()), .missing, mend: "tlsCertificate")
        try stand.machine.put("/etc/attune/c.pem", "nonsense")
        expect(stand.look(CertificateCheck()), .missing, mend: "openssl x509")
        // However YAML writes it.
        try stand.machine.put(
            "/etc/attune/console.yaml",
            "{listen: '127.0.0.1:1', \"tlsCertificate\": '/etc/attune/c.pem'}\n")
        expect(stand.look(CertificateCheck()), .missing, mend: "openssl x509")
        let file = stand.machine.directory.file("made.pem")
        let made = try ChildProgram.run(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-subj", "/CN=station", "-days", "100", "-keyout", file + ".key", "-out", file,
            ])
        #expect(made == 0)
        try stand.machine.put("/etc/attune/c.pem", try FileSystem.readText(file))
        let now = Clocks.realtime()
        let day: Int64 = 86_400_000_000_000
        for (days, verdict): (Int64, Finding.Verdict) in [
            (0, .ok), (80, .warning), (101, .missing),
        ] {
            stand.machine.realtime = now + days * day
            #expect(
                stand.look(CertificateCheck()).map(\.verdict) == [verdict], "after \(days) days")
        }
    }
}
