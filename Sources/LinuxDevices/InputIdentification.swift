/// What an input device says of itself.
struct InputIdentification: Hashable, Sendable {
    let name: String
    let identity: String
    let isKeyboard: Bool
    let isPointer: Bool
}
