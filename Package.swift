// swift-tools-version: 6.2
import PackageDescription

// The targets stand in the order of a sample's way: from the system's libraries, through the
// devices and the ring, to the store, and from there to those who look back.
// Which target may import which is fixed in Sources/README.md and enforced by the build
// (`--explicit-target-dependency-import-check error`, see the Makefile).

/// The rules of the house, for each target of ours.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
]

let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
/// The system SQLite as a C module, for binding on the append path.
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let argumentParser: Target.Dependency = .product(
    name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
/// What pages are served with.
let web: [Target.Dependency] = [
    .product(name: "Hummingbird", package: "hummingbird"),
    .product(name: "HummingbirdCore", package: "hummingbird"),
    .product(name: "HummingbirdTLS", package: "hummingbird"),
    .product(name: "HTTPTypes", package: "swift-http-types"),
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
    .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: house)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: house)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: house)
}

func systemLibrary(_ name: String, pkgConfig: String? = nil, apt: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/CLibraries/\(name)", pkgConfig: pkgConfig,
        providers: [.apt([apt])])
}

let package = Package(
    name: "attune",
    products: [
        .executable(name: "attuned", targets: ["attuned"]),
        .executable(name: "attune", targets: ["attune"]),
        .executable(name: "attune-chat", targets: ["attune-chat"]),
        .executable(name: "attune-console", targets: ["attune-console"]),
        .executable(name: "attune-net", targets: ["attune-net"]),
        .executable(name: "attune-bench", targets: ["attune-bench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.0.0"),
    ],
    targets: [
        // The system's libraries.
        systemLibrary("CUdev", pkgConfig: "libudev", apt: "libudev-dev"),
        systemLibrary("CEvdev", pkgConfig: "libevdev", apt: "libevdev-dev"),
        systemLibrary("CSystemd", pkgConfig: "libsystemd", apt: "libsystemd-dev"),
        systemLibrary("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
        systemLibrary("CDeflate", pkgConfig: "libdeflate", apt: "libdeflate-dev"),
        systemLibrary("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
        systemLibrary("CSodium", pkgConfig: "libsodium", apt: "libsodium-dev"),
        systemLibrary("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
        systemLibrary("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        systemLibrary("CSndfile", pkgConfig: "sndfile", apt: "libsndfile1-dev"),
        systemLibrary("CReadStat", apt: "libreadstat-dev"),
        systemLibrary("CEdf", apt: "libedf-dev"),
        systemLibrary("CMatio", pkgConfig: "matio", apt: "libmatio-dev"),
        systemLibrary("CArchive", pkgConfig: "libarchive", apt: "libarchive-dev"),
        .target(name: "CSystemCalls", path: "Sources/CLibraries/CSystemCalls"),

        // The ground: time, and the kernel's calls.
        library("Timebase"),
        library("SystemCalls", ["Timebase", "CSystemCalls"]),
        // What a program and the service manager tell one another.
        library("ServiceManagement", ["SystemCalls", "CSystemd"]),
        library("Randomness"),
        library("Markup"),

        // The way of a sample.
        library("Ring", ["Timebase", "SystemCalls", "CSystemCalls"]),
        library("Declarations", [yams]),
        library("DeviceProfiles", ["Timebase", "Declarations"]),
        library(
            "LinuxDevices",
            ["Timebase", "SystemCalls", "CSystemCalls", "CUdev", "CEvdev", "CSystemd"]),
        library(
            "SessionStore",
            [
                "Timebase", "SystemCalls", "CSystemCalls", grdb, sqlite, "CSQLite", "CDeflate",
                "CCrypto", "CSndfile",
            ]),
        library("Link", ["Timebase", "SystemCalls", "CSystemCalls"]),
        library(
            "StudyProtocol",
            ["Timebase", "Randomness", "Markup", "Declarations", "SessionStore"]),
        library(
            "Recording",
            [
                "Timebase", "SystemCalls", "Ring", "Declarations", "DeviceProfiles",
                "LinuxDevices", "Link", "SessionStore", "StudyProtocol", "CSystemCalls",
                "ServiceManagement", logging,
            ]),

        // What a machine needs to be a station, and what it lacks.
        library(
            "Doctor",
            [
                "Timebase", "SystemCalls", "CCrypto", "Link", "Declarations", "SessionStore",
                "Recording",
            ]),

        // What serves pages: to participants, and to researchers.
        library(
            "Web",
            ["Timebase", "SystemCalls", "ServiceManagement", "Link", "CSodium", logging] + web),

        // How the programs with pages are told where to serve them.
        library("WebOptions", ["Web", argumentParser]),
        // Pure statistics: how far people agree.
        library("Agreement", ["Randomness"]),

        // The chat.
        library(
            "SimulatedClient",
            [
                "Timebase", "SystemCalls", "Randomness", "Declarations", "Link", "StudyProtocol",
                "Agreement", "CCurl", "CSodium",
            ]),
        .target(
            name: "Chat",
            dependencies: [
                "Timebase", "SystemCalls", "CSystemCalls", "Randomness", "Declarations", "Link",
                "SimulatedClient", "StudyProtocol", "Web", logging,
            ] + web,
            // The participant's page is served as files.
            exclude: ["Page"], swiftSettings: house),

        // Sensors of the network, in a process of their own.
        library(
            "NetworkSensors",
            [
                "Timebase", "SystemCalls", "CSystemCalls", "ServiceManagement", "Declarations",
                "Link",
            ]),

        // Looking back.
        library("Measures", ["Timebase", "SessionStore"]),
        library(
            "Playback", ["Timebase", "SystemCalls", "CSystemCalls", "SessionStore", "Measures"]),
        library(
            "Review",
            [
                "Timebase", "SystemCalls", "Randomness", "Markup", "Declarations", "Link",
                "SessionStore", "StudyProtocol", "Agreement",
            ]),
        // What a session holds and is worth, in words; no foreign library is needed for it.
        library(
            "Reports",
            [
                "Timebase", "SystemCalls", "Markup", "Link", "SessionStore", "StudyProtocol",
                "Measures",
            ]),
        library(
            "Export",
            [
                "Timebase", "SystemCalls", "CSystemCalls", "CArchive", "CZlib", "CReadStat", "CEdf",
                "CMatio", "CSodium", "Markup",
                "Declarations", "Link", "SessionStore", "StudyProtocol", "Agreement", "Measures",
                "Reports", "Playback", "Review",
            ]),
        // Recordings that others made.
        library(
            "Import",
            ["Timebase", "SystemCalls", "CArchive", "Declarations", "Link", "SessionStore"]),

        // One study on several machines.
        library("Stations", ["SystemCalls", "SessionStore", "CCurl", "CCrypto"]),

        // The researcher's pages.
        .target(
            name: "Console",
            dependencies: [
                "Timebase", "SystemCalls", "CSystemCalls", "CSodium", "CArchive", "Randomness",
                "Markup", "Declarations", "Link", "SessionStore", "StudyProtocol", "Agreement",
                "Measures", "Playback", "Review", "Reports", "Export", "Web", logging,
            ] + web,
            // The pages are served as files; the README shows pictures of them.
            exclude: ["Page", "Screenshots"], swiftSettings: house),

        // Devices spoken from the other side.
        library(
            "VirtualDevices",
            [
                "Timebase", "SystemCalls", "CSystemCalls", "Randomness", "Declarations",
                "DeviceProfiles",
            ]),

        // Thin programs.
        program(
            "attuned",
            [
                "Timebase", "SystemCalls", "ServiceManagement", "Declarations", "Recording",
                argumentParser, logging,
            ]),
        program(
            "attune",
            [
                "Timebase", "SystemCalls", "Declarations", "DeviceProfiles", "LinuxDevices", "Link",
                "SessionStore", "StudyProtocol", "SimulatedClient", "Agreement", "Measures",
                "Playback", "Review", "Reports", "Export", "Import", "VirtualDevices", "Doctor",
                "Recording", "NetworkSensors", "Stations", argumentParser,
            ]),
        program(
            "attune-chat",
            [
                "Timebase", "SystemCalls", "Declarations", "Link", "SessionStore", "Chat",
                "SimulatedClient", "StudyProtocol", "Web", "WebOptions", argumentParser, logging,
            ]),
        program(
            "attune-console",
            [
                "SystemCalls", "Declarations", "SessionStore", "Console", "Web", "WebOptions",
                argumentParser, logging,
            ]),
        program(
            "attune-net",
            ["SystemCalls", "ServiceManagement", "NetworkSensors", argumentParser]),
        program(
            "attune-bench",
            [
                "Timebase", "SystemCalls", "Ring", "DeviceProfiles", "Link", "SessionStore",
                "Recording", "VirtualDevices", "CSystemCalls", grdb, argumentParser,
            ]),

        // Tests mirror the targets.
        .target(
            name: "TestSupport", dependencies: ["Timebase", "SystemCalls", "CSystemCalls"],
            path: "Tests/TestSupport", swiftSettings: house),
        tests(
            "PlaybackTests",
            [
                "Timebase", "SystemCalls", "CSystemCalls", "SessionStore", "Measures", "Playback",
                "TestSupport",
                "attune",
            ]),
        tests("WebTests", ["Timebase", "SystemCalls", "Web", "TestSupport"] + web),
        tests("MarkupTests", ["Markup"]),
        tests("AgreementTests", ["Agreement", "Randomness"]),
        tests(
            "MeasuresTests",
            [
                "Timebase", "SystemCalls", "SessionStore", "Measures", "TestSupport",
            ]),
        tests(
            "ReviewTests",
            [
                "Timebase", "SystemCalls", "Markup", "Declarations", "Link", "SessionStore",
                "Review",
                "SessionStoreTestSupport", "TestSupport",
            ]),
        tests(
            "ConsoleTests",
            [
                "Timebase", "SystemCalls", "Markup", "Link", "SessionStore", "StudyProtocol",
                "Measures", "Playback", "Review", "Export", "Console",
                "Web", "LinkTestSupport", "SessionStoreTestSupport", "TestSupport",
                "attune-console", logging, .product(name: "NIOEmbedded", package: "swift-nio"),
            ] + web),
        tests("TimebaseTests", ["Timebase", "TestSupport"]),
        .target(
            name: "SessionStoreTestSupport",
            dependencies: ["Timebase", "SessionStore", "TestSupport"],
            path: "Tests/SessionStoreTestSupport", swiftSettings: house),
        // The process that SessionStoreTests kills.
        .executableTarget(
            name: "SessionWriterHelper",
            dependencies: ["SystemCalls", "SessionStore", "SessionStoreTestSupport"],
            path: "Tests/SessionWriterHelper", swiftSettings: house),
        tests(
            "SessionStoreTests",
            [
                "Timebase", "SystemCalls", "SessionStore", "SessionStoreTestSupport",
                "SessionWriterHelper", "TestSupport", grdb,
            ]),
        tests(
            "VirtualDevicesTests",
            [
                "Timebase", "SystemCalls", "CSystemCalls", "DeviceProfiles", "VirtualDevices",
                "TestSupport", "attune",
            ]),
        .executableTarget(
            name: "device-probe",
            dependencies: ["Timebase", "SystemCalls", "LinuxDevices", "ServiceManagement"],
            path: "Tests/DeviceProbe", swiftSettings: house),
        tests(
            "LinuxDevicesTests",
            [
                "Timebase", "SystemCalls", "CSystemCalls", "CEvdev", "LinuxDevices", "TestSupport",
                "device-probe", "attune",
            ]),
        .target(
            name: "LinkTestSupport", dependencies: ["Timebase", "SystemCalls", "Link"],
            path: "Tests/LinkTestSupport", swiftSettings: house),
        .executableTarget(
            name: "LinkDouble",
            dependencies: ["Timebase", "SystemCalls", "Link", "LinkTestSupport"],
            path: "Tests/LinkDouble", swiftSettings: house),
        tests(
            "LinkTests",
            ["Timebase", "SystemCalls", "Link", "LinkTestSupport", "LinkDouble", "TestSupport"]),
        // The process that RingTests kills.
        .executableTarget(
            name: "RingWriterHelper",
            dependencies: ["Timebase", "SystemCalls", "CSystemCalls", "Ring", "TestSupport"],
            path: "Tests/RingWriterHelper", swiftSettings: house),
        tests(
            "RingTests", ["Timebase", "SystemCalls", "Ring", "RingWriterHelper", "TestSupport"]),
        tests(
            "ChatTests",
            [
                "Timebase", "SystemCalls", "CSystemCalls", "Link", "StudyProtocol", "Chat", "Web",
                "LinkTestSupport", "TestSupport", "attune-chat",
            ]),
        tests(
            "RecordingTests",
            [
                "Timebase", "SystemCalls", "CSystemCalls", "ServiceManagement", "DeviceProfiles",
                "LinuxDevices", "SessionStore",
                "Ring", "Link", "StudyProtocol", "Recording", "TestSupport",
            ]),
        // The real programs together.
        tests(
            "IntegrationTests",
            [
                "Timebase", "SystemCalls", "Link", "SessionStore", "LinkTestSupport",
                "TestSupport", "attuned", "attune", "attune-chat", "attune-console", "attune-net",
            ]),
        tests(
            "DoctorTests",
            [
                "SystemCalls", "Declarations", "Link", "Recording", "Doctor", "LinkTestSupport",
                "TestSupport",
            ]),
        tests(
            "StationsTests",
            [
                "Timebase", "SystemCalls", "SessionStore", "Stations", "SessionStoreTestSupport",
                "TestSupport",
            ]),
        tests("AttuneBenchTests", ["Timebase", "attune-bench"]),
        tests("DeclarationsTests", ["Declarations"]),
        tests(
            "DeviceProfilesTests", ["Timebase", "Declarations", "DeviceProfiles", "TestSupport"]),
        tests(
            "NetworkSensorsTests",
            ["Timebase", "SystemCalls", "Declarations", "Link", "NetworkSensors", "TestSupport"]),
        tests("StudyProtocolTests", ["Randomness", "Declarations", "StudyProtocol"]),
        tests(
            "SimulatedClientTests",
            [
                "Timebase", "SystemCalls", "Declarations", "Link", "SessionStore",
                "StudyProtocol", "SimulatedClient", "Agreement", "TestSupport",
            ]),
        tests(
            "ExportTests",
            [
                "Timebase", "SystemCalls", "SessionStore", "StudyProtocol", "SimulatedClient",
                "Reports", "Export", "TestSupport", "attune",
            ]),
        tests(
            "ImportTests",
            ["Timebase", "SystemCalls", "SessionStore", "Import", "Export", "TestSupport"]),
    ]
)
