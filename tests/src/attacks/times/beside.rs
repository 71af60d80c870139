//! Timestamps beside a signature. The signer was revoked after the time that they claim: what counts
//! is told by whether the signature lasts.

use signature::Level;
use signature::validate::SubIndication;

use super::made::{
    PKI, With, archived, case, days_ago, good_lists, revoking, signed, signed_in, stamped, token,
};
use super::{Case, Expected};
use crate::pki::der::{self, Element};
use crate::pki::tsp::{self, Question, imprint};
use crate::pki::{
    DAY, Hash, Key, Party, TIME_STAMPING, Terms, YEAR, crl, extension, key_usage, ocsp,
};

/// Ada's signature with some stamps.
fn with_stamps(stamps: &dyn Fn(&[u8]) -> Vec<Vec<u8>>) -> Vec<u8> {
    with_stamps_in(40_000, stamps)
}

/// The same with so much room, in bytes.
fn with_stamps_in(room: usize, stamps: &dyn Fn(&[u8]) -> Vec<Vec<u8>>) -> Vec<u8> {
    let with = With {
        stamps: Some(stamps),
        room: Some(room),
        ..With::default()
    };
    signed(&PKI.ada, &with)
}

/// A case of one stamp, with Ada revoked a day after it, and what else the caller knows.
fn of(
    name: &str,
    stamp: &dyn Fn(&[u8]) -> Vec<u8>,
    known: Vec<Vec<u8>>,
    expected: Expected,
) -> Case {
    let file = with_stamps(&|value| vec![stamp(value)]);
    let crls = [vec![revoking(stamped() + DAY, 1)], known].concat();
    case(name, file, crls, expected)
}

/// A stamp proves nothing, and what is said of it.
fn proves_nothing(code: &'static str) -> Expected {
    Expected::revoked(Level::BB).with(code)
}

/// A stamp of another making than the authority's usual.
fn made(change: impl Fn(tsp::Terms) -> tsp::Terms, by: &Party) -> impl Fn(&[u8]) -> Vec<u8> {
    move |value| {
        let terms = change(tsp::Terms {
            time: stamped(),
            ..tsp::Terms::of(by)
        });
        tsp::token(&Question::about(value, Hash::Sha256), &terms, by)
    }
}

/// Authorities whose certificates are not what they must be, and what is said of their stamps.
pub(super) fn odd_authorities() -> Vec<(&'static str, &'static str, Party)> {
    let terms = |name: &str| Terms::timestamps(name, 25);
    let purposes = [TIME_STAMPING, "1.3.6.1.5.5.7.3.4"].map(der::oid);
    let mut two = terms("Test TSA for two purposes");
    two.extensions.pop();
    let two = two.with(extension("2.5.29.37", true, &der::sequence(&purposes)));
    let mut mute = terms("Test TSA that may not sign");
    mute.extensions[0] = key_usage(&[2]);
    let ended = terms("Test TSA that has ended").valid(days_ago(60), days_ago(5));
    let early = terms("Test TSA of tomorrow").valid(days_ago(5), days_ago(-5));
    let unknown = terms("Test TSA that is critical");
    let unknown = unknown.with(extension("1.2.3.4.5", true, &der::null()));
    let issue = |terms: &Terms| PKI.stamping.issue(terms, Key::P256(25));
    let mut own = Terms::timestamps("Test TSA", 20);
    own.serial = 26;
    vec![
        ("person", "timestamp_purpose", PKI.purposeless_tsa.clone()),
        (
            "purpose_not_critical",
            "timestamp_purpose_not_critical",
            PKI.uncritical_tsa.clone(),
        ),
        ("second_purpose", "timestamp_purpose", issue(&two)),
        ("key_that_may_not_sign", "timestamp_purpose", issue(&mute)),
        (
            "authority_that_had_expired",
            "timestamp_authority_not_valid",
            PKI.expired_tsa.clone(),
        ),
        (
            "authority_not_yet_valid",
            "timestamp_authority_not_valid",
            issue(&early),
        ),
        (
            "authority_expired_since_then",
            "timestamp_not_trusted",
            issue(&ended),
        ),
        (
            "authority_of_its_own_making",
            "timestamp_not_trusted",
            Party::root(&own, Key::P256(66)),
        ),
        (
            "authority_with_an_unknown_critical_extension",
            "timestamp_not_trusted",
            issue(&unknown),
        ),
    ]
}

/// Lists on which the timestamp authority stands.
pub(super) fn authority_revoked() -> Vec<(&'static str, Vec<u8>, bool)> {
    let list = |since: i64, reason: u8| {
        let terms = crl::Terms::fresh().revoking(PKI.tsa.serial, since, reason);
        crl::list(&terms, &PKI.stamping)
    };
    vec![
        ("compromised_before", list(stamped() - DAY, 1), false),
        ("compromised_since", list(stamped() + DAY, 1), false),
        (
            "revoked_since_without_reason",
            list(stamped() + DAY, 0),
            false,
        ),
        ("superseded_before", list(stamped() - DAY, 4), false),
        ("superseded_since", list(stamped() + DAY, 4), true),
    ]
}

/// A token with a second SignerInfo, by another authority.
pub(super) fn by_two(value: &[u8]) -> Vec<u8> {
    let tokens = [&PKI.tsa, &PKI.second_tsa].map(|by| token(value, stamped(), by));
    let parts = |token: &[u8]| -> Vec<Vec<u8>> {
        let token = Element::first(token).expect("a token");
        let signed_data = token.at(&[1, 0]).expect("signed data");
        let whole = |part: &Element<'_>| part.whole.to_vec();
        signed_data.children().iter().map(whole).collect()
    };
    let [mut one, other] = tokens.map(|token| parts(&token));
    let signer = |parts: &[Vec<u8>]| {
        let set = Element::first(&parts[4]).expect("a set");
        set.content.to_vec()
    };
    one[4] = der::set(vec![signer(&one), signer(&other)]);
    der::sequence(&[
        der::oid("1.2.840.113549.1.7.2"),
        der::context(0, &der::sequence(&one)),
    ])
}

/// Tokens that are not what they must be, each over some bytes.
type Spoilt = (&'static str, &'static str, Box<dyn Fn(&[u8]) -> Vec<u8>>);

/// What can be wrong with a token by the right authority; the code is that of a stamp.
pub(super) fn spoilt_tokens() -> Vec<Spoilt> {
    let tsa = &PKI.tsa;
    let imprinted = |make: fn(&[u8]) -> Vec<u8>| {
        move |value: &[u8]| {
            let question = Question {
                imprint: make(value),
                ..Question::about(value, Hash::Sha256)
            };
            let terms = tsp::Terms {
                time: stamped(),
                ..tsp::Terms::of(&PKI.tsa)
            };
            tsp::token(&question, &terms, &PKI.tsa)
        }
    };
    vec![
        (
            "over_something_else",
            "timestamp_imprint",
            Box::new(|value| token(&[value, b"."].concat(), stamped(), &PKI.tsa)),
        ),
        (
            "imprint_of_another_algorithm",
            "timestamp_imprint",
            Box::new(imprinted(|value| {
                imprint(&Hash::Sha256.of(value), Hash::Sha512)
            })),
        ),
        (
            "imprint_by_sha1",
            "timestamp_not_trusted",
            Box::new(imprinted(|value| {
                imprint(&Hash::Sha1.of(value), Hash::Sha1)
            })),
        ),
        (
            "content_changed",
            "timestamp_content",
            Box::new(made(
                |terms| tsp::Terms {
                    other_content: true,
                    ..terms
                },
                tsa,
            )),
        ),
        (
            "value_changed",
            "timestamp_signature",
            Box::new(made(
                |terms| tsp::Terms {
                    spoilt: true,
                    ..terms
                },
                tsa,
            )),
        ),
        (
            "names_another_certificate",
            "timestamp_certificate_of_another",
            Box::new(made(
                |terms| tsp::Terms {
                    named: Some(PKI.second_tsa.certificate.clone()),
                    ..terms
                },
                tsa,
            )),
        ),
        (
            "without_certificate",
            "timestamp_certificate_missing",
            Box::new(made(
                |terms| tsp::Terms {
                    certificates: Vec::new(),
                    ..terms
                },
                tsa,
            )),
        ),
        (
            "with_an_unknown_critical_extension",
            "timestamp_unreadable",
            Box::new(made(
                |terms| tsp::Terms {
                    extensions: vec![extension("1.2.3.4.5", true, &der::null())],
                    ..terms
                },
                tsa,
            )),
        ),
        ("by_two_signers", "timestamp_unreadable", Box::new(by_two)),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    let right = |value: &[u8]| token(value, stamped(), &PKI.tsa);
    let counts = || Expected::valid(Level::BT).with("certificate_revoked_later");
    let mut cases = vec![
        of("stamp_that_is_right", &right, Vec::new(), counts()),
        case(
            "no_stamp",
            signed(&PKI.ada, &With::default()),
            vec![revoking(stamped() + DAY, 1)],
            Expected::revoked(Level::BB),
        ),
        case(
            "revoked_before_the_stamp",
            with_stamps(&|value| vec![right(value)]),
            vec![revoking(stamped() - DAY, 1)],
            Expected::revoked(Level::BT),
        ),
    ];
    let harmless = made(
        |terms| tsp::Terms {
            extensions: vec![extension("1.2.3.4.5", false, &der::null())],
            ..terms
        },
        &PKI.tsa,
    );
    let name = "stamp_with_an_unknown_harmless_extension";
    cases.push(of(name, &harmless, Vec::new(), counts()));
    for (what, code, make) in spoilt_tokens() {
        let name = format!("stamp_{what}");
        cases.push(of(&name, &*make, Vec::new(), proves_nothing(code)));
    }
    for (what, code, by) in odd_authorities() {
        let stamp = |value: &[u8]| token(value, stamped(), &by);
        let name = format!("stamp_by_{what}");
        cases.push(of(&name, &stamp, Vec::new(), proves_nothing(code)));
    }
    for (what, list, still) in authority_revoked() {
        let expected = match still {
            true => counts(),
            false => proves_nothing("timestamp_not_trusted"),
        };
        let name = format!("stamp_by_authority_{what}");
        cases.push(of(&name, &right, vec![list], expected));
    }
    cases.extend([ahead(), not_known(), later_than_the_archive()]);
    cases.extend(crowds());
    cases.push(many_with_many());
    cases.extend(of_2010());
    cases
}

/// A stamp of tomorrow.
fn ahead() -> Case {
    let stamp = |value: &[u8]| token(value, days_ago(-1), &PKI.tsa);
    let expected = proves_nothing("timestamp_not_trusted");
    of("stamp_of_tomorrow", &stamp, Vec::new(), expected)
}

/// The responder of the timestamp authority's issuer does not know it.
fn not_known() -> Case {
    let terms = ocsp::Terms {
        certificates: vec![PKI.stamping_responder.certificate.clone()],
        ..ocsp::Terms::fresh(ocsp::Status::Unknown)
    };
    let about = ocsp::cert_id(&PKI.stamping, PKI.tsa.serial, Hash::Sha1);
    let answer = ocsp::response(&about, &terms, &PKI.stamping_responder);
    let stamp = |value: &[u8]| token(value, stamped(), &PKI.tsa);
    let expected = proves_nothing("timestamp_not_trusted");
    let name = "stamp_by_authority_that_its_responder_does_not_know";
    Case {
        ocsps: vec![answer],
        ..of(name, &stamp, Vec::new(), expected)
    }
}

/// A stamp that says to be later than the timestamp over the document that covers it.
fn later_than_the_archive() -> Case {
    let file = with_stamps(&|value| vec![token(value, stamped() + 2 * DAY, &PKI.tsa)]);
    let file = archived(&file, &good_lists(), |bytes| {
        token(bytes, stamped(), &PKI.second_tsa)
    });
    // The archive proves the time all the same.
    let expected = Expected::extended(Level::BLta).with("timestamp_not_trusted");
    let crls = vec![revoking(stamped() + DAY, 1)];
    case("stamp_later_than_the_archive_over_it", file, crls, expected)
}

/// Stamps by nobody before the right one.
fn crowds() -> [Case; 3] {
    let nobody = Party::root(&Terms::timestamps("Test TSA", 20), Key::P256(66));
    let crowd = |count: usize| {
        let nobody = &nobody;
        // In the order of DER the shorter come first.
        move |value: &[u8]| -> Vec<Vec<u8>> {
            let bytes = |number: usize| [value, &number.to_be_bytes()].concat();
            let junk = (0..count).map(|number| token(&bytes(number), stamped(), nobody));
            let right = token(value, stamped(), &PKI.second_tsa);
            junk.chain([right]).collect()
        }
    };
    let crls = || vec![revoking(stamped() + DAY, 1)];
    [
        case(
            "stamp_behind_seven_by_nobody",
            with_stamps(&crowd(7)),
            crls(),
            Expected::valid(Level::BT).with("timestamp_imprint"),
        ),
        case(
            "stamp_behind_eight_by_nobody",
            with_stamps(&crowd(8)),
            crls(),
            Expected::valid(Level::BT).with("timestamp_imprint"),
        ),
        case(
            "stamp_behind_more_than_are_looked_at",
            with_stamps_in(120_000, &crowd(64)),
            crls(),
            Expected::revoked(Level::BB).with("timestamps_left_out"),
        ),
    ]
}

/// Signatures with as many stamps as are looked at, behind one with the right one: together they have
/// more than a document may.
fn many_with_many() -> Case {
    let stamps = |_: &[u8]| (0..64).map(der::number).collect();
    let with = With {
        stamps: Some(&stamps),
        ..With::default()
    };
    let first = with_stamps(&|value| vec![token(value, stamped(), &PKI.tsa)]);
    let file = (0..17).fold(first, |file, _| signed_in(&file, &PKI.ada, &with));
    let expected = Expected::changed_as_allowed(Level::BT).with("timestamps_left_out");
    let crls = vec![revoking(stamped() + DAY, 1)];
    case("many_signatures_with_many_stamps", file, crls, expected)
}

/// A signature over SHA-1 with a stamp that says 2010: by whom decides.
fn of_2010() -> Vec<Case> {
    const THEN: i64 = 1_277_985_600;
    let old = |terms: Terms| terms.valid(THEN - YEAR, days_ago(-365));
    let root = Party::root(&old(Terms::authority("Old Root", 1)), Key::P256(50));
    let person = root.issue(&old(Terms::person("Olga", 2)), Key::Rsa(2));
    let tsa = root.issue(&old(Terms::timestamps("Old TSA", 3)), Key::P256(51));
    let nobody = Party::root(&old(Terms::timestamps("Old TSA", 3)), Key::P256(66));
    let signed_by_sha1 = |stamp: Option<&Party>| {
        let stamps = |value: &[u8]| -> Vec<Vec<u8>> {
            stamp.iter().map(|by| token(value, THEN, by)).collect()
        };
        let with = With {
            hash: Some(Hash::Sha1),
            stamps: Some(&stamps),
            ..With::default()
        };
        signed(&person, &with)
    };
    let weak = || {
        Expected::unconfirmed(
            "algorithm_too_weak",
            SubIndication::CryptoConstraintsFailureNoPoe,
            Level::BB,
        )
    };
    let of = |name: &str, stamp: Option<&Party>, expected: Expected| Case {
        anchors: vec![root.read()],
        ..case(name, signed_by_sha1(stamp), Vec::new(), expected)
    };
    vec![
        of("sha1_stamped_2010", Some(&tsa), Expected::valid(Level::BT)),
        of("sha1_without_stamp", None, weak()),
        of(
            "sha1_stamped_2010_by_nobody",
            Some(&nobody),
            weak().with("timestamp_not_trusted"),
        ),
    ]
}
