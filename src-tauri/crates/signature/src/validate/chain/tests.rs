#![expect(clippy::unwrap_used, reason = "tests")]

use x509_cert::ext::pkix::KeyUsages;

use super::*;
use crate::samples::{Authority, Key, NOW, Template, key_usage, other_extension};

fn ada() -> Key {
    Key::from_seed(2)
}

fn codes(result: Result<Path, Vec<Finding>>) -> Vec<&'static str> {
    result.unwrap_err().iter().map(Finding::code).collect()
}

#[test]
fn a_signer_below_an_anchor_is_vouched_for() {
    let ca = Authority::new("CA", 1);
    let signer = ca.issue("Ada", &ada());
    let path = find_path(&signer, &[], &[ca.certificate()], NOW).unwrap();
    assert_eq!(path.certificates(), [signer, ca.certificate()]);
}

#[test]
fn a_path_goes_through_certificates_that_are_believed_nothing() {
    let root = Authority::new("Root", 1);
    let middle = root.below("Middle", 3, Some(0));
    let signer = middle.issue("Ada", &ada());
    let decoy = Authority::new("Middle", 4).certificate();
    let others = [decoy, middle.certificate()];
    let path = find_path(&signer, &others, &[root.certificate()], NOW).unwrap();
    assert_eq!(
        path.certificates(),
        [signer.clone(), middle.certificate(), root.certificate()]
    );
    assert_eq!(
        codes(find_path(&signer, &[], &[root.certificate()], NOW)),
        ["no_path_to_anchor"]
    );
}

#[test]
fn a_signers_certificate_may_be_trusted_as_it_is() {
    let signer = Authority::new("CA", 1).issue("Ada", &ada());
    let path = find_path(&signer, &[], std::slice::from_ref(&signer), NOW).unwrap();
    assert_eq!(path.certificates(), [signer]);
}

#[test]
fn no_anchor_vouches_for_nobody() {
    let ca = Authority::new("CA", 1);
    let found = find_path(&ca.issue("Ada", &ada()), &[ca.certificate()], &[], NOW);
    assert_eq!(
        codes(found),
        ["no_path_to_anchor"],
        "a root in the signature is no anchor"
    );
}

#[test]
fn an_anchor_of_the_same_name_with_another_key_vouches_for_nobody() {
    let signer = Authority::new("CA", 1).issue("Ada", &ada());
    let other = Authority::new("CA", 9).certificate();
    assert_eq!(
        codes(find_path(&signer, &[], &[other], NOW)),
        ["certificate_not_by_issuer"]
    );
}

#[test]
fn a_signer_cannot_issue() {
    let ca = Authority::new("CA", 1);
    let mallory = ca.issue("Mallory", &Key::from_seed(6));
    let below = Authority::with(Key::from_seed(6), mallory.clone());
    let forged = below.issue("Ada", &ada());
    assert_eq!(
        codes(find_path(&forged, &[mallory], &[ca.certificate()], NOW)),
        ["issuer_is_no_ca"]
    );
}

#[test]
fn a_ca_whose_key_may_not_sign_certificates_cannot_issue() {
    let root = Authority::new("Root", 1);
    let key = Key::from_seed(3);
    let mut template = Template::ca("Middle", &key, None);
    template.extensions[1] = key_usage(KeyUsages::CRLSign.into());
    let middle = Authority::with(key, root.sign(template));
    let signer = middle.issue("Ada", &ada());
    let found = find_path(&signer, &[middle.certificate()], &[root.certificate()], NOW);
    assert_eq!(codes(found), ["issuer_is_no_ca"]);
}

#[test]
fn path_length_zero_lets_no_authority_stand_below() {
    let root = Authority::new("Root", 1);
    let narrow = root.below("Narrow", 3, Some(0));
    let lower = narrow.below("Lower", 4, None);
    let signer = lower.issue("Ada", &ada());
    let others = [narrow.certificate(), lower.certificate()];
    let found = find_path(&signer, &others, &[root.certificate()], NOW);
    assert_eq!(codes(found), ["path_length_exceeded"]);
}

#[test]
fn every_certificate_on_the_path_must_be_valid_at_the_time() {
    let root = Authority::new("Root", 1);
    let key = Key::from_seed(3);
    let template = Template {
        not_after: NOW - 1,
        ..Template::ca("Middle", &key, None)
    };
    let middle = Authority::with(key, root.sign(template));
    let signer = middle.issue("Ada", &ada());
    let at = |at| find_path(&signer, &[middle.certificate()], &[root.certificate()], at);
    assert_eq!(codes(at(NOW)), ["certificate_expired"]);
    assert!(at(NOW - 1).is_ok());
    assert_eq!(codes(at(NOW - 7200))[0], "certificate_not_yet_valid");
    let expired = root.sign(Template {
        not_after: NOW - 1,
        ..Template::person("Ada", &ada())
    });
    let found = find_path(&expired, &[], &[root.certificate()], NOW);
    assert_eq!(codes(found), ["certificate_expired"]);
}

#[test]
fn a_key_for_other_things_does_not_sign_documents() {
    let ca = Authority::new("CA", 1);
    let mut template = Template::person("Ada", &ada());
    template.extensions[1] = key_usage(KeyUsages::KeyEncipherment.into());
    let found = find_path(&ca.sign(template), &[], &[ca.certificate()], NOW);
    assert_eq!(codes(found), ["certificate_not_for_documents"]);
}

#[test]
fn a_critical_extension_that_is_not_processed_is_refused_and_a_plain_one_is_not() {
    let ca = Authority::new("CA", 1);
    let with = |critical| {
        let mut template = Template::person("Ada", &ada());
        template
            .extensions
            .push(other_extension("1.2.3.4", critical));
        find_path(&ca.sign(template), &[], &[ca.certificate()], NOW)
    };
    assert_eq!(codes(with(true)), ["critical_extension_not_supported"]);
    assert!(with(false).is_ok());
}

#[test]
fn certificates_that_issue_each_other_in_circles_end_the_search() {
    let mut authorities: Vec<Authority> = Vec::new();
    // One key, one name: each of them issued each other, and none leads anywhere.
    for serial in 0..20 {
        let key = Key::from_seed(7);
        let own = Authority::new("Circle", 7);
        let template = Template {
            serial,
            ..Template::ca("Circle", &key, None)
        };
        authorities.push(Authority::with(key, own.sign(template)));
    }
    let others: Vec<Certificate> = authorities.iter().map(Authority::certificate).collect();
    let signer = authorities[0].issue("Ada", &ada());
    let anchor = Authority::new("Root", 1).certificate();
    assert_eq!(
        codes(find_path(&signer, &others, &[anchor], NOW)),
        ["path_search_given_up"]
    );
}

#[test]
fn a_path_longer_than_the_limit_is_not_followed() {
    let root = Authority::new("Root", 1);
    let mut others = Vec::new();
    let mut last = root.clone();
    for depth in 0..LONGEST_PATH {
        last = last.below(
            &format!("CA {depth}"),
            20 + u8::try_from(depth).unwrap(),
            None,
        );
        others.push(last.certificate());
    }
    let found = find_path(
        &last.issue("Ada", &ada()),
        &others,
        &[root.certificate()],
        NOW,
    );
    assert_eq!(codes(found), ["no_path_to_anchor"]);
}
