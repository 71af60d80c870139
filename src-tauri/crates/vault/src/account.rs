//! People, and how they are found.

use std::collections::BTreeSet;
use std::fmt;

use unicode_normalization::UnicodeNormalization;

use crate::id::{AccountId, KeyId, LeafIndex, UnixTime};
use crate::key::KeyState;

/// The most words one account is found by, and their longest length in characters.
const MAX_WORDS: usize = 64;
const MAX_WORD_CHARACTERS: usize = 64;

/// A person of the organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Names the row.
    pub id: AccountId,
    /// What the person types; unique in the organisation whatever the case of its letters.
    pub login: String,
    /// The name as shown.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// What the person is in the organisation.
    pub role: Role,
    /// When the account was made.
    pub created_at: UnixTime,
    /// Counts changes of this row from 1.
    pub row_version: u64,
    /// The acting officer's signature over the row, where there is one.
    pub officer_signature: Option<Vec<u8>>,
    /// The intent of the act in which it was signed.
    pub intent: Option<LeafIndex>,
}

/// What a person is in the organisation. The rights that follow are decided above this crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Holds the issuing PIN: enrols, suspends, revokes.
    Officer,
    /// Signs with a key of their own.
    Signer,
}

impl Role {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Officer => "officer",
            Self::Signer => "signer",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "officer" => Some(Self::Officer),
            "signer" => Some(Self::Signer),
            _ => None,
        }
    }
}

/// Which accounts to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountQuery {
    /// Words of which each must begin a word of login, name or e-mail. Empty text finds everyone.
    ///
    /// Letters are compared without case; anything but letters and digits parts words.
    pub search: String,
    /// Where the page before this one ended.
    pub after: Option<Cursor>,
    /// How many accounts at most; taken as at least 1 and at most [`AccountQuery::MAX_LIMIT`].
    pub limit: u32,
}

impl AccountQuery {
    /// The longest page.
    pub const MAX_LIMIT: u32 = 500;
}

/// Where a page of accounts ended: survives people being added and renamed between two pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(String);

impl Cursor {
    /// Takes a cursor as it was shown; any text is one.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(crate) fn after_login(folded: String) -> Self {
        Self(folded)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Some accounts in the order of their folded logins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountPage {
    /// How many accounts the search finds on all pages.
    pub total: u64,
    /// The accounts of this page.
    pub accounts: Vec<ListedAccount>,
    /// Where the next page starts, if there is one.
    pub next: Option<Cursor>,
}

/// An account with the state of its current key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedAccount {
    /// The person.
    pub account: Account,
    /// The newest key and its state; `None` if the account never had one.
    pub key: Option<(KeyId, KeyState)>,
}

/// Folds text so that what differs only by case or by Unicode form compares equal.
///
/// Nearly `toNFKC_Casefold` (Unicode Standard, section 3.13); RFC 8265 §3.3 asks as much of names
/// of users. Upper case in between makes ß and ss, σ and ς one.
pub(crate) fn fold(text: &str) -> String {
    text.nfkc()
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .nfkc()
        .collect()
}

/// Returns the folded words of the texts, each once.
pub(crate) fn words<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for text in texts {
        for word in fold(text).split(|c: char| !c.is_alphanumeric()) {
            if words.len() >= MAX_WORDS {
                return words;
            }
            if !word.is_empty() {
                words.insert(word.chars().take(MAX_WORD_CHARACTERS).collect());
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_takes_case_and_unicode_form_away() {
        for (left, right) in [
            ("Ada", "aDA"),
            ("STRASSE", "straße"),
            ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
            ("Zoe\u{308}", "zo\u{eb}"),
            ("\u{ff21}da", "ada"),
        ] {
            assert_eq!(fold(left), fold(right));
        }
        assert_ne!(fold("ada"), fold("adá"), "accents are letters of their own");
    }

    #[test]
    fn an_address_is_found_by_each_of_its_parts() {
        let words = words(["Ada.Lovelace@Example.org"]);
        assert_eq!(
            words.into_iter().collect::<Vec<_>>(),
            ["ada", "example", "lovelace", "org"]
        );
    }

    #[test]
    fn a_name_of_endless_words_is_cut() {
        let name: String = (0..10_000).map(|n| format!("{n} ")).collect();
        assert_eq!(words([name.as_str()]).len(), MAX_WORDS);
        let long = "x".repeat(10_000);
        assert!(
            words([long.as_str()])
                .iter()
                .all(|word| word.len() == MAX_WORD_CHARACTERS)
        );
    }
}
