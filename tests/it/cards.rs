//! Smart cards: a virtual PIV card through PC/SC and OpenSC.

use std::time::Duration;

use tests::card::{MODULE, PIN, Profile, SOCKET, Slot, TRIES};
use tests::machine::{Said, said};
use tests::organisation::programs;
use tests::{Machine, VirtualCard, judge, sample, sql};
use token::{
    CardKey, Digest, Host, Inserted, Launch, Pin, SignerAlgorithm, SpkiDer, ToBeSigned, Verified,
};

fn host(card: &VirtualCard) -> Host {
    Host::start(&Launch {
        executable: programs().join("chancery-host"),
        module: MODULE.into(),
        module_sha256: None,
        environment: vec![(SOCKET.into(), card.socket().into())],
        deadline: Duration::from_secs(30),
    })
    .unwrap()
}

fn card_in(host: &Host) -> Option<token::Card> {
    host.card_slots()
        .unwrap()
        .into_iter()
        .find_map(|slot| match slot.inserted {
            Inserted::Card(card) => Some(card),
            Inserted::Nothing | Inserted::Unknown => None,
        })
}

#[test]
fn each_key_of_a_card_signs_after_one_login_that_leaves_none_behind() {
    let card = VirtualCard::inserted();
    let host = host(&card);
    let found = card_in(&host).unwrap();
    let certificates = host.card_certificates(&found.address).unwrap();
    let message = b"what is signed".to_vec();
    let mut signed = Vec::new();
    for certificate in &certificates {
        let read = signature::Certificate::from_der(&certificate.der).unwrap();
        if read.is_ca() {
            continue;
        }
        let spki = SpkiDer::from_der(read.spki_der()).unwrap();
        let digest = read
            .key_algorithm()
            .unwrap()
            .signature_algorithm()
            .digest_algorithm()
            .digest(&message);
        let (algorithm, digest) = match digest {
            signature::Digest::Sha384(digest) => {
                (SignerAlgorithm::EcdsaP384, Digest::Sha384(digest))
            }
            signature::Digest::Sha256(digest) if certificate.id == [1] => {
                (SignerAlgorithm::Rsa2048, Digest::Sha256(digest))
            }
            signature::Digest::Sha256(digest) => {
                (SignerAlgorithm::EcdsaP256, Digest::Sha256(digest))
            }
            signature::Digest::Sha512(_) => unreachable!(),
        };
        let key = CardKey {
            id: certificate.id.clone(),
            spki: spki.clone(),
            algorithm,
        };
        let input = ToBeSigned::new(digest, &message);
        let inputs = [input.clone(), input];
        let pin = Pin::new(PIN.to_owned()).unwrap();
        let values = host
            .sign_with_card(&found.address, &key, &inputs, Some(&pin))
            .unwrap();
        assert_eq!(values.len(), 2);
        for value in values {
            assert_eq!(spki.verify(&digest, &value), Verified::Holds);
        }
        signed.push(certificate.id.clone());
    }
    signed.sort();
    assert_eq!(signed, [[1], [2], [3]]);
}

/// Runs the command line where it sees a card.
fn run(machine: &Machine, card: &VirtualCard, words: &str, secrets: &[&str]) -> Said {
    let mut command = machine.command(words, secrets);
    said(command.env(SOCKET, card.socket()))
}

/// The words that sign the sample with a card.
fn sign(output: &str) -> String {
    format!(
        "sign {} -o {output} --card --page 1 --rect 36,36,180,60",
        sample::agreement().display()
    )
}

#[test]
fn a_card_signs_with_no_organisation_at_all_and_others_find_it_whole() {
    let (machine, card) = (Machine::new(), VirtualCard::inserted());
    for (slot, digest) in [
        (Slot::Authentication, "sha256"),
        (Slot::Signature, "sha256"),
        (Slot::Management, "sha384"),
    ] {
        let output = machine.path(&format!("{}.pdf", slot.id()));
        let words = format!("{} --cert {}", sign(output.to_str().unwrap()), slot.id());
        let said = run(&machine, &card, &words, &[PIN]);
        assert_eq!(said.status, 0, "{slot:?}: {said:?}");
        let judged = judge::pyhanko(&output, &card.root());
        assert_eq!(judged.digest, digest, "{judged:?}");
        assert!(judged.intact && judged.valid, "{judged:?}");
        // pyHanko trusts no certificate for documents that lacks nonRepudiation.
        let for_signatures = slot == Slot::Signature;
        assert_eq!(
            judged.trusted && judged.bottom_line,
            for_signatures,
            "{judged:?}"
        );
        let words = format!(
            "validate {} --trust {}",
            output.display(),
            card.root().display()
        );
        let validated = run(&machine, &card, &words, &[]);
        assert_eq!(
            validated.status, 0,
            "the way to the root is in it: {validated:?}"
        );
        judge::pdfsig(&output);
        judge::qpdf_check(&output);
        assert!(judge::is_strict_prefix(&sample::agreement(), &output));
    }
}

#[test]
fn the_certificate_for_signatures_is_the_one_that_signs_and_the_list_says_so() {
    let (machine, mut card) = (Machine::new(), VirtualCard::issued());
    let empty = run(&machine, &card, "card list", &[]);
    assert_eq!(
        (empty.status, &empty.json["presence"]),
        (4, &"no_card".into())
    );
    let refused = run(&machine, &card, &sign("signed.pdf"), &[PIN]);
    assert_eq!((refused.status, refused.code()), (4, "card_absent"));

    card.insert();
    let list = run(&machine, &card, "card list", &[]);
    assert_eq!((list.status, &list.json["presence"]), (0, &"ready".into()));
    let found = list.json["cards"][0].clone();
    assert_eq!(found["pin"]["state"], "unknown");
    let certificates = found["certificates"].as_array().unwrap().clone();
    let told: Vec<_> = certificates
        .iter()
        .map(|one| {
            (
                one["key_id"].as_str().unwrap(),
                one["usage"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(told[0], ("02", "signature"), "the best first: {told:?}");
    assert_eq!(told.len(), 3, "the issuer's is none to choose");
    assert_eq!(certificates[0]["preferred"], true);

    let signed = run(&machine, &card, &sign("signed.pdf"), &[PIN]);
    assert_eq!(signed.status, 0, "{signed:?}");
    let validated = run(&machine, &card, "validate signed.pdf", &[]);
    assert_eq!(validated.json["signatures"][0]["signer"], "Ana Ruiz");
}

#[test]
fn wrong_pins_are_said_to_be_until_the_card_is_locked_and_nothing_is_written() {
    let (machine, card) = (Machine::new(), VirtualCard::inserted());
    let words = sign("signed.pdf");
    // One that the card could not have is not given to it.
    let short = run(&machine, &card, &words, &["12"]);
    assert_eq!((short.status, short.code()), (3, "pin_length"), "{short:?}");
    for number in 1..TRIES {
        let wrong = run(&machine, &card, &words, &["654321"]);
        assert_eq!((wrong.status, wrong.code()), (3, "pin_wrong"), "{wrong:?}");
        let last = number == TRIES - 1;
        let tries = wrong.json["error"]["tries"].as_u64();
        assert_eq!(
            tries,
            last.then_some(1),
            "only what the card says: {wrong:?}"
        );
    }
    let locked = run(&machine, &card, &words, &["654321"]);
    assert_eq!(
        (locked.status, locked.code()),
        (3, "pin_locked"),
        "{locked:?}"
    );
    let right = run(&machine, &card, &words, &[PIN]);
    assert_eq!((right.status, right.code()), (3, "pin_locked"), "{right:?}");
    assert!(!machine.path("signed.pdf").exists());
    let list = run(&machine, &card, "card list", &[]);
    assert_eq!(list.json["cards"][0]["pin"]["state"], "locked");
}

#[test]
fn a_card_pulled_in_the_middle_leaves_nothing_and_signs_when_it_is_back() {
    let (machine, mut card) = (Machine::new(), VirtualCard::inserted());
    let inputs: Vec<_> = (1..=3)
        .map(|number| {
            let input = machine.path(&format!("{number}.pdf"));
            std::fs::copy(sample::agreement(), &input).unwrap();
            input.to_str().unwrap().to_owned()
        })
        .collect();
    std::fs::create_dir(machine.path("out")).unwrap();
    let words = format!(
        "sign {} --out-dir out --card --cert 02 --page 1 --rect 36,36,180,60",
        inputs.join(" ")
    );
    let left = || std::fs::read_dir(machine.path("out")).unwrap().count();
    card.vanish_at(2);
    let pulled = run(&machine, &card, &words, &[PIN]);
    assert_eq!(
        (pulled.status, pulled.code()),
        (4, "card_removed"),
        "{pulled:?}"
    );
    assert_eq!(left(), 0);

    card.insert();
    let signed = run(&machine, &card, &words, &[PIN]);
    assert_eq!(signed.status, 0, "each with a login of its own: {signed:?}");
    assert_eq!(left(), 3);
    for number in 1..=3 {
        judge::pdfsig(&machine.path(&format!("out/{number}-signed.pdf")));
    }
}

#[test]
fn what_cannot_sign_is_refused_before_the_pin() {
    let (machine, mut card) = (Machine::new(), VirtualCard::issued());
    let name = "Ana Ruiz";
    let usage = "digital_signature";
    card.certify(
        Slot::Signature,
        Profile {
            name,
            usage,
            days: 365,
        },
    );
    let ambiguous = run(&machine, &card, &sign("a.pdf"), &["654321"]);
    assert_eq!(
        (ambiguous.status, ambiguous.code()),
        (2, "certificate_ambiguous")
    );

    card.certify(
        Slot::Signature,
        Profile {
            name,
            usage,
            days: -10,
        },
    );
    let words = format!("{} --cert 02", sign("b.pdf"));
    let expired = run(&machine, &card, &words, &["654321"]);
    assert_eq!(
        (expired.status, expired.code()),
        (3, "certificate_expired"),
        "{expired:?}"
    );

    let usage = "key_agreement";
    card.certify(
        Slot::Signature,
        Profile {
            name,
            usage,
            days: 365,
        },
    );
    let unfit = run(&machine, &card, &words, &["654321"]);
    assert_eq!(
        (unfit.status, unfit.code()),
        (3, "no_signing_certificate"),
        "{unfit:?}"
    );

    let words = format!("{} --module /nowhere.so", sign("c.pdf"));
    let missing = run(&machine, &card, &words, &[PIN]);
    assert_eq!(
        (missing.status, missing.code()),
        (4, "module_missing"),
        "{missing:?}"
    );
    let list = run(&machine, &card, "card list", &[]);
    assert_eq!(
        list.json["cards"][0]["pin"]["state"], "unknown",
        "no try was lost"
    );
}

#[test]
fn with_an_organisation_a_card_s_signature_is_in_its_log() {
    let (machine, card) = (Machine::founded(), VirtualCard::inserted());
    let leaves = || {
        sql::run(&machine.vault(), "SELECT count(*) FROM leaf")
            .parse::<u64>()
            .unwrap()
    };
    let before = leaves();
    let wrong = run(&machine, &card, &sign("signed.pdf"), &["654321"]);
    assert_eq!(wrong.code(), "pin_wrong", "{wrong:?}");
    assert_eq!(leaves(), before + 2, "an intent and an outcome");
    let signed = run(&machine, &card, &sign("signed.pdf"), &[PIN]);
    assert_eq!(signed.status, 0, "{signed:?}");
    assert_eq!(leaves(), before + 4);
    assert_eq!(machine.health("log"), "good");
}
