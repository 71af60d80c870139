//! Signatures whose bytes are all covered, and whose CMS or certificates are not what they must be.

use p256::ecdsa::signature::hazmat::PrehashSigner;
use sha2::{Digest, Sha256, Sha384};

use super::asn1::{algorithm, integer, null, octets, oid, sequence, set, tlv};
use super::cms::{
    CONTENT_TYPE, Cms, DATA, MESSAGE_DIGEST, SIGNED_DATA, SIGNING_CERTIFICATE_V2, Signer,
    attribute, signing_certificate,
};
use super::original::{People, Waiting, visible};
use super::signer::{ECDSA_WITH_SHA_256, Key, OCSP_SIGNING, Party, TIME_STAMPING, Terms};
use super::{Attack, Originals};

pub(super) fn attacks(originals: &Originals) -> Vec<Attack> {
    let waiting = Waiting::lay_out(&originals.contract, visible);
    let digest = waiting.digest();
    let people = &originals.people;
    let named = |prefix: &str, files: Vec<(&'static str, Vec<u8>)>| {
        let of = |(name, der): (&str, Vec<u8>)| {
            Attack::new(&format!("{prefix}-{name}"), waiting.clone().complete(&der))
        };
        files.into_iter().map(of).collect::<Vec<_>>()
    };
    let mut attacks = named("cms-attribute", attributes(people, &digest));
    attacks.extend(named("cms", structure(people, &digest)));
    attacks.extend(named("cms-algorithm", algorithms(people, &digest)));
    attacks.extend(named("certificate", certificates(people, &digest)));
    attacks
}

type Signatures = Vec<(&'static str, Vec<u8>)>;

fn attributes(people: &People, digest: &[u8]) -> Signatures {
    let honest = Signer::honest(&people.ada, digest);
    let der = |signer: Signer| Cms::of(signer, &[&people.ada, &people.root]).der();
    let with = |index, attribute| der(honest.clone().with_attribute(index, attribute));
    let without = |index| {
        let mut signer = honest.clone();
        signer.attributes.remove(index);
        der(signer)
    };
    let more = |attribute| {
        let mut signer = honest.clone();
        signer.attributes.push(attribute);
        der(signer)
    };
    let (message, other) = (octets(digest), octets(&[7; 32]));
    let certificate_of = |party: &Party| signing_certificate(&party.certificate);
    let named = |hash: &[u8]| {
        attribute(
            SIGNING_CERTIFICATE_V2,
            sequence([sequence([sequence([octets(hash)])])]),
        )
    };
    let changed_afterwards = |attributes: Vec<Vec<u8>>| {
        let mut signer = honest.clone();
        signer.value = Some(signer.value());
        signer.attributes = attributes;
        der(signer)
    };
    vec![
        (
            "message-digest-of-another-document",
            with(1, attribute(MESSAGE_DIGEST, other.clone())),
        ),
        ("message-digest-missing", without(1)),
        (
            "message-digest-twice",
            more(attribute(MESSAGE_DIGEST, other.clone())),
        ),
        (
            "message-digest-twice-the-same",
            more(attribute(MESSAGE_DIGEST, message.clone())),
        ),
        (
            "message-digest-of-two-values",
            with(1, sequence([oid(MESSAGE_DIGEST), set([message, other])])),
        ),
        (
            "message-digest-of-no-value",
            with(1, sequence([oid(MESSAGE_DIGEST), set([])])),
        ),
        (
            "message-digest-a-number",
            with(1, attribute(MESSAGE_DIGEST, integer(7))),
        ),
        (
            "message-digest-cut",
            with(1, attribute(MESSAGE_DIGEST, octets(&digest[..16]))),
        ),
        (
            "message-digest-longer",
            with(
                1,
                attribute(MESSAGE_DIGEST, octets(&[digest, &[0]].concat())),
            ),
        ),
        ("content-type-missing", without(0)),
        (
            "content-type-of-another",
            with(0, attribute(CONTENT_TYPE, oid(SIGNED_DATA))),
        ),
        (
            "content-type-twice",
            more(attribute(CONTENT_TYPE, oid(SIGNED_DATA))),
        ),
        ("signing-certificate-missing", without(2)),
        (
            "signing-certificate-of-another",
            with(2, certificate_of(&people.mallory)),
        ),
        (
            "signing-certificate-of-the-root",
            with(2, certificate_of(&people.root)),
        ),
        (
            "signing-certificate-of-a-wrong-hash",
            with(2, named(&[7; 32])),
        ),
        ("signing-certificate-of-an-empty-hash", with(2, named(&[]))),
        (
            "signing-certificate-of-nobody",
            with(
                2,
                attribute(SIGNING_CERTIFICATE_V2, sequence([sequence([b""])])),
            ),
        ),
        (
            "signing-certificate-twice",
            more(certificate_of(&people.mallory)),
        ),
        ("none", {
            let mut signer = honest.clone();
            signer.attributes.clear();
            digest.clone_into(&mut signer.content);
            der(signer)
        }),
        (
            "changed-afterwards",
            changed_afterwards({
                let mut attributes = honest.attributes.clone();
                attributes.push(attribute("1.2.3.4", null()));
                attributes
            }),
        ),
        (
            "removed-afterwards",
            changed_afterwards(honest.attributes[..2].to_vec()),
        ),
    ]
}

fn structure(people: &People, digest: &[u8]) -> Signatures {
    let honest = Signer::honest(&people.ada, digest);
    let cms = || Cms::of(honest.clone(), &[&people.ada, &people.root]);
    let with = |change: &dyn Fn(&mut Cms)| {
        let mut cms = cms();
        change(&mut cms);
        cms.der()
    };
    let signed_by = |change: &dyn Fn(&mut Signer)| with(&|cms| change(&mut cms.signers[0]));
    vec![
        (
            "of-two-signers",
            with(&|cms| cms.signers.push(Signer::honest(&people.mallory, digest))),
        ),
        (
            "of-the-same-signer-twice",
            with(&|cms| cms.signers.push(honest.clone())),
        ),
        ("of-no-signer", with(&|cms| cms.signers.clear())),
        (
            "without-certificates",
            with(&|cms| cms.certificates.clear()),
        ),
        (
            "without-the-signers-certificate",
            with(&|cms| drop(cms.certificates.remove(0))),
        ),
        (
            "with-the-certificate-of-another",
            with(&|cms| {
                cms.certificates[0].clone_from(&people.mallory.certificate);
            }),
        ),
        (
            "with-a-certificate-cut",
            with(&|cms| cms.certificates[0].truncate(200)),
        ),
        (
            "with-another-document-in-it",
            with(&|cms| {
                cms.content = sequence([oid(DATA), tlv(0xa0, &octets(b"another"))]);
            }),
        ),
        (
            "of-another-content-type",
            with(&|cms| cms.content = sequence([oid("1.2.840.113549.1.9.16.1.4")])),
        ),
        (
            "by-the-key-of-another",
            signed_by(&|signer| signer.key = people.mallory.key.clone()),
        ),
        (
            "by-the-key-of-the-root",
            signed_by(&|signer| signer.key = people.root.key.clone()),
        ),
        (
            "of-a-serial-number-of-another",
            signed_by(&|signer| {
                signer.identifier = sequence([people.ada.issuer.clone(), integer(78)]);
            }),
        ),
        (
            "of-an-issuer-of-another",
            signed_by(&|signer| {
                signer.identifier = sequence([people.mallory.issuer.clone(), integer(77)]);
            }),
        ),
        (
            "of-a-key-identifier-of-another",
            signed_by(&|signer| {
                signer.version = 3;
                signer.identifier = tlv(0x80, &people.mallory.key.identifier());
            }),
        ),
        (
            "value-empty",
            signed_by(&|signer| signer.value = Some(Vec::new())),
        ),
        (
            "value-of-zeros",
            signed_by(&|signer| signer.value = Some(sequence([integer(0), integer(0)]))),
        ),
        (
            "value-raw",
            signed_by(&|signer| signer.value = Some(vec![7; 64])),
        ),
        (
            "value-with-more-behind-it",
            signed_by(&|signer| {
                signer.value = Some([signer.value(), vec![0]].concat());
            }),
        ),
    ]
}

fn algorithms(people: &People, digest: &[u8]) -> Signatures {
    let honest = Signer::honest(&people.ada, digest);
    let der = |signer: Signer| Cms::of(signer, &[&people.ada, &people.root]).der();
    let by = |identifier: Vec<u8>| {
        let mut signer = honest.clone();
        signer.signature_algorithm = identifier;
        der(signer)
    };
    let digested = |identifier: Vec<u8>| {
        let mut signer = honest.clone();
        signer.digest_algorithm = identifier;
        der(signer)
    };
    let null_of = |dotted: &str| sequence([oid(dotted), null()]);
    vec![
        ("rsa", by(null_of("1.2.840.113549.1.1.11"))),
        ("rsa-encryption", by(null_of("1.2.840.113549.1.1.1"))),
        ("pss", by(algorithm("1.2.840.113549.1.1.10"))),
        ("ed25519", by(algorithm("1.3.101.112"))),
        ("ecdsa-with-sha-1", by(algorithm("1.2.840.10045.4.1"))),
        ("ecdsa-with-sha-384", by(algorithm("1.2.840.10045.4.3.3"))),
        ("a-digest", by(algorithm("2.16.840.1.101.3.4.2.1"))),
        ("none", by(algorithm("1.3.6.1.5.5.7.6.2"))),
        ("unknown", by(algorithm("1.2.3.4"))),
        ("digest-md5", digested(null_of("1.2.840.113549.2.5"))),
        ("digest-sha-1", digested(null_of("1.3.14.3.2.26"))),
        (
            "digest-sha-384",
            digested(algorithm("2.16.840.1.101.3.4.2.2")),
        ),
        ("digest-unknown", digested(algorithm("1.2.3.4"))),
        (
            "digest-a-signature",
            digested(algorithm(ECDSA_WITH_SHA_256)),
        ),
        ("digests-that-differ", {
            // The document by SHA-256, the attributes by SHA-384.
            let mut signer = honest.clone();
            signer.signature_algorithm = algorithm("1.2.840.10045.4.3.3");
            let attributes = set(signer.attributes.clone());
            signer.value = Some(prehashed(2, &Sha384::digest(attributes)));
            der(signer)
        }),
        ("weak-sha-1", {
            let mut signer = honest.clone();
            signer.digest_algorithm = algorithm("1.3.14.3.2.26");
            signer.signature_algorithm = algorithm("1.2.840.10045.4.1");
            let attributes = set(signer.attributes.clone());
            signer.value = Some(prehashed(2, &Sha256::digest(attributes)[..20]));
            der(signer)
        }),
    ]
}

/// ECDSA by the key of a seed over a digest of any kind.
fn prehashed(seed: u8, digest: &[u8]) -> Vec<u8> {
    let key = p256::ecdsa::SigningKey::from_slice(&[seed; 32]).expect("below the order");
    let value: p256::ecdsa::Signature = key.sign_prehash(digest).expect("a digest");
    value.to_der().as_bytes().to_vec()
}

fn certificates(people: &People, digest: &[u8]) -> Signatures {
    let root = &people.root;
    let key = || Key::from_seed(2);
    let person = || Terms::person("Ada Lovelace");
    let by = |party: &Party, others: &[&Party]| {
        let all: Vec<&Party> = std::iter::once(party)
            .chain(others.iter().copied())
            .collect();
        Cms::of(Signer::honest(party, digest), &all).der()
    };
    let of = |terms: Terms| by(&root.issue(&terms, key()), &[root]);
    let below = |terms: Terms| {
        let between = root.issue(&terms, Key::from_seed(3));
        by(&between.issue(&person(), key()), &[&between, root])
    };
    let twin = Party::root(&Terms::authority("Test Root"), Key::from_seed(9));
    let mut forged = root.issue(&person(), key());
    if let Some(last) = forged.certificate.last_mut() {
        *last ^= 1;
    }
    vec![
        (
            "expired",
            of(Terms {
                validity: ["20200101000000Z", "20210101000000Z"],
                ..person()
            }),
        ),
        (
            "not-yet-valid",
            of(Terms {
                validity: ["20440101000000Z", "20450101000000Z"],
                ..person()
            }),
        ),
        (
            "valid-until-before-it-begins",
            of(Terms {
                validity: ["20450101000000Z", "20250101000000Z"],
                ..person()
            }),
        ),
        (
            "for-encryption",
            of(Terms {
                key_usage: Some(0x20),
                ..person()
            }),
        ),
        (
            "for-certificates-only",
            of(Terms {
                key_usage: Some(0x06),
                ..person()
            }),
        ),
        (
            "for-servers",
            of(Terms {
                purpose: Some("1.3.6.1.5.5.7.3.1"),
                ..person()
            }),
        ),
        (
            "for-timestamps",
            of(Terms {
                purpose: Some(TIME_STAMPING),
                ..person()
            }),
        ),
        (
            "for-responders",
            of(Terms {
                purpose: Some(OCSP_SIGNING),
                ..person()
            }),
        ),
        (
            "of-an-unknown-extension",
            of(Terms {
                unknown: true,
                ..person()
            }),
        ),
        ("self-signed", by(&people.mallory, &[])),
        (
            "of-a-stranger",
            by(
                &Party::root(&Terms::authority("Another Root"), Key::from_seed(9))
                    .issue(&person(), key()),
                &[],
            ),
        ),
        (
            "of-a-twin-of-the-anchor",
            by(&twin.issue(&person(), key()), &[&twin]),
        ),
        (
            "of-a-twin-with-the-anchor",
            by(&twin.issue(&person(), key()), &[&twin, root]),
        ),
        ("of-a-twin-alone", by(&twin, &[])),
        ("with-a-wrong-signature", by(&forged, &[root])),
        (
            "below-an-expired-authority",
            below(Terms {
                validity: ["20200101000000Z", "20210101000000Z"],
                ..Terms::authority("Between")
            }),
        ),
        ("below-a-person", below(Terms::person("Grace"))),
        (
            "below-an-authority-that-may-not-issue",
            below(Terms {
                key_usage: Some(0xc0),
                ..Terms::authority("Between")
            }),
        ),
        (
            "below-an-authority-of-an-unknown-extension",
            below(Terms {
                unknown: true,
                ..Terms::authority("Between")
            }),
        ),
        ("below-an-authority-that-is-missing", {
            let between = root.issue(&Terms::authority("Between"), Key::from_seed(3));
            by(&between.issue(&person(), key()), &[root])
        }),
    ]
}
