//! What a report says, in its two languages.

use crate::requests::Language;
use crate::wire::{
    AnchorSource, DocumentState, Headline, IdentityState, RevocationSource, RevocationStatus,
    SignatureReport, TimeState,
};

/// English and German.
pub(super) type Both = (&'static str, &'static str);

/// A sentence in the language of the report.
pub(super) fn say((english, german): Both, language: Language) -> &'static str {
    match language {
        Language::English => english,
        Language::German => german,
    }
}

macro_rules! words {
    ($($name:ident: $english:literal, $german:literal;)*) => {
        $(pub(super) const $name: Both = ($english, $german);)*
    };
}

words! {
    TITLE: "Validation report", "Prüfbericht";
    FILE: "File", "Datei";
    LENGTH: "Length", "Länge";
    BYTES: "bytes", "Byte";
    DIGEST: "SHA-256 of the file", "SHA-256 der Datei";
    VALIDATED: "Validated, by this computer's clock", "Geprüft, nach der Uhr dieses Rechners";
    POLICY: "Policy", "Regeln";
    BY: "By", "Mit";
    TRUST: "Whom it relies on", "Worauf sich das stützt";
    NOBODY: "Nobody: no trust anchor was given.", "Auf niemanden: kein Vertrauensanker war gegeben.";
    ANCHORS: "anchors", "Anker";
    INTACT: "Is the document intact?", "Ist das Dokument unversehrt?";
    WHO: "Who signed, and do we trust the issuer?", "Wer hat signiert, und trauen wir dem Aussteller?";
    WHEN: "When, by whose clock?", "Wann, nach wessen Uhr?";
    UNKNOWN: "Unknown", "Unbekannt";
    ISSUED_BY: "Issued by", "Ausgestellt von";
    CHANGES: "What was changed later", "Was danach geändert wurde";
    PATH: "Certificates, from the signer up", "Zertifikate, vom Unterzeichner aufwärts";
    VALID_FROM: "valid from", "gültig von";
    UNTIL: "until", "bis";
    SERIAL: "serial number", "Seriennummer";
    TRUSTED_AS_IT_IS: "trusted as it is", "vertraut, wie es ist";
    REVOCATION: "Revocation", "Widerruf";
    NOT_LOOKED_UP: "Nothing is known.", "Darüber ist nichts bekannt.";
    FORM: "Form", "Form";
    FIELD: "field", "Feld";
    FINDINGS: "What was found", "Was gefunden wurde";
    REVISIONS: "Revisions of the file", "Fassungen der Datei";
    SIGNED: "signed, field", "signiert, Feld";
    NOT_SIGNED: "not signed", "nicht signiert";
    ALLOWED: "allowed", "erlaubt";
    NOT_ALLOWED: "not allowed", "nicht erlaubt";
    CLAIMED: "The signer's own clock said", "Die Uhr des Unterzeichners sagte";
    STAMP_OVER_DOCUMENT: "Time-stamp over the document", "Zeitstempel über das Dokument";
    NO_PROOF: "This report is not signed and proves nothing by itself: whoever has the file can \
               validate it again.",
              "Dieser Bericht ist nicht signiert und beweist für sich nichts: Wer die Datei hat, \
               kann sie erneut prüfen.";
}

pub(super) fn headline(headline: Headline) -> Both {
    match headline {
        Headline::Valid => ("Valid", "Gültig"),
        Headline::ValidChangedAsAllowed => (
            "Valid, changed later as allowed",
            "Gültig, später erlaubt geändert",
        ),
        Headline::Changed => ("Changed after signing", "Nach dem Signieren geändert"),
        Headline::IdentityUnconfirmed => ("Identity not confirmed", "Identität nicht bestätigt"),
        Headline::Broken => ("Broken", "Gebrochen"),
        Headline::Unsigned => ("No signature", "Keine Signatur"),
    }
}

pub(super) fn document(state: DocumentState) -> Both {
    match state {
        DocumentState::Intact => ("Yes", "Ja"),
        DocumentState::ChangedAsAllowed => (
            "Yes, and changed later as allowed",
            "Ja, und später wie erlaubt geändert",
        ),
        DocumentState::Changed => (
            "No: what was signed is whole inside the file, and the file shows something else",
            "Nein: Was signiert wurde, steht unversehrt in der Datei; sie zeigt etwas anderes",
        ),
        DocumentState::Broken => (
            "No: what was signed and what is in the file differ, or the signature is damaged",
            "Nein: Was signiert wurde und was in der Datei steht, ist verschieden, oder die Signatur \
             ist beschädigt",
        ),
        DocumentState::Unknown => (
            "This cannot be told: this version does not know signatures of this kind",
            "Das lässt sich nicht sagen: Diese Version kennt Signaturen dieser Art nicht",
        ),
    }
}

pub(super) fn identity(state: IdentityState) -> Both {
    match state {
        IdentityState::Trusted => ("Confirmed by a trust anchor", "Bestätigt durch einen Anker"),
        IdentityState::Unconfirmed => (
            "Not confirmed: so the certificate says, and nobody trusted vouches for it",
            "Nicht bestätigt: So steht es im Zertifikat, und niemand, dem vertraut wird, bürgt dafür",
        ),
        IdentityState::Revoked => (
            "Revoked, and nothing proves that the signature is older",
            "Widerrufen, und nichts beweist, dass die Signatur älter ist",
        ),
        IdentityState::Expired => (
            "Expired, and nothing proves that the signature is older",
            "Abgelaufen, und nichts beweist, dass die Signatur älter ist",
        ),
        IdentityState::NotChecked => (
            "Not checked: the certificate of the signer is not in the signature",
            "Nicht geprüft: Das Zertifikat des Unterzeichners ist nicht in der Signatur",
        ),
    }
}

pub(super) fn time(report: &SignatureReport) -> Both {
    match (report.time.answer, report.time.trusted) {
        (TimeState::Timestamp, true) => (
            "by a time-stamp of a trusted authority",
            "nach dem Zeitstempel einer Stelle, der vertraut wird",
        ),
        (TimeState::Timestamp, false) => (
            "by a time-stamp of an authority for which nobody vouches here",
            "nach dem Zeitstempel einer Stelle, für die hier niemand bürgt",
        ),
        (TimeState::Claimed, _) => (
            "by the signer's own clock; no time-stamp vouches for it",
            "nach der Uhr des Unterzeichners; kein Zeitstempel bürgt dafür",
        ),
        (TimeState::None, _) => ("not said", "nicht angegeben"),
    }
}

pub(super) fn source(source: AnchorSource) -> Both {
    match source {
        AnchorSource::Organisation => ("the organisation", "die Organisation"),
        AnchorSource::File => ("a file that was given", "eine angegebene Datei"),
        AnchorSource::System => ("the operating system", "das Betriebssystem"),
        AnchorSource::TrustedList => (
            "a trusted list that was given (ETSI TS 119 612)",
            "eine angegebene Vertrauensliste (ETSI TS 119 612)",
        ),
        AnchorSource::Remembered => (
            "the person at this computer, who chose to",
            "die Person an diesem Rechner, die es so wollte",
        ),
    }
}

pub(super) fn revocation(status: RevocationStatus) -> Both {
    match status {
        RevocationStatus::Good => ("not revoked", "nicht widerrufen"),
        RevocationStatus::Revoked => ("revoked", "widerrufen"),
        RevocationStatus::Unknown => ("not known", "nicht bekannt"),
        RevocationStatus::NotNeeded => ("nobody has to say", "niemand muss es sagen"),
    }
}

pub(super) fn by(source: RevocationSource) -> Both {
    match source {
        RevocationSource::Ocsp => ("said a responder (OCSP)", "laut Auskunft (OCSP)"),
        RevocationSource::Crl => ("said a revocation list (CRL)", "laut Widerrufsliste (CRL)"),
    }
}
