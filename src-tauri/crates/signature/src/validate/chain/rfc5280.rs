//! A candidate path is judged by a library made for it: certval (RFC 5280 §6.1, RFC 9618).
//!
//! It judges validity, names and name constraints, policies with their mappings and constraints,
//! path lengths, key usage, and that no critical extension went unprocessed. The search that comes
//! before has verified every signature on the path by our own algorithms, the dated ones included,
//! which certval cannot know; what both judge must please both.
//!
//! Weighed were:
//! - **certval** 0.2.0-rc.1 (RustCrypto's later generation, no C, `forbid(unsafe_code)`): all of
//!   RFC 5280 §6.1 with name constraints of every form and policy graphs that are bounded; takes and
//!   gives DER, so that its generation meets ours in bytes alone. Taken, without its features for
//!   files, network and revocation. That it is a release candidate is why it may only refuse.
//! - **rustls-webpki**: for TLS; knows no policies and no constraints on directory names, which
//!   authorities for people use.
//! - **x509-verify**: verifies one signature, builds and judges no path.
//! - **OpenSSL's X509_STORE** (crate openssl): complete, in C, with unsafe bindings below this crate
//!   and a policy for weak algorithms that knows no dates.

use certval::policy_graph::check_certificate_policies_graph;
use certval::{
    CertificationPath, CertificationPathResults, CertificationPathSettings, Error, PDVCertificate,
    PDVTrustAnchorChoice, PathValidationStatus, PkiEnvironment, TimeOfInterest,
    check_basic_constraints, check_critical_extensions, check_extended_key_usage, check_key_usage,
    check_names, check_validity,
};

use crate::certificate::Certificate;
use crate::validate::finding::Finding;

/// Judges a path of two certificates at least, signer first, anchor last, at a Unix time.
pub(super) fn judge(path: &[Certificate], at: i64) -> Result<(), Finding> {
    let refused = |why: &str| Finding::PathRefused {
        subject: path
            .first()
            .map(|signer| signer.subject_common_name().to_owned())
            .unwrap_or_default(),
        why: why.to_owned(),
    };
    let unreadable = || refused("a certificate on it cannot be read");
    let [target, between @ .., anchor] = path else {
        return Err(unreadable());
    };
    let read = |certificate: &Certificate| {
        PDVCertificate::try_from(certificate.as_der()).map_err(|_| unreadable())
    };
    let intermediates = between
        .iter()
        .rev()
        .map(read)
        .collect::<Result<Vec<_>, _>>()?;
    let anchor = PDVTrustAnchorChoice::try_from(anchor.as_der()).map_err(|_| unreadable())?;
    let candidate = CertificationPath::new(anchor, intermediates, read(target)?);
    let mut settings = CertificationPathSettings::new();
    let at = u64::try_from(at).ok().filter(|at| *at > 0);
    let at = at.and_then(|at| TimeOfInterest::from_unix_secs(at).ok());
    settings.set_time_of_interest(at.ok_or_else(|| refused("the time is out of range"))?);
    let environment = PkiEnvironment::new();
    let mut results = CertificationPathResults::new();
    let checks = [
        check_validity,
        check_basic_constraints,
        check_names,
        check_certificate_policies_graph,
        check_key_usage,
        check_extended_key_usage,
        check_critical_extensions,
    ];
    // keyUsage is judged where it is there (RFC 5280 §6.1.4 (n)); certval demands it of every authority.
    let may_issue = path.iter().skip(1).all(Certificate::is_ca);
    let is_of_usage = |error: &Error| {
        matches!(
            error,
            Error::PathValidation(PathValidationStatus::InvalidKeyUsage)
        )
    };
    for check in checks {
        match check(&environment, &settings, &candidate, &mut results) {
            Err(error) if !(may_issue && is_of_usage(&error)) => return Err(refused(word(&error))),
            _ => {}
        }
    }
    Ok(())
}

/// What is wrong, in words.
fn word(error: &Error) -> &'static str {
    use PathValidationStatus as Status;
    let Error::PathValidation(status) = error else {
        return "a certificate on it cannot be read";
    };
    match status {
        Status::NameChainingFailure => "its names do not follow each other",
        Status::InvalidNotBeforeDate => "a certificate on it is not valid yet",
        Status::InvalidNotAfterDate => "a certificate on it has expired",
        Status::MissingBasicConstraints | Status::InvalidBasicConstraints => {
            "an issuer on it is no authority"
        }
        Status::InvalidPathLength => "more authorities stand below one than it allows",
        Status::InvalidKeyUsage => "a key on it is used for what it is not for",
        Status::NullPolicySet | Status::InvalidPolicyMapping => {
            "the policies of its certificates do not agree"
        }
        Status::NameConstraintsViolation => "a name is outside of what its authority may certify",
        Status::UnprocessedCriticalExtension => "a critical extension on it is not supported",
        _ => "it does not hold",
    }
}
