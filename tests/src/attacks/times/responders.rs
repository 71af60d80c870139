//! Answers of OCSP responders (RFC 6960), and of those who are none.

use pdf::SecurityStore;
use signature::Level;
use signature::validate::SubIndication;

use super::made::{PKI, With, case, days_ago, signed, stamped, token};
use super::revocation::{alone_and_revoked, with_evidence};
use super::{Case, Expected};
use crate::pki::ocsp::{self, Status, cert_id};
use crate::pki::{self, der};
use crate::pki::{DAY, Hash, Key, OCSP_SIGNING, Party, Terms, crl, extension, purpose};

/// An answer about Ada.
fn answer(terms: &ocsp::Terms, by: &Party) -> Vec<u8> {
    let terms = ocsp::Terms {
        certificates: vec![by.certificate.clone()],
        ..terms.clone()
    };
    let about = cert_id(&PKI.issuing, PKI.ada.serial, Hash::Sha1);
    ocsp::response(&about, &terms, by)
}

fn answers(ocsps: Vec<Vec<u8>>) -> SecurityStore {
    SecurityStore {
        ocsps,
        ..SecurityStore::default()
    }
}

/// A good answer that was made some days ago and is good until tomorrow.
fn good_of(days: i64) -> ocsp::Terms {
    ocsp::Terms {
        produced_at: days_ago(days),
        this_update: days_ago(days),
        ..ocsp::Terms::fresh(Status::Good)
    }
}

pub(super) fn cases() -> Vec<Case> {
    let good = good_of(0);
    let responder = |terms: &Terms| PKI.issuing.issue(terms, Key::P256(34));
    let ended = responder(&Terms::responder("Ended", 34).valid(days_ago(60), days_ago(5)));
    let before = responder(&Terms::responder("Before", 34).valid(days_ago(1), days_ago(-9)));
    let mut mute = Terms::responder("Mute", 34);
    mute.extensions[0] = crate::pki::key_usage(&[2]);
    let mute = responder(&mute);
    let any = responder(&Terms::person("Any", 34).with(purpose("2.5.29.37.0", false)));
    let own = Party::root(&Terms::responder("Own", 34), Key::P256(66));
    // Certified by Ada, who is no authority, in the name of hers.
    let ada = Party {
        key: PKI.ada.key,
        ..PKI.issuing.clone()
    };
    let by_ada = ada.issue(&Terms::responder("Of Ada", 34), Key::P256(66));
    let root_named = PKI
        .root
        .issue(&Terms::responder("Of the root", 34), Key::P256(34));
    // Whoever has the same key calls itself something else when it certifies.
    let renamed = Party {
        name: pki::name("Renamed CA"),
        ..PKI.issuing.clone()
    };
    let by_renamed = renamed.issue(&Terms::responder("Of the renamed", 34), Key::P256(34));
    let self_named = Party {
        name: PKI.issuing.name.clone(),
        ..PKI.ada.clone()
    };
    let other_serial = ocsp::response(
        &cert_id(&PKI.issuing, 11, Hash::Sha1),
        &ocsp::Terms {
            certificates: vec![PKI.responder.certificate.clone()],
            ..good.clone()
        },
        &PKI.responder,
    );
    let other_issuer = ocsp::response(
        &cert_id(&PKI.stamping, PKI.ada.serial, Hash::Sha1),
        &ocsp::Terms {
            certificates: vec![PKI.responder.certificate.clone()],
            ..good.clone()
        },
        &PKI.responder,
    );
    let stale = ocsp::Terms {
        next_update: Some(days_ago(15)),
        ..good_of(20)
    };
    let reversed = ocsp::Terms {
        next_update: Some(days_ago(1)),
        ..good.clone()
    };
    let extended = |critical: bool| ocsp::Terms {
        extensions: vec![extension("1.2.3.4.5", critical, &der::null())],
        ..good.clone()
    };
    let mut cases = Vec::new();
    for (name, answer, vouches) in [
        (
            "answer_by_the_responder",
            answer(&good, &PKI.responder),
            true,
        ),
        ("answer_by_the_authority", answer(&good, &PKI.issuing), true),
        ("answer_of_then", answer(&good_of(11), &PKI.responder), true),
        (
            "answer_that_was_too_old",
            answer(&stale, &PKI.responder),
            false,
        ),
        (
            "answer_that_ends_before_it_begins",
            answer(&reversed, &PKI.responder),
            false,
        ),
        (
            "answer_of_tomorrow",
            answer(&good_of(-1), &PKI.responder),
            false,
        ),
        (
            "answer_with_an_unknown_critical_extension",
            answer(&extended(true), &PKI.responder),
            false,
        ),
        (
            "answer_with_an_unknown_harmless_extension",
            answer(&extended(false), &PKI.responder),
            true,
        ),
        ("answer_about_another_serial", other_serial, false),
        (
            "answer_about_another_authoritys_serial",
            other_issuer,
            false,
        ),
        (
            "answer_by_a_person_of_the_authority",
            answer(&good, &PKI.wrong_responder),
            false,
        ),
        ("answer_by_the_signer", answer(&good, &PKI.ada), false),
        (
            "answer_by_the_signer_in_the_name_of_the_authority",
            answer(&good, &self_named),
            false,
        ),
        (
            "answer_by_a_responder_for_any_purpose",
            answer(&good, &any),
            false,
        ),
        (
            "answer_by_a_responder_that_may_not_sign",
            answer(&good, &mute),
            false,
        ),
        (
            "answer_by_a_responder_of_another_authority",
            answer(&good, &PKI.stamping_responder),
            false,
        ),
        (
            "answer_by_a_responder_of_the_root",
            answer(&good, &root_named),
            false,
        ),
        (
            "answer_by_a_responder_of_the_same_key_under_another_name",
            answer(&good, &by_renamed),
            false,
        ),
        (
            "answer_by_a_responder_of_its_own_making",
            answer(&good, &own),
            false,
        ),
        (
            "answer_by_a_responder_that_the_signer_certified",
            answer(&good, &by_ada),
            false,
        ),
        (
            "answer_by_a_responder_that_had_expired",
            answer(&good, &ended),
            false,
        ),
        (
            "answer_by_a_responder_that_has_expired_since",
            answer(&good_of(11), &ended),
            false,
        ),
        (
            "answer_by_a_responder_before_its_time",
            answer(&good_of(2), &before),
            false,
        ),
        ("no_answer", ocsp::failure(3), false),
    ] {
        cases.extend(alone_and_revoked(
            name,
            answers(vec![answer]),
            vouches,
            None,
        ));
    }
    let unknown = answer(&ocsp::Terms::fresh(Status::Unknown), &PKI.responder);
    let not_known =
        Expected::unconfirmed("revocation_not_known", SubIndication::TryLater, Level::BT);
    cases.extend(alone_and_revoked(
        "answer_that_it_is_not_known",
        answers(vec![unknown]),
        false,
        Some(not_known),
    ));
    cases.extend(told());
    cases.extend(responder_revoked());
    cases.extend(signed_along(&ended));
    cases
}

/// An answer of then that is signed with a signature of then, by a responder that has expired since:
/// it was there then only if it is signed indeed, since the stamp is over the value alone.
fn signed_along(ended: &Party) -> [Case; 2] {
    let of = |name: &str, is_spoilt: bool, expected: Expected| {
        let stamps = |value: &[u8]| vec![token(value, stamped(), &PKI.tsa)];
        let with = With {
            answers: vec![answer(&good_of(11), ended)],
            stamps: Some(&stamps),
            is_spoilt,
            ..With::default()
        };
        let expected = Expected {
            vouched_for: Some(!is_spoilt),
            ..expected
        };
        case(name, signed(&PKI.ada, &with), Vec::new(), expected)
    };
    [
        of(
            "answer_of_then_that_is_signed_along",
            false,
            Expected::valid(Level::BT),
        ),
        of(
            "answer_of_then_beside_a_value_over_something_else",
            true,
            Expected::broken(),
        ),
    ]
}

/// Answers that tell of a revocation, with good ones after them.
fn told() -> Vec<Case> {
    let revoked = |status| {
        answer(
            &ocsp::Terms {
                status,
                ..good_of(5)
            },
            &PKI.responder,
        )
    };
    let compromised = revoked(Status::Revoked(stamped() - DAY, 1));
    let hold = revoked(Status::Revoked(stamped() - DAY, 6));
    let later = answer(&good_of(0), &PKI.responder);
    let no_right = answer(
        &ocsp::Terms {
            status: Status::Revoked(stamped() - DAY, 1),
            ..good_of(5)
        },
        &PKI.wrong_responder,
    );
    let of = |name: &str, ocsps: Vec<Vec<u8>>, expected: Expected| Case {
        ocsps,
        ..case(
            name,
            with_evidence(SecurityStore::default()),
            Vec::new(),
            expected,
        )
    };
    let revoked = || Expected::revoked(Level::BT);
    vec![
        of(
            "answer_that_it_is_revoked",
            vec![compromised.clone()],
            revoked(),
        ),
        of(
            "answer_that_it_is_good_after_all",
            vec![compromised, later.clone()],
            revoked(),
        ),
        of("answer_of_a_hold", vec![hold.clone()], revoked()),
        of(
            "answer_of_a_hold_that_was_lifted",
            vec![hold, later],
            Expected::valid(Level::BT),
        ),
        of(
            "answer_of_a_revocation_by_nobody",
            vec![no_right],
            Expected::valid(Level::BT),
        ),
    ]
}

/// A responder whose key is in other hands lifts a hold, in answers that it dates back.
fn responder_revoked() -> Vec<Case> {
    let by = PKI.issuing.issue(
        &Terms::person("Checked", 35).with(purpose(OCSP_SIGNING, false)),
        Key::P256(35),
    );
    let list = |reason: u8| {
        let terms = crl::Terms::fresh()
            .revoking(PKI.ada.serial, stamped() - DAY, 6)
            .revoking(by.serial, days_ago(1), reason);
        crl::list(
            &crl::Terms {
                this_update: days_ago(3),
                ..terms
            },
            &PKI.issuing,
        )
    };
    let of = |name: &str, (reason, days): (u8, i64), expected: Expected| {
        let store = answers(vec![answer(&good_of(days), &by)]);
        case(name, with_evidence(store), vec![list(reason)], expected)
    };
    vec![
        of(
            "hold_lifted_by_a_responder_that_was_compromised",
            (1, 2),
            Expected::revoked(Level::BT),
        ),
        of(
            "hold_lifted_by_a_responder_before_it_was_replaced",
            (4, 2),
            Expected::valid(Level::BLt),
        ),
        of(
            "hold_lifted_by_a_responder_after_it_was_replaced",
            (4, 0),
            Expected::revoked(Level::BT),
        ),
    ]
}
