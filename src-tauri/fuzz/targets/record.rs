//! Rows of the vault and the organisation's file, as somebody who may write them would.
#![no_main]

use libfuzzer_sys::fuzz_target;
use service::audit::Checkpoint;
use service::custody::SealRow;
use service::organisation::Organisation;

fuzz_target!(|bytes: &[u8]| {
    let (first, rest) = bytes.split_at(bytes.len() / 2);
    let _ = SealRow::read(1, first, rest);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = Checkpoint::open(text, "chancery.test/log", "head", &[]);
    }
    let _ = Organisation::parse(bytes);
});
