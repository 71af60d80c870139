//! An organisation whose token fails on demand.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chancery_shim::Shim;
use service::organisation::{Base64Bytes, Organisation as File};
use service::requests::{Existing, FileToSign, Sign, SignedFile, Terms, Watch};
use service::{LookChoice, Service, wire};
use sha2::{Digest, Sha256};

use crate::organisation::OFFICER_SECRET;
use crate::{Organisation, sample, secret, sql};

/// The organisation, its token's module behind another, and a service that works with it.
pub struct WeakToken {
    /// The organisation.
    pub organisation: Organisation,
    /// What the token's module is behind.
    pub shim: Shim,
    service: Service,
}

impl WeakToken {
    /// Founds an organisation and puts the module in front of its token's; a program asks it that
    /// runs on if `idle` says for how long it stays logged in.
    ///
    /// # Panics
    /// If that cannot be done.
    #[must_use]
    pub fn found(deadline: Duration, idle: Option<Duration>) -> Self {
        let organisation = Organisation::found();
        let path = organisation.home().organisation_file();
        let file = fs::read(&path).expect("there is an organisation file");
        let mut file = File::parse(&file).expect("it is one");
        let folder = organisation.path("shim");
        fs::create_dir(&folder).expect("a folder can be made");
        let shim = Shim::before(&file.local.signing.module, &folder).expect("the module was built");
        let module = fs::read(shim.path()).expect("it can be read");
        for address in [&mut file.local.signing, &mut file.local.issuing] {
            address.module = shim.path().to_owned();
            address.module_sha256 = Base64Bytes(Sha256::digest(&module).to_vec());
        }
        fs::write(&path, file.to_json()).expect("it can be written");
        let service = Service::new(organisation.service().surroundings().clone());
        let service = service.with_deadline(deadline);
        let service = match idle {
            Some(idle) => service.keeping_logins(idle),
            None => service,
        };
        Self {
            organisation,
            shim,
            service,
        }
    }

    /// The service.
    #[must_use]
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Has the officer sign the sample, watched.
    ///
    /// # Errors
    /// As [`Service::sign`].
    pub fn sign(&self, output: &Path, watch: Arc<dyn Watch>) -> service::Result<Vec<SignedFile>> {
        let rect = wire::Rect {
            x: 36.0,
            y: 36.0,
            width: 180.0,
            height: 60.0,
        };
        let request = Sign {
            request: service::new_request()?,
            files: vec![FileToSign {
                input: sample::agreement(),
                password: None,
                output: output.to_owned(),
            }],
            signer: service::requests::Signer::Person {
                login: "officer".to_owned(),
                secret: secret(OFFICER_SECRET),
            },
            placement: Some(wire::Placement::Box { page: 1, rect }),
            reason: None,
            location: None,
            terms: Terms::default(),
            look: LookChoice::default(),
            existing: Existing::Keep,
            watch,
        };
        self.organisation.wait(self.service.sign(request))
    }

    /// Asks the vault something.
    ///
    /// # Panics
    /// If it cannot.
    #[must_use]
    pub fn sql(&self, question: &str) -> String {
        sql::run(&self.organisation.home().vault_file(), question)
    }

    /// How many tries are counted against the officer.
    #[must_use]
    pub fn tries(&self) -> String {
        self.sql("SELECT coalesce(sum(count), 0) FROM tries")
    }

    /// How many outcomes with this word the log has.
    #[must_use]
    pub fn outcomes(&self, word: &str) -> String {
        self.sql(&format!(
            "SELECT count(*) FROM leaf JOIN event USING (leaf_index)
             WHERE kind = 'outcome' AND instr(event.bytes, CAST('{word}' AS BLOB)) > 0"
        ))
    }
}
