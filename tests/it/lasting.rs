//! Levels above B-B: what a signature needs to last, gathered before the secret is asked for, and
//! judged by pyHanko, poppler and qpdf.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tests::authorities::{Behaviour, Office};
use tests::card::{MODULE, PIN, SOCKET, Slot};
use tests::machine::said;
use tests::organisation::SIGNER_SECRET;
use tests::pki::{YEAR, now};
use tests::{Authorities, Machine, VirtualCard, judge, sample};

/// A machine whose people sign, and a folder of roots.
struct Bench {
    machine: Machine,
    authorities: Authorities,
}

impl Bench {
    fn new() -> Self {
        let machine = Machine::founded().with_signer("ana");
        let authorities = Authorities::start();
        authorities.pki().root.write_pem(&machine.path(""), "root");
        machine.set_signatures(&json!({"local_authorities": ["127.0.0.1"]}));
        Self {
            machine,
            authorities,
        }
    }

    fn sign(&self, output: &str, terms: &str) -> String {
        let tsa = self.authorities.url("tsa");
        let sign = self.machine.sign("ana", output);
        format!("{sign} {terms} --tsa {tsa} --tsa-trust root.pem")
    }

    /// What pyHanko makes of the signatures of a file at a time.
    fn judged(&self, file: &str, mode: &str, when: i64) -> Value {
        let roots = [
            self.machine.path("home/ca.pem"),
            self.machine.path("root.pem"),
        ];
        judge::levels(&self.machine.path(file), mode, when, &roots)
    }
}

fn passed(judged: &Value) -> bool {
    let signatures = judged["signatures"].as_array().unwrap();
    !signatures.is_empty() && signatures.iter().all(|one| one["indication"] == "PASSED")
}

fn looks_right(file: &Path) {
    judge::pdfsig_stamped(file);
    judge::qpdf_check(file);
}

#[test]
fn every_level_is_reached_in_either_form_and_judged_by_others_at_that_level() {
    let bench = Bench::new();
    for (level, form) in [
        ("b-t", "etsi"),
        ("b-lt", "etsi"),
        ("b-lta", "etsi"),
        ("b-lta", "adbe"),
    ] {
        let output = format!("{level}-{form}.pdf");
        let terms = format!("--level {level} --subfilter {form}");
        let said = bench
            .machine
            .done(&bench.sign(&output, &terms), &[SIGNER_SECRET]);
        let told = &said.json["signed"][0]["level"];
        assert_eq!(told, if form == "etsi" { level } else { "" });
        let file = bench.machine.path(&output);
        assert!(judge::is_strict_prefix(&sample::agreement(), &file));
        looks_right(&file);
        let mode = match level {
            "b-t" => "basic",
            "b-lt" => "time",
            _ => "lta",
        };
        let judged = bench.judged(&output, mode, 0);
        assert!(passed(&judged), "{level} {form}: {judged}");
        assert_eq!(
            judged["document_timestamps"],
            u64::from(level == "b-lta"),
            "{judged}"
        );
        let stored = judged["answers"].as_u64().unwrap();
        assert_eq!(stored > 0, level != "b-t", "{judged}");
    }
}

#[test]
fn an_archived_signature_holds_when_its_certificate_has_ended() {
    let bench = Bench::new();
    let sign = bench.sign("out.pdf", "--level b-lta");
    bench.machine.done(&sign, &[SIGNER_SECRET]);
    let later = now() + 4 * YEAR;
    let judged = bench.judged("out.pdf", "lta", later);
    assert!(passed(&judged), "{judged}");
    // And one that is not archived does not.
    let sign = bench.sign("short.pdf", "--level b-b");
    bench.machine.done(&sign, &[SIGNER_SECRET]);
    let judged = bench.judged("short.pdf", "lta", later);
    assert!(!passed(&judged), "{judged}");
}

#[test]
fn a_level_that_cannot_be_reached_is_refused_before_the_secret_is_asked_for() {
    let bench = Bench::new();
    let (machine, authorities) = (&bench.machine, &bench.authorities);
    for (office, behaviour, code, told) in [
        (
            Office::Tsa,
            Behaviour::ServerError,
            "timestamp_unavailable",
            "http_status",
        ),
        (
            Office::Tsa,
            Behaviour::Closed,
            "timestamp_unavailable",
            "unreachable",
        ),
        (
            Office::Tsa,
            Behaviour::Huge,
            "timestamp_unavailable",
            "response_too_large",
        ),
        (
            Office::Tsa,
            Behaviour::Garbage,
            "timestamp_unavailable",
            "response_malformed",
        ),
        (
            Office::Tsa,
            Behaviour::WrongContentType,
            "timestamp_unavailable",
            "content_type",
        ),
        (
            Office::Tsa,
            Behaviour::Redirect("file:///etc/passwd".to_owned()),
            "timestamp_unavailable",
            "redirect",
        ),
        (
            Office::Tsa,
            Behaviour::WrongNonce,
            "timestamp_unavailable",
            "timestamp_nonce",
        ),
        (
            Office::Tsa,
            Behaviour::NoNonce,
            "timestamp_unavailable",
            "timestamp_nonce",
        ),
        (
            Office::Tsa,
            Behaviour::WrongImprint,
            "timestamp_unavailable",
            "timestamp_imprint",
        ),
        (
            Office::Tsa,
            Behaviour::WrongHashAlgorithm,
            "timestamp_unavailable",
            "timestamp_imprint_algorithm",
        ),
        (
            Office::Tsa,
            Behaviour::Expired,
            "timestamp_unavailable",
            "timestamp_authority_not_valid",
        ),
        (
            Office::Tsa,
            Behaviour::NoPurpose,
            "timestamp_unavailable",
            "timestamp_purpose",
        ),
        (
            Office::Tsa,
            Behaviour::UncriticalPurpose,
            "timestamp_unavailable",
            "timestamp_purpose_not_critical",
        ),
        (
            Office::Tsa,
            Behaviour::NoCertificate,
            "timestamp_unavailable",
            "timestamp_certificate_missing",
        ),
        (
            Office::Tsa,
            Behaviour::OtherCertificate,
            "timestamp_unavailable",
            "timestamp_certificate_of_another",
        ),
        (
            Office::Tsa,
            Behaviour::SpoiltSignature,
            "timestamp_unavailable",
            "timestamp_signature",
        ),
        (
            Office::Tsa,
            Behaviour::OtherContent,
            "timestamp_unavailable",
            "timestamp_content",
        ),
        (
            Office::Tsa,
            Behaviour::Refused,
            "timestamp_unavailable",
            "timestamp_not_granted",
        ),
        (
            Office::Tsa,
            Behaviour::SelfMade,
            "timestamp_unavailable",
            "timestamp_not_trusted",
        ),
        (
            Office::Tsa,
            Behaviour::FarTime,
            "timestamp_unavailable",
            "timestamp_clock",
        ),
        (
            Office::Tsa,
            Behaviour::Unchecked,
            "evidence_unavailable",
            "Unchecked TSA",
        ),
        (
            Office::Ocsp,
            Behaviour::EndlessResponders,
            "evidence_unavailable",
            "without an end",
        ),
        (Office::Ocsp, Behaviour::Revoked, "revoked", "Test TSA"),
    ] {
        authorities.behave_well();
        authorities.behave(office, behaviour.clone());
        // Without any secret: who asked for one would fail of that.
        let said = machine.run(&bench.sign("out.pdf", "--level b-lt"), &[]);
        assert_eq!(said.code(), code, "{behaviour:?}: {said:?}");
        assert_eq!(
            said.status,
            if code == "revoked" { 3 } else { 4 },
            "{said:?}"
        );
        let error = said.json["error"].to_string();
        assert!(error.contains(told), "{behaviour:?}: {error}");
    }
    assert!(!machine.path("out.pdf").exists());
}

#[test]
fn a_list_stands_in_for_a_responder_and_neither_is_replaced_by_silence() {
    let bench = Bench::new();
    let (machine, authorities) = (&bench.machine, &bench.authorities);
    for (index, behaviour) in [
        Behaviour::TryLater,
        Behaviour::Unknown,
        Behaviour::Stale,
        Behaviour::Undated,
        Behaviour::Kept,
        Behaviour::WrongNonce,
        Behaviour::WrongSigner,
        Behaviour::OtherSerial,
        Behaviour::Garbage,
        Behaviour::Closed,
    ]
    .into_iter()
    .enumerate()
    {
        authorities.behave_well();
        authorities.behave(Office::Ocsp, behaviour.clone());
        let output = format!("{index}.pdf");
        let signed = machine.run(&bench.sign(&output, "--level b-lt"), &[SIGNER_SECRET]);
        assert_eq!(signed.status, 0, "{behaviour:?}: {signed:?}");
        for list in [
            Behaviour::Stale,
            Behaviour::WrongIssuer,
            Behaviour::SpoiltSignature,
            Behaviour::ServerError,
        ] {
            authorities.behave(Office::Crl, list.clone());
            let said = machine.run(&bench.sign("out.pdf", "--level b-lt"), &[]);
            assert_eq!(said.code(), "evidence_unavailable", "{list:?}: {said:?}");
            if index > 0 {
                break;
            }
        }
    }
    // Many responders sign once for everybody.
    authorities.behave_well();
    authorities.behave(Office::Ocsp, Behaviour::NoNonce);
    machine.done(
        &bench.sign("no-nonce.pdf", "--level b-lt"),
        &[SIGNER_SECRET],
    );
    // What is revoked by the list alone is revoked.
    authorities.behave(Office::Ocsp, Behaviour::TryLater);
    authorities.behave(Office::Crl, Behaviour::Revoked);
    machine.refused(&bench.sign("out.pdf", "--level b-lt"), &[], 3, "revoked");
    assert!(!machine.path("out.pdf").exists());
}

#[test]
fn the_next_authority_stands_in_and_none_at_all_is_no_lower_level() {
    let bench = Bench::new();
    let (machine, authorities) = (&bench.machine, &bench.authorities);
    authorities.behave(Office::Tsa, Behaviour::ServerError);
    let second = authorities.url("second-tsa");
    let sign = format!("{} --tsa {second}", bench.sign("out.pdf", "--level b-lta"));
    machine.done(&sign, &[SIGNER_SECRET]);
    assert!(passed(&bench.judged("out.pdf", "lta", 0)));
    machine.refused(
        &format!("{} --level b-t", machine.sign("ana", "none.pdf")),
        &[],
        2,
        "usage",
    );
    // What the organisation has set is used where nobody says otherwise.
    machine.set_signatures(&json!({
        "level": "b-t",
        "timestamp_authorities": [second],
        "timestamp_anchors": ["../root.pem"],
        "local_authorities": ["127.0.0.1"],
    }));
    let said = machine.done(&machine.sign("ana", "set.pdf"), &[SIGNER_SECRET]);
    assert_eq!(said.json["signed"][0]["level"], "b-t");
    machine.set_signatures(&json!({"level": "b-tt"}));
    let said = machine.run(&machine.sign("ana", "no.pdf"), &[SIGNER_SECRET]);
    assert_eq!(said.code(), "organisation_unreadable", "{said:?}");
}

#[test]
fn a_certification_that_allows_nothing_takes_no_later_timestamp() {
    let bench = Bench::new();
    let certify = |level: &str| bench.sign("out.pdf", &format!("--level {level} --certify 1"));
    let machine = &bench.machine;
    machine.refused(&certify("b-lta"), &[SIGNER_SECRET], 3, "certified_for_good");
    // At b-lt all of it is in the one revision.
    machine.done(&certify("b-lt"), &[SIGNER_SECRET]);
    assert!(passed(&bench.judged("out.pdf", "time", 0)));
    looks_right(&machine.path("out.pdf"));
    let tsa = bench.authorities.url("tsa");
    let extend = format!("extend out.pdf -o more.pdf --tsa {tsa}");
    machine.refused(&extend, &[], 3, "pdf_forbids");
}

#[test]
fn an_authority_that_nobody_named_gives_no_time_and_the_refusal_says_how_to_trust_it() {
    let bench = Bench::new();
    let machine = &bench.machine;
    let sign = machine.sign("ana", "out.pdf");
    let tsa = bench.authorities.url("tsa");
    for level in ["b-t", "b-lta"] {
        let said = machine.run(&format!("{sign} --level {level} --tsa {tsa}"), &[]);
        assert_eq!(said.code(), "timestamp_unavailable", "{said:?}");
        let error = said.json["error"].to_string();
        for part in ["timestamp_not_trusted", "--tsa-trust", "Test Root"] {
            assert!(error.contains(part), "{error}");
        }
    }
    // The organisation's own CA vouches for people, not for the time.
    let own = format!("{sign} --level b-t --tsa {tsa} --tsa-trust home/ca.pem");
    assert_eq!(machine.run(&own, &[]).code(), "timestamp_unavailable");
    assert!(!machine.path("out.pdf").exists());
}

#[test]
fn what_locks_new_fields_takes_no_later_timestamp_and_is_told_before_the_secret() {
    let bench = Bench::new();
    let machine = &bench.machine;
    for lock in ["all", "all-but:Total"] {
        let lock = |level: &str| bench.sign("out.pdf", &format!("--level {level} --lock {lock}"));
        // Whoever judged this secret would fail of that.
        let wrong = "this is no secret of hers";
        machine.refused(&lock("b-lta"), &[wrong], 3, "certified_for_good");
        assert!(!machine.path("out.pdf").exists());
    }
    let named = bench.sign("named.pdf", "--level b-lta --lock Total");
    machine.done(&named, &[SIGNER_SECRET]);
}

#[test]
fn what_does_not_allow_a_level_is_told_before_anybody_is_asked_for_it() {
    let bench = Bench::new();
    let machine = &bench.machine;
    for terms in ["--certify 1", "--lock all"] {
        // Without any secret: who asked for one would fail of that.
        let sign = bench.sign("out.pdf", &format!("--level b-lta {terms}"));
        machine.refused(&sign, &[], 3, "certified_for_good");
    }
    fs::write(machine.path("there.pdf"), "").unwrap();
    let sign = bench.sign("there.pdf", "--level b-lta");
    machine.refused(&sign, &[], 5, "output_exists");
    assert_eq!(bench.authorities.asked(Office::Tsa), 0);
}

#[test]
fn a_document_that_names_this_machine_has_nobody_here_asked() {
    let bench = Bench::new();
    let (machine, authorities) = (&bench.machine, &bench.authorities);
    machine.done(&bench.sign("signed.pdf", "--level b-t"), &[SIGNER_SECRET]);
    let asked = || [Office::Ocsp, Office::Crl, Office::Issuer].map(|one| authorities.asked(one));
    let before = asked();
    machine.set_signatures(&json!({}));
    let tsa = authorities.url("tsa");
    let extend = format!("extend signed.pdf -o out.pdf --tsa {tsa} --tsa-trust root.pem");
    let said = machine.run(&extend, &[]);
    assert_eq!(said.status, 4, "{said:?}");
    assert_eq!(asked(), before);
    // As for whoever has its hosts set, the document is sound.
    let named = format!("{extend} --local-authority 127.0.0.1");
    machine.done(&named, &[]);
    let error = said.json["error"].to_string();
    assert!(error.contains("own network"), "{error}");
}

#[test]
fn a_revocation_is_learned_though_the_document_has_an_answer_that_is_good_still() {
    let bench = Bench::new();
    let (machine, authorities) = (&bench.machine, &bench.authorities);
    machine.done(&bench.sign("signed.pdf", "--level b-lta"), &[SIGNER_SECRET]);
    authorities.revoke(authorities.pki().tsa.serial, now() - 60, 1);
    let tsa = authorities.url("second-tsa");
    let extend = format!("extend signed.pdf -o out.pdf --tsa {tsa} --tsa-trust root.pem");
    machine.refused(&extend, &[], 3, "revoked");
    assert!(!machine.path("out.pdf").exists());
}

#[test]
fn a_clock_that_is_wrong_is_told_of() {
    let bench = Bench::new();
    bench.authorities.behave(Office::Tsa, Behaviour::WrongTime);
    let sign = bench.sign("out.pdf", "--level b-t");
    let said = bench.machine.done(&sign, &[SIGNER_SECRET]);
    let notices = said.json["signed"][0]["notices"].to_string();
    assert!(notices.contains("minutes behind"), "{notices}");
}

#[test]
fn a_document_is_extended_and_extended_again_and_every_byte_before_stays() {
    let bench = Bench::new();
    let machine = &bench.machine;
    let sign = bench.sign("signed.pdf", "--level b-t");
    machine.done(&sign, &[SIGNER_SECRET]);
    let tsa = bench.authorities.url("tsa");
    let extend =
        |from: &str, to: &str| format!("extend {from} -o {to} --tsa {tsa} --tsa-trust root.pem");
    for (from, to, stamps) in [
        ("signed.pdf", "once.pdf", 1u64),
        ("once.pdf", "twice.pdf", 2),
    ] {
        machine.done(&extend(from, to), &[]);
        assert!(judge::is_strict_prefix(
            &machine.path(from),
            &machine.path(to)
        ));
        looks_right(&machine.path(to));
        let judged = bench.judged(to, "lta", now() + 4 * YEAR);
        assert!(passed(&judged), "{to}: {judged}");
        assert_eq!(judged["document_timestamps"], stamps);
    }
    // A revision that adds nothing but a timestamp finds what it needs in the store already.
    let store = |file: &str| bench.judged(file, "lta", 0)["certificates"].clone();
    assert_eq!(store("once.pdf"), store("twice.pdf"));

    machine.refused(&extend("twice.pdf", "twice.pdf"), &[], 5, "output_is_input");
    let unsigned = format!(
        "extend {} -o no.pdf --tsa {tsa}",
        sample::agreement().display()
    );
    machine.refused(&unsigned, &[], 2, "usage");
    let mut broken = fs::read(machine.path("signed.pdf")).unwrap();
    broken[7] ^= 1; // the version in the header: still a PDF
    fs::write(machine.path("broken.pdf"), broken).unwrap();
    machine.refused(&extend("broken.pdf", "no.pdf"), &[], 3, "signature_broken");
    assert!(!machine.path("no.pdf").exists());
}

#[test]
fn a_card_without_an_organisation_signs_a_batch_that_lasts() {
    let (machine, authorities) = (Machine::new(), Authorities::start());
    let pki = authorities.pki();
    pki.root.write_pem(&machine.path(""), "root");
    let mut card = VirtualCard::issued();
    for (slot, serial) in [(Slot::Authentication, 50), (Slot::Management, 51)] {
        card.carry(slot, |spki| {
            let terms = pki.person_terms("Ana Ruiz", serial);
            let issued = pki.issuing.certify(&terms, spki);
            signature::Certificate::from_der(&issued).unwrap()
        });
    }
    fs::copy(sample::agreement(), machine.path("one.pdf")).unwrap();
    fs::copy(sample::agreement(), machine.path("two.pdf")).unwrap();
    let tsa = authorities.url("tsa");
    for slot in [Slot::Authentication, Slot::Management] {
        let folder = slot.id();
        fs::create_dir(machine.path(folder)).unwrap();
        let words = format!(
            "sign one.pdf two.pdf --out-dir {folder} --card --cert {folder} --module {MODULE} \
             --page 1 --rect 36,36,180,60 --level b-lta --tsa {tsa} \
             --tsa-trust root.pem --local-authority 127.0.0.1"
        );
        let mut command = machine.command(&words, &[PIN]);
        let told = said(command.env(SOCKET, card.socket()));
        assert_eq!(told.status, 0, "{words}: {told:?}");
        for file in ["one-signed.pdf", "two-signed.pdf"] {
            let file = machine.path(&format!("{folder}/{file}"));
            looks_right(&file);
            let root = [machine.path("root.pem")];
            let judged = judge::levels(&file, "time", 0, &root);
            assert!(passed(&judged), "{}: {judged}", file.display());
        }
    }
}
