//! A reader with an issued smart card, for tests that are no Rust programs.
//!
//! Says two lines once the card is in: the value of the variable by which others see the reader, and
//! the file with the certificate of who issued the card. Then each line of standard input is an
//! order, `insert` or `remove`, answered with `done`; the reader is there until the input ends.
#![forbid(unsafe_code)]

use std::io::BufRead;

use tests::VirtualCard;

fn main() {
    let mut card = VirtualCard::inserted();
    println!("{}\n{}", card.socket().display(), card.root().display());
    for order in std::io::stdin().lock().lines().map_while(Result::ok) {
        match order.as_str() {
            "insert" => card.insert(),
            "remove" => card.remove(),
            _ => break,
        }
        println!("done");
    }
}
