//! What a signature cannot do without, measured alone: the stretching of the secret, and a key
//! unwrapped, used and destroyed on the organisation's own token.
//!
//! `cargo xtask bench` runs this with an organisation whose PIN lies in a file, and with
//! `SOFTHSM2_CONF` set. Prints `NAME CPU WALL` lines, in microseconds a round.
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::env;
use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, KeyType, ObjectClass};
use cryptoki::session::UserType;
use cryptoki::types::AuthPin;
use rustix::time::{ClockId, clock_gettime};
use service::custody::record::Origin;
use service::custody::secret::Normal;
use service::custody::slot::NewSlot;
use service::custody::{Identity, OuterKey, SlotKind};
use service::organisation::Organisation;
use service::wire::Secret;
use vault::OrganisationId;
use vault::pin_store::{PinName, PinStore};

/// Rounds of each.
const STRETCHES: u32 = 15;
const SIGNATURES: u32 = 300;

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo bench` and `cargo test` start it without folders: there is nothing to measure then.
    let folders: Vec<PathBuf> = env::args_os()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .map(PathBuf::from)
        .collect();
    let [home, state] = &folders[..] else {
        return Ok(());
    };
    stretch()?;
    token(home, state)
}

/// Runs something for a while and prints what a round of it cost.
fn measured<E>(name: &str, rounds: u32, mut work: impl FnMut() -> Result<(), E>) -> Result<(), E> {
    work()?; // libraries are loaded, and memory is mapped
    let (cpu, wall) = (cpu_time(), Instant::now());
    for _ in 0..rounds {
        work()?;
    }
    let cpu = (cpu_time() - cpu) / rounds;
    let wall = wall.elapsed() / rounds;
    println!("{name} {} {}", cpu.as_micros(), wall.as_micros());
    Ok(())
}

/// What all threads of this process have used.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    let nanoseconds = u32::try_from(time.tv_nsec).unwrap_or_default();
    Duration::new(seconds, nanoseconds)
}

/// Stretches a secret as a new slot does, with the cost that policy writes.
fn stretch() -> Result<(), Box<dyn Error>> {
    let identity = Identity::of_key(&[1; 16], &[2; 16], &[3; 16], "p256", &[], Origin::Generated);
    let secret = Normal::of(&Secret::new("correct horse battery staple".to_owned()));
    let outer = OuterKey::generate()?;
    measured("argon2id", STRETCHES, || {
        NewSlot::begin(
            SlotKind::Passphrase,
            "pepper-1",
            0,
            &outer,
            &identity,
            &secret,
        )
        .map(drop)
    })?;
    Ok(())
}

/// Unwraps the canary under the master, signs with it and destroys it, in this process.
fn token(home: &std::path::Path, state: &std::path::Path) -> Result<(), Box<dyn Error>> {
    let organisation = Organisation::parse(&fs::read(home.join("organisation.json"))?)?;
    let (fixed, address) = (&organisation.fixed, &organisation.local.signing);
    let id = OrganisationId::from(fixed.organisation.0);
    let store = PinStore::File {
        directory: state.join(fixed.organisation.to_string()).join("pins"),
    };
    let name = PinName::new(id, "signing").ok_or("a name of lower-case letters")?;
    let pin = AuthPin::from(store.pin(&name)?.expose().to_owned());

    let wall = Instant::now();
    let module = Pkcs11::new(&address.module)?;
    module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))?;
    let slot = module
        .get_slots_with_initialized_token()?
        .into_iter()
        .find(|slot| {
            module
                .get_token_info(*slot)
                .is_ok_and(|token| token.label() == address.label)
        })
        .ok_or("the signing token is not there")?;
    let session = module.open_ro_session(slot)?;
    session.login(UserType::User, Some(&pin))?;
    let found = session.find_objects(&[
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::Label(b"wk-1".to_vec()),
    ])?;
    let [master] = found[..] else {
        return Err("there is not one master".into());
    };
    // From the start of this process, but for what came before the clock was read.
    println!(
        "token-start {} {}",
        wall.elapsed().as_micros(),
        wall.elapsed().as_micros()
    );

    let mechanism = match fixed.canary.mechanism {
        0x210a => Mechanism::AesKeyWrapPad,
        other => return Err(format!("nothing here unwraps by mechanism {other:#x}").into()),
    };
    let template = [
        Attribute::Class(ObjectClass::PRIVATE_KEY),
        Attribute::KeyType(KeyType::EC),
        Attribute::Token(false),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Sign(true),
        Attribute::SignRecover(false),
        Attribute::Decrypt(false),
        Attribute::Unwrap(false),
        Attribute::Derive(false),
        Attribute::AllowedMechanisms(vec![MechanismType::ECDSA]),
    ];
    let digest = [7; 32];
    measured("unwrap-sign-destroy", SIGNATURES, || {
        let key = session.unwrap_key(&mechanism, master, &fixed.canary.blob.0, &template)?;
        session.sign(&Mechanism::Ecdsa, key, &digest)?;
        session.destroy_object(key)
    })?;
    Ok(())
}
