import DeviceProfiles
import SessionStore
import Timebase

/// Sources as a session file remembers them, made usable again.
enum SourceEntryAccess {
    /// nil where the profile's text cannot be read any more.
    static func content(_ entry: SourceEntry) -> SourceState.Content? {
        switch entry.kind {
        case .keyboard: return .keyboard
        case .pointer: return .pointer
        case .linked: return .linked(entry.linked)
        case .device:
            guard let profile = profile(entry) else { return nil }
            return .device(profile)
        }
    }

    /// The clock models of the source's streams, by their ids.
    static func models(_ entry: SourceEntry) -> [(Int64, ClockModel)] {
        switch entry.kind {
        case .linked: return Array(zip(entry.streams, entry.linked.map(\.model)))
        case .keyboard, .pointer: return []
        case .device:
            guard let profile = profile(entry) else { return [] }
            return Array(zip(entry.streams, profile.streams.map(\.model)))
        }
    }

    private static func profile(_ entry: SourceEntry) -> DeviceProfile? {
        ProfileAccess.profile(
            text: entry.profileText, name: entry.profileName, options: entry.profileOptions)
    }
}
