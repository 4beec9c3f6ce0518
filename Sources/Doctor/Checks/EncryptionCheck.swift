/// Whether the data volume, and the backup's, are encrypted: a stolen disk tells nothing then.
struct EncryptionCheck: StationCheck {
    static let name = "encryption"

    func look(at machine: any Machine, _ station: StationFacts) -> [Finding] {
        [station.data, station.settings.backup].compactMap(\.self).map { path in
            switch Encryption.of(path: path, machine) {
            case .encrypted(let how): ok("\(path) is encrypted: \(how)")
            case .plain(let why):
                warning(
                    "\(path) is not encrypted: \(why)",
                    mend: "make an encrypted volume (cryptsetup luksFormat /dev/DISK) and move the "
                        + "data there; a disk that encrypts by itself is not seen here")
            case .unknown(let why):
                unknown("cannot tell whether \(path) is encrypted: \(why)", mend: "lsblk -f")
            }
        }
    }
}
