//! Who has the signing PIN and may write the vault, with programs of his own: an operator, or somebody
//! who was an officer once.

use std::fs;
use std::time::Duration;

use service::audit::event::{leaf, leaf_mac_input};
use service::audit::records::{Entry, Found, Hash, Of, Tree};
use service::audit::{Act, Event, Frontier, Kind, Outcome, Told};
use service::custody::record::{Origin, Status, record_digest, record_mac_input};
use service::custody::seal::open_blobs;
use service::custody::secret::Normal;
use service::custody::slot::Verdict;
use service::custody::{Identity, KeyState, RowMessage, SealRow};
use tests::organisation::programs;
use tests::{Organisation, secret};
use token::{
    Host, KeyLabel, Launch, Pin, SignerAlgorithm, ToBeSigned, Token, TokenLabel, WrappedKey,
};
use vault::pin_store::{PinName, PinStore};
use vault::{
    LeafIndex, Logged, NewLeaf, OrganisationId, Record, SqliteStore, Store, TreeChange, TreeEntry,
    TreeNode,
};

/// Signing PIN and vault, in programs of his own.
pub(crate) struct Insider<'o> {
    organisation: &'o Organisation,
    pub(crate) id: OrganisationId,
    pub(crate) store: SqliteStore,
    pub(crate) token: Token,
}

impl<'o> Insider<'o> {
    pub(crate) fn of(organisation: &'o Organisation) -> Self {
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

    /// What is in the vault of a person's newest key.
    pub(crate) fn record(&self, login: &str) -> Theirs {
        let wait = |answer| self.organisation.wait(answer);
        let account = wait(self.store.account_by_login(login)).unwrap().unwrap();
        let key = self.store.key_of_account(account.id);
        let key = self.organisation.wait(key).unwrap().unwrap();
        let row = self.organisation.wait(self.store.record(key)).unwrap();
        let row = row.unwrap();
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
        Theirs {
            row,
            identity,
            state,
            seal,
        }
    }

    /// Signs a row with the key of somebody whose secret he has: his own, or one who helps him.
    pub(crate) fn sign_as(&self, login: &str, typed: &str, row: &RowMessage) -> Vec<u8> {
        let Theirs {
            identity,
            state,
            seal,
            ..
        } = self.record(login);
        let attempt = seal.slots[0].attempt(&identity, &Normal::of(&secret(typed)));
        let attempt = attempt.unwrap();
        let hmac = self.hmac(seal.slots[0].pepper(), attempt.hmac_input());
        let Verdict::Opened(outer) = attempt.judge(&hmac.into(), 0).unwrap() else {
            panic!("{login}'s secret is another one");
        };
        let blobs = open_blobs(&seal.sealed, &outer, &identity).unwrap();
        let blob = blobs
            .iter()
            .find(|blob| blob.wrapping_key == state.wrapping_key);
        let blob = blob.unwrap();
        let rfc = u16::try_from(blob.rfc).unwrap();
        let wrapped = WrappedKey::from_parts(blob.mechanism, rfc, blob.blob.to_vec()).unwrap();
        let master = KeyLabel::new(blob.wrapping_key.as_str()).unwrap();
        let signed = self.token.sign_with_wrapped(
            &master,
            &wrapped,
            SignerAlgorithm::EcdsaP256,
            &[ToBeSigned::from(row)],
        );
        signed.unwrap()[0].as_bytes().to_vec()
    }

    /// An act that this officer has done: its intent and its outcome.
    pub(crate) fn act_of(&self, officer: &str) -> (LeafIndex, LeafIndex) {
        let logged = self.store.logged(LeafIndex(0), 1000);
        let logged = self.organisation.wait(logged).unwrap();
        let done = logged.iter().find_map(|Logged { leaf, event }| {
            let event = event.as_ref()?;
            let told = Told::read(&leaf.leaf, &event.salt, &event.bytes)?;
            let done = told.officer.as_deref() == Some(officer)
                && told.outcome.as_deref() == Some(Outcome::Done.word());
            Some((LeafIndex(told.intent.filter(|_| done)?), leaf.index))
        });
        done.expect("an act of the officer")
    }

    /// The MAC over a record as its rows are now, written into the vault.
    pub(crate) fn mac_anew(&self, theirs: &Theirs) -> String {
        let input = record_mac_input(&theirs.identity, Some(&theirs.state), &theirs.seal);
        format!(
            "UPDATE record_mac SET mac = x'{}' WHERE key = x'{}';",
            hex(&self.hmac("record-mac-1", &input)),
            hex(theirs.row.key.id.as_bytes()),
        )
    }

    fn hmac(&self, label: &str, input: &[u8]) -> [u8; 32] {
        let label = KeyLabel::new(label).unwrap();
        *self.token.hmac(&label, input).unwrap().expose()
    }

    /// Writes the outcome of an act that never was, which makes entries the current ones and names what
    /// was signed; with an intent it says to be the outcome of.
    pub(crate) fn forge(
        &self,
        act: Act,
        entries: &[Entry],
        signed: &[Hash],
        intent: Option<LeafIndex>,
    ) {
        let paths = entries.iter().map(|entry| entry.path.into()).collect();
        let found = self
            .organisation
            .wait(self.store.tree_paths(paths))
            .unwrap();
        let root = *found.root.unwrap().as_bytes();
        let mut tree = Tree::of(root);
        for (entry, path) in entries.iter().zip(&found.paths) {
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
        }
        for entry in entries {
            tree.set(*entry).unwrap();
        }
        let event = Event {
            kind: Kind::Outcome,
            act,
            time: 0,
            account: None,
            login: Some("bob"),
            key: None,
            machine: &[1; 16],
            request: &[2; 16],
            head: (0, Frontier::default().root()),
            digests: signed,
            intent: intent.map(|intent| intent.0),
            outcome: Some(Outcome::Done),
            officer: Some("ada"),
            note: None,
            serial: None,
        };
        let (salt, event) = ([3; 32], event.to_bytes());
        let leaf = leaf(Kind::Outcome, &salt, &event, Some(&tree.root()));
        let mac = self.hmac("record-mac-1", &leaf_mac_input(&leaf, None, None));
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

    /// Leaves the vault as it is now.
    pub(crate) fn gone(self) {
        self.organisation.wait(self.store.close());
    }
}

/// Rows of somebody's key.
pub(crate) struct Theirs {
    pub(crate) row: Record,
    pub(crate) identity: Identity,
    pub(crate) state: KeyState,
    pub(crate) seal: SealRow,
}

impl Theirs {
    /// The entry in the tree over the current records.
    pub(crate) fn entry(&self) -> Entry {
        Entry {
            path: Of::Key.path(self.row.key.id.as_bytes()),
            value: record_digest(&self.identity, Some(&self.state), &self.seal),
        }
    }

    /// What was signed of the state, and in which act.
    pub(crate) fn signed(&self) -> (Hash, LeafIndex) {
        let intent = self.row.state.intent.unwrap();
        let signed = self.state.to_be_signed(&self.identity, intent.0).digest();
        (signed, intent)
    }
}

/// As `x'…'` has it.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
