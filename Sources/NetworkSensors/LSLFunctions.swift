import Glibc

/// The functions of liblsl that are used, found by name in a library that was opened while running.
///
/// The types follow liblsl's C interface (`lsl_c.h`); handles are opaque pointers.
/// Safe to hold: functions of a library that is never closed. Each call says why it holds.
@safe struct LSLFunctions: Sendable {
    typealias Handle = UnsafeMutableRawPointer
    typealias Text = @convention(c) (Handle?) -> UnsafePointer<CChar>?
    typealias Destroy = @convention(c) (Handle?) -> Void
    typealias Named = @convention(c) (Handle?, UnsafePointer<CChar>?) -> Handle?
    typealias PullReals =
        @convention(c) (
            Handle?, UnsafeMutablePointer<Double>?, UnsafeMutablePointer<Double>?, UInt, UInt,
            Double,
            UnsafeMutablePointer<Int32>?
        ) -> UInt
    typealias PullIntegers =
        @convention(c) (
            Handle?, UnsafeMutablePointer<Int64>?, UnsafeMutablePointer<Double>?, UInt, UInt,
            Double,
            UnsafeMutablePointer<Int32>?
        ) -> UInt
    typealias PullTexts =
        @convention(c) (
            Handle?, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
            UnsafeMutablePointer<Double>?, UInt, UInt, Double, UnsafeMutablePointer<Int32>?
        ) -> UInt

    typealias PushReals =
        @convention(c) (
            Handle?, UnsafePointer<Double>?, UInt, UnsafePointer<Double>?, Int32
        ) -> Int32
    typealias PushTexts =
        @convention(c) (
            Handle?, UnsafeMutablePointer<UnsafePointer<CChar>?>?, Double, Int32
        ) -> Int32
    typealias CreateInfo =
        @convention(c) (
            UnsafePointer<CChar>?, UnsafePointer<CChar>?, Int32, Double, Int32,
            UnsafePointer<CChar>?
        ) -> Handle?
    typealias AppendValue =
        @convention(c) (Handle?, UnsafePointer<CChar>?, UnsafePointer<CChar>?) -> Handle?

    let localClock: @convention(c) () -> Double
    let libraryVersion: @convention(c) () -> Int32

    let createResolver: @convention(c) (Double) -> Handle?
    let resolverResults: @convention(c) (Handle?, UnsafeMutablePointer<Handle?>?, UInt32) -> Int32
    let destroyResolver: Destroy

    let name: Text
    let type: Text
    let sourceID: Text
    let uid: Text
    let host: Text
    let channelCount: @convention(c) (Handle?) -> Int32
    let channelFormat: @convention(c) (Handle?) -> Int32
    let rate: @convention(c) (Handle?) -> Double
    let description: @convention(c) (Handle?) -> Handle?
    let destroyInfo: Destroy

    let child: Named
    let sibling: Named
    let value: @convention(c) (Handle?, UnsafePointer<CChar>?) -> UnsafePointer<CChar>?
    let isEmpty: @convention(c) (Handle?) -> Int32

    let createInlet: @convention(c) (Handle?, Int32, Int32, Int32) -> Handle?
    let destroyInlet: Destroy
    let fullInfo: @convention(c) (Handle?, Double, UnsafeMutablePointer<Int32>?) -> Handle?
    let openStream: @convention(c) (Handle?, Double, UnsafeMutablePointer<Int32>?) -> Void
    let timeCorrection:
        @convention(c) (
            Handle?, UnsafeMutablePointer<Double>?, UnsafeMutablePointer<Double>?, Double,
            UnsafeMutablePointer<Int32>?
        ) -> Double
    let pullReals: PullReals
    let pullIntegers: PullIntegers
    let pullTexts: PullTexts
    let destroyText: @convention(c) (UnsafeMutablePointer<CChar>?) -> Void

    let createInfo: CreateInfo
    let appendChild: Named
    let appendValue: AppendValue
    let createOutlet: @convention(c) (Handle?, Int32, Int32) -> Handle?
    let destroyOutlet: Destroy
    let hasConsumers: @convention(c) (Handle?) -> Int32
    let pushReals: PushReals
    let pushTexts: PushTexts

    /// - Parameter library: what `dlopen` gave.
    init(_ library: Handle) throws(NetworkSensorError) {
        // Each symbol has the type that liblsl's header declares for it.
        func find<Function>(_ name: String, _ type: Function.Type) throws(NetworkSensorError)
            -> Function
        {
            guard let symbol = unsafe dlsym(library, name) else {
                throw NetworkSensorError(
                    .library, "The library has no function \(name): is it liblsl 1.14 or newer?")
            }
            return unsafe unsafeBitCast(symbol, to: type)
        }
        localClock = try find("lsl_local_clock", (@convention(c) () -> Double).self)
        libraryVersion = try find("lsl_library_version", (@convention(c) () -> Int32).self)
        unsafe createResolver = try find(
            "lsl_create_continuous_resolver", (@convention(c) (Double) -> Handle?).self)
        unsafe resolverResults = try find(
            "lsl_resolver_results",
            (@convention(c) (Handle?, UnsafeMutablePointer<Handle?>?, UInt32) -> Int32).self)
        unsafe destroyResolver = try find("lsl_destroy_continuous_resolver", Destroy.self)
        unsafe name = try find("lsl_get_name", Text.self)
        unsafe type = try find("lsl_get_type", Text.self)
        unsafe sourceID = try find("lsl_get_source_id", Text.self)
        unsafe uid = try find("lsl_get_uid", Text.self)
        unsafe host = try find("lsl_get_hostname", Text.self)
        unsafe channelCount = try find(
            "lsl_get_channel_count", (@convention(c) (Handle?) -> Int32).self)
        unsafe channelFormat = try find(
            "lsl_get_channel_format", (@convention(c) (Handle?) -> Int32).self)
        unsafe rate = try find("lsl_get_nominal_srate", (@convention(c) (Handle?) -> Double).self)
        unsafe description = try find("lsl_get_desc", (@convention(c) (Handle?) -> Handle?).self)
        unsafe destroyInfo = try find("lsl_destroy_streaminfo", Destroy.self)
        unsafe child = try find("lsl_child", Named.self)
        unsafe sibling = try find("lsl_next_sibling_n", Named.self)
        unsafe value = try find(
            "lsl_child_value_n",
            (@convention(c) (Handle?, UnsafePointer<CChar>?) -> UnsafePointer<CChar>?).self)
        unsafe isEmpty = try find("lsl_empty", (@convention(c) (Handle?) -> Int32).self)
        unsafe createInlet = try find(
            "lsl_create_inlet", (@convention(c) (Handle?, Int32, Int32, Int32) -> Handle?).self)
        unsafe destroyInlet = try find("lsl_destroy_inlet", Destroy.self)
        unsafe fullInfo = try find(
            "lsl_get_fullinfo",
            (@convention(c) (Handle?, Double, UnsafeMutablePointer<Int32>?) -> Handle?).self)
        unsafe openStream = try find(
            "lsl_open_stream",
            (@convention(c) (Handle?, Double, UnsafeMutablePointer<Int32>?) -> Void).self)
        unsafe timeCorrection = try find(
            "lsl_time_correction_ex",
            (@convention(c) (
                Handle?, UnsafeMutablePointer<Double>?, UnsafeMutablePointer<Double>?, Double,
                UnsafeMutablePointer<Int32>?
            ) -> Double).self)
        unsafe pullReals = try find("lsl_pull_chunk_d", PullReals.self)
        unsafe pullIntegers = try find("lsl_pull_chunk_l", PullIntegers.self)
        unsafe pullTexts = try find(
            "lsl_pull_chunk_str", PullTexts.self)
        unsafe destroyText = try find(
            "lsl_destroy_string", (@convention(c) (UnsafeMutablePointer<CChar>?) -> Void).self)
        unsafe createInfo = try find("lsl_create_streaminfo", CreateInfo.self)
        unsafe appendChild = try find("lsl_append_child", Named.self)
        unsafe appendValue = try find("lsl_append_child_value", AppendValue.self)
        unsafe createOutlet = try find(
            "lsl_create_outlet", (@convention(c) (Handle?, Int32, Int32) -> Handle?).self)
        unsafe destroyOutlet = try find("lsl_destroy_outlet", Destroy.self)
        unsafe hasConsumers = try find(
            "lsl_have_consumers", (@convention(c) (Handle?) -> Int32).self)
        unsafe pushReals = try find("lsl_push_chunk_dtnp", PushReals.self)
        unsafe pushTexts = try find("lsl_push_sample_strtp", PushTexts.self)
    }
}
