//! PINs in a real Secret Service: gnome-keyring on a session bus of the test's own.
//!
//! Environment belongs to a whole process, so each test starts this binary again in a session of
//! the kind it needs, and runs its inner half there.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;
use std::process::Command;

use secret_service::EncryptionType;
use secret_service::blocking::SecretService;
use tempfile::TempDir;
use vault::{Error, OrganisationId, PinName, PinStore, StoredPin};

/// Tells the inner half that it runs in the session made for it.
const INSIDE: &str = "CHANCERY_TEST_KEYRING";

/// Starts an unlocked keyring and then the program it is given; the daemon ends with the bus.
const UNLOCKED: &str = r#"printf 'keyring password\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$@""#;

/// Starts a keyring that nobody has opened, and so has no collection yet.
const NEVER_OPENED: &str =
    r#"gnome-keyring-daemon --start --components=secrets </dev/null >/dev/null && exec "$@""#;

fn name() -> PinName {
    PinName::new(OrganisationId::from_bytes([1; 16]), "signing").unwrap()
}

fn stored(text: &str) -> StoredPin {
    StoredPin::new(text.to_owned().into()).unwrap()
}

/// A command with no way to the bus, the keyring or the screen of whoever runs the tests.
fn isolated(program: &str, home: &TempDir) -> Command {
    let mut command = Command::new(program);
    command
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env_remove("GNOME_KEYRING_CONTROL")
        .env("HOME", home.path())
        .env("XDG_DATA_HOME", home.path())
        .env("XDG_RUNTIME_DIR", home.path())
        .env(INSIDE, "1");
    command
}

/// Runs the inner half of a test and demands that it ran and passed.
fn expect_pass(mut command: Command, install: &str) {
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => panic!("{:?}: {error}; {install}", command.get_program()),
    };
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{install}\n{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Runs the test named `test` again: on a session bus of its own, after `script`.
fn in_session(script: &str, test: &str, bus: Option<&Path>) {
    let home = tempfile::tempdir().unwrap();
    // A bus that does not answer would be waited for without end.
    let mut command = isolated("timeout", &home);
    command.args(["60", "dbus-run-session"]);
    if let Some(bus) = bus {
        command.arg("--config-file").arg(bus);
    }
    command
        .args(["--", "sh", "-c", script, "sh"])
        .arg(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"]);
    expect_pass(command, "needs the packages dbus and gnome-keyring");
}

fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

#[test]
fn a_pin_in_the_keyring_is_read_back_replaced_and_forgotten() {
    if !is_inside() {
        return in_session(
            UNLOCKED,
            "keyring::a_pin_in_the_keyring_is_read_back_replaced_and_forgotten",
            None,
        );
    }
    let store = PinStore::Keyring;
    let missing = store.pin(&name()).unwrap_err();
    assert!(matches!(missing, Error::PinMissing { .. }), "{missing:?}");
    store.put(&name(), &stored("first 1234")).unwrap();
    store.put(&name(), &stored("zweite Prüfung")).unwrap();
    assert_eq!(store.pin(&name()).unwrap().expose(), "zweite Prüfung");

    let other = PinName::new(OrganisationId::from_bytes([2; 16]), "signing").unwrap();
    let missing = store.pin(&other).unwrap_err();
    assert!(
        matches!(missing, Error::PinMissing { .. }),
        "another organisation's is another"
    );

    store.remove(&name()).unwrap();
    let missing = store.pin(&name()).unwrap_err();
    assert!(matches!(missing, Error::PinMissing { .. }), "{missing:?}");
    let missing = store.remove(&name()).unwrap_err();
    assert!(matches!(missing, Error::PinMissing { .. }), "{missing:?}");
}

#[test]
fn a_keyring_that_was_locked_is_locked_and_not_absent() {
    if !is_inside() {
        return in_session(
            UNLOCKED,
            "keyring::a_keyring_that_was_locked_is_locked_and_not_absent",
            None,
        );
    }
    let store = PinStore::Keyring;
    store.put(&name(), &stored("1234")).unwrap();
    let service = SecretService::connect(EncryptionType::Dh).unwrap();
    service.get_default_collection().unwrap().lock().unwrap();
    let read = store.pin(&name()).unwrap_err();
    assert!(matches!(read, Error::KeyringLocked { .. }), "{read:?}");
    let written = store.put(&name(), &stored("5678")).unwrap_err();
    assert!(
        matches!(written, Error::KeyringLocked { .. }),
        "{written:?}"
    );
}

#[test]
fn a_keyring_that_was_never_opened_is_locked_and_not_absent() {
    if !is_inside() {
        return in_session(
            NEVER_OPENED,
            "keyring::a_keyring_that_was_never_opened_is_locked_and_not_absent",
            None,
        );
    }
    let written = PinStore::Keyring.put(&name(), &stored("1234")).unwrap_err();
    assert!(
        matches!(written, Error::KeyringLocked { .. }),
        "{written:?}"
    );
}

#[test]
fn without_a_session_bus_the_keyring_is_absent() {
    if !is_inside() {
        let home = tempfile::tempdir().unwrap();
        let this = std::env::current_exe().unwrap();
        for address in [None, Some("unix:path=/nonexistent/bus")] {
            let mut command = isolated(this.to_str().unwrap(), &home);
            command.args([
                "keyring::without_a_session_bus_the_keyring_is_absent",
                "--exact",
                "--nocapture",
            ]);
            if let Some(address) = address {
                command.env("DBUS_SESSION_BUS_ADDRESS", address);
            }
            expect_pass(command, "needs nothing");
        }
        return;
    }
    let read = PinStore::Keyring.pin(&name()).unwrap_err();
    assert!(matches!(read, Error::KeyringAbsent { .. }), "{read:?}");
    let written = PinStore::Keyring.put(&name(), &stored("1234")).unwrap_err();
    assert!(
        matches!(written, Error::KeyringAbsent { .. }),
        "{written:?}"
    );
}

/// A session bus that can start no service.
const BARE_BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow receive_sender="*" eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

#[test]
fn on_a_bus_without_the_service_the_keyring_is_absent() {
    if !is_inside() {
        let directory = tempfile::tempdir().unwrap();
        let bus = directory.path().join("session.conf");
        fs::write(&bus, BARE_BUS).unwrap();
        return in_session(
            r#"exec "$@""#,
            "keyring::on_a_bus_without_the_service_the_keyring_is_absent",
            Some(&bus),
        );
    }
    let read = PinStore::Keyring.pin(&name()).unwrap_err();
    assert!(matches!(read, Error::KeyringAbsent { .. }), "{read:?}");
}
