import VirtualDevices

/// The study's sensors as virtual devices: 374 samples a second in 174 readings.
enum StudyDevices {
    static let description = "BITalino 3 x 100 Hz, sketch 50 Hz, Grove GSR 24 Hz"
    static let samplesPerSecond = 374.0

    /// Lines for the settings' `devices`.
    static let settings = [
        "{profile: bitalino, path: RUNTIME/bitalino, name: bitalino, "
            + "options: {rate: 100, channels: [A1, A2, A3]}}",
        "{profile: line-sketch, path: RUNTIME/sketch, name: sketch, options: {rate: 50}}",
        "{profile: grove-gsr, path: RUNTIME/grove, name: grove, options: {rate: 24}}",
    ]

    static func make(in runtime: String) throws -> [any VirtualDevice] {
        var bitalino = VirtualBitalino.Settings()
        bitalino.rate = 100
        bitalino.link = "\(runtime)/bitalino"
        var sketch = VirtualLineSketch.Settings(format: .integer, rate: 50)
        sketch.link = "\(runtime)/sketch"
        var grove = VirtualLineSketch.Settings(format: .grove, rate: 24)
        grove.link = "\(runtime)/grove"
        return [
            try VirtualBitalino(bitalino), try VirtualLineSketch(sketch),
            try VirtualLineSketch(grove),
        ]
    }
}
