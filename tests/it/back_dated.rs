//! What somebody does who was an officer once and has the signing PIN and the vault: rows that were
//! signed in those days, brought into the tree over the current records by a leaf of his own.

use std::fs;
use std::time::Duration;

use service::audit::event::{leaf, leaf_mac_input};
use service::audit::records::{Entry, Found, Hash, Of, Tree};
use service::audit::{Act, Event, Frontier, Kind, Outcome};
use service::custody::record::{Origin, Status, record_digest};
use service::custody::{Identity, KeyState, SealRow};
use service::wire::{ChangeStatus, ErrorCode};
use tests::organisation::{SIGNER_SECRET, programs};
use tests::{Organisation, sample, secret, sql};
use token::{Host, KeyLabel, Launch, Pin, Token, TokenLabel};
use vault::pin_store::{PinName, PinStore};
use vault::{
    LeafIndex, NewLeaf, OrganisationId, SqliteStore, Store, TreeChange, TreeEntry, TreeNode,
};

/// Signing PIN and vault, in programs of his own.
struct Insider<'o> {
    organisation: &'o Organisation,
    id: OrganisationId,
    store: SqliteStore,
    token: Token,
}

impl<'o> Insider<'o> {
    fn of(organisation: &'o Organisation) -> Self {
        let home = organisation.home();
        let file = fs::read(home.organisation_file()).unwrap();
        let file = service::organisation::Organisation::parse(&file).unwrap();
        let id = OrganisationId::from(file.fixed.organisation.0);
        let pins = PinStore::File {
            directory: organisation.state().join("pins"),
        };
        let pin = pins.pin(&PinName::new(id, "signing").unwrap()).unwrap();
        let launch = Launch {
            executable: programs().join("chancery-host"),
            module: file.local.signing.module.clone(),
            module_sha256: None,
            environment: vec![("SOFTHSM2_CONF".into(), home.softhsm_file().into())],
            deadline: Duration::from_secs(60),
        };
        let label = TokenLabel::new(file.local.signing.label.as_str()).unwrap();
        let pin = Pin::new(pin.expose().to_owned()).unwrap();
        let token = Host::start(&launch).unwrap().login(&label, &pin).unwrap();
        let store = organisation.wait(SqliteStore::open(&home.vault_file()));
        Self {
            organisation,
            id,
            store: store.unwrap(),
            token,
        }
    }

    /// What is in the vault of a person's key: its entry in the tree, what was signed of the state, and
    /// in which act.
    fn record(&self, login: &str) -> (Entry, Hash, LeafIndex) {
        let wait = |answer| self.organisation.wait(answer);
        let account = wait(self.store.account_by_login(login)).unwrap().unwrap();
        let key = self
            .organisation
            .wait(self.store.key_of_account(account.id));
        let key = key.unwrap().unwrap();
        let row = self
            .organisation
            .wait(self.store.record(key))
            .unwrap()
            .unwrap();
        let identity = Identity::of_key(
            self.id.as_bytes(),
            account.id.as_bytes(),
            key.as_bytes(),
            &row.key.algorithm,
            &row.key.spki,
            Origin::Generated,
        );
        let state = KeyState {
            version: row.state.version,
            status: match row.state.status {
                vault::Status::Active => Status::Active,
                vault::Status::Suspended => Status::Suspended,
                vault::Status::Revoked => Status::Revoked,
            },
            certificate: *row.state.certificate.as_bytes(),
            wrapping_key: row.state.wrapping_key.clone(),
        };
        let seal = SealRow::read(row.seal.version, &row.seal.sealed, &row.seal.slots).unwrap();
        let entry = Entry {
            path: Of::Key.path(key.as_bytes()),
            value: record_digest(&identity, Some(&state), &seal),
        };
        let intent = row.state.intent.unwrap();
        let signed = state.to_be_signed(&identity, intent.0).digest();
        (entry, signed, intent)
    }

    /// Writes the outcome of an act that never was, which makes an entry the current one and names what
    /// was signed.
    fn forge(&self, entry: Entry, signed: &[Hash], intent: LeafIndex) {
        let paths = self.store.tree_paths(vec![entry.path.into()]);
        let found = self.organisation.wait(paths).unwrap();
        let path = &found.paths[0];
        let root = *found.root.unwrap().as_bytes();
        let mut tree = Tree::of(root);
        let nodes = path.nodes.iter();
        let along = Found {
            nodes: nodes
                .map(|(left, right)| (*left.as_bytes(), *right.as_bytes()))
                .collect(),
            entry: path.entry.map(|entry| Entry {
                path: *entry.path.as_bytes(),
                value: *entry.value.as_bytes(),
            }),
        };
        tree.take_up(&entry.path, &along).unwrap();
        tree.set(entry).unwrap();
        let event = Event {
            kind: Kind::Outcome,
            act: Act::Suspend,
            time: 0,
            account: None,
            login: Some("bob"),
            key: None,
            machine: &[1; 16],
            request: &[2; 16],
            head: (0, Frontier::default().root()),
            digests: signed,
            intent: Some(intent.0),
            outcome: Some(Outcome::Done),
            officer: Some("ada"),
            note: None,
            serial: None,
        };
        let (salt, event) = ([3; 32], event.to_bytes());
        let leaf = leaf(Kind::Outcome, &salt, &event, Some(&tree.root()));
        let mac = leaf_mac_input(&leaf, None, None);
        let label = KeyLabel::new("record-mac-1").unwrap();
        let mac = *self.token.hmac(&label, &mac).unwrap().expose();
        let nodes = tree.changed().map(|(depth, path, left, right)| TreeNode {
            depth,
            path: path.into(),
            left: left.into(),
            right: right.into(),
        });
        let entries = tree.entries().map(|entry| TreeEntry {
            path: entry.path.into(),
            value: entry.value.into(),
        });
        let new = NewLeaf {
            kind: Kind::Outcome.word().to_owned(),
            leaf,
            salt: salt.to_vec(),
            event,
            request_id: None,
            intent: None,
            mac: mac.into(),
            records: Some(tree.root().into()),
            tree: Some(TreeChange {
                from: Some(root.into()),
                after: None,
                nodes: nodes.collect(),
                entries: entries.collect(),
            }),
        };
        self.organisation.wait(self.store.append(new)).unwrap();
    }
}

fn of(login: &str) -> ChangeStatus {
    ChangeStatus {
        login: login.to_owned(),
        note: "four eyes".to_owned(),
    }
}

fn signing(organisation: &Organisation) -> service::Error {
    let signed = organisation.sign(&sample::agreement(), "bob", SIGNER_SECRET);
    signed.expect_err("bob's key is suspended")
}

/// Rows of bob's suspended key as ada, an officer then, has resumed it; kept, and the vault put back to
/// where it was before. So they are hers, have the date of her office, and are in no log. And then she
/// is none.
fn resumed_in_no_log() -> (Organisation, String) {
    let organisation = Organisation::found_with("ada", "Ada Lovelace").with_signer("bob", "Bob");
    let officer = organisation.officer().unwrap();
    let service = organisation.service();
    let granted = organisation.wait(service.grant_office(officer, of("ada")));
    let taken = service.take_office(service::requests::TakeOffice {
        login: "ada".to_owned(),
        code: secret(granted.unwrap().code.as_ref()),
        secret: secret(SIGNER_SECRET),
    });
    organisation.wait(taken).unwrap();
    let ada = service.log_in("ada".to_owned(), secret(SIGNER_SECRET));
    let ada = std::sync::Arc::new(organisation.wait(ada).unwrap());

    let officer = organisation.officer().unwrap();
    let suspended = service.suspend(officer, of("bob"));
    organisation.wait(suspended).unwrap();

    let before = organisation.back_up("before");
    organisation.wait(service.resume(ada, of("bob"))).unwrap();
    let vault = organisation.home().vault_file();
    let rows = ["key_state", "record_mac"].map(|table| {
        let kept = organisation.path("kept.sqlite");
        let _ = fs::remove_file(&kept);
        let attach = format!("ATTACH '{}' AS kept;", kept.display());
        let copy = format!(
            "CREATE TABLE kept.{table} AS SELECT * FROM main.{table} WHERE key = {};",
            key_of_bob()
        );
        sql::run(&vault, &[attach, copy].concat());
        let delete = format!("DELETE FROM {table} WHERE key = {};", key_of_bob());
        [delete, sql::rows(&kept, table)].concat()
    });
    organisation.put_back(&before);
    organisation.forget();
    // The log goes on: at the index that the row names there is a login.
    let officer = organisation.officer().unwrap();
    let withdrawn = organisation.service().withdraw_office(officer, of("ada"));
    organisation.wait(withdrawn).unwrap();
    (organisation, rows.concat())
}

fn key_of_bob() -> &'static str {
    "(SELECT k.id FROM key k JOIN account a ON a.id = k.account WHERE a.login = 'bob')"
}

#[test]
fn a_state_that_an_officer_of_once_dates_before_the_withdrawal_is_not_believed() {
    let (organisation, rows) = resumed_in_no_log();
    let vault = organisation.home().vault_file();
    let whole = organisation.back_up("whole");
    for named in [true, false] {
        organisation.officer().unwrap();
        assert_eq!(signing(&organisation).code().0, ErrorCode::Suspended);
        sql::edit(&vault, &rows);
        // Who may write to the folder may do that, too.
        fs::remove_file(organisation.home().revocation_list_file()).unwrap();
        {
            let insider = Insider::of(&organisation);
            let (entry, signed, intent) = insider.record("bob");
            let signed = [signed];
            let signed = if named { &signed[..] } else { &[] };
            insider.forge(entry, signed, intent);
            organisation.wait(insider.store.close());
        }
        for machine in ["this one", "one that has seen nothing"] {
            let refused = signing(&organisation).to_string();
            assert!(
                refused.contains("no officer's act in which its state was made"),
                "{machine}, by a leaf that names the row ({named}): {refused}"
            );
            organisation.forget();
        }
        let verdict = organisation.wait(organisation.service().verify_log(None));
        assert!(!verdict.unwrap().whole);
        organisation.put_back(&whole);
    }
    assert_eq!(signing(&organisation).code().0, ErrorCode::Suspended);
}

#[test]
fn a_log_from_before_names_what_officers_have_signed_at_their_next_login() {
    let organisation = Organisation::from_fixture("before-the-offices");
    let bound = || {
        let head = fs::read_to_string(organisation.state().join("head.json")).unwrap();
        head.contains("\"rows_bound\":true")
    };
    let sign = || organisation.sign(&sample::agreement(), "ada", SIGNER_SECRET);
    sign().expect("it goes on");
    assert!(!bound());
    organisation.officer().unwrap();
    assert!(bound());
    sign().expect("and is believed as before");
    organisation.forget();
    sign().expect("on every machine");
    let verdict = organisation.wait(organisation.service().verify_log(None));
    assert!(verdict.unwrap().whole);
}
