//! Revocation, algorithms and times in the judgement as a whole.

use x509_cert::crl::RevokedCert;
use x509_cert::serial_number::SerialNumber;

use super::*;
use crate::revocation::tests::list;

/// A list of our authority's on which Ada's certificate stands since a time.
fn revoking(since: i64) -> Vec<u8> {
    let entry = RevokedCert {
        serial_number: SerialNumber::from(77u32),
        revocation_date: crate::samples::time(since),
        crl_entry_extensions: None,
    };
    list(&ca(), vec![entry], None)
}

fn judged_by(file: &[u8], crls: &[Vec<u8>], at: i64) -> SignatureValidation {
    let anchors = [ca().certificate()];
    let inputs = Inputs {
        crls,
        ..Inputs::new(&anchors, at)
    };
    let validation = validate_with(&open(file), &inputs).unwrap();
    validation.signatures.into_iter().next().unwrap()
}

#[test]
fn a_signer_who_was_revoked_and_has_no_proof_of_an_earlier_time_is_never_valid() {
    let signature = judged_by(&signed(), &[revoking(NOW - 100)], NOW);
    assert_eq!(signature.headline, Headline::IdentityUnconfirmed);
    let judged = (signature.indication, signature.sub_indication);
    let expected = (Indication::Indeterminate, Some(SubIndication::RevokedNoPoe));
    assert_eq!(judged, expected);
    assert_eq!(signature.path, None);
    assert_eq!(signature.way.len(), 2, "the way is shown all the same");
    assert!(signature.intact.is_some());
    // Long after the list had to be renewed it is still the truth about then.
    let later = judged_by(&signed(), &[revoking(NOW - 100)], NOW + 90 * 24 * 3600);
    assert_eq!(later.headline, Headline::IdentityUnconfirmed);
}

#[test]
fn a_fresh_list_says_good_and_an_old_one_only_that_it_is_old() {
    let good = list(&ca(), Vec::new(), None);
    let signature = judged_by(&signed(), std::slice::from_ref(&good), NOW);
    assert_eq!(signature.headline, Headline::Valid);
    assert_eq!(signature.findings, []);
    assert!(matches!(signature.revocation[0].state, State::Good { .. }));

    let old = judged_by(&signed(), &[good], NOW + 7200);
    assert_eq!(old.headline, Headline::Valid);
    let codes: Vec<_> = old.findings.iter().map(Finding::code).collect();
    assert_eq!(codes, ["revocation_too_old"]);

    let nothing = judged_by(&signed(), &[], NOW);
    assert_eq!(nothing.headline, Headline::Valid);
    assert_eq!(nothing.findings, [Finding::RevocationNotChecked]);
    assert_eq!(nothing.indication, Indication::TotalPassed);
}

#[test]
fn an_expired_certificate_is_told_as_what_it_is() {
    let later = ada().not_after() + 1;
    let signature = judged_by(&signed(), &[], later);
    assert_eq!(signature.headline, Headline::IdentityUnconfirmed);
    assert_eq!(
        signature.sub_indication,
        Some(SubIndication::OutOfBoundsNoPoe)
    );
}
