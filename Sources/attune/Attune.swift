import ArgumentParser
import SessionStore

/// Attune's command line.
@main
struct Attune: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attune",
        abstract: "Watch, play back and export recordings of a behavioural lab.",
        version: SoftwareVersion.current,
        subcommands: [
            StatusCommand.self,
            DevicesCommand.self,
            SessionCommand.self,
            StudyCommand.self,
            ParticipantCommand.self,
            ConsentCommand.self,
            RedactCommand.self,
            WatchCommand.self,
            PlayCommand.self,
            ExportCommand.self,
            ImportCommand.self,
            MeasuresCommand.self,
            QualityCommand.self,
            SyncCommand.self,
            SuggestionsCommand.self,
            CheckCommand.self,
            BackupCommand.self,
            PushCommand.self,
            PullCommand.self,
            DoctorCommand.self,
            SummaryCommand.self,
            AlignCommand.self,
            EmotionsCommand.self,
            TranscriptCommand.self,
            ReviewCommand.self,
            ProtocolCommand.self,
            PersonaCommand.self,
            SimulateCommand.self,
            ChatCommand.self,
            DemoCommand.self,
            ExampleCommand.self,
        ])

    /// Global options may stand before the command's name too.
    static func main() {
        main(GlobalOptions.moved(Array(CommandLine.arguments.dropFirst())))
    }
}
