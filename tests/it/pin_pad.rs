//! A reader with a pad, and a driver that hangs: OpenSC behind the faulty module.

use std::path::Path;

use chancery_shim::{Call, Fault, Shim};
use tests::card::{MODULE, PIN, SOCKET};
use tests::machine::{Said, said};
use tests::{Machine, VirtualCard, sample};

/// CKR_FUNCTION_CANCELED: somebody pressed the red key.
const CANCELED: u64 = 0x50;
/// CKR_PIN_INCORRECT.
const PIN_INCORRECT: u64 = 0xA0;

struct Reader {
    machine: Machine,
    card: VirtualCard,
    shim: Shim,
}

impl Reader {
    fn new() -> Self {
        let machine = Machine::new();
        let folder = machine.path("driver");
        std::fs::create_dir(&folder).unwrap();
        let shim = Shim::before(Path::new(MODULE), &folder).unwrap();
        Self {
            machine,
            card: VirtualCard::inserted(),
            shim,
        }
    }

    fn run(&self, words: &str, secrets: &[&str]) -> Said {
        let words = format!("{words} --module {}", self.shim.path().display());
        let mut command = self.machine.command(&words, secrets);
        said(command.env(SOCKET, self.card.socket()))
    }
}

fn sign(key: &str, output: &str) -> String {
    format!(
        "sign {} -o {output} --card --cert {key} --page 1 --rect 36,36,180,60",
        sample::agreement().display()
    )
}

#[test]
fn a_reader_with_a_pad_is_given_no_pin_and_asks_for_it_itself() {
    let reader = Reader::new();
    reader.shim.with_pad(PIN);
    let list = reader.run("card list", &[]);
    assert_eq!(list.json["cards"][0]["pin"]["pad"], true, "{list:?}");
    // The second key wants a login for each signature.
    for key in ["01", "02"] {
        let output = format!("{key}.pdf");
        let signed = reader.run(&sign(key, &output), &[]);
        assert_eq!(signed.status, 0, "{signed:?}");
        let validated = reader.machine.run(&format!("validate {output}"), &[]);
        let signer = validated.json["signatures"][0]["signer"].as_str();
        assert!(signer.unwrap().starts_with("Ana Ruiz"), "{validated:?}");
    }
    reader.shim.next(Call::Login, Fault::Answer(CANCELED));
    let given_up = reader.run(&sign("02", "given-up.pdf"), &[]);
    assert_eq!(
        (given_up.status, given_up.code()),
        (3, "pin_not_entered"),
        "{given_up:?}"
    );
    reader.shim.with_pad("654321");
    let wrong = reader.run(&sign("02", "wrong.pdf"), &[]);
    assert_eq!((wrong.status, wrong.code()), (3, "pin_wrong"), "{wrong:?}");
}

#[test]
fn that_a_pin_was_wrong_is_told_although_the_driver_hangs_right_after_it() {
    let reader = Reader::new();
    let wrong = || {
        reader.shim.next(Call::Login, Fault::Answer(PIN_INCORRECT));
        reader.run(&sign("02", "wrong.pdf"), &[PIN])
    };
    let asked = reader.shim.calls(Call::GetTokenInfo);
    let said = wrong();
    assert_eq!((said.status, said.code()), (3, "pin_wrong"), "{said:?}");
    // The last time that the card is asked how it is, it is for the PIN that it refused.
    let asked = reader.shim.calls(Call::GetTokenInfo) - asked;
    reader
        .shim
        .after(asked - 1, Call::GetTokenInfo, Fault::Hang);
    let said = wrong();
    assert_eq!((said.status, said.code()), (3, "pin_wrong"), "{said:?}");
    assert_eq!(reader.shim.faults(), 3, "it did hang");
}
