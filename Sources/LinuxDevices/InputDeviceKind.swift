/// What an input device is read for; decides which of its events pass the kernel's masks.
public enum InputDeviceKind: String, Sendable, CaseIterable, Codable {
    /// Keys only.
    case keyboard
    /// Buttons, motion and wheel only.
    case pointer
}
