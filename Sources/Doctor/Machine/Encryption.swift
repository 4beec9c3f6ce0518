/// Whether what a file system or a swap area keeps is encrypted on its disks.
enum Encryption {
    case encrypted(String)
    case plain(String)
    case unknown(String)

    /// Of the file system that holds a path.
    static func of(path: String, _ machine: any Machine) -> Encryption {
        guard let mount = Mount.holding(path, machine) else {
            return .unknown("the kernel does not tell what \(path) lies on")
        }
        switch mount.kind {
        case "tmpfs", "ramfs": return .plain("memory (\(mount.kind)), which may be swapped out")
        case "ecryptfs", "fuse.gocryptfs", "fuse.cryfs", "fuse.encfs", "fuse.securefs":
            return .encrypted("\(mount.kind) at \(mount.point)")
        case "zfs":
            guard
                let answer = machine.answer(
                    "zfs", ["get", "-H", "-o", "value", "encryption", mount.source]),
                answer.code == 0
            else { return .unknown("the ZFS data set \(mount.source) does not tell") }
            let value = answer.output.trimmed
            return value == "off"
                ? .plain("the ZFS data set \(mount.source)")
                : .encrypted("ZFS, \(value)")
        default: break
        }
        let found = device(of: mount, machine).map { of(device: $0, machine) }
        // fscrypt encrypts folders of a file system; lsattr(1) shows them as E.
        if case .encrypted = found {
        } else if ["ext4", "f2fs"].contains(mount.kind),
            let flags = machine.answer("lsattr", ["-d", machine.nearest(path)]), flags.code == 0,
            flags.output.prefix(while: { $0 != " " }).contains("E")
        {
            return .encrypted("fscrypt in \(mount.point)")
        }
        return found ?? .unknown("\(mount.source) (\(mount.kind)) is no disk of this machine")
    }

    /// Of a block device, `MAJOR:MINOR`, with all that it is made of.
    static func of(device: String, _ machine: any Machine, depth: Int = 0) -> Encryption {
        let folder = "/sys/dev/block/\(device)"
        guard machine.exists(folder), depth < 16 else {
            return .unknown("the kernel does not tell what the device \(device) is made of")
        }
        if let kind = machine.trimmed("\(folder)/dm/uuid"), kind.hasPrefix("CRYPT-") {
            let name = machine.trimmed("\(folder)/dm/name") ?? device
            let type = kind.dropFirst("CRYPT-".count).prefix { $0 != "-" }
            return .encrypted("\(name), dm-crypt \(type)")
        }
        let below = machine.names("\(folder)/slaves")
        if below.isEmpty {
            return .plain("the disk \(name(device, machine)) holds it in the clear")
        }
        var answers: [Encryption] = []
        for name in below {
            guard let number = machine.trimmed("/sys/class/block/\(name)/dev") else {
                return .unknown("the kernel does not tell what \(name) is")
            }
            answers.append(of(device: number, machine, depth: depth + 1))
        }
        // One part in the clear is enough.
        for answer in answers { if case .plain = answer { return answer } }
        for answer in answers { if case .unknown = answer { return answer } }
        return answers[0]
    }

    /// `MAJOR:MINOR` of a block device by its path in /dev; nil where there is none.
    static func number(of path: String, _ machine: any Machine) -> String? {
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        if let number = machine.trimmed("/sys/class/block/\(name)/dev") { return number }
        for block in machine.names("/sys/class/block") where block.hasPrefix("dm-") {
            if machine.trimmed("/sys/class/block/\(block)/dm/name") == name {
                return machine.trimmed("/sys/class/block/\(block)/dev")
            }
        }
        return nil
    }

    /// File systems of several disks (btrfs) have a number of their own: then their source is asked.
    private static func device(of mount: Mount, _ machine: any Machine) -> String? {
        if machine.exists("/sys/dev/block/\(mount.device)") { return mount.device }
        return mount.source.hasPrefix("/dev/") ? number(of: mount.source, machine) : nil
    }

    private static func name(_ device: String, _ machine: any Machine) -> String {
        (machine.text("/sys/dev/block/\(device)/uevent") ?? "").split(separator: "\n")
            .first { $0.hasPrefix("DEVNAME=") }.map { String($0.dropFirst(8)) } ?? device
    }
}
