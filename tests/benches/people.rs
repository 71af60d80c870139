//! What a signature costs in an organisation of many beside one of two, and what many enrolments leave
//! on the tokens: both are to be the same. Everyone is enrolled as an officer does it, one by one.
//!
//! `cargo xtask bench --enrol N` runs it; it measures when it is told how many (`--measure N`).
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::env;
use std::error::Error;
use std::fs;
use std::time::{Duration, Instant};

use service::requests::Enrol;
use tests::organisation::SIGNER_SECRET;
use tests::{Organisation, sample};

/// Signatures in each organisation, in turn.
const SIGNATURES: usize = 41;
/// How often it is said how far the enrolments are.
const SAID: usize = 500;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = env::args().collect();
    let many = arguments.iter().skip_while(|word| *word != "--measure");
    match many.skip(1).map(|many| many.parse()).next() {
        Some(many) => measure(many?),
        None => Ok(()), // `cargo test` starts it, too
    }
}

fn measure(people: usize) -> Outcome<()> {
    let few = Organisation::found_with("ada", "Ada Lovelace");
    let many = Organisation::found_with("ada", "Ada Lovelace");
    let before = objects(&many)?;
    let begun = Instant::now();
    let officer = many.officer()?;
    for number in 0..people.saturating_sub(2) {
        let request = Enrol {
            login: format!("person{number}"),
            name: format!("Person {number}"),
            email: format!("person{number}@example.org"),
            key: "p256".to_owned(),
        };
        many.wait(many.service().enrol(officer.clone(), request))?;
        if (number + 1) % SAID == 0 {
            let each = begun.elapsed() / (number as u32 + 1);
            println!("{} enrolled, {} ms each", number + 1, each.as_millis());
        }
    }
    let after = objects(&many)?;
    println!(
        "\n{people} people, enrolled in {} s; objects on both tokens: {before} before, {after} after: {}",
        begun.elapsed().as_secs(),
        met(before == after)
    );

    let (mut of_few, mut of_many) = (Vec::new(), Vec::new());
    for _ in 0..SIGNATURES {
        for (organisation, taken) in [(&few, &mut of_few), (&many, &mut of_many)] {
            let begun = Instant::now();
            organisation.sign(&sample::agreement(), "ada", SIGNER_SECRET)?;
            taken.push(begun.elapsed());
        }
    }
    let (few, many) = (median(of_few), median(of_many));
    let ratio = many.as_secs_f64() / few.as_secs_f64();
    println!(
        "a signature, medians of {SIGNATURES} in turn: {:.1} ms among {people}, {:.1} ms among two: \
         {ratio:.2} times: {}",
        milliseconds(many),
        milliseconds(few),
        met(ratio <= 1.1)
    );
    Ok(())
}

/// Objects that both software tokens store: a file each.
fn objects(organisation: &Organisation) -> Outcome<usize> {
    let mut count = 0;
    for token in fs::read_dir(organisation.home().tokens_folder())? {
        for file in fs::read_dir(token?.path())? {
            let name = file?.file_name();
            count += usize::from(name.to_string_lossy().ends_with(".object"));
        }
    }
    Ok(count)
}

fn median(mut of: Vec<Duration>) -> Duration {
    of.sort_unstable();
    of.get(of.len() / 2).copied().unwrap_or_default()
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// A bar in a word.
fn met(is_met: bool) -> &'static str {
    if is_met { "met" } else { "NOT MET" }
}
