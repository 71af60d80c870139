//! Timestamps over a document that was signed without one. The signer was revoked after the time that
//! they claim, as in [`mod@super::beside`].

use pdf::SecurityStore;
use signature::Level;

use super::beside::{authority_revoked, odd_authorities, spoilt_tokens};
use super::made::{
    PKI, With, archived, case, contract, covered, days_ago, good_lists, lists, revoking, signed,
    signed_in, stamped, to_be_stamped, token,
};
use super::{Case, Expected};
use crate::pki::der;
use crate::pki::{DAY, Key, Terms, crl, extension};

/// Ada's signature.
fn by_ada() -> Vec<u8> {
    signed(&PKI.ada, &With::default())
}

fn nothing() -> SecurityStore {
    SecurityStore::default()
}

/// A case of a file, with Ada revoked a day after the time of the stamp.
fn of(name: &str, file: Vec<u8>, known: Vec<Vec<u8>>, expected: Expected) -> Case {
    let crls = [vec![revoking(stamped() + DAY, 1)], known].concat();
    case(name, file, crls, expected)
}

/// What is said of a timestamp over a document where a code is said of one beside a signature.
fn over(code: &'static str) -> &'static str {
    match code {
        "timestamp_imprint" | "timestamp_content" => "digest_mismatch",
        "timestamp_not_trusted" => "algorithm_too_weak",
        "timestamp_signature" => "signature_does_not_verify",
        "timestamp_certificate_of_another" => "signing_certificate_of_another",
        "timestamp_certificate_missing" => "signer_certificate_missing",
        "timestamp_unreadable" => "cms_malformed",
        code => code,
    }
}

pub(super) fn cases() -> Vec<Case> {
    let right = |bytes: &[u8]| token(bytes, stamped(), &PKI.tsa);
    let counts = |level| Expected::extended(level).with("certificate_revoked_later");
    let file = by_ada();
    let over_it = |token: &dyn Fn(&[u8]) -> Vec<u8>| archived(&file, &nothing(), token);
    let mut cases = vec![
        of(
            "archive_that_is_right",
            over_it(&right),
            Vec::new(),
            counts(Level::BT),
        ),
        of(
            "archive_over_evidence",
            archived(&file, &good_lists(), right),
            Vec::new(),
            counts(Level::BLta),
        ),
    ];
    let proves_nothing = |code| Expected::revoked(Level::BB).with(over(code));
    for (what, code, make) in spoilt_tokens() {
        let name = format!("archive_{what}");
        cases.push(of(&name, over_it(&*make), Vec::new(), proves_nothing(code)));
    }
    for (what, _, by) in odd_authorities() {
        let code = match what {
            "authority_expired_since_then" => "certificate_expired",
            "authority_of_its_own_making" => "no_path_to_anchor",
            "authority_with_an_unknown_critical_extension" => "critical_extension_not_supported",
            "authority_that_had_expired" | "authority_not_yet_valid" => {
                "timestamp_authority_not_valid"
            }
            "purpose_not_critical" => "timestamp_purpose_not_critical",
            _ => "timestamp_purpose",
        };
        let file = over_it(&|bytes| token(bytes, stamped(), &by));
        let name = format!("archive_by_{what}");
        cases.push(of(&name, file, Vec::new(), proves_nothing(code)));
    }
    for (what, list, still) in authority_revoked() {
        let expected = match still {
            true => counts(Level::BT),
            false => proves_nothing("certificate_revoked"),
        };
        let name = format!("archive_by_authority_{what}");
        cases.push(of(&name, over_it(&right), vec![list], expected));
    }
    let tomorrow = over_it(&|bytes| token(bytes, days_ago(-1), &PKI.tsa));
    let expected = Expected::revoked(Level::BB).with("timestamp_not_trusted");
    cases.push(of("archive_of_tomorrow", tomorrow, Vec::new(), expected));
    cases.push(below_the_signature());
    cases.push(over_nothing());
    cases.extend(partial(&file));
    cases.extend(replayed(&file));
    cases.extend(chains(&file));
    cases.extend(levels(&file));
    cases
}

/// A timestamp of the document before it was signed says nothing of the signature.
fn below_the_signature() -> Case {
    let stamped = archived(contract(), &nothing(), |bytes| {
        token(bytes, stamped(), &PKI.tsa)
    });
    let file = signed_in(&stamped, &PKI.ada, &With::default());
    let name = "archive_below_the_signature";
    of(name, file, Vec::new(), Expected::revoked(Level::BB))
}

/// A signer of whom nobody has to tell anything, and a timestamp over a document without any evidence.
fn over_nothing() -> Case {
    let terms = Terms::person("Nora", 43).with(extension("2.5.29.56", false, &der::null()));
    let nora = PKI.root.issue(&terms, Key::P256(43));
    let file = archived(&signed(&nora, &With::default()), &nothing(), |bytes| {
        token(bytes, stamped(), &PKI.tsa)
    });
    let expected = Expected::extended(Level::BT);
    let name = "archive_over_nothing_of_a_signer_who_lives_short";
    case(name, file, Vec::new(), expected)
}

/// Byte ranges that leave something out.
fn partial(file: &[u8]) -> [Case; 2] {
    let waiting = to_be_stamped(file, &nothing());
    let [_, start, end, rest] = waiting.ranges();
    let stamp = |numbers: [usize; 4]| {
        let [_, first, second, rest] = numbers;
        let text = format!("[0 {first} {second} {rest}]");
        let waiting = waiting.clone().with_byte_range(&text);
        let bytes = [&waiting.file[..first], &waiting.file[second..second + rest]];
        let token = token(&bytes.concat(), stamped(), &PKI.tsa);
        waiting.complete(&token)
    };
    let expected = |code| Expected::revoked(Level::BB).with(code);
    [
        of(
            "archive_over_a_part_of_its_revision",
            stamp([0, start, end, rest - 40]),
            Vec::new(),
            expected("byte_range_ends_inside_a_revision"),
        ),
        of(
            "archive_that_leaves_a_gap",
            stamp([0, start - 200, end, rest]),
            Vec::new(),
            expected("byte_range_leaves_a_gap"),
        ),
    ]
}

/// Tokens that were made for something else.
fn replayed(file: &[u8]) -> [Case; 2] {
    let honest = to_be_stamped(file, &nothing());
    let honest_token = token(&covered(&honest), stamped(), &PKI.tsa);
    let other = signed(
        &PKI.ada,
        &With {
            store: good_lists(),
            ..With::default()
        },
    );
    let of_another = archived(&other, &nothing(), |_| honest_token.clone());
    // The old archive stays; what is signed behind it is to be as old.
    let archive = honest.complete(&honest_token);
    let further = signed_in(
        &archive,
        &PKI.person("Ben", 11, Key::P256(11)),
        &With::default(),
    );
    let again = archived(&further, &nothing(), |_| honest_token.clone());
    [
        of(
            "archive_with_the_token_of_another_document",
            of_another,
            Vec::new(),
            Expected::revoked(Level::BB).with("digest_mismatch"),
        ),
        of(
            "archive_with_an_older_token_replayed",
            again,
            Vec::new(),
            // The first archive covers the first signature, and goes on doing so.
            Expected::changed_as_allowed(Level::BT).with("digest_mismatch"),
        ),
    ]
}

/// One archive below another.
fn chains(file: &[u8]) -> Vec<Case> {
    let ended = odd_authorities();
    let ended = ended
        .iter()
        .find(|(what, ..)| *what == "authority_expired_since_then")
        .map(|(.., party)| party)
        .expect("it is among them");
    let first = archived(file, &nothing(), |bytes| token(bytes, stamped(), ended));
    let renewed_at = |time: i64| archived(&first, &nothing(), |bytes| token(bytes, time, &PKI.tsa));
    let on_time = renewed_at(days_ago(6));
    let too_late = renewed_at(days_ago(1));
    let before_the_first = renewed_at(stamped() - DAY);
    vec![
        of(
            "archive_renewed_before_its_authority_expired",
            on_time,
            Vec::new(),
            Expected::extended(Level::BT).with("certificate_revoked_later"),
        ),
        of(
            "archive_renewed_after_its_authority_expired",
            too_late,
            Vec::new(),
            Expected::revoked(Level::BT).with("certificate_expired"),
        ),
        of(
            "archive_older_than_the_one_it_covers",
            before_the_first,
            Vec::new(),
            Expected::extended(Level::BT).with("timestamp_not_trusted"),
        ),
    ]
}

/// Levels that are claimed with something that is not there.
fn levels(file: &[u8]) -> Vec<Case> {
    let right = |bytes: &[u8]| token(bytes, stamped(), &PKI.tsa);
    let junk = || lists(vec![b"no list".to_vec()]);
    let good = good_lists();
    let later = archived(&archived(file, &junk(), right), &nothing(), right);
    let known_elsewhere = |name: &str, file: Vec<u8>, expected: Expected| {
        case(name, file, good.crls.clone(), expected)
    };
    let stamps = |value: &[u8]| vec![token(value, stamped(), &PKI.tsa)];
    let stamped_over = |store: SecurityStore| {
        signed(
            &PKI.ada,
            &With {
                store,
                stamps: Some(&stamps),
                ..With::default()
            },
        )
    };
    let without = |left_out: usize| {
        let mut store = good_lists();
        store.crls.remove(left_out);
        store
    };
    // onlyContainsUserCerts (RFC 5280 §5.2.5): such a list says nothing of authorities.
    let people_only = der::sequence(&[der::primitive(1, &[0xff])]);
    let people_only = extension("2.5.29.28", true, &people_only);
    let mut about_people = without(1);
    let of_root = crl::list_with(&crl::Terms::fresh(), &PKI.root, &[people_only], &[]);
    about_people.crls.push(of_root);
    let old_of_stamp = crl::Terms {
        this_update: days_ago(20),
        next_update: Some(days_ago(15)),
        ..crl::Terms::fresh()
    };
    let of_then = crl::Terms {
        this_update: days_ago(12),
        next_update: Some(days_ago(5)),
        ..crl::Terms::fresh()
    };
    let with_of_stamp = |terms: &crl::Terms| {
        let mut store = without(2);
        store.crls.push(crl::list(terms, &PKI.stamping));
        store
    };
    vec![
        known_elsewhere(
            "evidence_that_is_there",
            stamped_over(good_lists()),
            Expected::valid(Level::BLt),
        ),
        known_elsewhere(
            "evidence_that_only_the_caller_has",
            stamped_over(junk()),
            Expected::valid(Level::BT),
        ),
        known_elsewhere(
            "evidence_without_the_signers",
            stamped_over(without(0)),
            Expected::valid(Level::BT).with("level_not_proven"),
        ),
        known_elsewhere(
            "evidence_without_the_authoritys",
            stamped_over(without(1)),
            Expected::valid(Level::BT).with("level_not_proven"),
        ),
        known_elsewhere(
            "evidence_without_that_of_the_stamp",
            stamped_over(without(2)),
            Expected::valid(Level::BT).with("level_not_proven"),
        ),
        known_elsewhere(
            "evidence_of_the_authority_that_is_about_people_only",
            stamped_over(about_people),
            Expected::valid(Level::BT).with("level_not_proven"),
        ),
        known_elsewhere(
            "evidence_of_the_stamp_that_was_too_old",
            stamped_over(with_of_stamp(&old_of_stamp)),
            Expected::valid(Level::BT).with("level_not_proven"),
        ),
        known_elsewhere(
            "evidence_of_the_stamp_that_was_fresh_then",
            stamped_over(with_of_stamp(&of_then)),
            Expected::valid(Level::BLt),
        ),
        known_elsewhere(
            "evidence_without_that_of_the_stamp_below_an_archive",
            archived(&stamped_over(without(2)), &nothing(), right),
            Expected::extended(Level::BT).with("level_not_proven"),
        ),
        known_elsewhere(
            "evidence_of_the_stamp_behind_the_archive",
            archived(
                &archived(&stamped_over(without(2)), &nothing(), right),
                &good_lists(),
                |bytes| token(bytes, stamped(), &odd_authorities()[0].2),
            ),
            Expected::extended(Level::BLt),
        ),
        known_elsewhere(
            "evidence_behind_the_archive_without_its_own",
            archived(&archived(file, &junk(), right), &without(2), |bytes| {
                token(bytes, stamped(), &odd_authorities()[0].2)
            }),
            Expected::extended(Level::BT).with("level_not_proven"),
        ),
        known_elsewhere("archive_over_junk", later, Expected::extended(Level::BT)),
        known_elsewhere(
            "evidence_behind_the_archive",
            archived(&archived(file, &junk(), right), &good_lists(), |bytes| {
                token(bytes, stamped(), &odd_authorities()[0].2)
            }),
            Expected::extended(Level::BLt),
        ),
    ]
}
