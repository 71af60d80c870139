//! The report as a page: no scripts, no addresses, nothing loaded; prints on paper.
//!
//! Names in certificates, fields and files are chosen by whoever made them, so each goes through
//! [`Text`]; and the page carries a content policy that allows its one style sheet, by digest, and
//! nothing else.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};

use super::Report;
use super::text::{After, Grouped, Text, Utc};
use super::words::{self, Both};
use crate::requests::Language;
use crate::wire::{
    Finding, Headline, Indication, PathCertificate, RevisionReport, RevocationAnswer,
    SignatureKind, SignatureReport, TrustSource,
};

const STYLE: &str = include_str!("report.css");

/// The page.
pub(super) fn page(report: &Report<'_>, language: Language) -> String {
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'",
        BASE64.encode(Sha256::digest(STYLE))
    );
    let tag = match language {
        Language::English => "en",
        Language::German => "de",
    };
    let mut page = Page {
        html: String::new(),
        language,
    };
    let title = page.say(words::TITLE);
    page.put(format_args!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n",
    ));
    page.head(report);
    page.trust(report.trust);
    for (place, signature) in report.validation.signatures.iter().enumerate() {
        page.signature(place + 1, signature);
    }
    page.revisions(&report.validation.revisions);
    let no_proof = page.say(words::NO_PROOF);
    page.put(format_args!(
        "<footer><p>{no_proof}</p></footer>\n</main>\n</body>\n</html>\n"
    ));
    page.html
}

struct Page {
    html: String,
    language: Language,
}

impl Page {
    fn say(&self, both: Both) -> &'static str {
        words::say(both, self.language)
    }

    fn put(&mut self, parts: fmt::Arguments<'_>) {
        let _ = fmt::write(&mut self.html, parts); // a string takes whatever is written to it
    }

    /// A line of a list of facts.
    fn fact(&mut self, name: Both, value: fmt::Arguments<'_>) {
        let name = self.say(name);
        self.put(format_args!("<dt>{name}</dt><dd>{value}</dd>\n"));
    }

    fn heading(&mut self, title: Both) {
        let title = self.say(title);
        self.put(format_args!("<h3>{title}</h3>\n"));
    }

    fn head(&mut self, report: &Report<'_>) {
        let headline = report.validation.headline;
        let (title, word) = (self.say(words::TITLE), self.say(words::headline(headline)));
        let (tone, shape) = (tone(headline), shape(headline));
        self.put(format_args!(
            "<header>\n<p class=\"kind\">{title}</p>\n<h1 class=\"{tone}\">{shape} {word}</h1>\n<dl>\n"
        ));
        let unit = self.say(words::BYTES);
        self.fact(words::FILE, format_args!("{}", Text(report.file)));
        self.fact(words::LENGTH, format_args!("{} {unit}", report.bytes));
        let sha256 = Grouped(report.sha256);
        self.fact(words::DIGEST, format_args!("<code>{sha256}</code>"));
        self.fact(
            words::VALIDATED,
            format_args!("{}", Utc(report.validated_at)),
        );
        self.fact(words::POLICY, format_args!("{}", Text(report.policy)));
        let by = (report.product, report.version);
        self.fact(words::BY, format_args!("{} {}", Text(by.0), Text(by.1)));
        self.put(format_args!("</dl>\n</header>\n"));
    }

    fn trust(&mut self, sources: &[TrustSource]) {
        let (title, unit) = (self.say(words::TRUST), self.say(words::ANCHORS));
        self.put(format_args!("<section>\n<h2>{title}</h2>\n"));
        if sources.is_empty() {
            let nobody = self.say(words::NOBODY);
            self.put(format_args!("<p>{nobody}</p>\n</section>\n"));
            return;
        }
        self.put(format_args!("<ul>\n"));
        for source in sources {
            let (kind, name) = (self.say(words::source(source.source)), Text(&source.name));
            let count = source.anchors;
            self.put(format_args!("<li>{kind}: {name} ({count} {unit})"));
            if let Some(sha256) = &source.sha256 {
                self.put(format_args!("<br><code>SHA-256 {}</code>", Grouped(sha256)));
            }
            self.findings(&source.findings);
            self.put(format_args!("</li>\n"));
        }
        self.put(format_args!("</ul>\n</section>\n"));
    }

    fn signature(&mut self, number: usize, signature: &SignatureReport) {
        let name = match signature.signer.as_str() {
            "" => self.say(words::UNKNOWN),
            name => name,
        };
        let headline = signature.headline;
        let word = self.say(words::headline(headline));
        let (tone, shape) = (tone(headline), shape(headline));
        self.put(format_args!(
            "<section>\n<h2>{number}. {}</h2>\n<p class=\"headline {tone}\">{shape} {word}</p>\n",
            Text(name),
        ));
        if signature.kind == SignatureKind::DocumentTimestamp {
            let kind = self.say(words::STAMP_OVER_DOCUMENT);
            self.put(format_args!("<p>{kind}</p>\n"));
        }
        self.answers(signature, name);
        if !signature.modifications.is_empty() {
            self.heading(words::CHANGES);
            self.put(format_args!("<ol>"));
            for change in &signature.modifications {
                self.put(format_args!("<li>{}</li>\n", Text(&change.message)));
            }
            self.put(format_args!("</ol>\n"));
        }
        self.path(signature);
        self.revocation(&signature.identity.revocation);
        self.form(signature);
        if !signature.findings.is_empty() {
            self.heading(words::FINDINGS);
            self.findings(&signature.findings);
        }
        self.put(format_args!("</section>\n"));
    }

    /// The three answers, which are never merged.
    fn answers(&mut self, signature: &SignatureReport, name: &str) {
        self.put(format_args!("<dl>\n"));
        let document = self.say(words::document(signature.document.answer));
        self.fact(words::INTACT, format_args!("<strong>{document}</strong>"));
        let identity = self.say(words::identity(signature.identity.answer));
        let (by, issuer) = (self.say(words::ISSUED_BY), Text(&signature.issuer));
        let name = Text(name);
        self.fact(
            words::WHO,
            format_args!("<strong>{name}</strong>. {identity}. {by} {issuer}."),
        );
        let (said, time) = (self.say(words::time(signature)), &signature.time);
        let claimed = time.claimed_at.filter(|claimed| Some(*claimed) != time.at);
        let clock = self.say(words::CLAIMED);
        self.fact(
            words::WHEN,
            format_args!(
                "<strong>{}</strong> {said}{}.{}",
                After("", time.at.map(Utc)),
                After(", ", time.authority.as_deref().map(Text)),
                After(" ", claimed.map(|at| format!("{clock} {}.", Utc(at)))),
            ),
        );
        self.put(format_args!("</dl>\n"));
    }

    fn path(&mut self, signature: &SignatureReport) {
        let identity = &signature.identity;
        let Some(last) = identity.path.len().checked_sub(1) else {
            return;
        };
        self.heading(words::PATH);
        self.put(format_args!("<ol>\n"));
        for (place, certificate) in identity.path.iter().enumerate() {
            self.certificate(certificate);
            if let Some(anchor) = identity.anchor.as_ref().filter(|_| place == last) {
                let trusted = self.say(words::TRUSTED_AS_IT_IS);
                let source = self.say(words::source(anchor.source));
                self.put(format_args!("<br><strong>{trusted}</strong>: {source}"));
            }
            self.put(format_args!("</li>\n"));
        }
        self.put(format_args!("</ol>\n"));
    }

    fn certificate(&mut self, certificate: &PathCertificate) {
        let (from, until) = (self.say(words::VALID_FROM), self.say(words::UNTIL));
        let serial = self.say(words::SERIAL);
        self.put(format_args!(
            "<li>{}<br>{from} {} {until} {}<br>{serial} <code>{}</code><br><code>SHA-256 {}</code>",
            Text(&certificate.subject),
            Utc(certificate.not_before),
            Utc(certificate.not_after),
            Grouped(&certificate.serial),
            Grouped(&certificate.sha256),
        ));
    }

    fn revocation(&mut self, answers: &[RevocationAnswer]) {
        self.heading(words::REVOCATION);
        if answers.is_empty() {
            let nothing = self.say(words::NOT_LOOKED_UP);
            self.put(format_args!("<p>{nothing}</p>\n"));
            return;
        }
        self.put(format_args!("<ul>\n"));
        for answer in answers {
            let status = self.say(words::revocation(answer.status));
            let by = answer.by.map(|by| self.say(words::by(by)));
            self.put(format_args!(
                "<li>{}: {status}{}{}{}</li>\n",
                Text(&answer.subject),
                After("; ", by),
                After(", ", answer.at.map(Utc)),
                After("; ", answer.reason.as_deref().map(Text)),
            ));
        }
        self.put(format_args!("</ul>\n"));
    }

    fn form(&mut self, signature: &SignatureReport) {
        self.heading(words::FORM);
        let level = Some(signature.level.to_uppercase()).filter(|level| !level.is_empty());
        let indication = match signature.indication {
            Indication::TotalPassed => "TOTAL-PASSED",
            Indication::TotalFailed => "TOTAL-FAILED",
            Indication::Indeterminate => "INDETERMINATE",
        };
        let field = self.say(words::FIELD);
        self.put(format_args!(
            "<p>{}{}, {field} {}, <code>{indication}{}</code></p>\n",
            Text(&signature.subfilter),
            After(", PAdES ", level.as_deref().map(Text)),
            Text(&signature.field),
            After(" / ", signature.sub_indication.as_deref().map(Text)),
        ));
    }

    fn revisions(&mut self, revisions: &[RevisionReport]) {
        if revisions.is_empty() {
            return;
        }
        let (title, unit) = (self.say(words::REVISIONS), self.say(words::BYTES));
        self.put(format_args!("<section>\n<h2>{title}</h2>\n<ol>\n"));
        for revision in revisions {
            let allowed = self.say(match revision.allowed {
                true => words::ALLOWED,
                false => words::NOT_ALLOWED,
            });
            let signed = self.say(match revision.signed_by {
                Some(_) => words::SIGNED,
                None => words::NOT_SIGNED,
            });
            let by = After(" ", revision.signed_by.as_deref().map(Text));
            let (index, bytes) = (revision.index, revision.bytes);
            self.put(format_args!(
                "<li value=\"{index}\">{signed}{by}, {bytes} {unit}; {allowed}<ul>"
            ));
            for what in &revision.what {
                self.put(format_args!("<li>{}</li>", Text(&what.message)));
            }
            self.put(format_args!("</ul></li>\n"));
        }
        self.put(format_args!("</ol>\n</section>\n"));
    }

    fn findings(&mut self, findings: &[Finding]) {
        self.put(format_args!("<ul>\n"));
        for finding in findings {
            let (message, code) = (Text(&finding.message), Text(&finding.code));
            self.put(format_args!("<li>{message} <code>{code}</code></li>\n"));
        }
        self.put(format_args!("</ul>\n"));
    }
}

fn tone(headline: Headline) -> &'static str {
    match headline {
        Headline::Valid | Headline::ValidChangedAsAllowed => "good",
        Headline::Changed | Headline::IdentityUnconfirmed => "caution",
        Headline::Broken => "bad",
        Headline::Unsigned => "muted",
    }
}

/// The shape that the window gives a headline: status is shape, sign and word.
fn shape(headline: Headline) -> String {
    let (shape, sign) = match headline {
        Headline::Valid => (
            "M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16z",
            "M6.4 10.3l2.5 2.5 4.8-5.2",
        ),
        Headline::ValidChangedAsAllowed => (
            "M6.25 2.25h7.5a4 4 0 0 1 4 4v7.5a4 4 0 0 1-4 4h-7.5a4 4 0 0 1-4-4v-7.5a4 4 0 0 1 4-4z",
            "M6.4 9.2l2.5 2.5 4.8-5.2M6.5 14.4h7",
        ),
        Headline::Changed => ("M10 2L18.4 17H1.6z", "M10 7.75v4M10 14.2v.1"),
        Headline::IdentityUnconfirmed | Headline::Unsigned => (
            "M10 1.5L18.5 10 10 18.5 1.5 10z",
            "M8.15 8.1a1.9 1.9 0 1 1 2.7 1.75c-.55.25-.85.6-.85 1.2M10 13.4v.1",
        ),
        Headline::Broken => (
            "M6.8 2.2h6.4l4.6 4.6v6.4l-4.6 4.6H6.8l-4.6-4.6V6.8z",
            "M7.3 7.3l5.4 5.4M12.7 7.3l-5.4 5.4",
        ),
    };
    format!(
        "<svg viewBox=\"0 0 20 20\" aria-hidden=\"true\"><path class=\"solid\" d=\"{shape}\"/>\
         <path class=\"sign\" d=\"{sign}\"/></svg>"
    )
}
