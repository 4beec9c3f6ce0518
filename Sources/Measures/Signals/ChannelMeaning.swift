import SessionStore

/// What a channel holds, by its unit and by the words of its name and label.
public enum ChannelMeaning: Hashable, Sendable {
    /// Beats a minute, as the device tells them.
    case heartRate
    /// Times between heartbeats, as the device tells them; `scale` makes seconds of them.
    case intervals(scale: Double)
    case skinConductance
    case electrocardiogram
    /// A pulse wave by light.
    case photoplethysmogram
    /// Breathing, as a belt or a sensor of the air's flow tells it.
    case respiration
    case other

    public init(_ channel: ChannelDescription) {
        let words = "\(channel.name) \(channel.label)".lowercased()
            .split { !$0.isLetter }.map(String.init)
        let unit = channel.unit.lowercased()
        if ["bpm", "1/min", "/min", "beats/min"].contains(unit) {
            self = .heartRate
        } else if words.contains(where: ["rr", "rri", "ibi", "nn"].contains),
            let scale = ["s": 1, "ms": 1e-3][unit]
        {
            self = .intervals(scale: scale)
        } else if words.contains(where: ["ecg", "ekg", "electrocardiogram"].contains) {
            self = .electrocardiogram
        } else if words.contains(where: ["eda", "gsr", "electrodermal", "skin", "scl"].contains)
            // In lower case these are microseconds, as devices count them.
            || ["µS", "μS", "uS"].contains(channel.unit) || unit == "microsiemens"
        {
            self = .skinConductance
        } else if words.contains(
            where: ["ppg", "bvp", "photoplethysmogram", "plethysmogram", "pleth"].contains)
        {
            self = .photoplethysmogram
        } else if words.contains(where: ["rsp", "resp", "respiration", "breathing"].contains),
            !unit.contains("/min"), unit != "bpm"
        {
            self = .respiration
        } else {
            self = .other
        }
    }
}
