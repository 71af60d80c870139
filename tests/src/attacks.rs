//! Attacks on signed documents: one file for each defect, made from files that were properly signed.
//!
//! An attack is made without a signer's key, unless it is the signer or the signer's software that
//! is not to be trusted. The names of the literature are kept: universal signature forgery, signature
//! wrapping and incremental saving (Mladenov et al., CCS 2019), shadow attacks (Mainka et al., NDSS
//! 2021), certification attacks (Mladenov et al., S&P 2021).

pub mod asn1;
pub mod cms;
pub mod original;
pub mod signer;
pub mod times;
pub mod update;

mod actions;
mod byte_range;
mod catalog;
mod certification;
mod comments;
mod containers;
mod contents;
mod cryptography;
mod filling;
mod forgery;
mod malformed;
mod objects;
mod overlay;
mod prepared;
mod saving;
mod shadow;
mod wrapping;

use std::path::Path;

use pdf::Certification;

use self::original::{
    Form, People, Waiting, approval, certifying, contract, encrypted, locking, visible,
};

/// A file that must not be called valid.
#[derive(Debug, Clone)]
pub struct Attack {
    /// What is wrong with it.
    pub name: String,
    /// The file.
    pub file: Vec<u8>,
}

impl Attack {
    fn new(name: &str, file: Vec<u8>) -> Self {
        Self {
            name: name.to_owned(),
            file,
        }
    }
}

/// A file that was properly signed.
#[derive(Debug, Clone)]
pub struct Original {
    /// How.
    pub name: &'static str,
    /// The file.
    pub file: Vec<u8>,
}

/// Where attacks begin.
#[derive(Debug)]
pub struct Originals {
    /// Who signs.
    pub people: People,
    /// The contract, unsigned.
    pub contract: Vec<u8>,
    /// An approval signature in a box.
    pub approved: Vec<u8>,
    /// Certified: no changes, forms, forms and annotations.
    pub certified: [Vec<u8>; 3],
    /// Two approval signatures, the second in the prepared field.
    pub twice: Vec<u8>,
    /// A signature that locks all fields.
    pub locked: Vec<u8>,
    /// Streams of objects and cross-references.
    pub streams: Vec<u8>,
    /// Encrypted.
    pub encrypted: Vec<u8>,
    /// A document with one of everything, signed in a box.
    pub prepared: Vec<u8>,
    /// The same, certified so that comments are allowed.
    pub commentable: Vec<u8>,
}

impl Originals {
    /// Signs them; what tools need is put into a folder.
    ///
    /// # Panics
    /// If one cannot be signed.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        let people = People::default();
        let sign = |waiting: Waiting| {
            let signature = people.sign(&waiting.digest());
            waiting.complete(&signature)
        };
        let contract = contract(Form::Table);
        let certified = [
            Certification::NoChanges,
            Certification::Forms,
            Certification::FormsAndAnnotations,
        ]
        .map(|level| sign(Waiting::lay_out(&contract, certifying(level))));
        let approved = sign(Waiting::lay_out(&contract, visible));
        Self {
            twice: sign(Waiting::lay_out(&approved, approval)),
            locked: sign(Waiting::lay_out(&contract, locking)),
            streams: sign(Waiting::lay_out(
                &original::contract(Form::Streams),
                visible,
            )),
            encrypted: sign(Waiting::lay_out(&encrypted(&contract, folder), visible)),
            prepared: prepared::signed(&people, None),
            commentable: prepared::signed(&people, Some(Certification::FormsAndAnnotations)),
            approved,
            certified,
            contract,
            people,
        }
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> Vec<Original> {
        let [none, forms, annotations] = &self.certified;
        let original = |name, file: &Vec<u8>| Original {
            name,
            file: file.clone(),
        };
        vec![
            original("approved", &self.approved),
            original("certified-1", none),
            original("certified-2", forms),
            original("certified-3", annotations),
            original("twice", &self.twice),
            original("locked", &self.locked),
            original("streams", &self.streams),
            original("encrypted", &self.encrypted),
        ]
    }

    /// Those whose objects have the numbers of the contract, in which anything can be replaced.
    fn numbered(&self) -> Vec<Original> {
        let mut all = self.all();
        all.retain(|original| original.name != "encrypted");
        all
    }

    /// Byte ranges that are not those of the whole file.
    #[must_use]
    pub fn byte_ranges(&self) -> Vec<Attack> {
        byte_range::attacks(self)
    }

    /// `/Contents` that are not one signature.
    #[must_use]
    pub fn contents(&self) -> Vec<Attack> {
        contents::attacks(self)
    }

    /// CMS and certificates that are not what they must be.
    #[must_use]
    pub fn cryptography(&self) -> Vec<Attack> {
        cryptography::attacks(self)
    }

    /// Signatures without what a validator needs.
    #[must_use]
    pub fn forgeries(&self) -> Vec<Attack> {
        forgery::attacks(self)
    }

    /// Signatures whose second part was moved.
    #[must_use]
    pub fn wrappings(&self) -> Vec<Attack> {
        wrapping::attacks(self)
    }

    /// Revisions that are whole or not, behind the signed one.
    #[must_use]
    pub fn savings(&self) -> Vec<Attack> {
        saving::attacks(self)
    }

    /// What was prepared before it was signed.
    #[must_use]
    pub fn shadows(&self) -> Vec<Attack> {
        shadow::attacks(self)
    }

    /// What is laid over pages, and pages that are others.
    #[must_use]
    pub fn overlays(&self) -> Vec<Attack> {
        overlay::attacks(self)
    }

    /// What acts or travels along.
    #[must_use]
    pub fn actions(&self) -> Vec<Attack> {
        actions::attacks(self)
    }

    /// Catalogs and descriptions that are others.
    #[must_use]
    pub fn catalogs(&self) -> Vec<Attack> {
        catalog::attacks(self)
    }

    /// What a certification forbids.
    #[must_use]
    pub fn certifications(&self) -> Vec<Attack> {
        certification::attacks(self)
    }

    /// Objects and cross-references that are read in two ways, and single bytes.
    #[must_use]
    pub fn objects(&self) -> Vec<Attack> {
        objects::attacks(self)
    }

    /// Streams of objects with more in them than is said, and sections that say two things.
    #[must_use]
    pub fn containers(&self) -> Vec<Attack> {
        containers::attacks(self)
    }

    /// Fields filled with what they do not offer, and what draws them changed.
    #[must_use]
    pub fn fillings(&self) -> Vec<Attack> {
        filling::attacks(self)
    }

    /// Fields filled with what they offer: valid, changed as allowed.
    #[must_use]
    pub fn filled_as_offered(&self) -> Vec<Original> {
        let files = filling::offered(&filling::signed(self));
        files
            .into_iter()
            .map(|(name, file)| Original { name, file })
            .collect()
    }

    /// Comments that draw something else than viewers do.
    #[must_use]
    pub fn comments(&self) -> Vec<Attack> {
        comments::attacks(self)
    }

    /// Comments as viewers draw them, where they are allowed: valid, changed as allowed.
    #[must_use]
    pub fn commented_as_viewers_do(&self) -> Vec<Original> {
        comments::as_viewers_do(self)
    }

    /// What is done to a document with one of everything.
    #[must_use]
    pub fn entries(&self) -> Vec<Attack> {
        prepared::attacks(self)
    }

    /// Objects that cannot be read, behind a signature.
    #[must_use]
    pub fn malformed(&self) -> Vec<Attack> {
        malformed::attacks(self)
    }

    /// All attacks.
    #[must_use]
    pub fn groups(&self) -> [Vec<Attack>; 17] {
        [
            self.byte_ranges(),
            self.contents(),
            self.cryptography(),
            self.forgeries(),
            self.wrappings(),
            self.savings(),
            self.shadows(),
            self.overlays(),
            self.actions(),
            self.catalogs(),
            self.certifications(),
            self.objects(),
            self.containers(),
            self.fillings(),
            self.comments(),
            self.entries(),
            self.malformed(),
        ]
    }
}
