//! Secrets from a file, standard input or a prompt; never from an argument.

use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal, Read, stdin};
use std::os::fd::AsFd;
use std::path::Path;

use service::wire::Secret;
use zeroize::Zeroizing;

use crate::failure::Failure;

/// Longest line that is taken for a secret, its end included.
const LONGEST: usize = 1024;

/// Where the secrets of one command come from, in the order they are asked.
pub(crate) enum Secrets {
    Lines(BufReader<File>),
    Prompt,
}

impl Secrets {
    pub(crate) fn open(file: Option<&Path>) -> Result<Self, Failure> {
        match file {
            Some(path) => {
                // Standard input as the file it is: the library's own has a buffer that stays.
                let file = if path == Path::new("-") {
                    stdin().as_fd().try_clone_to_owned().map(File::from)
                } else {
                    File::open(path)
                };
                let file = file.map_err(|error| {
                    Failure::file("cannot open the file of secrets", path, &error)
                })?;
                // Read in pieces of one byte: nothing of a secret stays behind in a buffer.
                Ok(Self::Lines(BufReader::with_capacity(1, file)))
            }
            None if stdin().is_terminal() => Ok(Self::Prompt),
            None => Err(Failure::usage(
                "a secret is needed and there is no terminal; give it with --secret-file"
                    .to_owned(),
                String::new(),
            )),
        }
    }

    /// Asks for the next secret.
    pub(crate) fn ask(&mut self, what: &str) -> Result<Secret, Failure> {
        match self {
            Self::Lines(lines) => {
                // Room for one byte too many, so that nothing is left behind by growing.
                let mut line = Zeroizing::new(Vec::with_capacity(LONGEST + 1));
                lines
                    .take(u64::try_from(LONGEST + 1).expect("1025 fits 64 bits"))
                    .read_until(b'\n', &mut line)
                    .map_err(|error| Failure::io(format!("cannot read {what}"), &error))?;
                if line.is_empty() {
                    return Err(Failure::usage(format!("no line for {what}"), String::new()));
                }
                if line.len() > LONGEST {
                    return Err(Failure::usage(
                        format!("the line for {what} is longer than {LONGEST} bytes"),
                        String::new(),
                    ));
                }
                // In a password every other white space counts.
                let line = line.strip_suffix(b"\n").unwrap_or(&line);
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                let text = str::from_utf8(line)
                    .map_err(|_| Failure::usage(format!("{what} is not UTF-8"), String::new()))?;
                Ok(Secret::new(text.to_owned()))
            }
            Self::Prompt => rpassword::prompt_password(format!("{what}: "))
                .map(Secret::new)
                .map_err(|error| Failure::io(format!("cannot read {what}"), &error)),
        }
    }

    /// Asks for a secret that is being chosen: twice, where a person types it.
    pub(crate) fn choose(&mut self, what: &str) -> Result<Secret, Failure> {
        let chosen = self.ask(what)?;
        if matches!(self, Self::Prompt) {
            let again = self.ask("once more")?;
            if !chosen.equals(&again) {
                return Err(Failure::usage(
                    "the two entries differ".to_owned(),
                    String::new(),
                ));
            }
        }
        Ok(chosen)
    }
}
