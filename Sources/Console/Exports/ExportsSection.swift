import Export
import Hummingbird
import Link
import NIOCore
import SessionStore

/// Exports of a study: what there is to choose, what would leave, what is written and what was; see
/// Protocols/formats/console-api.md.
struct ExportsSection: ConsoleSection {
    private let surroundings: ConsoleSurroundings
    let desk: ExportDesk

    /// - Throws: where no threads can be had.
    init(surroundings: ConsoleSurroundings) throws {
        self.surroundings = surroundings
        desk = try ExportDesk(surroundings)
        try RemovedExports.begin(desk, socketPath: surroundings.settings.socketPath)
    }

    func addRoutes(to router: ConsoleRouter) {
        let shelf = surroundings.shelf
        router.get("api/exports/:study", [.researcher], isPolled: true) { call in
            try ConsoleAnswer.json(try await overview(try await call.study(on: shelf)))
        }
        router.get("api/exports/:study/choices", [.researcher]) { call in
            try ConsoleAnswer.json(
                try await ExportChoices(try await call.study(on: shelf), shelf))
        }
        router.post("api/exports/:study/preview", [.researcher]) { call in
            let study = try await call.study(on: shelf)
            return try ConsoleAnswer.json(
                try await desk.preview(study, try await call.body(ExportRequest.self)))
        }
        router.post("api/exports/:study/start", [.researcher]) { call in
            let study = try await call.study(on: shelf)
            let id = try await desk.start(
                study, try await call.body(ExportRequest.self), by: call.visitor.name)
            await surroundings.note(.export, study: study, ["export": id], by: call.visitor)
            return ConsoleAnswer.json(JSONValue.object(["export": .string(id)]))
        }
        router.post("api/exports/:study/cancel", [.researcher]) { call in
            let study = try await call.study(on: shelf)
            try desk.cancel(study, by: call.visitor.name)
            await surroundings.note(.exportCancel, study: study, [:], by: call.visitor)
            return ConsoleAnswer.json(JSONValue.object(["done": true]))
        }
        router.post("api/exports/:study/:export/delete", [.researcher]) { call in
            let study = try await call.study(on: shelf)
            let id = try call.parameter("export")
            try await desk.delete(study, id)
            await surroundings.note(.exportDelete, study: study, ["export": id], by: call.visitor)
            return ConsoleAnswer.json(JSONValue.object(["done": true]))
        }
        router.get("api/exports/:study/:export/files", [.researcher]) { call in
            let files = try await desk.files(try await record(call))
            return ConsoleAnswer.json([
                "files": .array(
                    files.map { ["path": .string($0.path), "bytes": .integer($0.bytes)] })
            ])
        }
        router.get("api/exports/:study/:export/zip", [.researcher]) { try await zip($0) }
        router.get("api/exports/:study/:export/files/**", [.researcher]) { try await file($0) }
    }

    private func record(_ call: ConsoleCall) async throws -> ExportRecord {
        try desk.record(try await call.study(on: surroundings.shelf), try call.parameter("export"))
    }

    // MARK: - Looking

    private struct Overview: Encodable {
        var study: String
        var running: Running?
        var exports: [Ended]
    }

    private struct Running: Encodable {
        /// The rest is not known while it is looked what there is to export.
        var id: String?
        var actor: String?
        var startedUtcNs: Int64?
        var request: ExportRequest?
        var sessions: Int?
        var table: String?
        var rows: Int64?
        var expected: Int64?
        var isCancelled: Bool
    }

    private struct Ended: Encodable {
        /// Without the sessions by name.
        var record: ExportRecord
        /// How many of its sessions the participants withdrew after it was begun.
        var withdrawn: Int
    }

    private func overview(_ study: String) async throws -> Overview {
        let (running, ended) = desk.list(study)
        let withdrawn = try await WithdrawnSessions(study, surroundings)
        return Overview(
            study: study,
            running: running.map { running in
                Running(
                    id: running.record?.id, actor: running.record?.actor,
                    startedUtcNs: running.record?.startedUtcNs, request: running.record?.request,
                    sessions: running.record?.sessions.count, table: running.progress?.table,
                    rows: running.progress?.rows, expected: running.progress?.expected,
                    isCancelled: running.isCancelled)
            },
            exports: ended.map { record in
                var plain = record
                plain.sessions = []
                return Ended(
                    record: plain,
                    withdrawn: record.state == .done
                        ? record.sessions.count(where: withdrawn.contains) : 0)
            })
    }

    // MARK: - Handing out

    private func file(_ call: ConsoleCall) async throws -> Response {
        let record = try await record(call)
        let asked = call.context.parameters.getCatchAll().joined(separator: "/")
        // What the manifest does not have is not there, whatever lies in the folder.
        guard let file = try await desk.files(record).first(where: { $0.path == asked }) else {
            throw ConsoleRefusal.missing("file")
        }
        let name = file.path.split(separator: "/").last.map(String.init) ?? "file"
        let path = "\(desk.shelf.files(of: record))/\(file.path)"
        let open = try await desk.threads.run { try RegularFile(path) }
        await surroundings.note(
            .exportDownload, study: record.study,
            ["export": record.id, "file": String(file.path.suffix(300))], by: call.visitor)
        return ConsoleAnswer.download(
            body(length: Int(open.size)) { try open.next() }, type: "application/octet-stream",
            name: name)
    }

    private func zip(_ call: ConsoleCall) async throws -> Response {
        let record = try await record(call)
        let folder = desk.shelf.files(of: record)
        let name = "\(record.study)-export-\(record.id)"
        let entries = try await desk.files(record).map {
            ZipStream.Entry(name: "\(name)/\($0.path)", path: "\(folder)/\($0.path)")
        }
        let zip = try ZipStream(entries)
        await surroundings.note(
            .exportDownload, study: record.study, ["export": record.id], by: call.visitor)
        return ConsoleAnswer.download(
            body { try zip.next() }, type: "application/zip", name: "\(name).zip")
    }

    /// A body that is read while it is sent, no faster than the browser takes it.
    /// - Parameter next: gives the next piece, on a thread that may wait for the disk.
    private func body(
        length: Int? = nil, next: @escaping @Sendable () throws -> [UInt8]?
    ) -> ResponseBody {
        ResponseBody(contentLength: length) { [threads = desk.threads] writer in
            while let bytes = try await threads.run(next) {
                try await writer.write(ByteBuffer(bytes: bytes))
            }
            try await writer.finish(nil)
        }
    }
}
