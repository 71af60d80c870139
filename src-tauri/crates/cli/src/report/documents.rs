//! Documents signed, looked at, compared and drawn, as text and as JSON.

use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};
use service::requests::{Extended, Field, Inspection, SignedFile};
use service::wire;

use super::verdict::{headline, signature};
use super::{note, print, printable};

pub(crate) fn signed(files: &[SignedFile], json: bool) {
    if json {
        let signed: Vec<Value> = files
            .iter()
            .map(|file| {
                json!({
                    "input": file.input.to_string_lossy(), "output": file.output.to_string_lossy(),
                    "outcome": "signed", "level": file.level, "notices": file.notices,
                })
            })
            .collect();
        return print(&json!({ "signed": signed }));
    }
    for file in files {
        say!(
            "Signed: {} ({}, re-read from disk and validated)",
            file.output.display(),
            if file.level.is_empty() {
                "no PAdES"
            } else {
                file.level
            }
        );
        file.notices.iter().for_each(|notice| note(notice));
    }
}

/// Prints what was added to a document that was signed already.
pub(crate) fn extended(extended: &Extended, json: bool) {
    if json {
        return print(&json!({
            "input": extended.input.to_string_lossy(), "output": extended.output.to_string_lossy(),
            "outcome": "extended", "signatures": extended.signatures,
            "stamped_at": extended.stamped_at, "notices": extended.notices,
        }));
    }
    say!(
        "Extended: {} (a new timestamp over {} signatures and timestamps)",
        extended.output.display(),
        extended.signatures
    );
    extended.notices.iter().for_each(|notice| note(notice));
}

pub(crate) fn inspection(found: &Inspection, json: bool) {
    if json {
        let fields: Vec<Value> = found
            .fields
            .iter()
            .map(|field| {
                json!({
                    "name": field.name, "type": field.kind, "label": field.label,
                    "page": field.page, "rect": field.rect, "signed": field.signed,
                })
            })
            .collect();
        let signatures: Vec<_> = found.signatures.iter().map(signature).collect();
        return print(&json!({
            "pages": found.pages, "revisions": found.revisions, "encrypted": found.encrypted,
            "permissions": found.permissions.map(|permissions| json!({
                "print": permissions.print, "change": permissions.change,
                "copy": permissions.copy, "annotate": permissions.annotate,
                "fill": permissions.fill, "add_fields": permissions.add_fields,
            })),
            "repaired": found.repaired, "bytes": found.bytes, "fields": fields,
            "signatures": signatures, "findings": found.findings, "refusal": found.refusal,
        }));
    }
    say!(
        "{}, {}, {} bytes",
        counted(found.pages, "page"),
        counted(found.revisions, "revision"),
        found.bytes
    );
    for field in &found.fields {
        say!("{}", of_field(field));
    }
    for report in &found.signatures {
        say!(
            "signature {} by {}: {}",
            report.field,
            report.signer,
            headline(report.headline)
        );
    }
    for finding in &found.findings {
        say!("{}: {}", finding.code, finding.message);
    }
    if let Some(refusal) = &found.refusal {
        say!("cannot be signed: {}", refusal.message);
    }
}

/// A number of things, in words.
fn counted(number: u32, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// `field Approval (Sig, empty, page 2, 36,36,180,60): Sign here`
fn of_field(field: &Field) -> String {
    let mut facts = vec![field.kind.clone()];
    if field.kind == "Sig" {
        facts.push(if field.signed { "signed" } else { "empty" }.to_owned());
    }
    facts.extend(field.page.map(|page| format!("page {page}")));
    // As --rect takes it.
    facts.extend(field.rect.map(|rect| {
        let edges = [rect.x, rect.y, rect.width, rect.height];
        edges
            .map(|edge| format!("{edge:.4}"))
            .map(|edge| trimmed(&edge))
            .join(",")
    }));
    let label = field.label.as_ref();
    let label = label.map_or_else(String::new, |label| format!(": {}", printable(label)));
    format!(
        "field {} ({}){label}",
        printable(&field.name),
        facts.join(", ")
    )
}

/// A decimal without zeros at its end.
fn trimmed(decimal: &str) -> String {
    decimal
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_owned()
}

pub(crate) fn rendered(output: &Path, json: bool) {
    if json {
        return print(&json!({ "output": output.to_string_lossy() }));
    }
    say!("Drawn: {}", output.display());
}

/// Where two revisions look different.
pub(crate) fn comparison(comparison: &wire::Comparison, json: bool) {
    if json {
        let pages = comparison.pages.iter().map(|page| {
            let boxes = |places: &[wire::Rect]| -> Vec<Value> {
                let each = places.iter();
                each.map(|place| json!([place.x, place.y, place.width, place.height]))
                    .collect()
            };
            json!({
                "page": page.page,
                "width": page.width,
                "height": page.height,
                "places": boxes(&page.places),
                "printed": boxes(&page.printed),
                "not_drawn": page.not_drawn,
            })
        });
        return print(&json!({
            "from": comparison.from,
            "to": comparison.to,
            "pages_before": comparison.pages_before,
            "pages_after": comparison.pages_after,
            "pages": pages.collect::<Vec<_>>(),
        }));
    }
    if comparison.pages.is_empty() {
        let pages = comparison.pages_after;
        say!("All pages look the same ({pages} drawn).");
    }
    for page in &comparison.pages {
        match &page.not_drawn {
            Some(why) => say!("Page {}: {why}", page.page),
            None if page.places.is_empty() => say!("Page {} is printed differently:", page.page),
            None => say!("Page {} looks different:", page.page),
        }
        let seen = page.places.iter().map(|place| (place, ""));
        let printed = page.printed.iter().map(|place| (place, ", on paper"));
        for (place, on_paper) in seen.chain(printed) {
            let (x, y) = (place.x, place.y);
            say!(
                "  {:.0} x {:.0} pt at {x:.0}, {y:.0}{on_paper}",
                place.width,
                place.height
            );
        }
    }
}

/// The looks that can be chosen.
pub(crate) fn looks(looks: &[wire::LookEntry], json: bool) {
    if json {
        let looks = looks
            .iter()
            .map(|look| json!({ "name": look.name, "title": look.title, "source": look.source }));
        return print(&json!({ "looks": looks.collect::<Vec<_>>() }));
    }
    for look in looks {
        let from = match look.source {
            wire::LookSource::Product => "built in",
            wire::LookSource::Organisation => "the organisation's",
            wire::LookSource::Own => "your own",
        };
        match &look.title {
            Some(title) => say!("{}  {title} ({from})", look.name),
            None => say!("{}  ({from})", look.name),
        }
    }
}

/// A look file that can be used.
pub(crate) fn look_usable(file: &Path, json: bool) {
    if json {
        return print(&json!({ "file": file.to_string_lossy(), "usable": true }));
    }
    say!("Can be used: {}", file.display());
}
