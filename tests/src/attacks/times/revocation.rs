//! Lists. What a document brings along must not undo what the caller knows, and vouch for nothing that
//! it has no right to.

use pdf::SecurityStore;
use signature::Level;
use signature::validate::SubIndication;

use super::made::{PKI, With, case, days_ago, good_lists, lists, revoking, signed, stamped, token};
use super::{Case, Expected};
use crate::pki::der;
use crate::pki::{DAY, Key, Party, Terms, YEAR, crl, extension};

/// Ada's signature of ten days ago, with evidence in it and with what tells of the rest: the lists of
/// the root and of who issues for timestamp authorities.
pub(super) fn with_evidence(store: SecurityStore) -> Vec<u8> {
    let mut store = store;
    let of_the_rest = [&PKI.root, &PKI.stamping].map(|by| crl::list(&crl::Terms::fresh(), by));
    store.crls.extend(of_the_rest);
    let stamps = |value: &[u8]| vec![token(value, stamped(), &PKI.tsa)];
    let with = With {
        store,
        stamps: Some(&stamps),
        ..With::default()
    };
    signed(&PKI.ada, &with)
}

/// A signature with some evidence, judged alone and by somebody who knows that Ada was revoked.
pub(super) fn alone_and_revoked(
    name: &str,
    store: SecurityStore,
    vouches: bool,
    alone: Option<Expected>,
) -> [Case; 2] {
    let file = with_evidence(store);
    let level = if vouches { Level::BLt } else { Level::BT };
    let expected = Expected {
        vouched_for: Some(vouches),
        ..alone.unwrap_or_else(|| Expected::valid(level))
    };
    let known = vec![revoking(stamped() - DAY, 1)];
    [
        case(name, file.clone(), Vec::new(), expected),
        case(
            &format!("{name}_against_a_revocation"),
            file,
            known,
            Expected::revoked(level),
        ),
    ]
}

/// A list of somebody who calls itself the authority.
fn in_the_name_of_the_authority(key: Key) -> Vec<u8> {
    let impostor = Party {
        key,
        ..PKI.issuing.clone()
    };
    crl::list(&crl::Terms::fresh(), &impostor)
}

/// A list of the authority with an extension.
fn extended(terms: &crl::Terms, extension: Vec<u8>) -> Vec<u8> {
    crl::list_with(terms, &PKI.issuing, &[extension], &[])
}

/// issuingDistributionPoint (RFC 5280 §5.2.5).
fn scope(fields: &[u8]) -> Vec<u8> {
    extension("2.5.29.28", true, &der::tlv(0x30, fields))
}

fn elsewhere() -> Vec<u8> {
    let name = der::primitive(6, b"http://elsewhere.example/part.crl");
    scope(&der::context(0, &der::context(0, &name)))
}

fn delta() -> Vec<u8> {
    extension("2.5.29.27", true, &der::number(1))
}

/// Some reasons only: keyCompromise.
fn some_reasons() -> Vec<u8> {
    scope(&der::primitive(3, &[6, 0x40]))
}

/// The kinds of lists that are not all of the truth.
fn parts() -> [(&'static str, Vec<u8>, bool); 6] {
    [
        ("delta_list", delta(), true),
        ("list_of_some_reasons", some_reasons(), true),
        ("indirect_list", scope(&der::primitive(4, &[0xff])), false),
        (
            "list_of_authorities_only",
            scope(&der::primitive(2, &[0xff])),
            false,
        ),
        (
            "list_of_attributes_only",
            scope(&der::primitive(5, &[0xff])),
            false,
        ),
        ("list_of_another_distribution_point", elsewhere(), false),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let fresh = crl::Terms::fresh;
    let of_issuing = |terms: &crl::Terms| crl::list(terms, &PKI.issuing);
    let older = crl::Terms {
        this_update: days_ago(12),
        next_update: Some(days_ago(5)),
        ..fresh()
    };
    let stale = crl::Terms {
        this_update: days_ago(20),
        next_update: Some(days_ago(15)),
        ..fresh()
    };
    let reversed = crl::Terms {
        this_update: days_ago(1),
        next_update: Some(days_ago(3)),
        ..fresh()
    };
    let ahead = crl::Terms {
        this_update: days_ago(-2),
        next_update: Some(days_ago(-9)),
        ..fresh()
    };
    let users = scope(&der::primitive(1, &[0xff]));
    let unknown = extension("1.2.3.4.5", true, &der::null());
    for (name, list, vouches) in [
        ("newer_list", of_issuing(&fresh()), true),
        ("list_of_then", of_issuing(&older), true),
        ("list_of_people_only", extended(&fresh(), users), true),
        ("list_that_was_too_old", of_issuing(&stale), false),
        (
            "list_whose_end_is_before_its_beginning",
            of_issuing(&reversed),
            false,
        ),
        ("list_of_tomorrow", of_issuing(&ahead), false),
        (
            "list_by_another_key_of_the_same_name",
            in_the_name_of_the_authority(Key::P256(66)),
            false,
        ),
        (
            "list_by_the_signer",
            in_the_name_of_the_authority(PKI.ada.key),
            false,
        ),
        ("list_by_the_root", crl::list(&fresh(), &PKI.root), false),
        (
            "list_with_an_unknown_critical_extension",
            extended(&fresh(), unknown),
            false,
        ),
    ] {
        cases.extend(alone_and_revoked(name, lists(vec![list]), vouches, None));
    }
    for (name, part, counts) in parts() {
        let list = extended(&fresh(), part.clone());
        cases.extend(alone_and_revoked(name, lists(vec![list]), false, None));
        // What such a list holds is so; what it leaves out is not said.
        let listing = fresh().revoking(PKI.ada.serial, stamped() - DAY, 1);
        let expected = match counts {
            true => Expected::revoked(Level::BT),
            false => Expected::valid(Level::BT),
        };
        cases.push(case(
            &format!("revoked_on_a_{name}"),
            with_evidence(SecurityStore::default()),
            vec![extended(&listing, part)],
            expected,
        ));
    }
    cases.extend(mistaken());
    cases.extend(holds());
    cases.extend(when());
    cases.extend(junk());
    cases.extend(others());
    cases
}

/// The caller's own list, called an answer by the document, and the other way round.
fn mistaken() -> Vec<Case> {
    let list = revoking(stamped() - DAY, 1);
    let as_answer = SecurityStore {
        ocsps: vec![list.clone()],
        ..SecurityStore::default()
    };
    let both = SecurityStore {
        ocsps: vec![list.clone()],
        crls: vec![list.clone()],
        ..SecurityStore::default()
    };
    let of = |name: &str, store: SecurityStore| {
        let file = with_evidence(store);
        case(name, file, vec![list.clone()], Expected::revoked(Level::BT))
    };
    vec![
        of("list_of_the_caller_called_an_answer", as_answer),
        Case {
            crls: Vec::new(),
            expected: Expected::revoked(Level::BLt),
            ..of("list_that_is_called_an_answer_too", both)
        },
    ]
}

/// certificateHold and what takes it back.
fn holds() -> Vec<Case> {
    let hold = |reason: u8| crl::Terms {
        this_update: days_ago(5),
        next_update: Some(days_ago(-2)),
        ..crl::Terms::fresh().revoking(PKI.ada.serial, stamped() - DAY, reason)
    };
    let hold = |reason: u8| crl::list(&hold(reason), &PKI.issuing);
    let file = || with_evidence(SecurityStore::default());
    let earlier = crl::Terms {
        this_update: days_ago(6),
        ..crl::Terms::fresh()
    };
    let good = |terms: &crl::Terms| crl::list(terms, &PKI.issuing);
    let of =
        |name: &str, crls: Vec<Vec<u8>>, expected: Expected| case(name, file(), crls, expected);
    let revoked = || Expected::revoked(Level::BT);
    vec![
        of("hold", vec![hold(6)], revoked()),
        of(
            "hold_that_was_lifted",
            vec![hold(6), good(&crl::Terms::fresh())],
            Expected::valid(Level::BT),
        ),
        of(
            "hold_after_a_good_list",
            vec![hold(6), good(&earlier)],
            revoked(),
        ),
        of(
            "hold_lifted_by_another_key_of_the_same_name",
            vec![hold(6), in_the_name_of_the_authority(Key::P256(66))],
            revoked(),
        ),
        of(
            "hold_lifted_by_a_delta_list",
            vec![hold(6), extended(&crl::Terms::fresh(), delta())],
            revoked(),
        ),
        of(
            "hold_removed_on_a_delta_list",
            vec![
                hold(6),
                extended(
                    &crl::Terms::fresh().revoking(PKI.ada.serial, days_ago(1), 8),
                    delta(),
                ),
            ],
            revoked(),
        ),
        of("removed_on_a_full_list", vec![hold(8)], revoked()),
        of(
            "compromise_that_is_not_listed_any_more",
            vec![hold(1), good(&crl::Terms::fresh())],
            revoked(),
        ),
        of(
            "hold_that_became_a_compromise",
            vec![hold(6), revoking(stamped() - DAY, 1)],
            revoked(),
        ),
    ]
}

/// Before and after the time that is proven.
fn when() -> Vec<Case> {
    let file = || with_evidence(SecurityStore::default());
    let since = crl::Terms::fresh().revoking(PKI.ada.serial, stamped() + DAY, 1);
    let suspected = extension("2.5.29.24", false, &der::time(stamped() - DAY));
    let suspected = crl::list_with(&since, &PKI.issuing, &[], &[suspected]);
    let later = || Expected::valid(Level::BT).with("certificate_revoked_later");
    let of =
        |name: &str, list: Vec<u8>, expected: Expected| case(name, file(), vec![list], expected);
    vec![
        of(
            "revoked_after_the_proof",
            // A stamp is exact to a second (RFC 3161 §2.4.2).
            revoking(stamped() + 2, 1),
            later(),
        ),
        of(
            "revoked_within_the_accuracy_of_the_proof",
            revoking(stamped() + 1, 1),
            Expected::revoked(Level::BT),
        ),
        of(
            "superseded_before_the_proof",
            revoking(stamped() - DAY, 4),
            Expected::revoked(Level::BT),
        ),
        of(
            "revoked_at_the_very_time",
            revoking(stamped(), 1),
            Expected::revoked(Level::BT),
        ),
        of(
            "revoked_after_the_proof_and_suspected_before",
            suspected,
            Expected::revoked(Level::BT),
        ),
        case(
            "revoked_without_proof_of_time",
            signed(&PKI.ada, &With::default()),
            vec![revoking(days_ago(1), 1)],
            Expected::revoked(Level::BB),
        ),
    ]
}

/// More than is looked at.
fn junk() -> Vec<Case> {
    const JUNK: u32 = 3000;
    let list = in_the_name_of_the_authority(Key::P256(66));
    let numbered = |number: u32| {
        let (body, _) = list.split_at(list.len() - 4);
        [body, &number.to_be_bytes()].concat()
    };
    let lists_of_nobody = || lists((0..JUNK).map(numbered).collect());
    let answers = SecurityStore {
        ocsps: (0..JUNK)
            .map(|number| number.to_be_bytes().to_vec())
            .collect(),
        ..SecurityStore::default()
    };
    let left_out =
        || Expected::unconfirmed("evidence_left_out", SubIndication::TryLater, Level::BB);
    let crowded = signed(
        &PKI.ada,
        &With {
            store: lists_of_nobody(),
            ..With::default()
        },
    );
    let unreadable = signed(
        &PKI.ada,
        &With {
            store: answers,
            ..With::default()
        },
    );
    let known = || vec![revoking(days_ago(1), 1)];
    vec![
        case(
            "three_thousand_lists_of_nobody",
            crowded.clone(),
            Vec::new(),
            left_out(),
        ),
        case(
            "three_thousand_lists_of_nobody_against_a_revocation",
            crowded,
            known(),
            Expected::revoked(Level::BB).with("evidence_left_out"),
        ),
        case(
            "three_thousand_answers_that_are_none",
            unreadable.clone(),
            Vec::new(),
            left_out(),
        ),
        case(
            "three_thousand_answers_that_are_none_against_a_revocation",
            unreadable,
            known(),
            Expected::revoked(Level::BB).with("evidence_left_out"),
        ),
    ]
}

/// Other certificates than a person's usual one.
fn others() -> Vec<Case> {
    let with = |oid: &str| {
        let terms = Terms::person("Nora", 40);
        PKI.issuing.issue(
            &terms.with(extension(oid, false, &der::null())),
            Key::P256(40),
        )
    };
    let list = |serial: u64| {
        let terms = crl::Terms::fresh().revoking(serial, days_ago(1), 1);
        crl::list(&terms, &PKI.issuing)
    };
    let of = |name: &str, by: &Party, crls: Vec<Vec<u8>>, expected: Expected| {
        case(name, signed(by, &With::default()), crls, expected)
    };
    let revoked = || Expected::revoked(Level::BB);
    let of_authority = crl::Terms::fresh().revoking(PKI.issuing.serial, days_ago(1), 2);
    let of_authority = crl::list(&of_authority, &PKI.root);
    let no_check = with("1.3.6.1.5.5.7.48.1.5");
    let mut cases = vec![
        of(
            "signer_who_says_not_to_check",
            &no_check,
            vec![list(40)],
            revoked(),
        ),
        of(
            "signer_who_is_said_to_live_short",
            &with("2.5.29.56"),
            vec![list(40)],
            revoked(),
        ),
        of(
            "authority_revoked",
            &PKI.ada,
            vec![of_authority.clone()],
            Expected::unconfirmed(
                "certificate_revoked",
                SubIndication::RevokedCaNoPoe,
                Level::BB,
            ),
        ),
        case(
            "authority_revoked_after_the_proof",
            with_evidence(good_lists()),
            vec![of_authority],
            Expected::valid(Level::BLt).with("certificate_revoked_later"),
        ),
        of(
            "another_serial_revoked",
            &PKI.ada,
            vec![list(11)],
            Expected::valid(Level::BB),
        ),
    ];
    // The authority may sign certificates, and no lists.
    let mut mute = Terms::authority("Authority without lists", 41);
    mute.extensions[1] = crate::pki::key_usage(&[5]);
    let mute = PKI.root.issue(
        &mute.valid(days_ago(365), days_ago(-365) + YEAR),
        Key::P256(41),
    );
    let person = mute.issue(&Terms::person("Max", 42), Key::P256(42));
    let store = lists(vec![crl::list(&crl::Terms::fresh(), &mute)]);
    cases.push(Case {
        expected: Expected {
            vouched_for: Some(false),
            ..Expected::valid(Level::BB)
        },
        ..case(
            "list_by_an_authority_that_may_sign_none",
            signed(
                &person,
                &With {
                    store,
                    ..With::default()
                },
            ),
            Vec::new(),
            Expected::valid(Level::BB),
        )
    });
    cases
}
