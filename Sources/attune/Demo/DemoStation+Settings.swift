import SystemCalls

extension DemoStation {
    /// The settings of the pilot station; they stay beside the data, as an example.
    func writeSettings() throws {
        func quoted(_ text: String) -> String {
            let escaped = text.replacingOccurrences(of: "\\", with: "\\\\")
            return "\"" + escaped.replacingOccurrences(of: "\"", with: "\\\"") + "\""
        }
        let isShown = preparesExample
        let sensor =
            isShown
            ? "\n  - {profile: bitalino, name: \(Self.exampleSensor), path: "
                + "\(quoted(places.node(Self.exampleSensor)))}" : ""
        let keyboard =
            isShown
            ? "\n  - {test_source: \(quoted(places.node(Self.exampleKeyboard))), name: "
                + "\(Self.exampleKeyboard), participant: true}" : ""
        let text = """
            # The pilot station of `attune demo`. Its devices are virtual, and its keyboard is a named
            # pipe, which attuned takes only with --allow-test-sources.
            station: demo
            devices:
              - {profile: bitalino, path: \(quoted(places.node("bitalino")))}
              - {profile: grove-gsr, path: \(quoted(places.node("grove")))}\(sensor)
            keyboards:
              - {test_source: \(quoted(places.node("keyboard"))), name: keyboard, participant: true}\(keyboard)

            """
        try FileSystem.write(Array(text.utf8), to: places.settings)
    }
}
