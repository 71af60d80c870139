//! Smart cards: a virtual PIV card through PC/SC and OpenSC.

use std::time::Duration;

use tests::VirtualCard;
use tests::card::{MODULE, PIN, SOCKET};
use tests::organisation::programs;
use token::{
    CardInput, CardKey, Digest, Host, Inserted, Launch, Pin, SignerAlgorithm, SpkiDer, Verified,
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
        let input = CardInput {
            message: message.clone(),
            digest,
        };
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
