/// `import.R` of the CSV tables, and `load.R` of the format `r`: labelled data frames.
enum RScript {
    static let importFile = "import.R"
    static let loadFile = "load.R"

    static func text(_ tables: ScriptTables, file: String) -> String {
        var script = """
            # Reads the tables of this export into a list of labelled data frames, `attune`:
            #
            #     source("\(file)", chdir = TRUE)
            #     attune$turns
            #     attune_samples("samples_eda")               # of the session, or of one of several:
            #     attune_samples("samples_eda", "SESSION")
            #
            # Columns have their meaning as the attribute "label". Words of categories are factors. Numbers
            # that mean something are haven::labelled where haven is installed, and otherwise have the
            # attribute "labels". Times are POSIXct in UTC. Whole numbers beyond 2^53 are rounded, since R's
            # numbers are doubles, and a missing text and an empty one are both NA.

            attune_folder <- getwd()

            attune_convert <- function(text, column) {
              value <- switch(column$type,
                number = as.numeric(text),
                utc = as.POSIXct(strptime(text, "%Y-%m-%dT%H:%M:%OSZ", tz = "UTC")),
                category = factor(text, levels = column$words),
                text)
              if (!is.null(column$values)) {
                labels <- stats::setNames(column$values, column$words)
                if (requireNamespace("haven", quietly = TRUE)) {
                  return(haven::labelled(value, labels = labels, label = column$label))
                }
                attr(value, "labels") <- labels
              }
              attr(value, "label") <- column$label
              value
            }

            attune_read <- function(file, columns) {
              table <- utils::read.csv(
                file.path(attune_folder, file), colClasses = "character", na.strings = "",
                encoding = "UTF-8", check.names = FALSE, quote = "\\"", comment.char = "",
                strip.white = FALSE, skipNul = TRUE)
              for (name in names(table)) {
                if (!is.null(columns[[name]])) {
                  table[[name]] <- attune_convert(table[[name]], columns[[name]])
                }
              }
              table
            }

            attune_columns <- list(

            """
        script += tables.tables.map(describe).joined(separator: ",\n") + ")\n"
        // Where sessions have other columns in a stream of the same name, all of them are described: what a
        // file does not have is not looked up.
        var samples: [ScriptTables.Table] = []
        for other in tables.samples.map(\.table) {
            guard let known = samples.firstIndex(where: { $0.name == other.name }) else {
                samples.append(other)
                continue
            }
            samples[known].columns.describe(other.columns)
        }
        script += "\nattune_sample_columns <- list(\n"
        script += samples.map(describe).joined(separator: ",\n") + ")\n"
        script += """

            attune_samples <- function(table, session = ".") {
              attune_read(file.path(session, paste0(table, ".csv")), attune_sample_columns[[table]])
            }

            attune <- sapply(
              names(attune_columns),
              function(table) attune_read(paste0(table, ".csv"), attune_columns[[table]]),
              simplify = FALSE)

            """
        return script
    }

    private static func describe(_ table: ScriptTables.Table) -> String {
        "  \(name(table.name)) = list(\n"
            + table.columns.map(describe).joined(separator: ",\n") + ")"
    }

    private static func describe(_ column: TableColumn) -> String {
        let type =
            switch column.kind {
            case .integer, .real, .milliseconds: "number"
            case .utc: "utc"
            case .category: "category"
            case .text: "text"
            }
        let unit = column.unit.isEmpty ? "" : " [\(column.unit)]"
        var text = "    \(name(column.name)) = list(type = \"\(type)\""
        text += ", label = \(quoted(column.meaning + unit))"
        if column.kind != .text, !column.labels.isEmpty || column.kind == .category {
            if column.kind != .category {
                let values = column.labels.map { ScriptNumber.text($0.value) }
                text += ",\n      values = c(\(values.joined(separator: ", ")))"
            }
            let words = column.labels.map { quoted($0.text) }
            text += ",\n      words = c(\(words.joined(separator: ", ")))"
        }
        return text + ")"
    }

    /// A name that may be one of R's own words.
    private static func name(_ name: String) -> String { "`\(name)`" }

    /// A text in quotes, in ASCII alone: a script is read in whatever encoding R has.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case " "..."~": quoted.unicodeScalars.append(scalar)
            // R has no NUL in a text.
            case "\0": continue
            default: quoted += "\\U{\(String(scalar.value, radix: 16))}"
            }
        }
        return quoted + "\""
    }
}
