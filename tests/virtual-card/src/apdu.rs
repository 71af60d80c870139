//! Command chaining and long answers (ISO/IEC 7816-4 §5.3.3, §5.3.4) around the card's own
//! commands.

use std::sync::atomic::Ordering;

use heapless::Vec as Fixed;
use iso7816::{Command, Instruction, Status};
use piv_authenticator::Authenticator;

use crate::{Cable, backends::Client};

/// Longest command and longest answer, assembled; a certificate is the longest of both.
const LONGEST: usize = 8192;

/// GENERAL AUTHENTICATE (NIST SP 800-73-4 part 2 §3.2.4): what a signature is made with.
const GENERAL_AUTHENTICATE: u8 = 0x87;

/// The card, as its reader speaks to it.
pub(crate) struct Card<'a> {
    piv: Authenticator<Client<'a>>,
    cable: Cable,
    /// The links of a chain so far.
    chain: Option<Command<LONGEST>>,
    answer: Fixed<u8, LONGEST>,
    /// How much of the answer was given.
    given: usize,
    /// How much of it is given with this command.
    due: usize,
}

impl<'a> Card<'a> {
    pub(crate) fn new(piv: Authenticator<Client<'a>>, cable: Cable) -> Self {
        Self {
            piv,
            cable,
            chain: None,
            answer: Fixed::new(),
            given: 0,
            due: 0,
        }
    }

    fn answer(&mut self, request: &[u8]) -> Result<(), Status> {
        let link = Command::<LONGEST>::try_from(request).map_err(|_| Status::WrongLength)?;
        let expected = link.expected();
        if link.instruction() == Instruction::GetResponse {
            return self.give(expected);
        }
        let last = link.class().chain().last_or_only();
        let whole = match self.chain.take() {
            Some(mut chain) => {
                chain
                    .extend_from_command(&link)
                    .map_err(|_| Status::WrongLength)?;
                chain
            }
            None => link,
        };
        self.answer.clear();
        self.given = 0;
        if !last {
            self.chain = Some(whole);
            return Ok(());
        }
        self.piv.respond(whole.as_view(), &mut self.answer)?;
        self.give(expected)
    }

    /// Fixes how much is given now, and says whether that leaves something.
    fn give(&mut self, expected: usize) -> Result<(), Status> {
        let rest = self.answer.len() - self.given;
        self.due = rest.min(expected);
        match rest - self.due {
            0 => Ok(()),
            more => Err(Status::MoreAvailable(u8::try_from(more).unwrap_or(u8::MAX))),
        }
    }
}

impl vpicc::VSmartCard for Card<'_> {
    fn power_off(&mut self) {
        self.piv.deselect();
    }

    fn reset(&mut self) {
        self.piv.deselect();
    }

    fn execute(&mut self, request: &[u8]) -> Vec<u8> {
        let last_link = request.first().is_some_and(|class| class & 0x10 == 0);
        if last_link && request.get(1) == Some(&GENERAL_AUTHENTICATE) {
            let left = &self.cable.vanish;
            if left.load(Ordering::SeqCst) > 0 && left.fetch_sub(1, Ordering::SeqCst) == 1 {
                self.cable.pull();
            }
        }
        self.due = 0;
        let status = self.answer(request).err().unwrap_or(Status::Success);
        let rest = self.answer.get(self.given..).unwrap_or_default();
        let mut response = rest.get(..self.due).unwrap_or_default().to_vec();
        self.given += response.len();
        response.extend_from_slice(&<[u8; 2]>::from(status));
        response
    }
}
