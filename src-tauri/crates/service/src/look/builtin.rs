//! The product's own looks, written as look files are.

use super::file::LookFile;

/// Their names, the default first.
pub(super) const NAMES: [&str; 5] = ["name-and-date", "name-only", "compact", "full", "framed"];

/// One of them.
pub(super) fn look(name: &str) -> Option<LookFile> {
    let json = match name {
        "name-and-date" => {
            r#"{"chanceryLook": 1, "lines": [{"text": "{name}", "style": "name"},
            "{organisation}", "{date}, {time} {zone}", "{reason}", "{location}"]}"#
        }
        "name-only" => r#"{"chanceryLook": 1, "lines": [{"text": "{name}", "style": "name"}]}"#,
        "compact" => {
            r#"{"chanceryLook": 1, "seal": false,
            "lines": ["{name}", "{date}, {time} {zone}"]}"#
        }
        "full" => {
            r#"{"chanceryLook": 1, "lines": [{"text": "{name}", "style": "name"},
            "{organisation}", "{email}", "{date}, {time} {zone}", "{reason}", "{location}",
            "No. {serial}"]}"#
        }
        "framed" => {
            r##"{"chanceryLook": 1, "border": {"width": 0.75, "colour": "#808080"},
            "lines": [{"text": "{name}", "style": "name"}, "{organisation}",
            "{date}, {time} {zone}", "{reason}", "{location}"]}"##
        }
        _ => return None,
    };
    Some(LookFile::parse(json.as_bytes()).expect("the product's looks are in form"))
}
