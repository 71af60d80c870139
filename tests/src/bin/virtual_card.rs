//! A reader with an issued smart card, for tests that are no Rust programs.
//!
//! Says two lines once the card is in: the value of the variable by which others see the reader, and
//! the file with the certificate of who issued the card. Then each line of standard input is an
//! order, `insert` or `remove`, answered with `done`; the reader is there until the input ends.
#![forbid(unsafe_code)]

use std::io::{BufRead, Write};

use tests::VirtualCard;

fn main() -> std::io::Result<()> {
    let mut card = VirtualCard::inserted();
    let mut said = std::io::stdout();
    writeln!(said, "{}", card.socket().display())?;
    writeln!(said, "{}", card.root().display())?;
    for order in std::io::stdin().lock().lines() {
        match order?.as_str() {
            "insert" => card.insert(),
            "remove" => card.remove(),
            _ => break,
        }
        writeln!(said, "done")?;
    }
    Ok(())
}
