import Declarations
import Foundation

/// All device profiles of a directory.
public struct ProfileLibrary: Sendable {
    /// The profiles by name, in alphabetical order.
    public let profiles: [DeviceProfile]

    /// - Parameter profiles: later ones replace earlier ones of the same name.
    public init(_ profiles: [DeviceProfile]) {
        var byName: [String: DeviceProfile] = [:]
        for profile in profiles { byName[profile.name] = profile }
        self.profiles = byName.values.sorted { $0.name < $1.name }
    }

    /// Reads every `*.yaml` file of a directory.
    ///
    /// - Throws: the mistakes of all files together. A file must be named as its profile.
    public static func load(directory: String) throws(DeclarationErrors) -> ProfileLibrary {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
        } catch {
            throw DeclarationErrors([
                DeclarationError(
                    file: directory, line: 1, column: 1, keyPath: "",
                    message: "the directory of profiles cannot be read: "
                        + error.localizedDescription)
            ])
        }
        var profiles: [DeviceProfile] = []
        var errors: [DeclarationError] = []
        for name in names where name.hasSuffix(".yaml") && !name.hasPrefix(".") {
            do {
                let document = try DeclarationDocument(path: "\(directory)/\(name)")
                let profile = try DeviceProfile.make(document)
                if "\(profile.name).yaml" != name {
                    errors.append(
                        document.error(
                            at: ["name"],
                            "expected \(name.dropLast(5)) as the file is called, found "
                                + profile.name))
                }
                profiles.append(profile)
            } catch {
                errors += error.errors
            }
        }
        guard errors.isEmpty else { throw DeclarationErrors(errors) }
        return ProfileLibrary(profiles)
    }

    /// The profile of that name.
    public subscript(name: String) -> DeviceProfile? { profiles.first { $0.name == name } }

    /// The profiles that something speaks for, the strongest first.
    public func candidates(
        for device: [String: String]
    ) -> [(profile: DeviceProfile, strength: MatchStrength)] {
        profiles.map { (profile: $0, strength: $0.strength(of: device)) }
            .filter { $0.strength > .none }
            .sorted { ($1.strength, $0.profile.name) < ($0.strength, $1.profile.name) }
    }
}
