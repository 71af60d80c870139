//! Paths that do not lead to the anchor, or not as they should.

use pdf::SecurityStore;
use signature::Level;
use signature::validate::SubIndication::{
    self, CertificateChainGeneralFailure, ChainConstraintsFailure, CryptoConstraintsFailureNoPoe,
    NoCertificateChainFound, NotYetValid, OutOfBoundsNoPoe,
};

use super::made::{With, days_ago, signed, stamped, token};
use super::{Case, Expected};
use crate::pki::der;
use crate::pki::{Hash, Key, Party, Terms, extension, key_usage, name, purpose};

fn root_with(terms: Terms) -> Party {
    Party::root(&terms, Key::P256(70))
}

fn root() -> Party {
    root_with(Terms::authority("Path Root", 1))
}

fn authority(name: &str) -> Terms {
    Terms::authority(name, 2)
}

fn person() -> Terms {
    Terms::person("Pia", 3)
}

const CA_KEY: Key = Key::P256(71);
const KEY: Key = Key::P256(72);

/// A case of a signer below an anchor, with certificates that may stand between.
fn of(name: &str, anchor: &Party, by: &Party, store: Vec<Vec<u8>>, expected: Expected) -> Case {
    let store = SecurityStore {
        certificates: store,
        ..SecurityStore::default()
    };
    let with = With {
        store,
        ..With::default()
    };
    Case {
        name: name.to_owned(),
        file: signed(by, &with),
        anchors: vec![anchor.read()],
        crls: Vec::new(),
        ocsps: Vec::new(),
        expected,
    }
}

fn refused(code: &'static str, why: SubIndication) -> Expected {
    Expected::unconfirmed(code, why, Level::BB)
}

/// basicConstraints of an authority with a limit.
fn limited(terms: Terms, limit: u64) -> Terms {
    let constraints = der::sequence(&[der::boolean(true), der::number(limit)]);
    with_constraints(terms, extension("2.5.29.19", true, &constraints))
}

fn with_constraints(mut terms: Terms, constraints: Vec<u8>) -> Terms {
    terms.extensions[0] = constraints;
    terms
}

/// nameConstraints for a directory name, permitted or excluded.
fn names(kind: u8, of: &str) -> Vec<u8> {
    let subtree = der::sequence(&[der::context(4, &name(of))]);
    extension(
        "2.5.29.30",
        true,
        &der::sequence(&[der::context(kind, &subtree)]),
    )
}

fn policies(oid: &str) -> Vec<u8> {
    let information = der::sequence(&[der::oid(oid)]);
    extension("2.5.29.32", false, &der::sequence(&[information]))
}

/// A policy is required from here on.
fn explicit_policy() -> Vec<u8> {
    let required = der::primitive(0, &[0]);
    extension("2.5.29.36", true, &der::sequence(&[required]))
}

/// One authority between, as these terms have it.
fn below(root: &Party, between: &Terms, signer: &Terms) -> Party {
    root.issue(between, CA_KEY).issue(signer, KEY)
}

pub(super) fn cases() -> Vec<Case> {
    let root = &root();
    let valid = || Expected::valid(Level::BB);
    let constrained = |code| refused(code, ChainConstraintsFailure);
    let unknown = extension("1.2.3.4.5", true, &der::null());
    let ca = || authority("Path CA");
    let between = |name: &str, terms: Terms, expected: Expected| {
        let by = below(root, &terms, &person());
        of(name, root, &by, Vec::new(), expected)
    };
    let with_policy = |ca_policy: &str, of_signer: Option<&str>| {
        let terms = ca().with(policies(ca_policy)).with(explicit_policy());
        let signer = match of_signer {
            Some(policy) => person().with(policies(policy)),
            None => person(),
        };
        below(root, &terms, &signer)
    };
    let lists_only = {
        let mut terms = ca();
        terms.extensions[1] = key_usage(&[6]);
        terms
    };
    let no_authority = with_constraints(ca(), extension("2.5.29.19", true, &der::sequence(&[])));
    let mut silent = ca();
    silent.extensions.remove(0);
    let mut without_usage = ca();
    without_usage.extensions.remove(1);
    let mut cases = vec![
        between("path_that_is_right", ca(), valid()),
        between("name_permitted", ca().with(names(0, "Pia")), valid()),
        between(
            "name_not_permitted",
            ca().with(names(0, "Elsewhere")),
            constrained("path_refused"),
        ),
        between(
            "name_excluded",
            ca().with(names(1, "Pia")),
            constrained("path_refused"),
        ),
        between("limit_that_is_met", limited(ca(), 0), valid()),
        between(
            "between_no_authority",
            no_authority,
            constrained("issuer_is_no_ca"),
        ),
        between(
            "between_nothing_said",
            silent,
            constrained("issuer_is_no_ca"),
        ),
        between(
            "between_may_sign_lists_only",
            lists_only,
            constrained("issuer_is_no_ca"),
        ),
        between("between_without_key_usage", without_usage, valid()),
        between(
            "between_with_an_unknown_critical_extension",
            ca().with(unknown.clone()),
            constrained("critical_extension_not_supported"),
        ),
        between(
            "between_not_yet_valid",
            ca().valid(days_ago(-1), days_ago(-100)),
            refused("certificate_not_yet_valid", NotYetValid),
        ),
        between(
            "between_expired",
            ca().valid(days_ago(100), days_ago(5)),
            refused("certificate_expired", OutOfBoundsNoPoe),
        ),
        of(
            "signer_with_an_unknown_critical_extension",
            root,
            &root.issue(&person().with(unknown), KEY),
            Vec::new(),
            constrained("critical_extension_not_supported"),
        ),
        of(
            "signer_for_servers_only",
            root,
            &root.issue(&person().with(purpose("1.3.6.1.5.5.7.3.1", false)), KEY),
            Vec::new(),
            constrained("certificate_not_for_documents"),
        ),
        of(
            "signer_expired",
            root,
            &root.issue(&person().valid(days_ago(100), days_ago(5)), KEY),
            Vec::new(),
            refused("certificate_expired", OutOfBoundsNoPoe),
        ),
        of(
            "policy_that_is_kept",
            root,
            &with_policy("1.2.3.4", Some("1.2.3.4")),
            Vec::new(),
            valid(),
        ),
        of(
            "policy_required_and_not_there",
            root,
            &with_policy("1.2.3.4", None),
            Vec::new(),
            constrained("path_refused"),
        ),
        of(
            "policy_required_and_another",
            root,
            &with_policy("1.2.3.4", Some("1.2.3.5")),
            Vec::new(),
            constrained("path_refused"),
        ),
    ];
    cases.extend(deep(root));
    cases.extend(anchors(root));
    cases.extend(with_proof(root));
    cases.extend(loops(root));
    cases.push(weak());
    cases
}

/// Many authorities below one another.
fn deep(root: &Party) -> Vec<Case> {
    let chain = |count: u64, terms: &dyn Fn(u64) -> Terms| {
        let mut last = root.clone();
        for number in 0..count {
            let key = Key::P256(80 + u8::try_from(number).expect("a few"));
            last = last.issue(&terms(number), key);
        }
        last.issue(&person(), KEY)
    };
    let plain = |number: u64| Terms::authority(&format!("Level {number}"), 10 + number);
    let limit = |number: u64| match number {
        0 => limited(plain(0), 0),
        number => plain(number),
    };
    let by_person = root
        .issue(&person(), CA_KEY)
        .issue(&Terms::person("Ada", 4), KEY);
    let constrained = |code| refused(code, ChainConstraintsFailure);
    vec![
        of(
            "limit_exceeded",
            root,
            &chain(2, &limit),
            Vec::new(),
            constrained("path_length_exceeded"),
        ),
        of(
            "eight_on_the_path",
            root,
            &chain(6, &plain),
            Vec::new(),
            Expected::valid(Level::BB),
        ),
        of(
            "nine_on_the_path",
            root,
            &chain(7, &plain),
            Vec::new(),
            refused("no_path_to_anchor", NoCertificateChainFound),
        ),
        of(
            "signer_certified_by_a_person",
            root,
            &by_person,
            Vec::new(),
            constrained("issuer_is_no_ca"),
        ),
    ]
}

/// Anchors that are not what they must be, and those who only say that they are below one.
fn anchors(root: &Party) -> Vec<Case> {
    let expired = Terms::authority("Path Root", 1).valid(days_ago(500), days_ago(5));
    let expired = root_with(expired);
    let copy = Party::root(&Terms::person("Path Root", 3), Key::P256(66));
    let forged = Party::root(&Terms::authority("Path Root", 1), Key::P256(66));
    let by_forged = forged.issue(&person(), KEY);
    let stranger = Party::root(&Terms::authority("Another Root", 1), Key::P256(66));
    let not_found = |code| refused(code, NoCertificateChainFound);
    vec![
        of(
            "anchor_expired",
            &expired,
            &expired.issue(&person(), KEY),
            Vec::new(),
            refused("certificate_expired", OutOfBoundsNoPoe),
        ),
        of(
            "signer_with_the_name_of_the_anchor",
            root,
            &copy,
            Vec::new(),
            not_found("certificate_not_by_issuer"),
        ),
        of(
            "anchor_of_the_same_name_with_another_key",
            root,
            &by_forged,
            vec![forged.certificate.clone()],
            not_found("certificate_not_by_issuer"),
        ),
        of(
            "anchor_that_is_nobodys",
            root,
            &stranger.issue(&person(), KEY),
            vec![stranger.certificate.clone()],
            not_found("no_path_to_anchor"),
        ),
    ]
}

/// An authority that has expired, with a stamp of before.
fn with_proof(root: &Party) -> Vec<Case> {
    let ended = |name: &str| authority(name).valid(days_ago(100), days_ago(5));
    let begun = |name: &str| authority(name).valid(days_ago(5), days_ago(-100));
    let tsa = root.issue(&Terms::timestamps("Path TSA", 5), Key::P256(73));
    let stamped_by = |terms: Terms| {
        let stamps = |value: &[u8]| vec![token(value, stamped(), &tsa)];
        let with = With {
            stamps: Some(&stamps),
            ..With::default()
        };
        signed(&below(root, &terms, &person()), &with)
    };
    let of = |name: &str, terms: Terms, expected: Expected| Case {
        name: name.to_owned(),
        file: stamped_by(terms),
        anchors: vec![root.read()],
        crls: Vec::new(),
        ocsps: Vec::new(),
        expected,
    };
    vec![
        of(
            "between_expired_after_the_proof",
            ended("Path CA"),
            Expected::valid(Level::BT),
        ),
        of(
            "between_not_yet_valid_at_the_proof",
            begun("Path CA"),
            Expected::unconfirmed("certificate_not_yet_valid", NotYetValid, Level::BT),
        ),
    ]
}

/// Authorities that certify each other, and many of one name.
fn loops(root: &Party) -> Vec<Case> {
    let (one, other) = (Key::P256(74), Key::P256(75));
    let party = |name_of: &str, key: Key| Party::root(&Terms::authority(name_of, 6), key);
    let (a, b) = (party("A", one), party("B", other));
    let a_by_b = b.certify(&Terms::authority("A", 7), &one.spki());
    let b_by_a = a.certify(&Terms::authority("B", 8), &other.spki());
    let a_by_root = root.certify(&Terms::authority("A", 9), &one.spki());
    let signer = Party {
        above: Vec::new(),
        ..b.issue(&person(), KEY)
    };
    let round = vec![a_by_b, b_by_a];
    let with_way_out = [round.clone(), vec![a_by_root]].concat();
    let right = root.issue(&authority("Path CA"), CA_KEY);
    let signer_below = Party {
        above: Vec::new(),
        ..right.issue(&person(), KEY)
    };
    // One key and one name: each of them issued each other, and none leads anywhere.
    let circle = party("Circle", Key::P256(76));
    let entangled = Party {
        above: Vec::new(),
        ..circle.issue(&person(), KEY)
    };
    let entangling = (1000..1020)
        .map(|serial| circle.certify(&Terms::authority("Circle", serial), &circle.key.spki()))
        .collect();
    let decoys = |count: u64| -> Vec<Vec<u8>> {
        let decoy = |number: u64| {
            let terms = Terms::authority("Path CA", 1000 + number);
            root.certify(&terms, &Key::P256(66).spki())
        };
        (0..count)
            .map(decoy)
            .chain([right.certificate.clone()])
            .collect()
    };
    vec![
        of(
            "authorities_that_certify_each_other",
            root,
            &signer,
            round,
            refused("no_path_to_anchor", NoCertificateChainFound),
        ),
        of(
            "authorities_that_certify_each_other_and_a_way_out",
            root,
            &signer,
            with_way_out,
            Expected::valid(Level::BB),
        ),
        of(
            "authorities_that_all_certify_each_other",
            root,
            &entangled,
            entangling,
            refused("path_search_given_up", CertificateChainGeneralFailure),
        ),
        of(
            "forty_authorities_of_one_name",
            root,
            &signer_below,
            decoys(40),
            Expected::valid(Level::BB),
        ),
        of(
            "hundred_authorities_of_one_name",
            root,
            &signer_below,
            decoys(100),
            Expected::valid(Level::BB),
        ),
        of(
            "three_hundred_authorities_of_one_name",
            root,
            &signer_below,
            decoys(300),
            Expected::valid(Level::BB),
        ),
    ]
}

/// An authority whose certificate was signed over SHA-1.
fn weak() -> Case {
    let root = Party::root(&Terms::authority("Path Root", 1), Key::Rsa(2));
    let mut terms = authority("Path CA");
    terms.hash = Some(Hash::Sha1);
    let by = below(&root, &terms, &person());
    of(
        "between_signed_over_sha1",
        &root,
        &by,
        Vec::new(),
        refused("algorithm_too_weak", CryptoConstraintsFailureNoPoe),
    )
}
