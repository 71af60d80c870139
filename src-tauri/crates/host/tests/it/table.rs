//! The table of `docs/tokens.md`: which key is made, wrapped and used on which module.

use std::{env, fs, path::PathBuf, thread};

use token::{Error, ResidentId, SignerAlgorithm, ToBeSigned, Verified};

use crate::support::{Module, SoftTokens};

/// Every kind of key there is, with what a person calls its mechanism.
const ALGORITHMS: [(SignerAlgorithm, &str); 10] = [
    (SignerAlgorithm::EcdsaP256, "CKM_ECDSA"),
    (SignerAlgorithm::EcdsaP384, "CKM_ECDSA"),
    (SignerAlgorithm::EcdsaP521, "CKM_ECDSA"),
    (SignerAlgorithm::Rsa2048, "CKM_RSA_PKCS"),
    (SignerAlgorithm::Rsa3072, "CKM_RSA_PKCS"),
    (SignerAlgorithm::Rsa4096, "CKM_RSA_PKCS"),
    (SignerAlgorithm::RsaPss2048, "CKM_RSA_PKCS_PSS"),
    (SignerAlgorithm::RsaPss3072, "CKM_RSA_PKCS_PSS"),
    (SignerAlgorithm::RsaPss4096, "CKM_RSA_PKCS_PSS"),
    (SignerAlgorithm::Ed25519, "CKM_EDDSA"),
];

const MODULES: [(Module, &str); 2] = [
    (Module::SoftHsm, "SoftHSM 2.6.1"),
    (Module::Kryoptic, "Kryoptic 1.5.4, minimal build"),
];

const BEGIN: &str = "<!-- written by host/tests/it/table.rs -->\n";
const END: &str = "<!-- end -->\n";

/// Runs every kind of key on a module: the wrap mechanism, and what became of each, wrapped and as an
/// object that stays on the token.
fn columns(module: Module) -> (String, Vec<[String; 2]>) {
    let tokens = SoftTokens::on(module);
    let (token, master) = tokens.with_master();
    let mechanism = token.wrap_mechanism().unwrap();
    let wrap = format!("{:#06x}, RFC {}", mechanism.number(), mechanism.rfc());
    let of = |algorithm| -> Result<String, Error> {
        let key = token.generate(algorithm)?;
        let spki = key.spki().unwrap().clone();
        let wrapped = key.wrap(&master)?;
        key.destroy()?;
        let input = ToBeSigned::sha256(b"signed attributes");
        let signatures = token.sign_with_wrapped(&master, &wrapped, algorithm, &[&input])?;
        let verified = spki.verify_by(algorithm, &input, &signatures[0]);
        assert_eq!(verified, Verified::Holds, "{algorithm}");
        Ok("signs".to_owned())
    };
    let resident = |algorithm| -> Result<String, Error> {
        let id = ResidentId::from([7; 16]);
        let spki = token.generate_resident(algorithm, id)?;
        let input = ToBeSigned::sha256(b"signed attributes");
        let signatures = token.sign_resident(id, &spki, algorithm, &[&input])?;
        let verified = spki.verify_by(algorithm, &input, &signatures[0]);
        assert_eq!(verified, Verified::Holds, "{algorithm}");
        assert_eq!(token.destroy_resident(id)?, 1);
        Ok("signs".to_owned())
    };
    let cells = ALGORITHMS.map(|(algorithm, _)| {
        let cells = [of(algorithm), resident(algorithm)];
        cells.map(|cell| cell.unwrap_or_else(|error| error.to_string()))
    });
    (wrap, cells.into())
}

fn table() -> String {
    // At once: RSA of 4096 bits takes seconds to be made.
    let columns = thread::scope(|scope| {
        MODULES
            .map(|(module, name)| (name, scope.spawn(move || columns(module))))
            .map(|(name, columns)| (name, columns.join().unwrap()))
    });
    let mut table = "| key | signs by |".to_owned();
    for (name, (wrap, _)) in &columns {
        table += &format!(" {name}: wrapped by {wrap} | {name}: on the token |");
    }
    table += &format!("\n|---|---|{}\n", "---|---|".repeat(columns.len()));
    for (row, (algorithm, mechanism)) in ALGORITHMS.iter().enumerate() {
        table += &format!("| {algorithm} | {mechanism} |");
        for (_, (_, cells)) in &columns {
            table += &format!(" {} | {} |", cells[row][0], cells[row][1]);
        }
        table.push('\n');
    }
    table
}

#[test]
fn the_documented_table_is_what_runs() {
    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../docs/tokens.md");
    let documented = fs::read_to_string(&page).unwrap();
    let (before, rest) = documented.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let as_run = format!("{before}{BEGIN}{}{END}{after}", table());
    if env::var_os("CHANCERY_WRITE_TABLE").is_some() {
        fs::write(&page, &as_run).unwrap();
    }
    assert!(
        documented == as_run || env::var_os("CHANCERY_WRITE_TABLE").is_some(),
        "docs/tokens.md says something else; CHANCERY_WRITE_TABLE=1 writes what ran:\n{as_run}"
    );
}
