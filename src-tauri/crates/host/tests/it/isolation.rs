//! What is loaded where: the module of a card is never in the process that holds an HSM's login.

use std::{fs, path::Path};

use token::{Host, Launch};

use crate::support::{SOFTHSM, SoftTokens};

/// OpenSC's module, of Debian's package `opensc-pkcs11`.
const OPENSC: &str = "opensc-pkcs11.so";

/// The files mapped into a host process; none where only root may look.
fn mapped(host: &Host) -> Option<String> {
    let process = host.process_id().unwrap();
    let maps = fs::read_to_string(format!("/proc/{process}/maps"));
    match maps {
        Ok(maps) => Some(maps),
        // A process that is not dumpable is closed to its own user, which is as well.
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => None,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn the_module_of_a_card_and_the_login_of_an_hsm_are_in_two_processes() {
    let tokens = SoftTokens::new();
    let hsm = tokens.host();
    let _login = hsm.login(&tokens.signing, &tokens.signing_pin).unwrap();
    let opensc = format!("/usr/lib/{}-linux-gnu/{OPENSC}", std::env::consts::ARCH);
    assert!(
        Path::new(&opensc).is_file(),
        "{opensc} is missing: cargo xtask setup"
    );
    let card = Host::start(&Launch {
        module: opensc.into(),
        environment: Vec::new(),
        ..tokens.launch()
    })
    .unwrap();
    assert_ne!(hsm.process_id(), card.process_id());
    let (Some(of_hsm), Some(of_card)) = (mapped(&hsm), mapped(&card)) else {
        return;
    };
    let softhsm = Path::new(SOFTHSM).file_name().unwrap().to_str().unwrap();
    assert!(
        of_hsm.contains(softhsm) && !of_hsm.contains(OPENSC),
        "{of_hsm}"
    );
    assert!(
        of_card.contains(OPENSC) && !of_card.contains(softhsm),
        "{of_card}"
    );
}
