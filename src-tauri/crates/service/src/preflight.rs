//! What should be known of a document before it is signed: facts of the file, weighed and worded.

use std::collections::BTreeMap;

use pdf::{Active, End, Preflight};

use crate::requests::Permissions;
use crate::wire::{self, Headline, PreflightCode as Code, PreflightFinding, Severity};

/// What the facts are about that `pdf` does not know.
pub(crate) struct Document<'d> {
    /// Its fields.
    pub(crate) fields: &'d [pdf::Field],
    /// Its signatures, validated.
    pub(crate) signatures: &'d [wire::SignatureReport],
    /// The DocMDP level, if it is certified.
    pub(crate) certified: Option<u8>,
    /// If it is encrypted: what its author permits; none where it was opened as the owner.
    pub(crate) encrypted: Option<Option<Permissions>>,
    /// Whether it only opens by repair.
    pub(crate) repaired: bool,
    /// Why it cannot be signed.
    pub(crate) refusal: Option<&'d wire::Error>,
}

/// What was found, the weightiest first.
#[derive(Default)]
struct Findings(Vec<PreflightFinding>);

impl Findings {
    fn add(&mut self, code: Code, severity: Severity, message: impl Into<String>) {
        self.tell(code, severity, message, []);
    }

    fn tell<const N: usize>(
        &mut self,
        code: Code,
        severity: Severity,
        message: impl Into<String>,
        words: [(&str, String); N],
    ) {
        let words = words.map(|(name, word)| (name.to_owned(), word));
        self.0.push(PreflightFinding {
            code,
            severity,
            message: message.into(),
            words: BTreeMap::from(words),
        });
    }
}

/// Weighs and words what was found.
pub(crate) fn findings(document: &Document<'_>, found: &Preflight) -> Vec<PreflightFinding> {
    let mut findings = Findings::default();
    bindings(&mut findings, document, found);
    claims(&mut findings, document, found);
    structure(&mut findings, document, found);
    form(&mut findings, document, found);
    content(&mut findings, found);
    let Findings(mut findings) = findings;
    // The order within a weight stays.
    findings.sort_by_key(|finding| match finding.severity {
        Severity::Refusal => 0,
        Severity::Caution => 1,
        Severity::Info => 2,
    });
    findings
}

/// What forbids a signature, or binds it.
fn bindings(findings: &mut Findings, document: &Document<'_>, found: &Preflight) {
    use Severity::{Caution, Info, Refusal};
    if let Some(refusal) = document.refusal {
        findings.add(Code::SigningRefused, Refusal, refusal.message.clone());
    }
    if let Some(permissions) = document.encrypted {
        findings.add(Code::Encrypted, Info, encrypted(permissions));
    }
    let count = document.signatures.len();
    if count > 0 {
        let message = match count {
            1 => "signed by one person; a further signature is added and theirs stays".to_owned(),
            several => format!("signed {several} times; a further signature is added"),
        };
        findings.tell(Code::Signed, Info, message, [("count", count.to_string())]);
    }
    let is_changed = |report: &&wire::SignatureReport| report.headline == Headline::Changed;
    let changed = document.signatures.iter().filter(is_changed);
    let mut signers: Vec<_> = changed.map(|report| report.signer.clone()).collect();
    signers.dedup();
    if !signers.is_empty() {
        let signers = signers.join(", ");
        let message =
            format!("changed after the signature of {signers}, in a way it does not allow");
        findings.tell(
            Code::ChangedSinceSigned,
            Caution,
            message,
            [("signers", signers)],
        );
    }
    if let Some(level) = document.certified {
        let message = format!("certified by its author, changes allowed at level {level}");
        findings.tell(
            Code::Certified,
            Info,
            message,
            [("level", level.to_string())],
        );
    }
    if found.new_fields_locked && document.refusal.is_none() {
        let message = "an earlier signature allows no new field; only an empty one can be signed";
        findings.add(Code::NewFieldsLocked, Caution, message);
    }
    if !found.locked.is_empty() {
        let fields = found.locked.join(", ");
        let message = format!("locked by an earlier signature: {fields}");
        findings.tell(Code::FieldsLocked, Caution, message, [("fields", fields)]);
    }
    if !found.seed_values.is_empty() {
        let fields = found.seed_values.join(", ");
        let message = format!("demands something of the signature in it: {fields}");
        findings.tell(Code::SeedValues, Info, message, [("fields", fields)]);
    }
    if found.usage_rights {
        let (severity, message) = if count == 0 {
            (
                Info,
                "Acrobat's usage rights are granted; they end with a signature and are removed",
            )
        } else {
            (
                Caution,
                "Acrobat's usage rights are granted; they end with a signature, and Acrobat may \
                 say so when it is opened",
            )
        };
        findings.add(Code::UsageRights, severity, message);
    }
}

/// What encryption means for who opened the document.
fn encrypted(permissions: Option<Permissions>) -> String {
    let Some(permissions) = permissions else {
        return "encrypted, and opened with its owner's password; everything is permitted"
            .to_owned();
    };
    let Permissions {
        print,
        change,
        copy,
        annotate,
        fill,
        add_fields,
    } = permissions;
    let all = [
        (print, "printing"),
        (copy, "copying"),
        (change, "changing the document"),
        (annotate, "adding notes"),
        (fill, "signing in fields that are there"),
        (add_fields, "adding signature fields"),
    ];
    let forbidden: Vec<_> = all
        .iter()
        .filter(|(is, _)| !is)
        .map(|(_, it)| *it)
        .collect();
    match forbidden.split_last() {
        None => "encrypted; its author permits everything that matters to signing".to_owned(),
        Some((only, [])) => format!("encrypted; its author does not permit {only}"),
        Some((last, others)) => format!(
            "encrypted; its author does not permit {} and {last}",
            others.join(", ")
        ),
    }
}

/// What the document claims to be.
fn claims(findings: &mut Findings, document: &Document<'_>, found: &Preflight) {
    let signed = !document.signatures.is_empty();
    if let Some(claim) = found.claims.pdf_a {
        let claim = claim.to_string();
        let message = format!("claims {claim}, which a signature keeps");
        findings.tell(Code::PdfA, Severity::Info, message, [("claim", claim)]);
    }
    if let Some(part) = found.claims.pdf_ua {
        let claim = format!("PDF/UA-{part}");
        let message = format!("claims {claim}");
        let words = || [("claim", claim.clone())];
        findings.tell(Code::PdfUa, Severity::Info, message, words());
        if signed || !found.claims.tagged {
            let message = format!(
                "a new signature field cannot be put into its structure, and {claim} is not kept; \
                 an empty field that is there already can be signed"
            );
            findings.tell(Code::PdfUaNotKept, Severity::Caution, message, words());
        }
    }
}

/// How the file is built.
fn structure(findings: &mut Findings, document: &Document<'_>, found: &Preflight) {
    use Severity::{Caution, Info};
    let structure = &found.structure;
    let signed = !document.signatures.is_empty();
    if document.repaired {
        let message = "its cross-references are damaged; signing adds complete ones, and nothing that \
                       is there is changed";
        findings.add(Code::Repaired, Caution, message);
    }
    if structure.hybrid {
        let message = "it is written for old and new readers at once, which may see two documents";
        findings.add(Code::Hybrid, Caution, message);
    }
    if structure.left_out > 0 && !signed {
        let count = structure.left_out.to_string();
        let message = format!(
            "{count} object numbers are left out; Acrobat may call the first signature invalid once \
             a second one is there, unless the file is saved anew before the first"
        );
        findings.tell(Code::NumberingGaps, Caution, message, [("count", count)]);
    }
    match structure.end {
        End::Clean => {}
        End::Followed(bytes) => {
            let bytes = bytes.to_string();
            let message = format!("{bytes} bytes follow its end and belong to nothing");
            findings.tell(Code::BytesAfterEnd, Caution, message, [("bytes", bytes)]);
        }
        End::Missing => findings.add(Code::NoEnd, Caution, "its end is not where it should be"),
    }
    if !structure.identified {
        let message = "it has no identifier; a signature gives it one";
        findings.add(Code::NoIdentifier, Info, message);
    }
    if structure.linearized && !signed {
        let message = "it is laid out for the web; a signature ends that";
        findings.add(Code::Linearized, Info, message);
    }
    if found.unreadable {
        findings.add(
            Code::PartlyUnreadable,
            Caution,
            "a part of it cannot be read",
        );
    }
}

/// Its form.
fn form(findings: &mut Findings, document: &Document<'_>, found: &Preflight) {
    use Severity::{Caution, Info};
    let is_empty = |field: &&pdf::Field| field.kind == "Sig" && !field.has_value;
    let empty = document.fields.iter().filter(is_empty).count();
    if empty > 0 {
        let count = empty.to_string();
        let message = match empty {
            1 => "one field waits for a signature".to_owned(),
            _ => format!("{count} fields wait for a signature"),
        };
        findings.tell(Code::EmptyFields, Info, message, [("count", count)]);
    }
    if found.needs_appearances {
        let message = "the form asks viewers to draw its fields anew; some then do not show the box \
                       of a signature, which is valid all the same";
        findings.add(Code::NeedAppearances, Caution, message);
    }
    if found.needs_rendering {
        let message = "it is an XFA form: what its pages show here is not what is filled in and read \
                       in Acrobat";
        findings.add(Code::XfaAlone, Caution, message);
    } else if found.xfa {
        let message = "its form is an XFA form, too, which other viewers do not show";
        findings.add(Code::Xfa, Caution, message);
    }
    if !found.repeated.is_empty() {
        let fields = found.repeated.join(", ");
        let message = format!("more than one field has the name: {fields}");
        findings.tell(Code::RepeatedNames, Caution, message, [("fields", fields)]);
    }
    if !found.overlapping.is_empty() {
        let fields = found.overlapping.join(", ");
        let message = format!("lies over another field: {fields}");
        findings.tell(
            Code::OverlappingFields,
            Caution,
            message,
            [("fields", fields)],
        );
    }
}

/// What it does or holds besides its pages.
fn content(findings: &mut Findings, found: &Preflight) {
    use Severity::{Caution, Info};
    for active in &found.active {
        let (code, message) = match active {
            Active::JavaScript => (
                Code::JavaScript,
                "it has JavaScript, which can change what is shown",
            ),
            Active::Launch => (Code::Launch, "it can start programs or open other files"),
            Active::SubmitForm => (Code::SubmitForm, "it can send what is filled in somewhere"),
            Active::ImportData => (Code::ImportData, "it can take values from elsewhere"),
            Active::Multimedia => (Code::Multimedia, "it has sound, film or 3D content"),
            Active::Hide => (Code::Hide, "it can show and hide parts of what is seen"),
        };
        findings.add(code, Caution, message);
    }
    if found.optional_content {
        let message = "parts of its pages can be switched on and off, so it can look different \
                       elsewhere";
        findings.add(Code::OptionalContent, Caution, message);
    }
    if found.embedded_files {
        findings.add(Code::EmbeddedFiles, Info, "files are embedded in it");
    }
    if let Some(pages) = found.stopped_after {
        let pages = pages.to_string();
        let message =
            format!("for what acts by itself, only the first {pages} pages were searched");
        findings.tell(Code::SearchEnded, Info, message, [("pages", pages)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Document<'static> {
        Document {
            fields: &[],
            signatures: &[],
            certified: None,
            encrypted: None,
            repaired: false,
            refusal: None,
        }
    }

    fn codes(document: &Document<'_>, found: &Preflight) -> Vec<Code> {
        let findings = findings(document, found).into_iter();
        findings.map(|finding| finding.code).collect()
    }

    #[test]
    fn cautions_come_before_what_is_only_good_to_know() {
        let mut found = Preflight::default();
        assert_eq!(codes(&document(), &found), [Code::NoIdentifier]);
        found.structure.hybrid = true;
        found.active.insert(Active::Launch);
        found.active.insert(Active::JavaScript);
        let expected = [
            Code::Hybrid,
            Code::JavaScript,
            Code::Launch,
            Code::NoIdentifier,
        ];
        assert_eq!(codes(&document(), &found), expected);
    }

    #[test]
    fn pdf_ua_is_said_to_be_lost_where_there_is_no_structure_to_add_to() {
        let mut found = Preflight::default();
        found.structure.identified = true;
        found.claims.pdf_ua = Some(1);
        assert_eq!(
            codes(&document(), &found),
            [Code::PdfUaNotKept, Code::PdfUa]
        );
        found.claims.tagged = true;
        assert_eq!(codes(&document(), &found), [Code::PdfUa]);
    }

    #[test]
    fn what_a_sentence_is_about_goes_with_its_code() {
        let mut found = Preflight::default();
        found.structure.left_out = 7;
        let findings = findings(&document(), &found);
        assert_eq!(findings[0].code, Code::NumberingGaps);
        assert_eq!(findings[0].words["count"], "7");
        assert!(findings[0].message.starts_with("7 object numbers"));
    }
}
