//! Cards whose objects do not name each other as PKCS#11 means it. A token of SoftHSM is the card.

use std::{path::PathBuf, process::Command};

use token::{
    CardAddress, CardKey, Error, Inserted, SignerAlgorithm, SpkiDer, ToBeSigned, Verified,
};

use crate::support::{SOFTHSM, SoftTokens};

const ALGORITHM: SignerAlgorithm = SignerAlgorithm::EcdsaP256;

/// OpenSC's tool, which makes keys as other programs do.
fn tool(tokens: &SoftTokens, arguments: &[&str]) -> String {
    let ran = Command::new("pkcs11-tool")
        .args(["--module", SOFTHSM, "--token-label", "signing", "--login"])
        .args(["--pin", tokens.signing_pin.expose()])
        .args(arguments)
        .env("SOFTHSM2_CONF", tokens.configuration())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(ran.status.success(), "{arguments:?}: {told}");
    told
}

/// Makes a pair, and gives its public half.
fn made(tokens: &SoftTokens, id: &str, label: &str) -> SpkiDer {
    let kind = ["--keypairgen", "--key-type", "EC:prime256v1"];
    tool(
        tokens,
        &[&kind[..], &["--id", id, "--label", label]].concat(),
    );
    let file: PathBuf = tokens.configuration().with_file_name(label);
    let read = ["--read-object", "--type", "pubkey", "--label", label, "-o"];
    tool(tokens, &[&read[..], &[file.to_str().unwrap()]].concat());
    SpkiDer::from_der(std::fs::read(file).unwrap()).unwrap()
}

fn card(tokens: &SoftTokens) -> CardAddress {
    let slots = tokens.host().card_slots().unwrap();
    let mut cards = slots.into_iter().filter_map(|slot| match slot.inserted {
        Inserted::Card(card) if card.info.label == "signing" => Some(card.address),
        _ => None,
    });
    cards.next_back().unwrap()
}

/// Signs with the key that goes with a certificate of this id and public key.
fn signs(tokens: &SoftTokens, id: &[u8], spki: &SpkiDer) -> Result<(), Error> {
    let key = CardKey {
        id: id.to_vec(),
        spki: spki.clone(),
        algorithm: ALGORITHM,
    };
    let input = ToBeSigned::sha256(b"by the right one of several");
    let signed = tokens.host().sign_with_card(
        &card(tokens),
        &key,
        std::slice::from_ref(&input),
        Some(&tokens.signing_pin),
    )?;
    let verified = spki.verify_by(ALGORITHM, &input, &signed[0]);
    assert_eq!(verified, Verified::Holds, "by the certificate's key");
    Ok(())
}

#[test]
fn of_several_keys_with_one_id_the_one_of_the_certificate_signs() {
    let tokens = SoftTokens::new();
    let keys = ["one", "two", "three"].map(|label| made(&tokens, "01", label));
    for spki in &keys {
        signs(&tokens, &[1], spki).unwrap();
    }
}

#[test]
fn a_key_without_a_public_half_is_found_by_its_id_alone() {
    let tokens = SoftTokens::new();
    let spki = made(&tokens, "01", "one");
    tool(
        &tokens,
        &["--delete-object", "--type", "pubkey", "--id", "01"],
    );
    signs(&tokens, &[1], &spki).unwrap();
    assert!(matches!(
        signs(&tokens, &[2], &spki),
        Err(Error::CardKeyMissing)
    ));
}

#[test]
fn a_key_that_is_under_another_id_than_its_certificate_signs() {
    let tokens = SoftTokens::new();
    let (one, two) = (made(&tokens, "01", "one"), made(&tokens, "02", "two"));
    signs(&tokens, &[2], &one).unwrap();
    signs(&tokens, &[], &two).unwrap();
}

#[test]
fn a_certificate_whose_key_is_not_there_is_refused() {
    let tokens = SoftTokens::new();
    let spki = made(&tokens, "01", "one");
    tool(
        &tokens,
        &["--delete-object", "--type", "privkey", "--id", "01"],
    );
    made(&tokens, "01", "two");
    let refused = signs(&tokens, &[1], &spki);
    assert!(matches!(refused, Err(Error::CardKeyMissing)), "{refused:?}");
}
